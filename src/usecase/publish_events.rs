//! Publishes to NATS what left the outbox, in its order for each Organization, until NATS has confirmed it.
//!
//! An event goes when the one before it, of the same Organization, is confirmed; those of different ones do
//! not wait for each other. Killed anywhere, it publishes some event again, which NATS knows by its
//! identifier.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};

use crate::app::App;
use crate::envelope::envelope;
use crate::fail_point::reach;
use crate::jobs::JobError;
use crate::nats::{Connected, Nats, NatsError};
use crate::storage::nats_queue;
use crate::storage::outbox::OutboxEvent;
use crate::usecase::done::Done;

/// The most events of one round.
const BATCH: u16 = 1_000;
/// The most rounds of one step.
const ROUNDS: usize = 10;
/// How many Organizations' events are on their way at once.
const AT_ONCE: usize = 64;

/// One step; counts the events that NATS has confirmed.
///
/// # Errors
/// Where NATS or the database fails. What was confirmed is noted all the same.
pub async fn step(app: &App) -> Result<Done, JobError> {
    let Some(nats) = &app.nats else { return Ok(Done::all(0)) };
    let mut count = 0;
    for _ in 0..ROUNDS {
        let done = round(app, nats).await?;
        count += done.count;
        if !done.more {
            return Ok(Done::all(count));
        }
    }
    Ok(Done { count, more: true })
}

async fn round(app: &App, nats: &Nats) -> Result<Done, JobError> {
    let mut tx = app.store.read().await?;
    let events = nats_queue::oldest(&mut tx, BATCH.into()).await?;
    drop(tx);
    if events.is_empty() {
        return Ok(Done::all(0));
    }
    let count = events.len();
    let connected = nats.connect().await.map_err(JobError::new)?;
    reach!("nats_connected");
    let (confirmed, failure) = publish_all(app, &connected, events).await;
    if failure.is_some() {
        nats.disconnect().await;
    }
    reach!("nats_confirmed");
    let mut tx = app.store.begin().await?;
    nats_queue::remove(&mut tx, &confirmed).await?;
    tx.commit().await?;
    reach!("nats_noted");
    match failure {
        Some(error) => Err(JobError::new(error)),
        None => Ok(Done::up_to(BATCH, count)),
    }
}

/// Answers the positions of what was confirmed, and the first failure.
async fn publish_all(
    app: &App,
    connected: &Connected<'_>,
    events: Vec<OutboxEvent>,
) -> (Vec<i64>, Option<NatsError>) {
    // What is about no Organization stays in its order as well.
    let mut by_tenant: HashMap<Option<String>, Vec<OutboxEvent>> = HashMap::new();
    for event in events {
        by_tenant.entry(event.tenant_id.clone()).or_default().push(event);
    }
    let chains = by_tenant.into_values().map(|chain| publish_in_order(app, connected, chain));
    let mut done = stream::iter(chains).buffer_unordered(AT_ONCE);
    let (mut confirmed, mut failure) = (Vec::new(), None);
    while let Some((positions, error)) = done.next().await {
        confirmed.extend(positions);
        failure = failure.or(error);
    }
    (confirmed, failure)
}

/// Stops at the first that is not confirmed.
async fn publish_in_order(
    app: &App,
    connected: &Connected<'_>,
    chain: Vec<OutboxEvent>,
) -> (Vec<i64>, Option<NatsError>) {
    let mut confirmed = Vec::with_capacity(chain.len());
    for event in chain {
        let envelope = envelope(&app.facts.fqdn, &event);
        if let Err(error) = connected.publish(&event, envelope).await {
            return (confirmed, Some(error));
        }
        reach!("nats_event_confirmed");
        confirmed.push(event.position);
    }
    (confirmed, None)
}
