//! Takes events out of the outbox: files them as published, and hands them on to whoever hears of them.
//!
//! Both happen in one transaction, in which nobody outside the database is asked anything: see
//! `relay_sinks`. Killed before its end, it leaves the outbox as it was.

use crate::app::App;
use crate::fail_point::reach;
use crate::storage::{self, outbox};
use crate::usecase::done::Done;
use crate::usecase::relay_sinks;

/// The most events of one transaction.
const BATCH: u16 = 1_000;
/// The most transactions of one step.
const BATCHES: usize = 10;
/// How long an event can be sent again after it left the outbox.
const KEPT_DAYS: i64 = 30;
/// The most events that one transaction removes.
const PURGED: u16 = 5_000;

/// One step; counts the events that left the outbox.
///
/// # Errors
/// Where the database fails.
pub async fn step(app: &App) -> storage::Result<Done> {
    let mut count = 0;
    for _ in 0..BATCHES {
        let done = batch(app).await?;
        count += done.count;
        if !done.more {
            return Ok(Done::all(count));
        }
    }
    Ok(Done { count, more: true })
}

async fn batch(app: &App) -> storage::Result<Done> {
    let mut tx = app.store.begin().await?;
    let events = outbox::publish_oldest(&mut tx, BATCH.into(), app.clock.now()).await?;
    if events.is_empty() {
        return Ok(Done::all(0));
    }
    reach!("events_published");
    relay_sinks::hand_on(app, &mut tx, &events).await?;
    reach!("events_handed_on");
    tx.commit().await?;
    reach!("events_relayed");
    Ok(Done::up_to(BATCH, events.len()))
}

/// Removes what was published long ago; counts it.
///
/// # Errors
/// Where the database fails.
pub async fn purge(app: &App) -> storage::Result<Done> {
    let before = app.clock.now().plus_seconds(-KEPT_DAYS * 86_400);
    let mut tx = app.store.begin().await?;
    let removed = outbox::purge(&mut tx, before, PURGED.into()).await?;
    tx.commit().await?;
    Ok(Done::up_to(PURGED, usize::try_from(removed).unwrap_or(usize::MAX)))
}
