//! What became of a voucher's credit by day, and in all.

use std::collections::BTreeMap;

use sovereign_domain::calendar::date_in;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};

use super::credit::CreditDay;
use super::{MAX_DAYS, Period, Scope, Snapshot};
use crate::storage::rollups::{self, CreditSums, VoucherTotals};
use crate::storage::{self, reports};

/// The credit that a voucher granted, on each day from its first redemption to today, but for the last 366 at most;
/// empty where nobody redeemed it.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn days(
    Snapshot { scope, tx, newer }: &mut Snapshot<'_>,
    voucher: &Voucher,
) -> storage::Result<Vec<CreditDay>> {
    let code = voucher.code.as_str();
    let mut times: BTreeMap<Timestamp, CreditSums> =
        reports::voucher(tx, code).await?.into_iter().collect();
    for (since, sums) in newer.vouchers.get(code).into_iter().flat_map(|newer| &newer.times) {
        times.entry(*since).or_default().add(*sums);
    }
    let Some((first, _)) = times.first_key_value() else { return Ok(Vec::new()) };
    let (first, today) = (date_in(*first, scope.zone), date_in(scope.now, scope.zone));
    let (Some(first), Some(today)) = (first, today) else { return Ok(Vec::new()) };
    let earliest = today.checked_sub(time::Duration::days(MAX_DAYS - 1)).unwrap_or(today);
    let period = Period::between(first.max(earliest), today, scope.zone);
    let mut by_day = period.each(|_| CreditSums::default());
    let mut before = CreditSums::default();
    for (since, sums) in times {
        match period.place(since).and_then(|place| by_day.get_mut(place)) {
            Some(day) => day.add(sums),
            None => before.add(sums),
        }
    }
    let mut outstanding_minor = before.flow.outstanding_minor();
    let days = period.0.iter().zip(by_day).map(|(day, sums)| {
        outstanding_minor = outstanding_minor.saturating_add(sums.flow.outstanding_minor());
        CreditDay { date: day.date, sums, outstanding_minor }
    });
    Ok(days.collect())
}

/// What became of the credit of vouchers; of those of which something did.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn totals(
    scope: Scope<'_>,
    codes: &[Code],
) -> storage::Result<BTreeMap<Code, VoucherTotals>> {
    if codes.is_empty() {
        return Ok(BTreeMap::new());
    }
    totals_in(&mut scope.snapshot().await?, codes).await
}

/// The same, of books that are open already.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn totals_in(
    Snapshot { tx, newer, .. }: &mut Snapshot<'_>,
    codes: &[Code],
) -> storage::Result<BTreeMap<Code, VoucherTotals>> {
    let mut totals = rollups::totals(tx, codes).await?;
    for code in codes {
        let Some(newer) = newer.vouchers.get(code.as_str()) else { continue };
        let flow = newer.total().flow;
        let total = totals.entry(code.clone()).or_default();
        total.taken_back_minor = total.taken_back_minor.saturating_add(flow.taken_back_minor);
        total.spent_minor = total.spent_minor.saturating_add(flow.spent_minor);
        total.expired_minor = total.expired_minor.saturating_add(flow.expired_minor);
        total.last_redeemed_at = total.last_redeemed_at.max(newer.last_redeemed_at);
    }
    Ok(totals)
}
