//! Reads about orders that were placed, for the pages of who placed them.

use sovereign_domain::wallet::Lot;
use uuid::Uuid;

use super::load::LotRow;
use super::{Json, Result, Tx, on_db};

/// The order of an Organization that waits for its payment.
pub(crate) async fn pending(tx: &mut Tx, tenant_id: &str) -> Result<Option<Uuid>> {
    let sql = "SELECT id FROM orders WHERE tenant_id = $1 AND status = 'pending'";
    Ok(on_db!(tx, c => sqlx::query_scalar(sql).bind(tenant_id).fetch_optional(c).await)?)
}

from_row! {
    /// What an order was for, and for whom.
    #[derive(Debug, Clone)]
    pub(crate) struct PlacedRow {
        pub(crate) tenant_id: String,
        pub(crate) kind: String,
        pub(crate) plan_id: String,
        pub(crate) apps: Json<Vec<String>>,
        pub(crate) addons: Json<Vec<String>>,
    }
}

pub(crate) async fn find(tx: &mut Tx, order_id: Uuid) -> Result<Option<PlacedRow>> {
    let sql = "SELECT tenant_id, kind, plan_id, apps, addons FROM orders WHERE id = $1";
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(order_id).fetch_optional(c).await)?)
}

/// The lots of an Organization that have something in them.
pub(crate) async fn lots(tx: &mut Tx, tenant_id: &str) -> Result<Vec<Lot>> {
    let sql = "SELECT w.tenant_id, l.id, l.source, l.reference, l.promotional, l.priority, \
                   l.amount_minor, l.remaining_minor, l.held_minor, l.created_at, l.expires_at \
               FROM wallets w JOIN credit_lots l ON l.customer_id = w.customer_id \
               WHERE w.tenant_id = $1 AND l.remaining_minor > 0 ORDER BY l.id";
    let rows: Vec<LotRow> =
        on_db!(tx, c => sqlx::query_as(sql).bind(tenant_id).fetch_all(c).await)?;
    rows.into_iter().map(LotRow::into_lot).collect()
}
