//! `payout_approvals`: who signed which payout. What is in here proves nothing until its signature is checked.

use sovereign_domain::split::Month;

use crate::from_row;
use crate::storage::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct ApprovalRow {
        pub(crate) statement_id: String,
        /// By the name that the agreements have.
        pub(crate) approver: String,
        /// Both in base64url.
        pub(crate) public_key: String,
        pub(crate) signature: String,
        pub(crate) approved_at: Ts,
    }
}

/// The approvals of a month's payouts, in the order in which they were given.
pub(crate) async fn of_month(tx: &mut Tx, month: Month) -> Result<Vec<ApprovalRow>> {
    let sql = "SELECT statement_id, approver, public_key, signature, approved_at FROM payout_approvals \
               WHERE statement_id IN (SELECT id FROM statements WHERE month = $1) \
               ORDER BY approved_at, approver";
    let name = month.to_string();
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(&name).fetch_all(c).await)?)
}

/// Keeps an approval; it takes the place of one by the same person that does not count any more.
pub(crate) async fn put(tx: &mut Tx, row: &ApprovalRow) -> Result<()> {
    let sql = "INSERT INTO payout_approvals (statement_id, approver, public_key, signature, approved_at) \
               VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (statement_id, approver) DO UPDATE SET public_key = excluded.public_key, \
                   signature = excluded.signature, approved_at = excluded.approved_at";
    on_db!(tx, c => sqlx::query(sql)
        .bind(&row.statement_id)
        .bind(&row.approver)
        .bind(&row.public_key)
        .bind(&row.signature)
        .bind(row.approved_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
