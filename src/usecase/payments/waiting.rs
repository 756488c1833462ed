//! Looks after orders that wait for a payment: what Stripe never told, or what a crash cut off.

use sovereign_domain::ids::OrderId;

use super::{PaymentError, session, settle};
use crate::app::App;
use crate::storage::payments;
use crate::usecase::done::Done;

/// How long an order waits before it is asked about: until then its customer, or Stripe's event, may be
/// about to.
const PATIENCE_SECONDS: i64 = 120;
/// The most orders of one run; the next run takes the rest.
const RUN: i64 = 100;

/// Settles the orders that have waited for a while, where cards are taken. One of them may have to wait on,
/// so that there is never more to do at once.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn step(app: &App) -> Result<Done, PaymentError> {
    if app.payments.stripe().is_none() {
        return Ok(Done::all(0));
    }
    let before = app.clock.now().plus_seconds(-PATIENCE_SECONDS);
    let mut tx = app.store.read().await?;
    let waiting = payments::waiting(&mut tx, before, RUN).await?;
    drop(tx);
    let count = waiting.len();
    for order_id in waiting.into_iter().map(OrderId) {
        // One order that cannot be settled holds no other one up.
        if let Err(error) = look_after(app, order_id).await {
            tracing::warn!(%order_id, %error, "the order could not be settled; it will be tried again");
        }
    }
    Ok(Done::all(count))
}

async fn look_after(app: &App, order_id: OrderId) -> Result<(), PaymentError> {
    let order = super::find(app, order_id).await?;
    if order.stripe_session_id.is_none() {
        // Nobody knows whether its session was made. Asking with the same key settles that.
        match session::open(app, order_id).await {
            Ok(_) => {}
            Err(PaymentError::Refused(_)) => return Ok(()),
            Err(PaymentError::Unresolved(_)) => return session::give_up(app, order_id).await,
            Err(error) => return Err(error),
        }
    }
    settle::settle(app, order_id, None).await.map(|_| ())
}
