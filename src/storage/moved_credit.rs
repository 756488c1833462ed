//! What lines of the ledger come to that came with an Organization and were made at another Sovereign.

use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A move of an Organization that was at another Sovereign at some time; those that came to something, by time.
    #[derive(Debug, Clone)]
    pub(crate) struct PassageRow {
        pub(crate) customer_id: Uuid,
        pub(crate) state: String,
        pub(crate) balance_minor: i64,
        pub(crate) moved_minor: i64,
        pub(crate) ended_at: Option<Ts>,
    }
}

/// All of them; the moves of an Organization stand together.
pub(crate) async fn passages(tx: &mut Tx) -> Result<Vec<PassageRow>> {
    let sql = "SELECT c.id AS customer_id, m.state, m.balance_minor, m.moved_minor, m.ended_at \
               FROM organization_moves m JOIN customers c ON c.tenant_id = m.tenant_id \
               WHERE m.state IN ('moved', 'arriving', 'arrived') \
                   AND EXISTS (SELECT 1 FROM organization_moves a \
                       WHERE a.tenant_id = m.tenant_id AND a.direction = 'in') \
               ORDER BY c.id, m.started_at, m.id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

batch_row! {
    /// A time of an account, without its end.
    pub(crate) struct StayRow {
        customer_id: Uuid => "uuid",
        since: Ts => "timestamptz",
        until: Ts => "timestamptz",
        // 0: only what left with an Organization counts; 1: only everything else.
        others: i64 => "bigint",
    }
}

from_row! {
    /// Lines of a kind that moved credit, and by how much they raised and lowered balances.
    #[derive(Debug, Clone)]
    pub(crate) struct KindSums {
        pub(crate) kind: String,
        pub(crate) raised_minor: i64,
        pub(crate) lowered_minor: i64,
    }
}

/// What lines come to that were made in these times.
pub(crate) async fn lines(tx: &mut Tx, stays: Vec<StayRow>) -> Result<Vec<KindSums>> {
    let sql = "WITH v (customer_id, since, until, others) AS ({rows}) \
               SELECT e.kind, \
                   CAST(SUM(CASE WHEN e.amount_minor > 0 THEN e.amount_minor ELSE 0 END) AS bigint) \
                       AS raised_minor, \
                   CAST(SUM(CASE WHEN e.amount_minor < 0 THEN e.amount_minor ELSE 0 END) AS bigint) \
                       AS lowered_minor \
               FROM v JOIN credit_ledger e ON e.customer_id = v.customer_id \
                   AND e.created_at >= v.since AND e.created_at < v.until \
               WHERE (e.kind = 'adopted' OR e.lot_id IS NOT NULL) \
                   AND ((v.others = 0 AND e.kind = 'moved') OR (v.others = 1 AND e.kind <> 'moved')) \
               GROUP BY e.kind";
    batch::fetch(tx, sql, stays).await
}

from_row! {
    #[derive(Debug, Clone, Copy)]
    struct Counted {
        redemptions: i64,
    }
}

/// How often vouchers were redeemed in these times, less what was released since.
pub(crate) async fn redemptions(tx: &mut Tx, stays: Vec<StayRow>) -> Result<i64> {
    let sql = "WITH v (customer_id, since, until, others) AS ({rows}) \
               SELECT CAST(COALESCE(SUM(CASE e.kind WHEN 'grant' THEN 1 ELSE -1 END), 0) AS bigint) \
                   AS redemptions \
               FROM v JOIN credit_ledger e ON e.customer_id = v.customer_id \
                   AND e.kind IN ('grant', 'release') \
               JOIN credit_lots l ON l.id = e.lot_id AND l.source = 'voucher' \
                   AND l.created_at >= v.since AND l.created_at < v.until \
               WHERE v.others = 1";
    let found: Vec<Counted> = batch::fetch(tx, sql, stays).await?;
    Ok(found.iter().fold(0, |sum: i64, row| sum.saturating_add(row.redemptions)))
}
