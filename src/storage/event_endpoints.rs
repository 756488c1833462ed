//! `event_endpoints`: where events are sent. Their secrets are encrypted.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Json, Result, Ts, Tx, on_db};

from_row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct EndpointRow {
        pub(crate) id: Uuid,
        pub(crate) url: String,
        pub(crate) description: String,
        /// NULL: all.
        pub(crate) event_types: Option<Json<Vec<String>>>,
        pub(crate) enabled: bool,
        pub(crate) disabled_reason: Option<String>,
        pub(crate) secret_sealed: String,
        pub(crate) former_secret_sealed: Option<String>,
        pub(crate) former_secret_until: Option<Ts>,
        pub(crate) failing_since: Option<Ts>,
        pub(crate) last_success_at: Option<Ts>,
        pub(crate) created_at: Ts,
        pub(crate) updated_at: Ts,
    }
}

impl EndpointRow {
    /// Whether events of this type are sent there.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.event_types.as_ref().is_none_or(|types| types.0.iter().any(|wanted| wanted == kind))
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, url, description, event_types, enabled, disabled_reason, secret_sealed, \
                 former_secret_sealed, former_secret_until, failing_since, last_success_at, \
                 created_at, updated_at FROM event_endpoints ",
            $rest
        )
    };
}

/// All of them, oldest first.
pub(crate) async fn list(tx: &mut Tx) -> Result<Vec<EndpointRow>> {
    let sql = select!("ORDER BY created_at, id");
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

pub(crate) async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<EndpointRow>> {
    let sql = select!("WHERE id = $1");
    Ok(on_db!(tx, c => sqlx::query_as(sql).bind(id).fetch_optional(c).await)?)
}

/// As [`find`], for a change: whoever else wants to change it waits until this transaction ends.
pub(crate) async fn find_locked(tx: &mut Tx, id: Uuid) -> Result<Option<EndpointRow>> {
    let sql = "UPDATE event_endpoints SET updated_at = updated_at WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
    find(tx, id).await
}

pub(crate) async fn insert(tx: &mut Tx, row: &EndpointRow) -> Result<()> {
    let sql = "INSERT INTO event_endpoints (id, url, description, event_types, enabled, \
                   disabled_reason, secret_sealed, former_secret_sealed, former_secret_until, \
                   failing_since, last_success_at, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(row.id)
        .bind(&row.url)
        .bind(&row.description)
        .bind(&row.event_types)
        .bind(row.enabled)
        .bind(&row.disabled_reason)
        .bind(&row.secret_sealed)
        .bind(&row.former_secret_sealed)
        .bind(row.former_secret_until)
        .bind(row.failing_since)
        .bind(row.last_success_at)
        .bind(row.created_at)
        .bind(row.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Writes what a person may change of it.
pub(crate) async fn update(tx: &mut Tx, row: &EndpointRow) -> Result<()> {
    let sql = "UPDATE event_endpoints SET url = $2, description = $3, event_types = $4, enabled = $5, \
                   disabled_reason = $6, secret_sealed = $7, former_secret_sealed = $8, \
                   former_secret_until = $9, updated_at = $10 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(row.id)
        .bind(&row.url)
        .bind(&row.description)
        .bind(&row.event_types)
        .bind(row.enabled)
        .bind(&row.disabled_reason)
        .bind(&row.secret_sealed)
        .bind(&row.former_secret_sealed)
        .bind(row.former_secret_until)
        .bind(row.updated_at)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    let sql = "DELETE FROM event_endpoints WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// The last attempt was good. Of many in a row one a minute is written down.
pub(crate) async fn note_success(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event_endpoints SET last_success_at = $2, failing_since = NULL \
               WHERE id = $1 AND (failing_since IS NOT NULL OR last_success_at IS NULL \
                   OR last_success_at < $3)";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(Ts(now))
        .bind(Ts(now.plus_seconds(-60)))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The last attempt was not.
pub(crate) async fn note_failure(tx: &mut Tx, id: Uuid, now: Timestamp) -> Result<()> {
    let sql =
        "UPDATE event_endpoints SET failing_since = COALESCE(failing_since, $2) WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(id).bind(Ts(now)).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Switches it off, for a reason that its operator did not give.
pub(crate) async fn disable(tx: &mut Tx, id: Uuid, reason: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event_endpoints SET enabled = FALSE, disabled_reason = $2, updated_at = $3 \
               WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(reason)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
