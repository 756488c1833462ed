//! `nats_queue`: which published events NATS has not confirmed yet.

use super::batch::{self, batch_row};
use super::outbox::OutboxEvent;
use super::{Result, Tx, on_db};

batch_row! {
    struct Queued { position: i64 => "bigint" }
}

fn rows(positions: impl Iterator<Item = i64>) -> Vec<Queued> {
    positions.map(|position| Queued { position }).collect()
}

pub(crate) async fn add(tx: &mut Tx, events: &[OutboxEvent]) -> Result<()> {
    let sql = "WITH v (position) AS ({rows}) \
               INSERT INTO nats_queue (position) SELECT v.position FROM v";
    let rows = rows(events.iter().map(|event| event.position));
    batch::execute_all(tx, "nats_queue", sql, rows).await
}

/// What waits, in the order it left the outbox.
pub(crate) async fn oldest(tx: &mut Tx, limit: i64) -> Result<Vec<OutboxEvent>> {
    let sql = "SELECT q.position, p.id, p.type AS kind, p.tenant_id, CAST(p.data AS text) AS data, \
                   p.created_at \
               FROM nats_queue q JOIN published_events p ON p.position = q.position \
               ORDER BY q.position LIMIT $1";
    // The queue is empty at one moment and long at another: no plan is kept.
    Ok(on_db!(tx, c => sqlx::query_as(sql).persistent(false).bind(limit).fetch_all(c).await)?)
}

/// Of events that NATS has confirmed; another process may have said so before.
pub(crate) async fn remove(tx: &mut Tx, positions: &[i64]) -> Result<()> {
    let sql = "WITH v (position) AS ({rows}) \
               DELETE FROM nats_queue WHERE position IN (SELECT v.position FROM v)";
    batch::execute(tx, sql, rows(positions.iter().copied())).await?;
    Ok(())
}
