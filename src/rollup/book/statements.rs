//! `statements`: what was due for each month. A row is written once.

use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Ts, Tx, on_db};

batch_row! {
    pub(crate) struct NewStatement {
        // Such as `2026-11/omantel/OMR`.
        id: String => "text",
        month: String => "text",
        franchisee: String => "text",
        currency: String => "text",
        document: String => "text",
        sha256: String => "text",
        due_minor: i64 => "bigint",
        payout_minor: i64 => "bigint",
        carried_out_minor: i64 => "bigint",
        closed_at: Ts => "timestamptz",
        // Of the account that it goes to: `PayTo::account_sha256`.
        payout_account_sha256: Option<String> => "text",
    }
}

/// One that is there already is a conflict.
pub(crate) async fn insert(tx: &mut Tx, rows: Vec<NewStatement>) -> Result<()> {
    let sql = "WITH v (id, month, franchisee, currency, document, sha256, due_minor, payout_minor, \
                   carried_out_minor, closed_at, payout_account_sha256) AS ({rows}) \
               INSERT INTO statements (id, month, franchisee, currency, document, sha256, due_minor, \
                   payout_minor, carried_out_minor, closed_at, payout_account_sha256) \
               SELECT id, month, franchisee, currency, document, sha256, due_minor, payout_minor, \
                   carried_out_minor, closed_at, payout_account_sha256 FROM v";
    batch::execute_all(tx, "statements", sql, rows).await
}

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct StatementRow {
        pub(crate) id: String,
        /// JSON, to the letter.
        pub(crate) document: String,
        pub(crate) sha256: String,
        /// Of the account that it goes to; absent in statements of an earlier version.
        pub(crate) payout_account_sha256: Option<String>,
    }
}

/// The statements of a month, by franchisee and currency.
pub(crate) async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<StatementRow>> {
    let sql = "SELECT id, document, sha256, payout_account_sha256 FROM statements WHERE month = $1 \
               ORDER BY franchisee, currency";
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}

/// The last statement of each franchisee and currency, of those up to a month.
pub(crate) async fn newest(tx: &mut Tx, until: Month) -> Result<Vec<StatementRow>> {
    let sql = "SELECT s.id, s.document, s.sha256, s.payout_account_sha256 FROM statements s \
               JOIN (SELECT franchisee, currency, MAX(month) AS month FROM statements WHERE month <= $1 \
                     GROUP BY franchisee, currency) AS newest \
                   ON newest.franchisee = s.franchisee AND newest.currency = s.currency AND newest.month = s.month \
               ORDER BY s.franchisee, s.currency";
    let name = until.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}

from_row! {
    /// What a franchisee's last statement left.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct CarriedRow {
        pub(crate) franchisee: String,
        pub(crate) currency: String,
        pub(crate) carried_out_minor: i64,
    }
}

/// What the last statement of each franchisee and currency left, of those before a month.
pub(crate) async fn carried(tx: &mut Tx, before: Month) -> Result<Vec<CarriedRow>> {
    let sql = "SELECT s.franchisee, s.currency, s.carried_out_minor FROM statements s \
               JOIN (SELECT franchisee, currency, MAX(month) AS month FROM statements WHERE month < $1 \
                     GROUP BY franchisee, currency) AS newest \
                   ON newest.franchisee = s.franchisee AND newest.currency = s.currency AND newest.month = s.month \
               ORDER BY s.franchisee, s.currency";
    let name = before.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}
