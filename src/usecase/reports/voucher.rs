//! What became of a voucher's credit by day, and in all.

use std::collections::BTreeMap;

use sovereign_domain::calendar::date_in;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Code, Voucher};

use super::credit::CreditDay;
use super::{MAX_DAYS, Period, Scope};
use crate::app::App;
use crate::storage::rollups::{self, CreditSums, VoucherTotals};
use crate::storage::{self, reports};
use crate::usecase::rollup;

/// The credit that a voucher granted, on each day from its first redemption to today, but for the last 366 at most;
/// empty where nobody redeemed it.
///
/// # Errors
/// Where the database fails, or a line of the ledger cannot be read.
pub(crate) async fn days(app: &App, voucher: &Voucher) -> storage::Result<Vec<CreditDay>> {
    let now = app.clock.now();
    let mut tx = app.store.snapshot().await?;
    let mut newer = rollup::newer(&mut tx, now).await?;
    let mut times: BTreeMap<Timestamp, CreditSums> =
        reports::voucher(&mut tx, voucher.code.as_str()).await?.into_iter().collect();
    drop(tx);
    let newer = newer.vouchers.remove(voucher.code.as_str()).unwrap_or_default();
    for (since, sums) in newer.times {
        times.entry(since).or_default().add(sums);
    }
    let Some((first, _)) = times.first_key_value() else { return Ok(Vec::new()) };
    let (Some(first), Some(today)) = (date_in(*first, &app.zone), date_in(now, &app.zone)) else {
        return Ok(Vec::new());
    };
    let earliest = today.checked_sub(time::Duration::days(MAX_DAYS - 1)).unwrap_or(today);
    let period = Period::between(first.max(earliest), today, &app.zone);
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
    let mut tx = scope.store.snapshot().await?;
    let newer = rollup::newer(&mut tx, scope.now).await?;
    let mut totals = rollups::totals(&mut tx, codes).await?;
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
