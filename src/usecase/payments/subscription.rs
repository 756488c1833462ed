//! Ends a subscription, or lets it go on.

use sovereign_domain::book::{Cancel, CancelAt, Command, Outcome};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::{PaymentError, settle};
use crate::app::App;
use crate::storage::organization_life as life;

/// A renewal that waits for its payment may be in the way; ended, it is due, and ends with the rest.
const MAX_ROUNDS: usize = 3;

/// # Errors
/// [`PaymentError`]; nothing changed.
pub(crate) async fn cancel(
    app: &App,
    tenant_id: &str,
    at: CancelAt,
    actor: Actor,
) -> Result<(), PaymentError> {
    for _ in 0..MAX_ROUNDS {
        let request = Cancel { actor: actor.clone(), tenant_id: tenant_id.into(), at };
        match app.engine.submit(Command::Cancel(request)).await? {
            Outcome::Supersede { order_id } => settle::supersede(app, order_id).await?,
            _ => return Ok(()),
        }
    }
    Err(PaymentError::InProgress)
}

/// Ends what a deleted Organization has: the order that waits, and the subscription.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(super) async fn end(app: &App, tenant_id: &str, actor: Actor) -> Result<(), PaymentError> {
    for _ in 0..MAX_ROUNDS {
        let end = Command::EndOrganization { tenant_id: tenant_id.into(), actor: actor.clone() };
        match app.engine.submit(end).await? {
            Outcome::Supersede { order_id } => settle::supersede(app, order_id).await?,
            _ => return Ok(()),
        }
    }
    Err(PaymentError::InProgress)
}

/// Ends the order of a suspended Organization that waits for a payment, at Stripe first. One that turns out to be
/// paid is completed instead.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(crate) async fn close_pending(app: &App, tenant_id: &str) -> Result<(), PaymentError> {
    let mut tx = app.store.read().await?;
    let order = life::pending_order(&mut tx, tenant_id).await?;
    drop(tx);
    match order {
        Some(id) => settle::supersede(app, OrderId(id)).await,
        None => Ok(()),
    }
}

/// # Errors
/// [`PaymentError`]; nothing changed.
pub(crate) async fn resume(app: &App, tenant_id: &str, actor: Actor) -> Result<(), PaymentError> {
    app.engine.submit(Command::Resume { tenant_id: tenant_id.into(), actor }).await?;
    Ok(())
}
