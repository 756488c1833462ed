//! `event_deliveries`: events on their way to endpoints, and what became of them.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::batch::{Writes, batch_row};
use super::event_lanes::Lane;
use super::outbox::OutboxEvent;
use super::{Result, Ts, Tx, on_db};

batch_row! {
    /// An event for an endpoint. `number` is its place among those that are filed together.
    pub(crate) struct NewDelivery {
        id: Uuid => "uuid",
        number: i64 => "bigint",
        endpoint_id: Uuid => "uuid",
        lane: String => "text",
        event_id: Uuid => "uuid",
        kind: String => "text",
        event_at: Ts => "timestamptz",
        data: String => "json",
        created_at: Ts => shared "timestamptz",
        give_up_at: Ts => shared "timestamptz",
    }
}

batch_row! {
    struct NewLane {
        endpoint_id: Uuid => "uuid",
        lane: String => "text",
        next_attempt_at: Ts => shared "timestamptz",
    }
}

from_row! {
    /// A delivery as whoever sends it needs it.
    #[derive(Debug, Clone)]
    pub(crate) struct Waiting {
        pub(crate) id: Uuid,
        pub(crate) lane: String,
        pub(crate) event_id: Uuid,
        pub(crate) kind: String,
        pub(crate) event_at: Ts,
        /// JSON, as it was written.
        pub(crate) data: String,
        pub(crate) attempts: i32,
        pub(crate) give_up_at: Ts,
    }
}

impl Waiting {
    /// The event that is sent.
    pub(crate) fn into_event(self) -> OutboxEvent {
        OutboxEvent {
            position: 0,
            id: self.event_id,
            kind: self.kind,
            tenant_id: Some(self.lane).filter(|lane| !lane.is_empty()),
            data: self.data,
            created_at: self.event_at,
        }
    }
}

from_row! {
    /// A delivery as it is listed.
    #[derive(Debug, Clone)]
    pub(crate) struct DeliveryRow {
        pub(crate) id: Uuid,
        pub(crate) position: i64,
        pub(crate) event_id: Uuid,
        pub(crate) kind: String,
        pub(crate) lane: String,
        pub(crate) status: String,
        pub(crate) attempts: i32,
        pub(crate) created_at: Ts,
        pub(crate) give_up_at: Ts,
        pub(crate) last_attempt_at: Option<Ts>,
        pub(crate) response_status: Option<i32>,
        pub(crate) response_excerpt: Option<String>,
    }
}

/// What one attempt came to.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    pub(crate) status: &'static str,
    pub(crate) at: Timestamp,
    pub(crate) response_status: Option<i32>,
    pub(crate) excerpt: &'a str,
}

/// Files deliveries, in the order of their numbers, and opens the lanes they wait in.
pub(crate) async fn file(tx: &mut Tx, rows: Vec<NewDelivery>) -> Result<()> {
    let mut lanes: Vec<NewLane> = rows
        .iter()
        .map(|row| NewLane {
            endpoint_id: row.endpoint_id,
            lane: row.lane.clone(),
            next_attempt_at: row.created_at,
        })
        .collect();
    // Everybody locks lanes in this order; and a statement may touch each but once.
    lanes.sort_by(|a, b| (a.endpoint_id, &a.lane).cmp(&(b.endpoint_id, &b.lane)));
    lanes.dedup_by(|a, b| a.endpoint_id == b.endpoint_id && a.lane == b.lane);
    let mut writes = Writes::new(tx);
    let sql = "WITH v (id, number, endpoint_id, lane, event_id, type, event_at, data, created_at, \
                       give_up_at) AS ({rows}) \
               INSERT INTO event_deliveries (id, endpoint_id, lane, event_id, type, event_at, data, \
                   status, attempts, created_at, give_up_at) \
               SELECT id, endpoint_id, lane, event_id, type, event_at, data, 'waiting', 0, created_at, \
                   give_up_at FROM v ORDER BY number";
    writes.insert(sql, rows).await?;
    let sql = "WITH v (endpoint_id, lane, next_attempt_at) AS ({rows}) \
               INSERT INTO event_lanes (endpoint_id, lane, next_attempt_at) \
               SELECT endpoint_id, lane, next_attempt_at FROM v WHERE TRUE \
               ON CONFLICT (endpoint_id, lane) DO UPDATE SET lane = excluded.lane";
    writes.insert(sql, lanes).await?;
    writes.send().await
}

/// The first that waits in a lane.
pub(crate) async fn first_of(tx: &mut Tx, lane: &Lane) -> Result<Option<Waiting>> {
    let sql = "SELECT id, lane, event_id, type AS kind, event_at, CAST(data AS text) AS data, attempts, \
                   give_up_at \
               FROM event_deliveries \
               WHERE endpoint_id = $1 AND lane = $2 AND status = 'waiting' \
               ORDER BY position LIMIT 1";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(lane.endpoint_id)
        .bind(&lane.lane)
        .fetch_optional(c)
        .await)?)
}

pub(crate) async fn note(tx: &mut Tx, id: Uuid, attempt: &Attempt<'_>) -> Result<()> {
    let sql = "UPDATE event_deliveries SET status = $2, attempts = attempts + 1, last_attempt_at = $3, \
                   response_status = $4, response_excerpt = $5 WHERE id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(attempt.status)
        .bind(Ts(attempt.at))
        .bind(attempt.response_status)
        .bind(attempt.excerpt)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// What is sent to an endpoint, newest first, from before a position on: all of it, or of one status.
pub(crate) async fn list(
    tx: &mut Tx,
    endpoint_id: Uuid,
    status: Option<&str>,
    before: i64,
    limit: i64,
) -> Result<Vec<DeliveryRow>> {
    let sql = "SELECT id, position, event_id, type AS kind, lane, status, attempts, created_at, \
                   give_up_at, last_attempt_at, response_status, response_excerpt \
               FROM event_deliveries \
               WHERE endpoint_id = $1 AND position < $2 AND ($3 IS NULL OR status = $3) \
               ORDER BY position DESC LIMIT $4";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(endpoint_id)
        .bind(before)
        .bind(status)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// One delivery to an endpoint, with what is sent.
pub(crate) async fn find(tx: &mut Tx, endpoint_id: Uuid, id: Uuid) -> Result<Option<Waiting>> {
    let sql = "SELECT id, lane, event_id, type AS kind, event_at, CAST(data AS text) AS data, attempts, \
                   give_up_at \
               FROM event_deliveries WHERE endpoint_id = $1 AND id = $2";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(endpoint_id)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// Gives whatever waits for an endpoint until then.
pub(crate) async fn extend(tx: &mut Tx, endpoint_id: Uuid, until: Timestamp) -> Result<()> {
    let sql = "UPDATE event_deliveries SET give_up_at = $2 \
               WHERE endpoint_id = $1 AND status = 'waiting'";
    on_db!(tx, c => sqlx::query(sql)
        .bind(endpoint_id)
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn delete_all(tx: &mut Tx, endpoint_id: Uuid) -> Result<()> {
    let sql = "DELETE FROM event_deliveries WHERE endpoint_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(endpoint_id).execute(c).await.map(|_| ()))?;
    Ok(())
}

/// Removes up to `limit` deliveries that were filed before `before`, whatever became of them.
pub(crate) async fn purge(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64> {
    let sql = "DELETE FROM event_deliveries WHERE position IN ( \
                   SELECT d.position FROM event_deliveries d WHERE d.created_at < $1 \
                   ORDER BY d.created_at, d.position LIMIT $2)";
    Ok(on_db!(tx, c => sqlx::query(sql)
        .bind(Ts(before))
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Removes what was filed for endpoints that were removed at that moment.
pub(crate) async fn purge_orphans(tx: &mut Tx) -> Result<()> {
    for sql in [
        "DELETE FROM event_deliveries \
         WHERE endpoint_id IN (SELECT l.endpoint_id FROM event_lanes l \
             WHERE l.endpoint_id NOT IN (SELECT e.id FROM event_endpoints e))",
        "DELETE FROM event_lanes WHERE endpoint_id NOT IN (SELECT e.id FROM event_endpoints e)",
    ] {
        on_db!(tx, c => sqlx::query(sql).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}
