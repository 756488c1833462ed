//! An Organization's part of what reports are made of (`rollups.rs`): the lines that are added up already.

use uuid::Uuid;

use crate::storage::rollups::{Line, Payment};
use crate::storage::{Result, Ts, Tx, on_db};

/// Keeps everybody from adding anything up until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx) -> Result<()> {
    let sql = "UPDATE rollups SET before_id = before_id WHERE name = $1";
    for name in ["credit", "cards"] {
        on_db!(tx, c => sqlx::query(sql).bind(name).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// An account's lines that are added up: those before this identifier, and adopted ones. They come by time, along an
/// index, from behind `after` on.
pub(crate) async fn lines(
    tx: &mut Tx,
    customer_id: Uuid,
    before: Uuid,
    (after, limit): ((Ts, Uuid), i64),
) -> Result<Vec<Line>> {
    let sql = "SELECT e.id, e.customer_id, e.kind, e.amount_minor, e.created_at, l.source, l.reference, \
                   l.amount_minor AS lot_minor, l.created_at AS lot_at \
               FROM credit_ledger e LEFT JOIN credit_lots l ON l.id = e.lot_id \
               WHERE e.customer_id = $1 AND (e.created_at, e.id) > ($2, $3) \
                   AND (e.kind = 'adopted' OR e.id < $4) \
               ORDER BY e.created_at, e.id LIMIT $5";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(customer_id)
        .bind(after.0)
        .bind(after.1)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// What its cards paid, as far as that is added up.
pub(crate) async fn payments(tx: &mut Tx, tenant_id: &str, before: Uuid) -> Result<Vec<Payment>> {
    let sql = "SELECT id, tenant_id, amount_minor, created_at FROM card_payments \
               WHERE tenant_id = $1 AND id < $2 AND purpose = 'order' ORDER BY id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).bind(before).fetch_all(c).await)?)
}

from_row! {
    /// A redemption of an earlier service, of one of this Sovereign's vouchers.
    #[derive(Debug, Clone)]
    pub(crate) struct AdoptedRow {
        pub(crate) code: String,
        pub(crate) credit_minor: i64,
        pub(crate) created_at: Ts,
    }
}

/// Those of an Organization: no line of the ledger says that they were redeemed.
pub(crate) async fn adopted_redemptions(tx: &mut Tx, tenant_id: &str) -> Result<Vec<AdoptedRow>> {
    let sql = "SELECT r.code, r.credit_minor, r.created_at FROM promo_redemptions r \
               JOIN credit_lots l ON l.id = r.lot_id \
               WHERE r.tenant_id = $1 AND l.source = 'migration' AND r.state <> 'released' \
               ORDER BY r.id";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?)
}

/// Forgets what an Organization did with vouchers.
pub(crate) async fn forget_customers(tx: &mut Tx, tenant_id: &str) -> Result<()> {
    let sql = "DELETE FROM voucher_customers WHERE tenant_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(tenant_id).execute(c).await.map(|_| ()))?;
    Ok(())
}
