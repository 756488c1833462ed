//! Files events for the endpoints that want them, in the transaction that takes them out of the outbox.

use super::GIVEN_UP_AFTER_SECONDS;
use crate::app::App;
use crate::storage::event_deliveries::{self as rows, NewDelivery};
use crate::storage::event_endpoints::{self, EndpointRow};
use crate::storage::outbox::OutboxEvent;
use crate::storage::{self, Ts, Tx};

/// Files the events, which come in their order, for each endpoint that is switched on and wants them.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn file(app: &App, tx: &mut Tx, events: &[OutboxEvent]) -> storage::Result<()> {
    let endpoints = event_endpoints::list(tx).await?;
    let endpoints = endpoints.iter().filter(|endpoint| endpoint.enabled);
    let deliveries = endpoints.flat_map(|endpoint| for_one(app, endpoint, events)).collect();
    rows::file(tx, deliveries).await
}

/// The deliveries of the events that an endpoint wants, in their order.
pub(super) fn for_one(
    app: &App,
    endpoint: &EndpointRow,
    events: &[OutboxEvent],
) -> Vec<NewDelivery> {
    let now = app.clock.now();
    let give_up_at = Ts(now.plus_seconds(GIVEN_UP_AFTER_SECONDS));
    let wanted = events.iter().filter(|event| endpoint.wants(&event.kind));
    let numbered = wanted.zip(0_i64..).map(|(event, number)| NewDelivery {
        id: app.new_id(),
        number,
        endpoint_id: endpoint.id,
        lane: event.tenant_id.clone().unwrap_or_default(),
        event_id: event.id,
        kind: event.kind.clone(),
        event_at: event.created_at,
        data: event.data.clone(),
        created_at: Ts(now),
        give_up_at,
    });
    numbered.collect()
}
