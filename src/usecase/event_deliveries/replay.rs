//! Sends events again: one, or what an endpoint may have missed. They keep their identifiers, and stand behind
//! what waits already.

use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::file::for_one;
use crate::app::App;
use crate::storage::event_deliveries as rows;
use crate::storage::event_endpoints;
use crate::storage::{self, Tx, outbox};
use crate::usecase::audited;
use crate::usecase::vouchers::FieldError;

/// The most events of one request.
const MAX_EVENTS: usize = 10_000;

/// Why nothing is sent again.
#[derive(Debug)]
pub(crate) enum ReplayError {
    Field(FieldError),
    /// There is no such endpoint or delivery.
    NotFound,
    Storage(storage::Error),
}

impl From<FieldError> for ReplayError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for ReplayError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// Sends one event again, whatever became of it before; answers the new delivery.
///
/// # Errors
/// [`ReplayError`].
pub(crate) async fn replay_one(
    app: &App,
    actor: &Actor,
    endpoint_id: Uuid,
    delivery_id: Uuid,
) -> Result<Uuid, ReplayError> {
    let mut tx = app.store.begin().await?;
    let endpoint = event_endpoints::find_locked(&mut tx, endpoint_id).await?;
    let mut endpoint = endpoint.ok_or(ReplayError::NotFound)?;
    let found = rows::find(&mut tx, endpoint_id, delivery_id).await?;
    let found = found.ok_or(ReplayError::NotFound)?;
    // Asked for by name: whether it would be sent by itself does not matter.
    endpoint.event_types = None;
    let event_id = found.event_id;
    let filed = for_one(app, &endpoint, &[found.into_event()]);
    let id = filed.first().map(|delivery| delivery.id).ok_or(ReplayError::NotFound)?;
    rows::file(&mut tx, filed).await?;
    note(app, &mut tx, actor, endpoint_id, json!({ "event_id": event_id })).await?;
    tx.commit().await?;
    Ok(id)
}

/// Sends again what became true from one moment on and before another, of the types that the endpoint wants;
/// answers how many events that are.
///
/// # Errors
/// [`ReplayError`].
pub(crate) async fn replay_range(
    app: &App,
    actor: &Actor,
    endpoint_id: Uuid,
    (from, to): (Timestamp, Timestamp),
) -> Result<usize, ReplayError> {
    if from >= to {
        return Err(FieldError::new("to", "to must be later than from").into());
    }
    let mut tx = app.store.begin().await?;
    let endpoint = event_endpoints::find_locked(&mut tx, endpoint_id).await?;
    let endpoint = endpoint.ok_or(ReplayError::NotFound)?;
    let limit = i64::try_from(MAX_EVENTS + 1).unwrap_or(i64::MAX);
    let found = outbox::published(&mut tx, (from, to), limit).await?;
    if found.len() > MAX_EVENTS {
        let detail =
            format!("from and to span more than {MAX_EVENTS} events; ask for less at a time");
        return Err(FieldError::new("to", detail).into());
    }
    let filed = for_one(app, &endpoint, &found);
    let count = filed.len();
    rows::file(&mut tx, filed).await?;
    note(app, &mut tx, actor, endpoint_id, json!({ "from": from, "to": to, "events": count }))
        .await?;
    tx.commit().await?;
    Ok(count)
}

async fn note(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    endpoint_id: Uuid,
    after: Value,
) -> storage::Result<()> {
    let subject = endpoint_id.to_string();
    let entry = audited::entry(app, actor, "event_endpoint.replay", &subject, None);
    audited::record(tx, entry, after).await
}
