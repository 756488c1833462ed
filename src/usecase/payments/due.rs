//! Pays an order that waits for its customer: from its page, whoever opens that.

use sovereign_domain::book::{OrderStatus, Refusal};
use sovereign_domain::ids::OrderId;

use super::settle::{self, Settled};
use super::{PaymentError, find, session, stripe};
use crate::app::App;
use crate::engine::EngineError;
use crate::payment::stripe::SessionStatus;

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PayDue {
    /// It is paid, now or before.
    Paid,
    /// By a card, on this page.
    Redirect(String),
    /// It is paid, and not yet cleared.
    Processing,
}

/// Has an order paid.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(crate) async fn pay(app: &App, order_id: OrderId) -> Result<PayDue, PaymentError> {
    let order = find(app, order_id).await?;
    let closed = |status| PaymentError::Engine(EngineError::Refused(Refusal::OrderClosed(status)));
    match OrderStatus::parse(&order.status) {
        Some(OrderStatus::Completed) => return Ok(PayDue::Paid),
        Some(OrderStatus::Pending) => {}
        status => return Err(closed(status.unwrap_or(OrderStatus::Failed))),
    }
    if order.stripe_session_id.is_none() {
        session::open(app, order_id).await?;
    }
    let stripe = stripe(app)?;
    let order = find(app, order_id).await?;
    let Some(id) = order.stripe_session_id.as_deref() else {
        return Err(PaymentError::Unresolved("the order has no session".into()));
    };
    let session = stripe.resolve(|| stripe.checkout_session(id)).await?;
    if session.status == Some(SessionStatus::Open)
        && let Some(url) = session.url
    {
        return Ok(PayDue::Redirect(url));
    }
    match settle::settle(app, order_id, None).await? {
        Settled::Completed => Ok(PayDue::Paid),
        Settled::Processing => Ok(PayDue::Processing),
        Settled::Closed | Settled::Returned => Err(closed(OrderStatus::Expired)),
        Settled::Open | Settled::Mismatch => {
            Err(PaymentError::Unresolved("the payment is not settled".into()))
        }
    }
}
