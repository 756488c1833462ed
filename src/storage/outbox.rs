//! `outbox` and `published_events`: the way of an event out of the transaction that made it true.
//!
//! What waits is taken in the order of its `position`, each row by name: a transaction may commit a lower
//! position late, and is found the next time. The events of one Organization are written under one lock,
//! and so are in their order.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{self, batch_row};
use super::{Connection, Result, Ts, Tx, on_db};

from_row! {
    /// An event that leaves the outbox, or has left it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OutboxEvent {
        /// In its table; what is about one Organization sorts by it.
        pub position: i64,
        pub id: Uuid,
        pub kind: String,
        /// The Organization that it is about, where it is about one.
        pub tenant_id: Option<String>,
        /// JSON, as it was written.
        pub data: String,
        pub created_at: Ts,
    }
}

batch_row! {
    struct Taken { position: i64 => "bigint" }
}

batch_row! {
    struct Filed<'a> {
        id: Uuid => "uuid",
        kind: &'a str => "text",
        tenant_id: Option<&'a str> => "text",
        data: &'a str => "json",
        created_at: Ts => "timestamptz",
        published_at: Ts => shared "timestamptz",
    }
}

/// Takes the oldest events out of the outbox and files them as published; whoever else comes to take them
/// waits. Answers them in their order, with their position among those that are published.
pub(crate) async fn publish_oldest(
    tx: &mut Tx,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<OutboxEvent>> {
    plan_anew(tx).await?;
    let taken = lock_oldest(tx, limit).await?;
    if taken.is_empty() {
        return Ok(taken);
    }
    let rows = taken.iter().map(|event| Taken { position: event.position }).collect();
    let sql = "WITH v (position) AS ({rows}) \
               DELETE FROM outbox WHERE position IN (SELECT v.position FROM v)";
    batch::execute_all(tx, "outbox", sql, rows).await?;
    let rows = taken
        .iter()
        .map(|event| Filed {
            id: event.id,
            kind: &event.kind,
            tenant_id: event.tenant_id.as_deref(),
            data: &event.data,
            created_at: event.created_at,
            published_at: Ts(now),
        })
        .collect();
    let sql = "WITH v (id, type, tenant_id, data, created_at, published_at) AS ({rows}) \
               INSERT INTO published_events (id, type, tenant_id, data, created_at, published_at) \
               SELECT id, type, tenant_id, data, created_at, published_at FROM v \
               RETURNING position, id, type AS kind, tenant_id, CAST(data AS text) AS data, created_at";
    let mut published: Vec<OutboxEvent> = batch::fetch(tx, sql, rows).await?;
    published.sort_by_key(|event| event.position);
    Ok(published)
}

async fn lock_oldest(tx: &mut Tx, limit: i64) -> Result<Vec<OutboxEvent>> {
    macro_rules! oldest {
        ($lock:literal) => {
            concat!(
                "SELECT position, id, type AS kind, tenant_id, CAST(data AS text) AS data, created_at \
                 FROM outbox ORDER BY position LIMIT $1",
                $lock
            )
        };
    }
    Ok(match tx.connection() {
        Connection::Postgres(c) => {
            sqlx::query_as(oldest!(" FOR UPDATE")).bind(limit).fetch_all(c).await?
        }
        Connection::Sqlite(c) => sqlx::query_as(oldest!("")).bind(limit).fetch_all(c).await?,
    })
}

/// The outbox is empty at one moment and has a million rows at another: no plan is kept.
async fn plan_anew(tx: &mut Tx) -> Result<()> {
    if let Connection::Postgres(connection) = tx.connection() {
        let sql = "SET LOCAL plan_cache_mode = force_custom_plan";
        sqlx::raw_sql(sql).execute(connection).await?;
    }
    Ok(())
}

/// Removes up to `limit` events that were published before `before`, those first that were published
/// first. The newest always stays, and says from when on all are here; so does what NATS has not had.
pub(crate) async fn purge(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM published_events WHERE position IN (\
                   SELECT p.position FROM published_events p WHERE p.published_at < $1 \
                       AND p.position < COALESCE((SELECT MIN(n.position) FROM nats_queue n), \
                           (SELECT MAX(m.position) FROM published_events m)) \
                   ORDER BY p.published_at, p.position LIMIT $2)";
    Ok(on_db!(tx, c => sqlx::query(sql)
        .bind(Ts(before))
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Servers' clocks may be so far apart, in seconds.
const APART_SECONDS: i64 = 300;

/// Events that became true from one moment on and before another, in the order in which they were published.
pub(crate) async fn published(
    tx: &mut Tx,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<OutboxEvent>> {
    let sql = "SELECT position, id, type AS kind, tenant_id, CAST(data AS text) AS data, created_at \
               FROM published_events WHERE published_at >= $4 AND created_at >= $1 AND created_at < $2 \
               ORDER BY position LIMIT $3";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(from))
        .bind(Ts(to))
        .bind(limit)
        .bind(Ts(from.plus_seconds(-APART_SECONDS)))
        .fetch_all(c)
        .await)?)
}
