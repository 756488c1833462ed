//! `event_lanes`: for each endpoint, whose events wait for it and when the first of them is tried next.
//!
//! A lane is there while an event waits in it; `verify` checks that. Whoever files an event and whoever finds a
//! lane empty both lock its row, so that neither misses what the other does.

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Result, Ts, Tx, on_db};

from_row! {
    /// A lane of an endpoint.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(crate) struct Lane {
        pub(crate) endpoint_id: Uuid,
        /// The Organization's identifier, or nothing.
        pub(crate) lane: String,
    }
}

/// Lanes of endpoints that are switched on that are due: of each endpoint the few that have waited longest, so
/// that none keeps others out.
pub(crate) async fn due(
    tx: &mut Tx,
    now: Timestamp,
    of_each: i64,
    limit: i64,
) -> Result<Vec<Lane>> {
    let sql = "SELECT endpoint_id, lane FROM ( \
                   SELECT l.endpoint_id, l.lane, l.next_attempt_at, row_number() OVER ( \
                       PARTITION BY l.endpoint_id ORDER BY l.next_attempt_at, l.lane) AS place \
                   FROM event_lanes l JOIN event_endpoints e ON e.id = l.endpoint_id \
                   WHERE e.enabled AND l.next_attempt_at <= $1) ranked \
               WHERE place <= $2 ORDER BY place, next_attempt_at, endpoint_id LIMIT $3";
    Ok(on_db!(tx, c => sqlx::query_as(sql)
        .bind(Ts(now))
        .bind(of_each)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Takes a lane that is due, so that nobody else does before `until`; `false` where somebody has.
pub(crate) async fn claim(
    tx: &mut Tx,
    lane: &Lane,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE event_lanes SET next_attempt_at = $4 \
               WHERE endpoint_id = $1 AND lane = $2 AND next_attempt_at <= $3";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(lane.endpoint_id)
        .bind(&lane.lane)
        .bind(Ts(now))
        .bind(Ts(until))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Of a lane that was claimed until `claimed`: puts it off until `next`, with its row locked. `false` where
/// somebody else has taken it since, or the endpoint is gone.
pub(crate) async fn put_off(
    tx: &mut Tx,
    lane: &Lane,
    claimed: Timestamp,
    next: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE event_lanes SET next_attempt_at = $4 \
               WHERE endpoint_id = $1 AND lane = $2 AND next_attempt_at = $3";
    let rows = on_db!(tx, c => sqlx::query(sql)
        .bind(lane.endpoint_id)
        .bind(&lane.lane)
        .bind(Ts(claimed))
        .bind(Ts(next))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(rows > 0)
}

/// Removes a lane, whose row is locked, where nothing waits in it.
pub(crate) async fn close_if_empty(tx: &mut Tx, lane: &Lane) -> Result<()> {
    let sql = "DELETE FROM event_lanes WHERE endpoint_id = $1 AND lane = $2 AND NOT EXISTS ( \
                   SELECT 1 FROM event_deliveries d \
                   WHERE d.endpoint_id = $1 AND d.lane = $2 AND d.status = 'waiting')";
    on_db!(tx, c => sqlx::query(sql)
        .bind(lane.endpoint_id)
        .bind(&lane.lane)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// Has every lane of an endpoint tried at once. Whoever sends from one at this moment finds that it was taken
/// away, and the event is sent once more.
pub(crate) async fn hurry(tx: &mut Tx, endpoint_id: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event_lanes SET next_attempt_at = $2 \
               WHERE endpoint_id = $1 AND next_attempt_at > $2";
    on_db!(tx, c => sqlx::query(sql)
        .bind(endpoint_id)
        .bind(Ts(now))
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}

pub(crate) async fn delete_all(tx: &mut Tx, endpoint_id: Uuid) -> Result<()> {
    let sql = "DELETE FROM event_lanes WHERE endpoint_id = $1";
    on_db!(tx, c => sqlx::query(sql).bind(endpoint_id).execute(c).await.map(|_| ()))?;
    Ok(())
}
