//! Looks after orders that wait for a payment: what Stripe never told, or what a crash cut off.

use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::settle::{self, Hint};
use super::{PaymentError, charge, session};
use crate::app::App;
use crate::storage::Ts;
use crate::storage::payments::{self, WaitingSince};
use crate::usecase::done::Done;

/// How long an order waits before it is asked about: until then its customer, or Stripe's event, may be
/// about to.
const PATIENCE_SECONDS: i64 = 120;
/// How many orders are read at once.
const PAGE: i64 = 50;

/// Settles all orders that have waited for a while, where cards are taken.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn step(app: &App) -> Result<Done, PaymentError> {
    if app.payments.stripe().is_none() {
        return Ok(Done::all(0));
    }
    let before = app.clock.now().plus_seconds(-PATIENCE_SECONDS);
    let mut last: WaitingSince = (Ts(Timestamp::from_seconds(0)), Uuid::nil());
    let mut count = 0_usize;
    loop {
        let mut tx = app.store.read().await?;
        let page = payments::waiting(&mut tx, before, last, PAGE).await?;
        drop(tx);
        // Those that wait on are not asked about again: the next page is after them.
        let Some(end) = page.last() else { return Ok(Done::all(count)) };
        last = *end;
        count = count.saturating_add(page.len());
        for order_id in page.into_iter().map(|(_, id)| OrderId(id)) {
            // One order that cannot be settled holds no other one up.
            if let Err(error) = look_after(app, order_id).await {
                tracing::warn!(
                    %order_id, %error, "the order could not be settled; it will be tried again"
                );
            }
        }
    }
}

async fn look_after(app: &App, order_id: OrderId) -> Result<(), PaymentError> {
    let order = super::find(app, order_id).await?;
    if order.by_saved_card() {
        return charge::charge(app, order_id).await.map(|_| ());
    }
    if order.stripe_session_id.is_none() {
        // Nobody knows whether its session was made. Asking with the same key settles that.
        match session::open(app, order_id).await {
            Ok(_) => {}
            Err(PaymentError::Refused(_)) => return Ok(()),
            Err(PaymentError::Unresolved(_)) => return session::give_up(app, order_id).await,
            Err(error) => return Err(error),
        }
    }
    settle::settle(app, order_id, Hint::None).await.map(|_| ())
}
