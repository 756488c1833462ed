//! `voucher_views`: lists of vouchers that administrators keep.

use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct ViewRow {
        pub(crate) id: Uuid,
        pub(crate) name: String,
        pub(crate) wanted: Json<Value>,
        pub(crate) created_at: Ts,
    }
}

/// All of them, by name.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<ViewRow>> {
    let sql = "SELECT id, name, wanted, created_at FROM voucher_views ORDER BY name_key";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// Answers `false`, and writes nothing, where there is one of this name.
pub(crate) async fn insert(
    tx: &mut Tx,
    (id, name, name_key): (Uuid, &str, &str),
    wanted: &Value,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO voucher_views (id, name, name_key, wanted, created_at) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name_key) DO NOTHING";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(name)
        .bind(name_key)
        .bind(Json(wanted))
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Answers `false` where there is none.
pub(crate) async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let sql = "DELETE FROM voucher_views WHERE id = $1";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}
