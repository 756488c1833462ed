//! Tells owners of credit that will expire before it can be spent: two weeks before, and two days before.
//!
//! What is told stands with the lot, in the transaction that files the letter, under the wallet's lock: a lot is
//! told of once at each step, whoever looks how often. An end that moves is another one.

use sovereign_domain::book::LetterKind;
use sovereign_domain::timestamp::Timestamp;

use super::{Summary, read};
use crate::app::App;
use crate::storage::ledger as rows;
use crate::storage::provisions::organization_lives;
use crate::storage::wallets::{self, LotRow};
use crate::storage::{Result, Tx, letters, moves};
use crate::usecase::done::Done;

/// How many days before the end, the first time first.
pub(crate) const STEPS_DAYS: [i16; 2] = [14, 2];
/// The most wallets that are looked at together.
const PAGE: i64 = 200;

/// A lot, and what will be left of it at its end.
#[derive(Debug, Clone)]
pub(crate) struct Ending {
    pub(crate) lot: LotRow,
    pub(crate) amount_minor: i64,
    pub(crate) expires_at: Timestamp,
}

/// Files the letters that are due; counts the wallets that were looked at.
///
/// # Errors
/// Where the database fails.
pub async fn warn_of_expiry(app: &App) -> Result<Done> {
    let now = app.clock.now();
    let mut count = 0_usize;
    for days in STEPS_DAYS {
        let until = now.plus_days(days.into());
        let mut last = String::new();
        loop {
            let mut tx = app.store.read().await?;
            let page = wallets::ending(&mut tx, (now, until, days), &last, PAGE).await?;
            drop(tx);
            let Some(end) = page.last() else { break };
            last.clone_from(end);
            count = count.saturating_add(page.len());
            for tenant_id in &page {
                tell(app, tenant_id, now).await?;
            }
        }
    }
    Ok(Done::all(count))
}

/// Files the letter of one wallet, where one of its lots is to be told of.
async fn tell(app: &App, tenant_id: &str, now: Timestamp) -> Result<()> {
    let mut tx = app.store.begin().await?;
    wallets::lock(&mut tx, tenant_id).await?;
    // It may have set out for another Sovereign since the page was read.
    if moves::is_away(&mut tx, tenant_id).await? {
        return Ok(());
    }
    let mut told = false;
    for ending in ends_soon(app, &mut tx, tenant_id).await? {
        let days = step_of(ending.expires_at, now);
        let known = ending.lot.warned_for.is_some_and(|end| end.0 == ending.expires_at)
            && ending.lot.warned_days.is_some_and(|told| told <= days);
        if !known {
            wallets::warned(&mut tx, &ending.lot, days).await?;
            told = true;
        }
    }
    if !told {
        return Ok(());
    }
    letters::insert(&mut tx, app.new_id(), LetterKind::CreditExpires, tenant_id, now).await?;
    tx.commit().await
}

/// The last step that has come of an end that is near.
fn step_of(expires_at: Timestamp, now: Timestamp) -> i16 {
    let [first, last] = STEPS_DAYS;
    if expires_at <= now.plus_days(last.into()) { last } else { first }
}

/// What of an Organization's credit will expire unused within the days of the first step, the earliest first;
/// nothing where it is deleted.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn ends_soon(app: &App, tx: &mut Tx, tenant_id: &str) -> Result<Vec<Ending>> {
    if !organization_lives(tx, tenant_id).await? {
        return Ok(Vec::new());
    }
    let Some(account) = rows::account(tx, tenant_id).await? else { return Ok(Vec::new()) };
    let Summary { lots, unused, .. } = read(app, tx, account).await?;
    let by = app.clock.now().plus_days(STEPS_DAYS[0].into());
    let ending = unused.into_iter().filter(|unused| unused.expires_at <= by).filter_map(|unused| {
        let lot = lots.iter().find(|lot| lot.id == unused.lot_id.0)?.clone();
        Some(Ending { lot, amount_minor: unused.amount_minor, expires_at: unused.expires_at })
    });
    Ok(ending.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_that_has_come_counts() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let step = |seconds| step_of(now.plus_seconds(seconds), now);
        assert_eq!((step(1), step(2 * 86_400), step(2 * 86_400 + 1)), (2, 2, 14));
    }
}
