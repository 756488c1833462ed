//! What customers paid by day: with cards, and with credit.

use time::Date;

use super::days::Days;
use super::{Period, Snapshot, at};
use crate::storage::{self, reports};
use crate::usecase::rollup;

#[derive(Debug, Clone, Copy)]
pub(crate) struct RevenueDay {
    pub(crate) date: Date,
    /// How often cards paid for orders and renewals.
    pub(crate) payments: i64,
    pub(crate) card_minor: i64,
    /// What refunds that were made on this day sent back to cards; those that failed did not.
    pub(crate) card_refunded_minor: i64,
    /// Credit that was spent, less what refunds put back.
    pub(crate) credit_minor: i64,
}

/// What was paid on each of these days, the oldest first.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn report(
    Snapshot { scope, tx, newer }: &mut Snapshot<'_>,
    days: Days,
) -> storage::Result<Vec<RevenueDay>> {
    let period = Period::of(*scope, days);
    let newer_payments = rollup::newer_payments(tx, scope.now).await?;
    let credit = reports::credit(tx, period.spans()).await?;
    let cards = reports::cards(tx, period.spans()).await?;
    let refunds = reports::card_refunds(tx, period.spans()).await?;

    let mut days = period.each(|date| RevenueDay {
        date,
        payments: 0,
        card_minor: 0,
        card_refunded_minor: 0,
        credit_minor: 0,
    });
    let spend = |day: &mut RevenueDay, minor: i64| {
        day.credit_minor = day.credit_minor.saturating_add(minor);
    };
    let pay = |day: &mut RevenueDay, (payments, minor): (i64, i64)| {
        day.payments = day.payments.saturating_add(payments);
        day.card_minor = day.card_minor.saturating_add(minor);
    };
    for (number, sums) in credit {
        if let Some(day) = at(&mut days, number) {
            spend(day, sums.flow.spent_minor);
        }
    }
    for ((_, since), sums) in &newer.sources {
        let day = period.place(*since).and_then(|place| days.get_mut(place));
        if let Some(day) = day {
            spend(day, sums.flow.spent_minor);
        }
    }
    for row in cards {
        if let Some(day) = at(&mut days, row.number) {
            pay(day, (row.count, row.minor));
        }
    }
    for (since, paid) in newer_payments.times {
        let day = period.place(since).and_then(|place| days.get_mut(place));
        if let Some(day) = day {
            pay(day, paid);
        }
    }
    for row in refunds {
        if let Some(day) = at(&mut days, row.number) {
            day.card_refunded_minor = row.minor;
        }
    }
    Ok(days)
}
