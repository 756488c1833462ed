//! A payout that somebody made by hand. It is settled once, for good: neither transfers nor banks' files pay it after
//! that.

use sovereign_domain::calendar::date_in;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use time::Date;

use super::Payout;
use super::bank_files::DAY;
use crate::rollup::agreements::Agreements;
use crate::rollup::book::payouts::{self, Method, PayoutRow, State};
use crate::rollup::book::settlements::{self, ByHand};
use crate::rollup::error::RollupError;
use crate::storage::{Store, Ts};

/// Before the rest, in what is signed: nothing else that this program signs begins so.
const DOMAIN: &str = "sovereign.rollup.settlement.v1";
/// The most characters of a reference.
const REFERENCE_MOST: usize = 140;

/// What is said of a payment by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settlement {
    /// By which it is found where it was made.
    pub(crate) reference: String,
    /// Such as `2026-12-07`, where it is said.
    pub(crate) paid_on: Option<String>,
}

impl Settlement {
    /// # Errors
    /// What is wrong with it, with the option that it is about.
    pub(crate) fn read(
        reference: &str,
        paid_on: Option<&str>,
        (agreements, now): (&Agreements, Timestamp),
    ) -> Result<Self, String> {
        let reference = reference.trim();
        let length = reference.chars().count();
        if !(1..=REFERENCE_MOST).contains(&length) || reference.contains(char::is_control) {
            return Err(format!(
                "--reference: must have 1 to {REFERENCE_MOST} characters on one line"
            ));
        }
        let paid_on = paid_on.map(|text| day(text, agreements, now)).transpose()?;
        Ok(Self { reference: reference.to_owned(), paid_on })
    }

    /// What is signed, where it takes two people. Absent where it is not known what would be settled.
    pub(crate) fn message(&self, payout: &Payout) -> Option<String> {
        let (currency, amount_minor) = payout.amount?;
        let (code, paid_on) = (currency.code(), self.paid_on.as_deref().unwrap_or("-"));
        let Payout { statement, sha256, .. } = payout;
        let reference = &self.reference;
        Some(format!(
            "{DOMAIN}\n{statement}\n{sha256}\n{amount_minor} {code}\n{reference}\n{paid_on}\n"
        ))
    }

    /// Whether this is what was settled. Who does not say the day means any.
    fn is_of(&self, row: &PayoutRow) -> bool {
        row.reference.as_deref() == Some(self.reference.as_str())
            && (self.paid_on.is_none() || self.paid_on == row.paid_on)
    }
}

fn day(text: &str, agreements: &Agreements, now: Timestamp) -> Result<String, String> {
    let day = Date::parse(text, DAY)
        .map_err(|_| format!("--paid-on: {text:?} is no day: write it as 2026-12-07"))?;
    let today = date_in(now, &agreements.zone).ok_or("the machine's clock is off")?;
    if day > today {
        return Err(format!("--paid-on: {day} is to come: settle it once it is paid"));
    }
    Ok(day.to_string())
}

/// How far a payout is that may be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum May {
    BeSettled,
    /// It is, by the same reference.
    BeLeft,
}

/// Whether a payout may be settled so.
///
/// # Errors
/// Why not, and what to do.
pub(crate) fn check(payout: &Payout, settlement: &Settlement) -> Result<May, String> {
    let statement = &payout.statement;
    let Some((currency, amount_minor)) = payout.amount else {
        let fault = payout.fault.as_deref().unwrap_or("it cannot be read");
        return Err(format!("{statement}: {fault}"));
    };
    if payout.is_nothing() {
        return Err(format!("nothing is due for {statement}"));
    }
    let Some(row) = &payout.row else { return Ok(May::BeSettled) };
    if (row.amount_minor, row.currency.as_str()) != (amount_minor, currency.code()) {
        let fault = payout.fault.as_deref().unwrap_or("the book is off");
        return Err(format!("{statement}: {fault}"));
    }
    of_row(row, settlement)
}

fn of_row(row: &PayoutRow, settlement: &Settlement) -> Result<May, String> {
    let statement = &row.statement_id;
    if row.is(State::Failed) {
        return Ok(May::BeSettled);
    }
    if row.is(State::Settled) {
        if settlement.is_of(row) {
            return Ok(May::BeLeft);
        }
        let (by, reference) = (row.settled_by.as_deref(), row.reference.as_deref());
        return Err(format!(
            "{statement} is settled by {} with the reference {:?}, paid on {}: that stays",
            by.unwrap_or("somebody"),
            reference.unwrap_or_default(),
            row.paid_on.as_deref().unwrap_or("a day that was not said"),
        ));
    }
    let month = statement.split('/').next().unwrap_or_default();
    Err(match (row.method(), row.is(State::Sent)) {
        (Method::Bank, _) => format!(
            "{statement} is in the bank's file {}: whether the bank paid, its own statement says, and nothing else of \
             this program pays it",
            row.batch_id.as_deref().unwrap_or_default()
        ),
        (_, true) => format!(
            "{statement} is paid by the transfer {}: there is nothing to settle",
            row.stripe_transfer_id.as_deref().unwrap_or_default()
        ),
        (_, false) => format!(
            "{statement} may be paid by a transfer that was begun: run `sovereign rollup pay --month {month} \
             --execute`, which asks Stripe, and settle it once it is failed"
        ),
    })
}

/// Writes down that a payout was made by hand. Where it is there already, nothing.
///
/// # Errors
/// Where it may not be settled as the book is by now, or the book cannot be read or written.
pub(crate) async fn record(
    store: &Store,
    (month, payout): (Month, &Payout),
    (settlement, by): (&Settlement, &str),
    now: Timestamp,
) -> Result<(), RollupError> {
    let Some(amount) = payout.amount else {
        return Err(RollupError::refused(format!("{}: cannot be read", payout.statement)));
    };
    let by_hand = ByHand {
        reference: &settlement.reference,
        by,
        paid_on: settlement.paid_on.as_deref(),
        at: Ts(now),
    };
    let mut tx = store.begin().await?;
    // A bank's file may be made meanwhile.
    payouts::lock_month(&mut tx, month).await?;
    let rows = payouts::of_month(&mut tx, month).await?;
    match rows.iter().find(|row| row.statement_id == payout.statement) {
        None => {
            let of = (payout.statement.as_str(), payout.masked.as_str());
            settlements::insert(&mut tx, of, amount, by_hand).await?;
        }
        Some(row) => match of_row(row, settlement).map_err(RollupError::refused)? {
            May::BeSettled => settlements::settle_failed(&mut tx, row, by_hand).await?,
            May::BeLeft => return Ok(()),
        },
    }
    tx.commit().await?;
    Ok(())
}
