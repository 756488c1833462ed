//! The list in other orders than the newest first, where few vouchers pass its filter: all of them are found as the
//! newest are, and put in order here. A walk along the order could meet a million of others first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;

use super::batch;
use super::cursor::Cursor;
use super::voucher_list::{self, Filter};
use super::voucher_sorted::{By, FIRST, LAST, Order, is_beginning};
use super::vouchers::CodeKey;
use super::{Result, Ts, Tx};

/// The most that are put in order here.
const FEW: usize = 1_000;

from_row! {
    #[derive(Debug)]
    struct Sums {
        code: String,
        spent_minor: i64,
        last_redeemed_at: Option<Ts>,
        redemptions: i64,
    }
}

/// Vouchers in this order, after a cursor, each with its own. `None` where there may be more than few.
pub(super) async fn list(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    after: &Cursor,
    limit: i64,
) -> Result<Option<Vec<(Voucher, Cursor)>>> {
    if filter.is_of_any() {
        return Ok(None);
    }
    let most = i64::try_from(FEW).unwrap_or(i64::MAX).saturating_add(1);
    let found = voucher_list::list(tx, filter, &Cursor::newest(), most).await?;
    if found.len() > FEW {
        return Ok(None);
    }
    let sums = sums(tx, &found).await?;
    let placed = found.into_iter().map(|voucher| {
        let place = place(order, &voucher, sums.get(voucher.code.as_str()));
        (voucher, place)
    });
    let is_after = |place: &Cursor| is_beginning(after) || compare(order, after, place).is_lt();
    let mut placed: Vec<(Voucher, Cursor)> = placed.filter(|(_, place)| is_after(place)).collect();
    placed.sort_by(|(_, a), (_, b)| compare(order, a, b));
    placed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Some(placed))
}

/// What became of each, by code.
async fn sums(tx: &mut Tx, vouchers: &[Voucher]) -> Result<BTreeMap<String, Sums>> {
    const SQL: &str = "WITH v (wanted) AS ({rows}) \
                       SELECT t.code, t.spent_minor, t.last_redeemed_at, t.redemptions \
                       FROM v JOIN voucher_totals t ON t.code = v.wanted";
    let keys = vouchers.iter().map(|voucher| CodeKey { wanted: voucher.code.as_str() });
    let rows: Vec<Sums> = batch::fetch(tx, SQL, keys.collect()).await?;
    Ok(rows.into_iter().map(|sums| (sums.code.clone(), sums)).collect())
}

/// A voucher's own place: the same as along the order.
fn place(order: Order, voucher: &Voucher, sums: Option<&Sums>) -> Cursor {
    let code = voucher.code.as_str();
    let at = |created_at: Timestamp| Cursor { created_at, key: code.to_owned() };
    let number = |number: i64| (number > 0).then(|| Timestamp::from_micros(number));
    let value = match order.by {
        By::Issued | By::Code => return at(voucher.created_at),
        By::Credit => return at(Timestamp::from_micros(voucher.credit_minor)),
        By::Spent => sums.and_then(|sums| number(sums.spent_minor)),
        By::Used => sums.and_then(|sums| number(sums.redemptions)),
        By::LastRedeemed => sums.and_then(|sums| sums.last_redeemed_at).map(|at| at.0),
    };
    match value {
        Some(value) => Cursor { created_at: value, key: format!("{FIRST}{code}") },
        None => Cursor { created_at: voucher.created_at, key: format!("{LAST}{code}") },
    }
}

/// Which of two places comes first.
fn compare(order: Order, a: &Cursor, b: &Cursor) -> Ordering {
    let is_last = |place: &Cursor| order.by.totals().is_some() && place.key.starts_with(LAST);
    let forward = match order.by {
        By::Code => a.key.cmp(&b.key),
        _ => is_last(a)
            .cmp(&is_last(b))
            .then_with(|| (b.created_at, &b.key).cmp(&(a.created_at, &a.key))),
    };
    if order.is_reversed { forward.reverse() } else { forward }
}
