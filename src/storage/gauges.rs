//! What a monitoring system wants to know of the database: a few counts, all of them by an index or of a small
//! table.

use super::{Result, Ts, Tx, on_db};

/// A measure, the label that tells several of one name apart (empty where there is one), and its value.
pub(crate) type Gauge = (String, String, i64);

/// Counts what waits and what has failed. The jobs and the last reconcile are read by their own tables' files.
pub(crate) async fn counts(tx: &mut Tx) -> Result<Vec<Gauge>> {
    let sql = "SELECT 'alarms_open' AS name, kind AS label, COUNT(*) AS value FROM alarms \
                   WHERE resolved_at IS NULL GROUP BY kind \
               UNION ALL SELECT 'orders_pending', '', COUNT(*) FROM orders WHERE status = 'pending' \
               UNION ALL SELECT 'refunds_pending', '', COUNT(*) FROM refunds \
                   WHERE status = 'pending' \
               UNION ALL SELECT 'letters_waiting', '', COUNT(*) FROM letters \
               UNION ALL SELECT 'webhook_events_failed', '', COUNT(*) FROM stripe_webhook_events \
                   WHERE status = 'failed' \
               UNION ALL SELECT 'outbox_events', '', COUNT(*) FROM outbox \
               UNION ALL SELECT 'nats_waiting_events', '', COUNT(*) FROM nats_queue \
               UNION ALL SELECT 'event_deliveries_waiting', '', COUNT(*) FROM event_deliveries \
                   WHERE status = 'waiting' \
               UNION ALL SELECT 'event_deliveries_failed', '', COUNT(*) FROM event_deliveries \
                   WHERE status = 'failed' \
               UNION ALL SELECT 'event_endpoints_failing', '', COUNT(*) FROM event_endpoints \
                   WHERE failing_since IS NOT NULL OR disabled_reason IS NOT NULL \
               ORDER BY 1, 2";
    Ok(on_db!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?)
}

/// When the oldest event became true that waits in the outbox, and the oldest that waits for NATS.
pub(crate) async fn oldest_events(tx: &mut Tx) -> Result<[Option<Ts>; 2]> {
    let outbox = "SELECT created_at FROM outbox ORDER BY position LIMIT 1";
    let nats = "SELECT p.created_at FROM nats_queue q \
                JOIN published_events p ON p.position = q.position ORDER BY q.position LIMIT 1";
    let outbox = on_db!(tx, c => sqlx::query_scalar(outbox).fetch_optional(c).await)?;
    let nats = on_db!(tx, c => sqlx::query_scalar(nats).fetch_optional(c).await)?;
    Ok([outbox, nats])
}
