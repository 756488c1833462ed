//! `credit_ledger`, as an Organization's owner reads it: each line with the balance after it.
//!
//! A balance is never kept beside a line: lines of two servers may come in another order than their clocks say.
//! It is reckoned back from the wallet's balance by the sums of the lines between, which the index
//! `credit_ledger_newest` has without the lines themselves.

use sovereign_domain::catalog::OrderLine;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Connection, Json, Result, Ts, Tx, on_db};

/// Which lines are asked for.
#[derive(Debug, Clone)]
pub(crate) struct LineFilter {
    /// Of one of these kinds; of any where it is empty. Two at most.
    pub(crate) kinds: &'static [&'static str],
    /// From this moment on, and before that one.
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// On credit that this voucher gave.
    pub(crate) code: Option<String>,
}

/// A line's place among those of its account: the moment, and which of that moment.
pub(crate) type Place = (Timestamp, Uuid);

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// After this line.
    pub(crate) after: Place,
    /// Where lines are counted back from: the newest of all, or the line after which the balance is known.
    pub(crate) known: Place,
    /// The balance after that one.
    pub(crate) balance_minor: i64,
}

impl Start {
    /// After every line: the end of the calendar.
    pub(crate) const END: Place = (Timestamp::from_seconds(253_402_300_799), Uuid::max());

    /// After a line, with the balance that the wallet has now.
    pub(crate) const fn counted_from_now(after: Place, balance_minor: i64) -> Self {
        Self { after, known: Self::END, balance_minor }
    }
}

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct LineRow {
        pub(crate) id: Uuid,
        pub(crate) kind: String,
        pub(crate) amount_minor: i64,
        pub(crate) owed_minor: i64,
        pub(crate) reason: String,
        pub(crate) lot_id: Option<Uuid>,
        /// Where the lot came from: `voucher`, and then `reference` is its code.
        pub(crate) source: Option<String>,
        pub(crate) reference: Option<String>,
        pub(crate) order_id: Option<Uuid>,
        pub(crate) order_kind: Option<String>,
        pub(crate) order_lines: Option<Json<Vec<OrderLine>>>,
        pub(crate) period_start: Option<Ts>,
        pub(crate) invoice_id: Option<Uuid>,
        pub(crate) invoice_number: Option<i64>,
        /// The Sovereign that gave the number, where that is another one.
        pub(crate) invoice_issued_by: Option<String>,
        pub(crate) created_at: Ts,
        /// What came and went since this line, up to the one above it in the page.
        since_minor: i64,
    }
}

/// A line, and the balance after it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) row: LineRow,
    pub(crate) balance_minor: i64,
}

impl Line {
    pub(crate) fn place(&self) -> Place {
        (self.row.created_at.0, self.row.id)
    }
}

const PAGE: &str = "\
WITH found AS (
    SELECT e.id, e.kind, e.amount_minor, e.owed_minor, e.reason, e.lot_id, e.order_id, e.created_at
    FROM credit_ledger e
    WHERE e.customer_id = $1 AND (e.created_at, e.id) < ($3, $4)
        AND e.created_at >= $7 AND e.created_at < $8
        AND ($9 = '' OR e.kind = $9 OR e.kind = $10)
        AND ($11 = '' OR EXISTS (SELECT 1 FROM credit_lots v
            WHERE v.id = e.lot_id AND v.source = 'voucher' AND v.reference = $11))
    ORDER BY e.created_at DESC, e.id DESC LIMIT $12
), page AS (
    SELECT found.*, COALESCE(LAG(created_at) OVER newest, $5) AS above_at,
        COALESCE(LAG(id) OVER newest, $6) AS above_id
    FROM found WINDOW newest AS (ORDER BY created_at DESC, id DESC)
), bills AS (
    SELECT i.id, i.order_id, COALESCE(i.number, i.foreign_number) AS number, i.foreign_fqdn
    FROM invoices i
    WHERE i.tenant_id = $2 AND i.status <> 'void' AND i.order_id IN (SELECT order_id FROM found)
)
SELECT p.id, p.kind, p.amount_minor, p.owed_minor, p.reason, p.lot_id, l.source, l.reference, p.order_id,
    o.kind AS order_kind, o.lines AS order_lines, o.period_start, i.id AS invoice_id,
    i.number AS invoice_number, i.foreign_fqdn AS invoice_issued_by, p.created_at,
    CAST(COALESCE((SELECT SUM(s.amount_minor) FROM credit_ledger s
        WHERE s.customer_id = $1 AND (s.created_at, s.id) > (p.created_at, p.id)
            AND (s.created_at, s.id) <= (p.above_at, p.above_id)), 0) AS bigint) AS since_minor
FROM page p LEFT JOIN orders o ON o.id = p.order_id LEFT JOIN bills i ON i.order_id = p.order_id
LEFT JOIN credit_lots l ON l.id = p.lot_id
ORDER BY p.created_at DESC, p.id DESC";

/// The newest lines of an account that a filter lets through, after `start`. `tenant_id` is whose it is. The caller
/// has a transaction open.
pub(crate) async fn lines(
    tx: &mut Tx,
    (customer_id, tenant_id): (Uuid, &str),
    filter: &LineFilter,
    start: Start,
    limit: i64,
) -> Result<Vec<Line>> {
    // PostgreSQL cannot tell how few lines lie between two others, and would compile the sums each time: 70 ms for
    // what takes one.
    if let Connection::Postgres(connection) = tx.connection() {
        sqlx::raw_sql("SET LOCAL jit = off").execute(connection).await?;
    }
    let kind = |index: usize| filter.kinds.get(index).copied().unwrap_or_default();
    let mut rows: Vec<LineRow> = on_db!(tx, c => sqlx::query_as(PAGE)
        .bind(customer_id)
        .bind(tenant_id)
        .bind(Ts(start.after.0))
        .bind(start.after.1)
        .bind(Ts(start.known.0))
        .bind(start.known.1)
        .bind(Ts(filter.from))
        .bind(Ts(filter.until))
        .bind(kind(0))
        .bind(kind(1))
        .bind(filter.code.as_deref().unwrap_or_default())
        .bind(limit)
        .fetch_all(c)
        .await)?;
    // An order of an earlier service may have had two invoices.
    rows.dedup_by_key(|row| row.id);
    let mut balance_minor = start.balance_minor;
    let with_balance = |row: LineRow| {
        balance_minor = balance_minor.saturating_sub(row.since_minor);
        Line { row, balance_minor }
    };
    Ok(rows.into_iter().map(with_balance).collect())
}

from_row! {
    /// An Organization's account and what its wallet has.
    #[derive(Debug, Clone)]
    pub(crate) struct AccountRow {
        pub(crate) customer_id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) balance_minor: i64,
        pub(crate) held_minor: i64,
        pub(crate) owed_minor: i64,
    }
}

/// The account of an Organization.
pub(crate) async fn account(tx: &mut Tx, tenant_id: &str) -> Result<Option<AccountRow>> {
    let sql = "SELECT customer_id, tenant_id, balance_minor, held_minor, owed_minor FROM wallets \
               WHERE tenant_id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_optional(c).await)?)
}
