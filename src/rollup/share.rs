//! Whose each movement is, and how it is shared.
//!
//! Movements are shared in the order in which the money came, in chunks of one transaction each. What goes back is
//! shared as its charge was, whichever month that was in and whatever the agreements say by now. A charge from before
//! the first month of the book was shared by nobody: its agreement of then says how it would have been, as the first
//! of its month.

mod rate;
mod sharer;

use self::sharer::Sharer;
use super::agreements::Agreements;
use super::book::charges;
use super::book::months::{self, MonthRow, Place, State};
use super::book::movements::{self, SharedRow, Unshared};
use super::error::RollupError;
use crate::fail_point::reach;
use crate::storage::Store;

/// The most movements of one transaction.
const CHUNK: i64 = 5_000;

/// Shares what is not shared yet; all of it anew where that was begun by other agreements.
///
/// # Errors
/// Where the database fails, another process is at this month, or an amount is out of range.
pub(crate) async fn share(
    store: &Store,
    month: &mut MonthRow,
    agreements: &Agreements,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<(), RollupError> {
    let is_begun_by_others =
        month.agreements_sha256.as_ref().is_some_and(|sha256| *sha256 != agreements.sha256);
    if is_begun_by_others {
        begin_anew(store, month).await?;
    }
    if month.state()? != State::Read {
        return Ok(());
    }
    let mut shared = 0_usize;
    loop {
        let count = Box::pin(share_chunk(store, month, agreements)).await?;
        reach!("rollup_chunk");
        if count == 0 {
            return Ok(());
        }
        shared = shared.saturating_add(count);
        say(format!("{}: {shared} movements shared", month.month));
    }
}

async fn begin_anew(store: &Store, month: &mut MonthRow) -> Result<(), RollupError> {
    let mut tx = store.begin().await?;
    charges::unshare(&mut tx, &month.month).await?;
    movements::unshare(&mut tx, &month.month).await?;
    month.set_state(State::Read);
    month.set_shared_until(None);
    month.agreements_sha256 = None;
    months::advance(&mut tx, month).await?;
    tx.commit().await?;
    Ok(())
}

/// Shares the next movements; answers how many they were. With the last of them the month is shared.
async fn share_chunk(
    store: &Store,
    month: &mut MonthRow,
    agreements: &Agreements,
) -> Result<usize, RollupError> {
    let mut tx = store.read().await?;
    let place = month.shared_until();
    let found = movements::behind(&mut tx, &month.month, &place, CHUNK).await?;
    let mut sharer = Sharer::load(&mut tx, agreements, &month.month, &found).await?;
    drop(tx);
    let rows: Vec<SharedRow> =
        found.iter().map(|movement| sharer.row(movement)).collect::<Result<_, _>>()?;
    month.agreements_sha256 = Some(agreements.sha256.clone());
    match found.last() {
        Some(last) => month.set_shared_until(Some(place_of(last))),
        None => month.set_state(State::Shared),
    }
    let mut tx = store.begin().await?;
    movements::share(&mut tx, rows).await?;
    sharer.write(&mut tx, &month.month).await?;
    months::advance(&mut tx, month).await?;
    tx.commit().await?;
    Ok(found.len())
}

fn place_of(movement: &Unshared) -> Place {
    Place { at: movement.occurred_at, rank: movement.rank, id: movement.id.clone() }
}

#[cfg(test)]
mod tests;
