//! Pays a renewal that is due: by its customer, who is there, or from credit that has come since.

use sovereign_domain::book::{Answer, Command, OrderStatus, Outcome, Refusal, Retry};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::settle::{self, Hint, Settled};
use super::{PaymentError, find, session, stripe};
use crate::app::App;
use crate::engine::EngineError;
use crate::fail_point::reach;
use crate::payment::stripe::SessionStatus;
use crate::storage::payments::PayableRow;
use crate::storage::renewals;

/// What a customer who wants to pay has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PayDue {
    /// Nothing: it is paid.
    Paid,
    /// Go to this page of Stripe's.
    Redirect(String),
    /// Wait: a payment is under way.
    Processing,
}

/// A session may end, and an attempt fail, while it is looked at.
const MAX_ROUNDS: usize = 4;

/// Takes the customer of an order that is due, or waits for its payment, to where it can be paid.
///
/// # Errors
/// [`PaymentError`]; an order that has ended unpaid is refused.
pub(crate) async fn pay(app: &App, order_id: OrderId) -> Result<PayDue, PaymentError> {
    for _ in 0..MAX_ROUNDS {
        let order = find(app, order_id).await?;
        match OrderStatus::parse(&order.status) {
            Some(OrderStatus::Completed) => return Ok(PayDue::Paid),
            Some(OrderStatus::Pending) => {
                if let Some(answer) = pending(app, &order).await? {
                    return Ok(answer);
                }
            }
            Some(OrderStatus::Due) => {
                if let Some(answer) = ask(app, order_id).await? {
                    return Ok(answer);
                }
            }
            status => {
                let ended = Refusal::OrderClosed(status.unwrap_or(OrderStatus::Failed));
                return Err(PaymentError::Engine(EngineError::Refused(ended)));
            }
        }
    }
    Ok(PayDue::Processing)
}

/// Where the order's open session is; `None` where the order is to be looked at again.
async fn pending(app: &App, order: &PayableRow) -> Result<Option<PayDue>, PaymentError> {
    let stripe = stripe(app)?;
    let order_id = OrderId(order.id);
    if order.by_saved_card() {
        // It is asked at this moment.
        return Ok(Some(PayDue::Processing));
    }
    let Some(id) = &order.stripe_session_id else {
        // Its session may exist: asking for it again with the same key tells.
        return redirect(app, order_id).await;
    };
    let session = stripe.resolve(|| stripe.checkout_session(id)).await?;
    if let (Some(SessionStatus::Open), Some(url)) = (&session.status, session.url) {
        return Ok(Some(PayDue::Redirect(url)));
    }
    match settle::settle(app, order_id, Hint::None).await? {
        Settled::Completed | Settled::Returned => Ok(Some(PayDue::Paid)),
        Settled::Processing | Settled::Mismatch | Settled::Open => Ok(Some(PayDue::Processing)),
        Settled::Due | Settled::Closed => Ok(None),
    }
}

async fn ask(app: &App, order_id: OrderId) -> Result<Option<PayDue>, PaymentError> {
    let actor = Actor::system("pay-link");
    let command = Command::RetryDue { order_id, how: Retry::Customer, actor };
    match app.engine.submit(command).await? {
        Outcome::Pending { order_id, .. } => {
            reach!("payment_wanted");
            redirect(app, order_id).await
        }
        Outcome::Supersede { order_id } => {
            settle::supersede(app, order_id).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// Opens the order's session.
async fn redirect(app: &App, order_id: OrderId) -> Result<Option<PayDue>, PaymentError> {
    match session::open(app, order_id).await? {
        Answer::Checkout(answer) => Ok(answer.session_url.map(PayDue::Redirect)),
        Answer::Change(_) | Answer::Redeem(_) | Answer::Refund(_) => Ok(None),
    }
}

/// Pays what an Organization owes for its subscription, where its credit covers it by now.
pub(crate) async fn pay_from_credit(app: &App, tenant_id: &str) {
    let tried = async {
        let mut tx = app.store.read().await?;
        let due = renewals::due_orders(&mut tx, tenant_id).await?;
        drop(tx);
        for order_id in due.into_iter().map(OrderId) {
            let actor = Actor::system("new-credit");
            let command = Command::RetryDue { order_id, how: Retry::Credit, actor };
            app.engine.submit(command).await?;
        }
        Ok::<(), PaymentError>(())
    };
    // What came before stands; the schedule asks again.
    if let Err(error) = tried.await {
        tracing::warn!(tenant_id, %error, "a due renewal could not be paid from new credit");
    }
}
