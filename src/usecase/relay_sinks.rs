//! Who hears of events: each sink files here what it has to do about them, in the transaction that takes
//! them out of the outbox. It does it afterwards, in a job of its own, and may be down for long meanwhile.

use crate::app::App;
use crate::provision::enqueue;
use crate::storage;
use crate::storage::Tx;
use crate::storage::outbox::OutboxEvent;

/// Files the events, which come in their order, with each sink. Once only: with the transaction all of it
/// is undone, or none.
pub(super) async fn hand_on(app: &App, tx: &mut Tx, events: &[OutboxEvent]) -> storage::Result<()> {
    tracing::debug!(events = events.len(), "events have left the outbox");
    enqueue::hear(tx, events, app.clock.now()).await?;
    Ok(())
}
