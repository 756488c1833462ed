//! Credit by day: what was granted, taken back, spent and written off, and what was outstanding in the evening.

use std::collections::BTreeMap;

use time::Date;

use super::days::Days;
use super::{Period, Snapshot, at};
use crate::storage::rollups::CreditSums;
use crate::storage::{self, reports};

/// A day of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CreditDay {
    pub(crate) date: Date,
    pub(crate) sums: CreditSums,
    /// What customers had at its end, of all that was ever granted: what the Sovereign owes them.
    pub(crate) outstanding_minor: i64,
}

#[derive(Debug)]
pub(crate) struct CreditReport {
    /// The oldest first.
    pub(crate) days: Vec<CreditDay>,
    /// Of these days.
    pub(crate) total: CreditSums,
    /// Of all time, by where the credit came from.
    pub(crate) sources: BTreeMap<String, CreditSums>,
}

impl CreditReport {
    /// What customers have now, whichever days are told of.
    pub(crate) fn outstanding_minor(&self) -> i64 {
        let each = self.sources.values().map(|sums| sums.flow.outstanding_minor());
        each.fold(0_i64, i64::saturating_add)
    }
}

/// Credit on these days.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn report(
    Snapshot { scope, tx, newer }: &mut Snapshot<'_>,
    days: Days,
) -> storage::Result<CreditReport> {
    let period = Period::of(*scope, days);
    let [before, since] = reports::sources(tx, period.begins()).await?;
    let mut sources: BTreeMap<String, CreditSums> = before.into_iter().collect();
    let mut outstanding = CreditSums::default();
    for sums in sources.values() {
        outstanding.add(*sums);
    }
    let counted = reports::credit(tx, period.spans()).await?;

    let mut by_day = period.each(|_| CreditSums::default());
    for (number, sums) in counted {
        if let Some(day) = at(&mut by_day, number) {
            day.add(sums);
        }
    }
    for (source, sums) in since {
        sources.entry(source).or_default().add(sums);
    }
    for ((source, since), sums) in &newer.sources {
        match period.place(*since).and_then(|place| by_day.get_mut(place)) {
            Some(day) => day.add(*sums),
            None if *since < period.begins() => outstanding.add(*sums),
            // After the last of these days.
            None => {}
        }
        sources.entry(source.clone()).or_default().add(*sums);
    }
    let mut outstanding_minor = outstanding.flow.outstanding_minor();
    let mut total = CreditSums::default();
    let days = period.0.iter().zip(by_day).map(|(day, sums)| {
        outstanding_minor = outstanding_minor.saturating_add(sums.flow.outstanding_minor());
        total.add(sums);
        CreditDay { date: day.date, sums, outstanding_minor }
    });
    let days = days.collect();
    Ok(CreditReport { days, total, sources })
}
