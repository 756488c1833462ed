//! What revoking vouchers touches, and what it leaves: who holds credit from them, and which orders wait with them.
//! Nothing of that is taken from anybody; whoever revokes should know it.

use std::collections::BTreeSet;

use sovereign_domain::voucher::{Code, Voucher};

use super::list_vouchers::Wanted;
use super::paging::PageError;
use crate::app::App;
use crate::storage::cursor::Cursor;
use crate::storage::{self, Tx, voucher_held, voucher_list};

/// The most vouchers, and the most redemptions of them, that are counted one by one.
pub(crate) const MOST: i64 = 10_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Impact {
    /// Organizations that have something left of the credit.
    pub(crate) customers: i64,
    /// What they have left of it together.
    pub(crate) outstanding_minor: i64,
    /// Orders that reserved it and wait for their payment.
    pub(crate) orders: i64,
    pub(crate) reserved_minor: i64,
}

/// What revoking a voucher touches; `None` where it was redeemed too often to be counted.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn of_voucher(app: &App, voucher: &Voucher) -> storage::Result<Option<Impact>> {
    let mut tx = app.store.read_across().await?;
    of(&mut tx, std::slice::from_ref(voucher)).await
}

/// The same of all that the list has; `None` where those or their redemptions are too many to be counted.
///
/// # Errors
/// Where something of `wanted` is not understood, or the database fails.
pub(crate) async fn of_wanted(app: &App, wanted: &Wanted<'_>) -> Result<Option<Impact>, PageError> {
    let mut tx = app.store.read_across().await?;
    let filter = wanted.filter(&mut tx, app.clock.now()).await?;
    let most = MOST.saturating_add(1);
    let found = Box::pin(voucher_list::list(&mut tx, &filter, &Cursor::newest(), most)).await?;
    if i64::try_from(found.len()).is_ok_and(|count| count <= MOST) {
        return Ok(of(&mut tx, &found).await?);
    }
    Ok(None)
}

async fn of(tx: &mut Tx, vouchers: &[Voucher]) -> storage::Result<Option<Impact>> {
    // Whoever redeemed what is revoked already loses nothing by it either.
    let times = |voucher: &Voucher| {
        let here = voucher.times_redeemed.saturating_sub(voucher.adopted_redemptions);
        if voucher.deleted_at.is_none() { here.max(0) } else { 0 }
    };
    if vouchers.iter().map(times).fold(0_i64, i64::saturating_add) > MOST {
        return Ok(None);
    }
    let redeemed = vouchers.iter().filter(|voucher| times(voucher) > 0);
    let codes: Vec<Code> = redeemed.map(|voucher| voucher.code.clone()).collect();
    let mut impact = Impact::default();
    let mut customers = BTreeSet::new();
    for row in voucher_held::of(tx, &codes).await? {
        if row.state == "reserved" {
            impact.orders = impact.orders.saturating_add(1);
            impact.reserved_minor = impact.reserved_minor.saturating_add(row.credit_minor);
        } else if row.remaining_minor > 0 {
            impact.outstanding_minor = impact.outstanding_minor.saturating_add(row.remaining_minor);
            customers.insert(row.tenant_id);
        }
    }
    impact.customers = i64::try_from(customers.len()).unwrap_or(i64::MAX);
    Ok(Some(impact))
}
