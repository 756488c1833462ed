//! What a card pays: Checkout Sessions, what became of them, and money that goes back.
//!
//! Stripe is asked outside any transaction. Before, the books say what is wanted; afterwards, the engine
//! writes what became of it. Whatever ends in between is taken up again by whoever comes next: the customer's
//! retry, Stripe's event, or the job that looks after orders that wait.

mod adopted;
mod alarm;
pub(crate) mod bill_here;
pub(crate) mod charge;
pub(crate) mod checkout;
mod customer;
mod dispute_events;
pub(crate) mod due;
pub(crate) mod ended;
mod moved;
pub(crate) mod portal;
pub(crate) mod reconcile;
pub(crate) mod refund_events;
pub(crate) mod refunds;
pub(crate) mod renewals;
mod session;
pub(crate) mod settle;
pub(crate) mod subscription;
pub(crate) mod waiting;
pub(crate) mod webhook;

use std::sync::Arc;

use sovereign_domain::ids::OrderId;

use crate::app::App;
use crate::engine::EngineError;
use crate::payment::stripe::{Metadata, Stripe, StripeError};
use crate::storage::payments::PayableRow;
use crate::storage::{self, Tx, moves, payments, provisions};

/// Why a payment did not come about. In every case nothing was lost, and asking again is safe.
#[derive(Debug)]
pub(crate) enum PaymentError {
    /// No secret key is set.
    NotConfigured,
    /// What became of a call to Stripe is not known yet; the order waits.
    Unresolved(String),
    /// Stripe refused to take the payment; the order is closed.
    Refused(String),
    /// The customer has paid, and the payment takes its time: nothing else can be ordered meanwhile.
    InProgress,
    Engine(EngineError),
    Storage(storage::Error),
}

impl std::fmt::Display for PaymentError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotConfigured => f.write_str("no secret key for Stripe is set"),
            Self::Unresolved(text) | Self::Refused(text) => f.write_str(text),
            Self::InProgress => f.write_str("the payment is in progress"),
            Self::Engine(error) => write!(f, "{error:?}"),
            Self::Storage(error) => write!(f, "{error}"),
        }
    }
}

impl From<EngineError> for PaymentError {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<storage::Error> for PaymentError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What was not decided is not known: neither is a wrong key, which somebody will set right.
impl From<StripeError> for PaymentError {
    fn from(error: StripeError) -> Self {
        Self::Unresolved(error.to_string())
    }
}

fn stripe(app: &App) -> Result<Arc<Stripe>, PaymentError> {
    app.payments.stripe().ok_or(PaymentError::NotConfigured)
}

/// Takes the lock of an Organization's account, and refuses to change one that is on its way to another Sovereign:
/// what is exported of it stays the same.
async fn stays(tx: &mut Tx, tenant_id: &str) -> Result<(), PaymentError> {
    provisions::lock_organization(tx, tenant_id).await?;
    if moves::is_moving(tx, tenant_id).await? { Err(moved::on_its_way()) } else { Ok(()) }
}

async fn find(app: &App, order_id: OrderId) -> Result<PayableRow, PaymentError> {
    let mut tx = app.store.read().await?;
    let row = payments::payable(&mut tx, order_id.0).await?;
    let unknown = sovereign_domain::book::Refusal::UnknownOrder;
    row.ok_or(PaymentError::Engine(EngineError::Refused(unknown)))
}

fn metadata(app: &App, order: &PayableRow) -> Metadata {
    Metadata {
        sovereign: app.facts.fqdn.clone(),
        organization: order.tenant_id.clone(),
        order_id: order.id,
    }
}
