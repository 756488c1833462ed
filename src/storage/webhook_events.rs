//! `stripe_webhook_events`: what Stripe sent, as it came, and what became of it.

use sovereign_domain::timestamp::Timestamp;

use super::{Result, Ts, Tx, on_db};

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventStatus {
    Processed,
    /// Kept and acknowledged: nothing of it concerns this Sovereign, or this program.
    Ignored,
    /// It will be sent again.
    Failed,
}

impl EventStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
        }
    }
}

/// Keeps an event, and counts how often it came. Answers whether there is still something to do for it.
pub(crate) async fn receive(
    tx: &mut Tx,
    (id, kind): (&str, &str),
    payload: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO stripe_webhook_events \
                   (event_id, event_type, status, payload, attempts, received_at) \
               VALUES ($1, $2, 'received', $3, 1, $4) \
               ON CONFLICT (event_id) DO UPDATE \
                   SET attempts = stripe_webhook_events.attempts + 1 \
               RETURNING status";
    let status: String = on_db!(tx, c => sqlx::query_scalar(sql)
        .bind(id)
        .bind(kind)
        .bind(payload)
        .bind(Ts(now))
        .fetch_one(c)
        .await)?;
    Ok(!matches!(status.as_str(), "processed" | "ignored"))
}

/// Notes what became of an event.
pub(crate) async fn finish(
    tx: &mut Tx,
    id: &str,
    status: EventStatus,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let done = (status != EventStatus::Failed).then_some(Ts(now));
    let sql = "UPDATE stripe_webhook_events \
               SET status = $2, last_error = $3, processed_at = $4 WHERE event_id = $1";
    on_db!(tx, c => sqlx::query(sql)
        .bind(id)
        .bind(status.as_str())
        .bind(error)
        .bind(done)
        .execute(c)
        .await
        .map(|_| ()))?;
    Ok(())
}
