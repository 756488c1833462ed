//! `alarms`: what a person has to look at. They are raised by `write_payments.rs`.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone)]
    pub(crate) struct AlarmRow {
        pub(crate) id: Uuid,
        pub(crate) kind: String,
        pub(crate) subject: String,
        pub(crate) detail: String,
        pub(crate) tenant_id: Option<String>,
        pub(crate) order_id: Option<Uuid>,
        /// How often it was raised while it was open.
        pub(crate) times: i32,
        pub(crate) created_at: Ts,
        pub(crate) last_at: Ts,
        pub(crate) resolved_at: Option<Ts>,
        pub(crate) resolved_by: Option<String>,
        pub(crate) note: Option<String>,
    }
}

/// Alarms, newest first, from behind a place on: only those that are open, or all.
pub(crate) async fn list(
    tx: &mut Tx,
    only_open: bool,
    after: (Timestamp, Uuid),
    limit: i64,
) -> Result<Vec<AlarmRow>> {
    let sql = "SELECT id, kind, subject, detail, tenant_id, order_id, times, created_at, last_at, \
                   resolved_at, resolved_by, note \
               FROM alarms WHERE (created_at, id) < ($1, $2) AND (NOT $3 OR resolved_at IS NULL) \
               ORDER BY created_at DESC, id DESC LIMIT $4";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(after.0))
        .bind(after.1)
        .bind(only_open)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Whether just this was said of a subject before, whatever became of the alarm.
pub(crate) async fn was_raised(
    tx: &mut Tx,
    (kind, subject): (&str, &str),
    detail: &str,
) -> Result<bool> {
    let sql = "SELECT count(*) FROM alarms WHERE kind = $1 AND subject = $2 AND detail = $3";
    let found: i64 = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(kind)
        .bind(subject)
        .bind(detail)
        .fetch_one(c)
        .await)?;
    Ok(found > 0)
}

/// Resolves an alarm that is open; `None` where there is no such one.
pub(crate) async fn resolve(
    tx: &mut Tx,
    id: Uuid,
    (by, note): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<AlarmRow>> {
    let sql = "UPDATE alarms SET resolved_at = $2, resolved_by = $3, note = $4 \
               WHERE id = $1 AND resolved_at IS NULL \
               RETURNING id, kind, subject, detail, tenant_id, order_id, times, created_at, \
                   last_at, resolved_at, resolved_by, note";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(by)
        .bind(note)
        .fetch_optional(c)
        .await)?)
}
