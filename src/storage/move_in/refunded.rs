//! How refunds stand of payments that were charged here, by what Stripe has said since the Organization left: the Sovereign
//! that it was at was not told.

use uuid::Uuid;

use crate::storage::batch::{self, batch_row};
use crate::storage::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    struct StandingRow {
        id: Uuid,
        status: String,
        attempt: i64,
        stripe_refund_id: Option<String>,
        updated_at: Ts,
    }
}

batch_row! {
    /// A refund, and how it stands.
    pub(crate) struct RefundedRow {
        id: Uuid => "uuid",
        tenant_id: String => "text",
        status: String => "text",
        attempt: i64 => "bigint",
        stripe_refund_id: Option<String> => "text",
        updated_at: Ts => "timestamptz",
    }
}

/// Those of an Organization.
pub(crate) async fn refunded(tx: &mut Tx, tenant_id: &str) -> Result<Vec<RefundedRow>> {
    let sql = "SELECT r.id, r.status, CAST(r.attempt AS bigint) AS attempt, r.stripe_refund_id, \
                   r.updated_at \
               FROM refunds r JOIN card_payments p ON p.id = r.payment_id \
               WHERE r.tenant_id = $1 AND p.foreign_fqdn IS NULL ORDER BY r.id";
    let rows: Vec<StandingRow> =
        on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?;
    let rows = rows.into_iter().map(|row| RefundedRow {
        id: row.id,
        tenant_id: tenant_id.to_owned(),
        status: row.status,
        attempt: row.attempt,
        stripe_refund_id: row.stripe_refund_id,
        updated_at: row.updated_at,
    });
    Ok(rows.collect())
}

/// Where what was known here is newer than what came along, it holds.
pub(crate) async fn keep_refunded(tx: &mut Tx, rows: Vec<RefundedRow>) -> Result<()> {
    let sql = "WITH v (id, tenant_id, status, attempt, stripe_refund_id, updated_at) AS ({rows}) \
               UPDATE refunds SET status = v.status, attempt = v.attempt, \
                   stripe_refund_id = v.stripe_refund_id, updated_at = v.updated_at \
               FROM v WHERE refunds.id = v.id AND refunds.tenant_id = v.tenant_id \
                   AND refunds.updated_at < v.updated_at";
    batch::execute(tx, sql, rows).await.map(drop)
}
