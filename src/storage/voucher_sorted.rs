//! The list of vouchers in other orders than the newest first: by code, and by what became of their credit, as far as the
//! ledger is added up (`rollups.rs`). Of those orders the vouchers of which nothing became come last, the newest first.

use std::collections::BTreeMap;

use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Voucher, VoucherStatus};

use super::batch;
use super::cursor::Cursor;
use super::voucher_few;
use super::voucher_list::Filter;
use super::vouchers::{CodeKey, VoucherRow, columns};
use super::{Result, Ts, Tx, on_db};

/// What vouchers are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// From A to Z.
    Code,
    /// The most spent first.
    Spent,
    /// The last redeemed first.
    LastRedeemed,
}

/// How many vouchers the list has after a cursor.
pub(crate) async fn count(tx: &mut Tx, filter: &Filter, after: &Cursor) -> Result<i64> {
    let sql = match filter.tag {
        None => by_status!(filter.status, counted),
        Some(_) => by_status!(filter.status, counted_of_tag),
    };
    Ok(on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(0_i64)
        .bind(filter.pattern())
        .bind(Ts(filter.now))
        .bind(filter.campaign.map(|id| id.0))
        .bind(filter.bulk)
        .bind(filter.tag.as_ref().map(Tag::as_str))
        .fetch_one(c)
        .await)?)
}

from_row! {
    #[derive(Debug)]
    struct AtMoment {
        code: String,
        value: Ts,
    }
}

from_row! {
    #[derive(Debug)]
    struct OfAmount {
        code: String,
        value: i64,
    }
}

/// A code, and its place in the order.
type Place = (String, Cursor);

/// What a cursor's key begins with: whether something became of that voucher's credit, or nothing.
pub(super) const FIRST: &str = "0";
pub(super) const LAST: &str = "1";

/// Vouchers in this order, after a cursor, each with its own.
pub(crate) async fn list(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<(Voucher, Cursor)>> {
    if let Some(few) = voucher_few::list(tx, (filter, order), after, limit).await? {
        return Ok(few);
    }
    let places = match order {
        Order::Code => first_of(tx, (filter, order), (after, limit)).await?,
        Order::Spent | Order::LastRedeemed => ranked(tx, (filter, order), after, limit).await?,
    };
    let mut vouchers = of_codes(tx, &places).await?;
    let rows =
        places.into_iter().filter_map(|(code, place)| Some((vouchers.remove(&code)?, place)));
    Ok(rows.collect())
}

/// Those of which something became, and then the others.
async fn ranked(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Place>> {
    let at = |key: &str| Cursor { created_at: after.created_at, key: key.to_owned() };
    let mut places = Vec::new();
    let among_the_last = after.key.strip_prefix(LAST);
    if among_the_last.is_none() {
        let after = at(after.key.strip_prefix(FIRST).unwrap_or_default());
        places = first_of(tx, (filter, order), (&after, limit)).await?;
    }
    let left = limit.saturating_sub(i64::try_from(places.len()).unwrap_or(i64::MAX));
    if left > 0 {
        let sql = if order == Order::Spent {
            by_status!(filter.status, unspent)
        } else {
            by_status!(filter.status, never_redeemed)
        };
        let from = among_the_last.map_or_else(Cursor::newest, at);
        places.extend(moments(tx, sql, filter, (&from, left), LAST).await?);
    }
    Ok(places)
}

/// The first of an order. Of a tag they are looked for where the order begins, and if that is not enough among all that have
/// it: so neither a tag that most have nor one that few have takes long.
async fn first_of(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    (after, limit): (&Cursor, i64),
) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for sql in statements(filter, order) {
        places = match order {
            Order::Code => moments(tx, sql, filter, (after, limit), "").await?,
            Order::LastRedeemed => moments(tx, sql, filter, (after, limit), FIRST).await?,
            Order::Spent => amounts(tx, sql, filter, (after, limit)).await?,
        };
        if i64::try_from(places.len()).is_ok_and(|found| found >= limit) {
            break;
        }
    }
    Ok(places)
}

/// The statements that are asked one after the other, until there is enough.
fn statements(filter: &Filter, order: Order) -> Vec<&'static str> {
    let status = filter.status;
    match (order, &filter.tag) {
        (Order::Code, None) => vec![by_status!(status, from_a_to_z)],
        (Order::Spent, None) => vec![by_status!(status, most_spent)],
        (Order::LastRedeemed, None) => vec![by_status!(status, last_redeemed)],
        (Order::Code, Some(_)) => {
            vec![by_status!(status, from_a_to_z_near), by_status!(status, from_a_to_z_of_tag)]
        }
        (Order::Spent, Some(_)) => {
            vec![by_status!(status, most_spent_near), by_status!(status, most_spent_of_tag)]
        }
        (Order::LastRedeemed, Some(_)) => {
            vec![by_status!(status, last_redeemed_near), by_status!(status, last_redeemed_of_tag)]
        }
    }
}

/// Places that are moments; the keys of their cursors begin with `mark`.
async fn moments(
    tx: &mut Tx,
    sql: &'static str,
    filter: &Filter,
    (after, limit): (&Cursor, i64),
    mark: &str,
) -> Result<Vec<Place>> {
    let rows: Vec<AtMoment> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.created_at))
        .bind(after.key.as_str())
        .bind(limit)
        .bind(filter.pattern())
        .bind(Ts(filter.now))
        .bind(filter.campaign.map(|id| id.0))
        .bind(filter.bulk)
        .bind(filter.tag.as_ref().map(Tag::as_str))
        .fetch_all(c)
        .await)?;
    let place = |row: AtMoment| {
        let key = format!("{mark}{}", row.code);
        (row.code, Cursor { created_at: row.value.0, key })
    };
    Ok(rows.into_iter().map(place).collect())
}

/// Places that are amounts: a cursor has those in place of the moment.
async fn amounts(
    tx: &mut Tx,
    sql: &'static str,
    filter: &Filter,
    (after, limit): (&Cursor, i64),
) -> Result<Vec<Place>> {
    let rows: Vec<OfAmount> = on_db!(tx, c => sqlx::query_as(sql)
        .bind(after.created_at.micros())
        .bind(after.key.as_str())
        .bind(limit)
        .bind(filter.pattern())
        .bind(Ts(filter.now))
        .bind(filter.campaign.map(|id| id.0))
        .bind(filter.bulk)
        .bind(filter.tag.as_ref().map(Tag::as_str))
        .fetch_all(c)
        .await)?;
    let place = |row: OfAmount| {
        let key = format!("{FIRST}{}", row.code);
        (row.code, Cursor { created_at: Timestamp::from_micros(row.value), key })
    };
    Ok(rows.into_iter().map(place).collect())
}

async fn of_codes(tx: &mut Tx, places: &[Place]) -> Result<BTreeMap<String, Voucher>> {
    const SQL: &str = concat!(
        "WITH v (wanted) AS ({rows}) SELECT ",
        columns!(),
        " FROM v JOIN promo_codes p ON p.code = v.wanted"
    );
    let keys = places.iter().map(|(code, _)| CodeKey { wanted: code });
    let rows: Vec<VoucherRow> = batch::fetch(tx, SQL, keys.collect()).await?;
    let vouchers = rows.into_iter().map(Voucher::from);
    Ok(vouchers.map(|voucher| (voucher.code.as_str().to_owned(), voucher)).collect())
}
