//! A checkout from the request to its answer, a card's part included.

use std::sync::Arc;

use sovereign_domain::book::{Command, Outcome};

use super::{PaymentError, session, settle};
use crate::app::App;
use crate::fail_point::reach;

/// A person has one pending order; a second one only where two of their requests race.
const MAX_ROUNDS: usize = 4;

/// Submits a checkout. Where a card is to pay, its session is opened; where an order of the Organization is
/// in the way, that one is ended first.
///
/// # Errors
/// [`PaymentError`].
pub(crate) async fn submit(app: &App, command: Command) -> Result<Outcome, PaymentError> {
    let command = Arc::new(command);
    for _ in 0..MAX_ROUNDS {
        match app.engine.submit(Arc::clone(&command)).await? {
            Outcome::Pending { order_id, .. } => {
                reach!("order_pending");
                let answer = session::open(app, order_id).await?;
                return Ok(Outcome::Answered { answer, replayed: false });
            }
            Outcome::Supersede { order_id } => settle::supersede(app, order_id).await?,
            answered => return Ok(answered),
        }
    }
    Err(PaymentError::Unresolved("another checkout of this Organization is under way".into()))
}
