//! The list of vouchers in other orders than the newest first: by code, and by what became of their credit, as far as the
//! ledger is added up (`rollups.rs`). Of those orders the vouchers of which nothing became come last, the newest first.

use std::collections::BTreeMap;

use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::{Voucher, VoucherStatus};

use super::batch;
use super::cursor::Cursor;
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

/// The condition of a status on `p`, a voucher, and `c`, the campaign it is in, for a query of that name.
macro_rules! by_status {
    ($status:expr, $query:ident) => {
        match $status {
            None => $query!("p.deleted_at IS NULL"),
            Some(VoucherStatus::Revoked) => $query!("p.status = 'revoked'"),
            Some(VoucherStatus::Live) => $query!(
                "p.status = 'live' AND (c.id IS NULL OR (c.active AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $5) \
                     AND (c.budget_minor = 0 OR c.granted_minor + p.credit_minor <= c.budget_minor)))"
            ),
            Some(VoucherStatus::Paused) => {
                $query!("(p.status = 'paused' OR (p.status = 'live' AND c.id IS NOT NULL AND NOT c.active))")
            }
            Some(VoucherStatus::Ended) => {
                $query!("p.status = 'live' AND c.active AND c.ends_at <= $5")
            }
            Some(VoucherStatus::Scheduled) => $query!(
                "p.status = 'live' AND c.active AND (c.ends_at IS NULL OR c.ends_at > $5) AND c.starts_at > $5"
            ),
            Some(VoucherStatus::Exhausted) => $query!(
                "(p.status = 'exhausted' OR (p.status = 'live' AND c.active \
                     AND (c.ends_at IS NULL OR c.ends_at > $5) \
                     AND (c.starts_at IS NULL OR c.starts_at <= $5) AND c.budget_minor > 0 \
                     AND c.granted_minor + p.credit_minor > c.budget_minor))"
            ),
        }
    };
}

/// Codes with what they are sorted by, after a place.
macro_rules! sorted {
    ($value:literal, $from:literal, $after:literal, $order:literal, $standing:literal) => {
        concat!(
            "SELECT p.code, ",
            $value,
            " AS value FROM ",
            $from,
            " LEFT JOIN campaigns c ON c.id = p.campaign_id \
             WHERE ",
            $standing,
            " AND ",
            $after,
            " AND $5 = $5 AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
                 AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
                 AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7) \
                 AND (CAST($8 AS text) IS NULL OR EXISTS \
                     (SELECT 1 FROM voucher_tags g WHERE g.code = p.code AND g.tag = $8)) \
             ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

macro_rules! from_a_to_z {
    ($standing:literal) => {
        sorted!("p.created_at", "promo_codes p", "p.code > $2 AND $1 = $1", "p.code", $standing)
    };
}

macro_rules! most_spent {
    ($standing:literal) => {
        sorted!(
            "t.spent_minor",
            "voucher_totals t JOIN promo_codes p ON p.code = t.code",
            "t.spent_minor > 0 AND (t.spent_minor, t.code) < ($1, $2)",
            "t.spent_minor DESC, t.code DESC",
            $standing
        )
    };
}

macro_rules! unspent {
    ($standing:literal) => {
        sorted!(
            "p.created_at",
            "promo_codes p",
            "(p.created_at, p.code) < ($1, $2) AND NOT EXISTS \
                 (SELECT 1 FROM voucher_totals t WHERE t.code = p.code AND t.spent_minor > 0)",
            "p.created_at DESC, p.code DESC",
            $standing
        )
    };
}

macro_rules! last_redeemed {
    ($standing:literal) => {
        sorted!(
            "t.last_redeemed_at",
            "voucher_totals t JOIN promo_codes p ON p.code = t.code",
            "t.last_redeemed_at IS NOT NULL AND (t.last_redeemed_at, t.code) < ($1, $2)",
            "t.last_redeemed_at DESC, t.code DESC",
            $standing
        )
    };
}

macro_rules! never_redeemed {
    ($standing:literal) => {
        sorted!(
            "p.created_at",
            "promo_codes p",
            "(p.created_at, p.code) < ($1, $2) AND NOT EXISTS \
                 (SELECT 1 FROM voucher_totals t WHERE t.code = p.code AND t.last_redeemed_at IS NOT NULL)",
            "p.created_at DESC, p.code DESC",
            $standing
        )
    };
}

/// How many there are before a place.
macro_rules! counted {
    ($standing:literal) => {
        concat!(
            "SELECT COUNT(*) FROM promo_codes p LEFT JOIN campaigns c ON c.id = p.campaign_id WHERE ",
            $standing,
            " AND (p.created_at, p.code) < ($1, $2) AND $3 = $3 AND $5 = $5 \
             AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
             AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
             AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7) AND CAST($8 AS text) IS NULL"
        )
    };
}

/// The same of those that have a tag, found by it.
macro_rules! counted_of_tag {
    ($standing:literal) => {
        concat!(
            "SELECT COUNT(*) FROM voucher_tags g JOIN promo_codes p ON p.code = g.code \
             LEFT JOIN campaigns c ON c.id = p.campaign_id WHERE ",
            $standing,
            " AND g.tag = $8 AND (g.created_at, g.code) < ($1, $2) AND $3 = $3 AND $5 = $5 \
             AND ($4 = '%' OR p.code LIKE $4 ESCAPE '!') \
             AND (CAST($6 AS uuid) IS NULL OR p.campaign_id = $6) \
             AND (CAST($7 AS uuid) IS NULL OR p.bulk_id = $7)"
        )
    };
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
const FIRST: &str = "0";
const LAST: &str = "1";

/// Vouchers in this order, after a cursor, each with its own.
pub(crate) async fn list(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<(Voucher, Cursor)>> {
    let places = match order {
        Order::Code => {
            let sql = by_status!(filter.status, from_a_to_z);
            moments(tx, sql, filter, (after, limit), "").await?
        }
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
        places = if order == Order::Spent {
            let sql = by_status!(filter.status, most_spent);
            amounts(tx, sql, filter, (&after, limit)).await?
        } else {
            let sql = by_status!(filter.status, last_redeemed);
            moments(tx, sql, filter, (&after, limit), FIRST).await?
        };
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
