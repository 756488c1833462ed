//! What the ledger and the cards' payments come to by the quarter of an hour: how far lines are added up, the lines
//! after that, and the sums.

use std::collections::BTreeMap;

use sovereign_domain::credit_flow::CreditFlow;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::vouchers::CodeKey;
use super::{Error, Result, Ts, Tx, on_db};

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollup {
    /// The lines of the credit ledger.
    Credit,
    /// What cards paid.
    Cards,
}

impl Rollup {
    const fn name(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Cards => "cards",
        }
    }
}

/// Lines before this identifier are added up.
pub(crate) async fn before(tx: &mut Tx, rollup: Rollup) -> Result<Uuid> {
    let sql = "SELECT before_id FROM rollups WHERE name = $1";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(rollup.name()).fetch_one(c).await)?)
}

/// Moves that place. Where another process moved it first, it is a conflict.
pub(crate) async fn advance(tx: &mut Tx, rollup: Rollup, (from, to): (Uuid, Uuid)) -> Result<()> {
    let sql = "UPDATE rollups SET before_id = $3 WHERE name = $1 AND before_id = $2";
    let touched = on_db!(tx, c => sqlx::query(sql)
        .bind(rollup.name())
        .bind(from)
        .bind(to)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    match touched {
        1 => Ok(()),
        _ => Err(Error::Conflict("rollups: another process added these lines up".into())),
    }
}

from_row! {
    /// A line of the ledger, and the lot that it moves.
    #[derive(Debug)]
    pub(crate) struct Line {
        pub(crate) id: Uuid,
        pub(crate) customer_id: Uuid,
        pub(crate) kind: String,
        pub(crate) amount_minor: i64,
        pub(crate) created_at: Ts,
        /// Of the lot; a voucher's code is its reference.
        pub(crate) source: Option<String>,
        pub(crate) reference: Option<String>,
        pub(crate) lot_minor: Option<i64>,
        pub(crate) lot_at: Option<Ts>,
    }
}

/// The lines of the ledger from one identifier up to another, by identifier. What was adopted from an earlier service
/// was added up then, and is not among them.
pub(crate) async fn lines(tx: &mut Tx, from: Uuid, before: Uuid, limit: i64) -> Result<Vec<Line>> {
    let sql = "SELECT e.id, e.customer_id, e.kind, e.amount_minor, e.created_at, l.source, l.reference, \
                   l.amount_minor AS lot_minor, l.created_at AS lot_at \
               FROM credit_ledger e LEFT JOIN credit_lots l ON l.id = e.lot_id \
               WHERE e.id >= $1 AND e.id < $2 AND e.kind <> 'adopted' ORDER BY e.id LIMIT $3";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(from)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

from_row! {
    /// What a card paid for an order.
    #[derive(Debug)]
    pub(crate) struct Payment {
        pub(crate) id: Uuid,
        pub(crate) tenant_id: String,
        pub(crate) amount_minor: i64,
        pub(crate) created_at: Ts,
    }
}

/// Payments from one identifier up to another, by identifier; without those that came too late and went back.
pub(crate) async fn payments(
    tx: &mut Tx,
    from: Uuid,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Payment>> {
    let sql = "SELECT id, tenant_id, amount_minor, created_at FROM card_payments \
               WHERE id >= $1 AND id < $2 AND purpose = 'order' ORDER BY id LIMIT $3";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(from)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// What lines of the ledger come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CreditSums {
    /// Of vouchers, less what was released since; counted when they were redeemed.
    pub(crate) redemptions: i64,
    pub(crate) redeemed_minor: i64,
    /// Counted when it was.
    pub(crate) flow: CreditFlow,
}

impl CreditSums {
    pub(crate) fn add(&mut self, other: Self) {
        self.redemptions = self.redemptions.saturating_add(other.redemptions);
        self.redeemed_minor = self.redeemed_minor.saturating_add(other.redeemed_minor);
        self.flow = self.flow.plus(other.flow);
    }
}

batch_row! {
    /// Sums of a quarter of an hour: by where the credit came from, or of a voucher.
    pub(crate) struct CountRow {
        of: String => "text",
        since: Ts => "timestamptz",
        redemptions: i64 => "bigint",
        redeemed_minor: i64 => "bigint",
        granted_minor: i64 => "bigint",
        taken_back_minor: i64 => "bigint",
        spent_minor: i64 => "bigint",
        expired_minor: i64 => "bigint",
    }
}

impl CountRow {
    pub(crate) fn new(of: String, since: Timestamp, sums: CreditSums) -> Self {
        Self {
            of,
            since: Ts(since),
            redemptions: sums.redemptions,
            redeemed_minor: sums.redeemed_minor,
            granted_minor: sums.flow.granted_minor,
            taken_back_minor: sums.flow.taken_back_minor,
            spent_minor: sums.flow.spent_minor,
            expired_minor: sums.flow.expired_minor,
        }
    }
}

macro_rules! add_counts {
    ($table:literal, $of:literal) => {
        concat!(
            "WITH v (of, since, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor, \
                 expired_minor) AS ({rows}) \
             INSERT INTO ", $table, " AS t (", $of, ", since, redemptions, redeemed_minor, granted_minor, \
                 taken_back_minor, spent_minor, expired_minor) \
             SELECT of, since, redemptions, redeemed_minor, granted_minor, taken_back_minor, spent_minor, \
                 expired_minor FROM v WHERE TRUE \
             ON CONFLICT (", $of, ", since) DO UPDATE SET \
                 redemptions = t.redemptions + excluded.redemptions, \
                 redeemed_minor = t.redeemed_minor + excluded.redeemed_minor, \
                 granted_minor = t.granted_minor + excluded.granted_minor, \
                 taken_back_minor = t.taken_back_minor + excluded.taken_back_minor, \
                 spent_minor = t.spent_minor + excluded.spent_minor, \
                 expired_minor = t.expired_minor + excluded.expired_minor"
        )
    };
}

/// Adds sums by where the credit came from.
pub(crate) async fn add_by_source(tx: &mut Tx, rows: Vec<CountRow>) -> Result<()> {
    batch::execute(tx, add_counts!("credit_counts", "source"), rows).await.map(drop)
}

/// Adds sums by voucher.
pub(crate) async fn add_by_voucher(tx: &mut Tx, rows: Vec<CountRow>) -> Result<()> {
    batch::execute(tx, add_counts!("voucher_counts", "code"), rows).await.map(drop)
}

batch_row! {
    /// Sums of a voucher.
    pub(crate) struct TotalRow {
        code: String => "text",
        taken_back_minor: i64 => "bigint",
        spent_minor: i64 => "bigint",
        expired_minor: i64 => "bigint",
        last_redeemed_at: Option<Ts> => "timestamptz",
        redemptions: i64 => "bigint",
    }
}

/// Adds to the sums of vouchers, of which `voucher_counts` has its part already: redemptions are what that comes to, so that
/// what a server of an earlier version left out of here is made good.
pub(crate) async fn add_totals(tx: &mut Tx, rows: Vec<TotalRow>) -> Result<()> {
    let sql = "WITH v (code, taken_back_minor, spent_minor, expired_minor, last_redeemed_at, redemptions) \
                   AS ({rows}) \
               INSERT INTO voucher_totals AS t (code, taken_back_minor, spent_minor, expired_minor, \
                   last_redeemed_at, redemptions) \
               SELECT code, taken_back_minor, spent_minor, expired_minor, last_redeemed_at, redemptions \
               FROM v WHERE TRUE \
               ON CONFLICT (code) DO UPDATE SET \
                   taken_back_minor = t.taken_back_minor + excluded.taken_back_minor, \
                   spent_minor = t.spent_minor + excluded.spent_minor, \
                   expired_minor = t.expired_minor + excluded.expired_minor, \
                   last_redeemed_at = CASE WHEN excluded.last_redeemed_at IS NULL \
                           OR t.last_redeemed_at > excluded.last_redeemed_at \
                       THEN t.last_redeemed_at ELSE excluded.last_redeemed_at END, \
                   redemptions = COALESCE((SELECT CAST(SUM(c.redemptions) AS bigint) \
                       FROM voucher_counts c WHERE c.code = t.code), 0)";
    batch::execute(tx, sql, rows).await.map(drop)
}

batch_row! {
    /// What cards paid in a quarter of an hour.
    pub(crate) struct CardRow {
        since: Ts => "timestamptz",
        payments: i64 => "bigint",
        paid_minor: i64 => "bigint",
    }
}

/// Adds what cards paid.
pub(crate) async fn add_cards(tx: &mut Tx, rows: Vec<CardRow>) -> Result<()> {
    let sql = "WITH v (since, payments, paid_minor) AS ({rows}) \
               INSERT INTO card_counts AS t (since, payments, paid_minor) \
               SELECT since, payments, paid_minor FROM v WHERE TRUE \
               ON CONFLICT (since) DO UPDATE SET payments = t.payments + excluded.payments, \
                   paid_minor = t.paid_minor + excluded.paid_minor";
    batch::execute(tx, sql, rows).await.map(drop)
}

/// What became of a voucher's credit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct VoucherTotals {
    pub(crate) taken_back_minor: i64,
    pub(crate) spent_minor: i64,
    pub(crate) expired_minor: i64,
    pub(crate) last_redeemed_at: Option<Timestamp>,
}

from_row! {
    #[derive(Debug)]
    struct FoundTotals {
        code: String,
        taken_back_minor: i64,
        spent_minor: i64,
        expired_minor: i64,
        last_redeemed_at: Option<Ts>,
    }
}

/// The sums of vouchers, as far as lines are added up; none of those without any.
pub(crate) async fn totals(tx: &mut Tx, codes: &[Code]) -> Result<BTreeMap<Code, VoucherTotals>> {
    let sql = "WITH v (wanted) AS ({rows}) \
               SELECT t.code, t.taken_back_minor, t.spent_minor, t.expired_minor, t.last_redeemed_at \
               FROM v JOIN voucher_totals t ON t.code = v.wanted";
    let keys = codes.iter().map(|code| CodeKey { wanted: code.as_str() }).collect();
    let rows: Vec<FoundTotals> = batch::fetch(tx, sql, keys).await?;
    let totals = rows.into_iter().map(|row| {
        let totals = VoucherTotals {
            taken_back_minor: row.taken_back_minor,
            spent_minor: row.spent_minor,
            expired_minor: row.expired_minor,
            last_redeemed_at: row.last_redeemed_at.map(|at| at.0),
        };
        (Code::stored(row.code), totals)
    });
    Ok(totals.collect())
}
