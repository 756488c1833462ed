//! Sends what waits. One lane at a time is claimed: an Organization's events for an endpoint, of which one is
//! sent after another has arrived. Several lanes are worked on at once, few of each endpoint, so that one that
//! is slow or down holds no other up.
//!
//! Nothing is sent inside a transaction. A crash between sending and noting it leaves the event first in its
//! lane: it is sent again, under the same identifier, when the claim has ended.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sovereign_domain::timestamp::Timestamp;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::settle::{self, Next};
use crate::app::App;
use crate::envelope::envelope;
use crate::fail_point::reach;
use crate::hooks::{Answer, Hooks, Message, SIGNATURE, sign};
use crate::storage::event_deliveries as rows;
use crate::storage::event_endpoints::{self, EndpointRow};
use crate::storage::event_lanes::{self, Lane};
use crate::storage::outbox::OutboxEvent;
use crate::storage::{Result, Ts};
use crate::usecase::done::Done;

/// The most lanes that are worked on at once, and of one endpoint.
const AT_ONCE: usize = 32;
const AT_ONCE_OF_EACH: usize = 4;
/// The most lanes of one step.
const LANES: usize = 500;
/// The most events that are sent of a lane before others have their turn.
const EVENTS: usize = 20;
/// A lane that has taken this long lets others have their turn.
const TURN: Duration = Duration::from_secs(5);
/// Whoever claims a lane has this long: a turn, and one more request that takes all its time.
const CLAIM_SECONDS: i64 = 120;
/// While everything that is being sent is slow, what has come due meanwhile is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Sends what is due; counts the attempts.
///
/// # Errors
/// Where the database fails. What one endpoint meets is that endpoint's alone.
pub async fn step(app: &Arc<App>) -> Result<Done> {
    // Tasks of their own: what one of them waits for may be what another holds. They end with this future.
    let mut working: JoinSet<(Uuid, Result<usize>)> = JoinSet::new();
    let mut of_each: HashMap<Uuid, usize> = HashMap::new();
    let (mut begun, mut count) = (0, 0_usize);
    loop {
        if begun < LANES {
            let lanes = claim_due(app, &of_each, AT_ONCE - working.len()).await?;
            begun += lanes.len();
            for (lane, claim) in lanes {
                *of_each.entry(lane.endpoint_id).or_default() += 1;
                let app = Arc::clone(app);
                working.spawn(async move { (lane.endpoint_id, work(&app, &lane, claim).await) });
            }
        }
        if working.is_empty() {
            return Ok(Done { count, more: begun >= LANES });
        }
        let ended = tokio::time::timeout(LOOK_EVERY, working.join_next()).await;
        let Ok(Some(ended)) = ended else { continue };
        // One that panicked is told by the runtime; its lane is tried again when the claim has ended.
        let Ok((endpoint, done)) = ended else { continue };
        count = count.saturating_add(done?);
        if let Some(busy) = of_each.get_mut(&endpoint) {
            *busy -= 1;
        }
    }
}

/// Claims lanes that are due, as many as there is room for. Answers until when each is claimed.
async fn claim_due(
    app: &App,
    of_each: &HashMap<Uuid, usize>,
    room: usize,
) -> Result<Vec<(Lane, Ts)>> {
    let now = app.clock.now();
    let mut tx = app.store.read().await?;
    let most = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let few = i64::try_from(AT_ONCE_OF_EACH).unwrap_or(i64::MAX);
    let due = event_lanes::due(&mut tx, now, few, most).await?;
    drop(tx);
    let mut of_each = of_each.clone();
    let mut claimed = Vec::new();
    for lane in due {
        let busy = of_each.entry(lane.endpoint_id).or_default();
        if *busy >= AT_ONCE_OF_EACH || claimed.len() >= room {
            continue;
        }
        let until = app.clock.now().plus_seconds(CLAIM_SECONDS);
        let mut tx = app.store.begin().await?;
        let taken = event_lanes::claim(&mut tx, &lane, now, until).await?;
        tx.commit().await?;
        if taken {
            *busy += 1;
            claimed.push((lane, Ts(until)));
        }
    }
    Ok(claimed)
}

/// Sends a lane's events, one after another, until one does not arrive or others should have their turn. Answers
/// how often something was sent.
async fn work(app: &App, lane: &Lane, claim: Ts) -> Result<usize> {
    let turn = tokio::time::Instant::now() + TURN;
    for sent in 0..EVENTS {
        let mut tx = app.store.read().await?;
        let endpoint = event_endpoints::find(&mut tx, lane.endpoint_id).await?;
        let first = rows::first_of(&mut tx, lane).await?;
        drop(tx);
        let (Some(endpoint), Some(first)) = (endpoint.filter(|found| found.enabled), first) else {
            settle::leave(app, lane, claim).await?;
            return Ok(sent);
        };
        reach!("event_claimed");
        let event = first.clone().into_event();
        let answer = send(&app.hooks, app.clock.now(), &endpoint, &event).await;
        reach!("event_sent");
        let last = sent + 1 == EVENTS || tokio::time::Instant::now() >= turn;
        let next = settle::settle(app, lane, claim, &endpoint, &first, &answer, last).await?;
        reach!("event_settled");
        if next == Next::Leave {
            return Ok(sent + 1);
        }
    }
    Ok(EVENTS)
}

/// Sends one event once.
async fn send(
    hooks: &Hooks,
    now: Timestamp,
    endpoint: &EndpointRow,
    event: &OutboxEvent,
) -> Answer {
    let secrets = match hooks.keeper.secrets(endpoint, now) {
        Ok(secrets) => secrets,
        Err(error) => return Answer::none(error.to_string()),
    };
    let body = envelope(&hooks.keeper.fqdn, event).into_bytes();
    let headers = [
        (SIGNATURE, sign(&secrets, now, &body)),
        ("Sovereign-Event-Id", event.id.to_string()),
        ("Sovereign-Event-Type", event.kind.clone()),
    ];
    hooks.sender.send(Message { url: &endpoint.url, headers, body }).await
}

/// Sends an endpoint an event of its own type, now and once: whether anything arrives there at all.
pub(crate) async fn test(
    hooks: &Hooks,
    endpoint: &EndpointRow,
    now: Timestamp,
    id: Uuid,
) -> Answer {
    let event = OutboxEvent {
        position: 0,
        id,
        kind: "endpoint.test".to_owned(),
        tenant_id: None,
        data: json!({ "endpoint_id": endpoint.id }).to_string(),
        created_at: Ts(now),
    };
    send(hooks, now, endpoint, &event).await
}
