//! Reads into the book what moved at the processor in a month: all balance transactions, page by page.
//!
//! A page and the place of its last transaction are written in one transaction, so that whoever is killed goes on where
//! they were. What the processor lists only after a month was closed is found in the next one, which begins two days
//! earlier: it is on that one's statements, with the date that it has.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::book::months::{self, MonthRow, State};
use super::book::movements::{self, NewMovement, SkippedRow};
use super::error::RollupError;
use super::movement::{self, Found};
use crate::fail_point::reach;
use crate::payment::stripe::{
    BalanceTransaction, Created, List, Listed, Stripe, StripeError, StripeResult,
};
use crate::storage::Store;

/// How much earlier than its month a reading begins.
pub(crate) const OVERLAP_DAYS: i64 = 2;
/// How often a page is asked for, each time as often as [`Stripe::resolve`] does.
const ROUNDS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause, whatever Stripe asks for.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// After so many movements it says how far it is.
const SAY_EACH: u64 = 10_000;

/// Reads what is not read yet. With `after_another`, the month before is closed, and what is dated in it and not in the
/// book belongs to this one.
///
/// # Errors
/// Where Stripe does not answer for long, the database fails, or another process is at this month.
pub(crate) async fn read(
    store: &Store,
    stripe: &Stripe,
    month: &mut MonthRow,
    after_another: bool,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<(), RollupError> {
    if month.state()? != State::Reading {
        return Ok(());
    }
    let created = Created { from: Some(month.read_from.0), before: Some(month.ends_at.0) };
    let mut list = stripe.balance_transactions(created, month.read_after.as_deref());
    let mut read = 0_u64;
    loop {
        let page = patiently(&mut list).await?;
        let Some(last) = page.last() else { break };
        month.read_after = Some(last.id.clone());
        let before = read;
        read = read.saturating_add(write(store, month, &page, after_another).await?);
        reach!("rollup_page");
        if before / SAY_EACH != read / SAY_EACH {
            let round = read / SAY_EACH * SAY_EACH;
            say(format!("{}: over {round} movements read", month.month));
        }
    }
    let mut tx = store.begin().await?;
    month.set_state(State::Read);
    months::advance(&mut tx, month).await?;
    let all = movements::count(&mut tx, &month.month).await?;
    tx.commit().await?;
    say(format!("{}: all {all} movements read", month.month));
    Ok(())
}

/// Writes a page; answers how many movements were new.
async fn write(
    store: &Store,
    month: &mut MonthRow,
    page: &[BalanceTransaction],
    after_another: bool,
) -> Result<u64, RollupError> {
    let (mut moved, mut skipped) = (Vec::new(), BTreeMap::new());
    let begins = month.begins_at.0.seconds();
    for transaction in page {
        let is_early = transaction.created < begins;
        match movement::read(transaction, &month.month) {
            Found::Movement(movement) if !is_early || after_another => moved.push(*movement),
            Found::Other(kind) if !is_early => {
                let count: &mut i64 = skipped.entry(kind).or_default();
                *count = count.saturating_add(1);
            }
            Found::Movement(_) | Found::Other(_) => {}
        }
    }
    let mut tx = store.begin().await?;
    let new = movements::insert(&mut tx, distinct(moved)).await?;
    let skipped = skipped.into_iter().map(|(type_name, transactions)| SkippedRow {
        type_name,
        month: month.month.clone(),
        transactions,
    });
    movements::skip(&mut tx, skipped.collect()).await?;
    months::advance(&mut tx, month).await?;
    tx.commit().await?;
    Ok(new)
}

/// Each once, should a page have one twice.
fn distinct(moved: Vec<NewMovement>) -> Vec<NewMovement> {
    let by_id: BTreeMap<String, NewMovement> =
        moved.into_iter().map(|movement| (movement.id.clone(), movement)).collect();
    by_id.into_values().collect()
}

/// The next page, however long it takes within reason: nobody waits for this, and a month has many pages.
pub(crate) async fn patiently<T: DeserializeOwned + Listed>(
    list: &mut List<'_, T>,
) -> StripeResult<Vec<T>> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..ROUNDS {
        let wait = match list.page().await {
            Err(StripeError::RateLimited { retry_after }) => retry_after.unwrap_or(pause),
            Err(StripeError::Unknown(_)) => pause,
            decided => return decided,
        };
        tokio::time::sleep(pause_of(wait)).await;
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
    list.page().await
}

/// At least as long as was asked for, and no longer than is bearable; a little more, so that several who were turned
/// away together do not come back together.
fn pause_of(wait: Duration) -> Duration {
    let wait = wait.min(LONGEST_PAUSE);
    wait.saturating_add(rand::random_range(Duration::ZERO..=wait / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded() {
        for (asked, most) in [(0, 0), (4, 5), (120, 150), (86_400, 150)] {
            let pause = pause_of(Duration::from_secs(asked));
            assert!(pause >= Duration::from_secs(asked).min(LONGEST_PAUSE), "{asked}");
            assert!(pause <= Duration::from_secs(most), "{asked}");
        }
    }
}
