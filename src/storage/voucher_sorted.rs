//! The list of vouchers in other orders than the newest first: the oldest first, by code, by value, and by what became of
//! them, as far as the ledger is added up (`rollups.rs`); each in both directions. Of the last of those orders the vouchers of
//! which nothing became come last, the newest first; reversed they are the first, the oldest before the others.

use std::collections::BTreeMap;

use sovereign_domain::tag::Tag;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Voucher;
use sqlx::AssertSqlSafe;

use super::batch;
use super::cursor::Cursor;
use super::voucher_list::Filter;
use super::vouchers::{CodeKey, VoucherRow, columns};
use super::{Result, Ts, Tx, on_db};
use super::{voucher_few, voucher_orders};

/// What vouchers are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The newest first.
    Issued,
    /// From A to Z.
    Code,
    /// The highest value first.
    Credit,
    /// The most spent first.
    Spent,
    /// The last redeemed first.
    LastRedeemed,
    /// The most often redeemed first.
    Used,
}

impl By {
    /// The column of the sums that it goes by, and when something became of a voucher.
    pub(super) const fn totals(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Issued | Self::Code | Self::Credit => None,
            Self::Spent => Some(("spent_minor", "> 0")),
            Self::LastRedeemed => Some(("last_redeemed_at", "IS NOT NULL")),
            Self::Used => Some(("redemptions", "> 0")),
        }
    }

    /// Whether it goes by numbers; cursors have them in place of the moment.
    const fn is_number(self) -> bool {
        matches!(self, Self::Credit | Self::Spent | Self::Used)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) by: By,
    /// The other way round.
    pub(crate) is_reversed: bool,
}

impl Order {
    /// Whether what it goes by becomes more from row to row.
    pub(super) fn goes_up(self) -> bool {
        self.is_reversed != (self.by == By::Code)
    }
}

/// How many vouchers the list has after a cursor.
pub(crate) async fn count(tx: &mut Tx, filter: &Filter, after: &Cursor) -> Result<i64> {
    let mut all = 0_i64;
    for sql in voucher_orders::counts(filter) {
        let found: i64 = on_db!(tx, c => sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(Ts(after.created_at))
            .bind(after.key.as_str())
            .bind(0_i64)
            .bind(filter.pattern())
            .bind(Ts(filter.now))
            .bind(filter.campaign.map(|id| id.0))
            .bind(filter.bulk)
            .bind(filter.tag.as_ref().map(Tag::as_str))
            .fetch_one(c)
            .await)?;
        all = all.saturating_add(found);
    }
    Ok(all)
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

/// What a cursor's key begins with in an order by what became of vouchers: whether something did, or nothing.
pub(super) const FIRST: &str = "0";
pub(super) const LAST: &str = "1";

/// Before the first of what goes up, or down.
fn edge(goes_up: bool) -> Cursor {
    // Before the year 1, which is that of what an earlier service knew no moment of.
    const BEFORE: Timestamp = Timestamp::from_seconds(-62_135_596_801);
    if goes_up {
        return Cursor { created_at: BEFORE, key: String::new() };
    }
    // After every code.
    Cursor { key: char::MAX.to_string(), ..Cursor::newest() }
}

/// Whether a cursor is before all vouchers, whichever the order.
pub(super) fn is_beginning(after: &Cursor) -> bool {
    // An adopted code may be empty, but no voucher was issued then.
    *after == Cursor::newest()
}

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
    let from = |goes_up: bool| if is_beginning(after) { edge(goes_up) } else { after.clone() };
    let places = match order.by {
        By::Issued => by_time(tx, (filter, order), (&from(order.is_reversed), limit), "").await?,
        By::Code | By::Credit => {
            first_of(tx, (filter, order), (&from(order.goes_up()), limit), "").await?
        }
        By::Spent | By::LastRedeemed | By::Used => {
            ranked(tx, (filter, order), after, limit).await?
        }
    };
    let mut vouchers = of_codes(tx, &places).await?;
    let rows =
        places.into_iter().filter_map(|(code, place)| Some((vouchers.remove(&code)?, place)));
    Ok(rows.collect())
}

/// Those of which something became, and then the others; reversed it is these first.
async fn ranked(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    after: &Cursor,
    limit: i64,
) -> Result<Vec<Place>> {
    let parts = if order.is_reversed { [LAST, FIRST] } else { [FIRST, LAST] };
    let begun = parts.iter().position(|mark| after.key.starts_with(mark));
    let mut places = Vec::new();
    for (number, mark) in parts.into_iter().enumerate().skip(begun.unwrap_or(0)) {
        let left = limit.saturating_sub(i64::try_from(places.len()).unwrap_or(i64::MAX));
        if left <= 0 {
            break;
        }
        let from = match after.key.strip_prefix(mark).filter(|_| begun == Some(number)) {
            Some(code) => Cursor { created_at: after.created_at, key: code.to_owned() },
            // Both parts go the same way.
            None => edge(order.is_reversed),
        };
        places.extend(if mark == FIRST {
            first_of(tx, (filter, order), (&from, left), mark).await?
        } else {
            by_time(tx, (filter, order), (&from, left), mark).await?
        });
    }
    Ok(places)
}

/// The first of an order; the keys of their cursors begin with `mark`.
async fn first_of(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    (after, limit): (&Cursor, i64),
    mark: &str,
) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for sql in voucher_orders::first(filter, order) {
        places = if order.by.is_number() {
            amounts(tx, sql, filter, (after, limit), mark).await?
        } else {
            moments(tx, sql, filter, (after, limit), mark).await?
        };
        if i64::try_from(places.len()).is_ok_and(|found| found >= limit) {
            break;
        }
    }
    Ok(places)
}

/// Vouchers by when they were issued; of an order by what became of them, those of which nothing did.
async fn by_time(
    tx: &mut Tx,
    (filter, order): (&Filter, Order),
    (after, limit): (&Cursor, i64),
    mark: &str,
) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    for sql in voucher_orders::by_time(filter, order) {
        places.extend(moments(tx, sql, filter, (after, limit), mark).await?);
    }
    places.sort_by(|(_, a), (_, b)| {
        let newest_first = (b.created_at, &b.key).cmp(&(a.created_at, &a.key));
        if order.is_reversed { newest_first.reverse() } else { newest_first }
    });
    places.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(places)
}

/// Places that are moments; the keys of their cursors begin with `mark`.
async fn moments(
    tx: &mut Tx,
    sql: String,
    filter: &Filter,
    (after, limit): (&Cursor, i64),
    mark: &str,
) -> Result<Vec<Place>> {
    let rows: Vec<AtMoment> = on_db!(tx, c => sqlx::query_as(AssertSqlSafe(sql))
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

/// Places that are numbers: a cursor has those in place of the moment.
async fn amounts(
    tx: &mut Tx,
    sql: String,
    filter: &Filter,
    (after, limit): (&Cursor, i64),
    mark: &str,
) -> Result<Vec<Place>> {
    let rows: Vec<OfAmount> = on_db!(tx, c => sqlx::query_as(AssertSqlSafe(sql))
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
        let key = format!("{mark}{}", row.code);
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
