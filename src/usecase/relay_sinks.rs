//! Who hears of events: each sink files here what it has to do about them, in the transaction that takes
//! them out of the outbox. It does it afterwards, in a job of its own, and may be down for long meanwhile.

use crate::app::App;
use crate::provision::enqueue;
use crate::storage::outbox::OutboxEvent;
use crate::storage::{self, Tx, ended_organizations, nats_queue};
use crate::usecase::event_deliveries;

const TENANT_DELETED: &str = "tenant.deleted";

/// Files the events, which come in their order, with each sink. Once only: with the transaction all of it
/// is undone, or none.
pub(super) async fn hand_on(app: &App, tx: &mut Tx, events: &[OutboxEvent]) -> storage::Result<()> {
    if app.nats.is_some() {
        nats_queue::add(tx, events).await?;
    }
    for event in events.iter().filter(|event| event.kind == TENANT_DELETED) {
        if let Some(tenant_id) = &event.tenant_id {
            ended_organizations::ask(tx, tenant_id, app.clock.now()).await?;
        }
    }
    enqueue::hear(tx, events, app.clock.now()).await?;
    event_deliveries::file(app, tx, events).await
}
