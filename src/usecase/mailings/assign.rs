//! Giving the codes of a mailing to its addresses, once all of them are made.

use sovereign_domain::mailing::MailingState;
use uuid::Uuid;

use super::mailing::{MailingError, locked};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::{self, mailing_addresses as address_rows, mailings as rows};

/// How many addresses get their code in one transaction.
const SLICE: i64 = 1_000;
/// The most transactions of one step.
const SLICES: usize = 10;

/// Gives codes to addresses that have none; counts them.
///
/// # Errors
/// Where the database fails.
pub(super) async fn step(app: &App) -> storage::Result<usize> {
    let mut count = 0_usize;
    for _ in 0..SLICES {
        let next = {
            let mut tx = app.store.read().await?;
            rows::with_codes(&mut tx).await?
        };
        let Some(id) = next else { break };
        count = count.saturating_add(slice(app, id).await?);
    }
    Ok(count)
}

/// The next addresses get the next codes, in their order: killed at any moment, whoever goes on gives the others theirs.
async fn slice(app: &App, id: Uuid) -> storage::Result<usize> {
    let mut tx = app.store.begin().await?;
    match locked(&mut tx, id).await {
        Ok(MailingState::Running) => {}
        Err(MailingError::Storage(error)) => return Err(error),
        // Somebody has stopped it.
        Ok(_) | Err(_) => return Ok(0),
    }
    let places = address_rows::codeless(&mut tx, id, SLICE).await?;
    let codes = address_rows::free_codes(&mut tx, id, SLICE).await?;
    if codes.len() < places.len() {
        let text = format!("mailing {id}: {} codes for {} addresses", codes.len(), places.len());
        return Err(storage::Error::Corrupt(text));
    }
    let pairs: Vec<(i32, String)> = places.into_iter().zip(codes).collect();
    address_rows::assign(&mut tx, id, &pairs, app.clock.now()).await?;
    reach!("mailing_assigned");
    tx.commit().await?;
    Ok(pairs.len())
}
