//! What becomes of a delivery after an attempt, and of its lane and endpoint.

use sovereign_domain::book::{Alarm, AlarmKind};
use sovereign_domain::ids::AlarmId;
use sovereign_domain::timestamp::Timestamp;

use super::Status;
use crate::app::App;
use crate::hooks::Answer;
use crate::storage::event_deliveries::{self as rows, Attempt, Waiting};
use crate::storage::event_endpoints::{self, EndpointRow};
use crate::storage::event_lanes::{self, Lane};
use crate::storage::{Result, Ts, Tx, write_payments};

/// How long after a first failure is tried again; twice as long each time.
const FIRST_RETRY_SECONDS: i64 = 30;
const MAX_RETRY_SECONDS: i64 = 4 * 3_600;

/// What whoever works on a lane does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Send what is first in it now.
    GoOn,
    /// It is not theirs any more.
    Leave,
}

/// Notes what came of an attempt. With `last`, the lane is given up to whoever has a turn next.
///
/// # Errors
/// Where the database fails: it is not known then that the event was sent, and it is sent again.
pub(super) async fn settle(
    app: &App,
    lane: &Lane,
    claim: Ts,
    endpoint: &EndpointRow,
    event: &Waiting,
    answer: &Answer,
    last: bool,
) -> Result<Next> {
    let now = app.clock.now();
    let status = verdict(answer, event, now);
    // What was given up holds nobody back any more.
    let goes_on = status != Status::Waiting && !answer.is_gone() && !last;
    let next_attempt_at = match status {
        _ if goes_on => claim.0,
        Status::Waiting => next_attempt(event, now),
        Status::Delivered | Status::Failed => now,
    };
    let mut tx = app.store.begin().await?;
    // Whoever changes the endpoint locks it first, and then its lanes.
    note_endpoint(app, &mut tx, endpoint, event, answer, status).await?;
    // Its lock keeps whoever files events for the lane and whoever finds it empty apart.
    if !event_lanes::put_off(&mut tx, lane, claim.0, next_attempt_at).await? {
        tracing::warn!(endpoint = %endpoint.id, event = %event.event_id, "somebody else sends this");
        return Ok(Next::Leave);
    }
    let attempt = Attempt {
        status: status.as_str(),
        at: now,
        response_status: answer.status.map(i32::from),
        excerpt: &answer.excerpt,
    };
    rows::note(&mut tx, event.id, &attempt).await?;
    if !goes_on {
        event_lanes::close_if_empty(&mut tx, lane).await?;
    }
    tx.commit().await?;
    Ok(if goes_on { Next::GoOn } else { Next::Leave })
}

/// Gives a lane up that there is nothing to send of.
pub(super) async fn leave(app: &App, lane: &Lane, claim: Ts) -> Result<()> {
    let mut tx = app.store.begin().await?;
    if event_lanes::put_off(&mut tx, lane, claim.0, app.clock.now()).await? {
        event_lanes::close_if_empty(&mut tx, lane).await?;
    }
    tx.commit().await
}

fn verdict(answer: &Answer, event: &Waiting, now: Timestamp) -> Status {
    if answer.is_success() {
        Status::Delivered
    } else if answer.is_gone() || now >= event.give_up_at.0 {
        Status::Failed
    } else {
        Status::Waiting
    }
}

/// The last attempt is made when time is up, and not before.
fn next_attempt(event: &Waiting, now: Timestamp) -> Timestamp {
    let next = now.plus_seconds(wait_seconds(event.attempts, event.event_id.as_u128()));
    next.min(event.give_up_at.0)
}

/// How long to wait after an attempt that had so many before it: a fifth more or less, so that what failed
/// together does not come again together. `seed` is the event's own.
fn wait_seconds(before: i32, seed: u128) -> i64 {
    let doublings = before.clamp(0, 16).unsigned_abs();
    let wait = FIRST_RETRY_SECONDS.saturating_mul(1_i64 << doublings).min(MAX_RETRY_SECONDS);
    let spread = u128::from(wait.unsigned_abs() / 5);
    let part = seed.wrapping_mul(u128::from(doublings) * 2 + 1) % (2 * spread + 1);
    wait - i64::try_from(spread).unwrap_or(0) + i64::try_from(part).unwrap_or(0)
}

/// What the attempt says of the endpoint.
async fn note_endpoint(
    app: &App,
    tx: &mut Tx,
    endpoint: &EndpointRow,
    event: &Waiting,
    answer: &Answer,
    status: Status,
) -> Result<()> {
    let (id, now) = (endpoint.id, app.clock.now());
    if status == Status::Delivered {
        return event_endpoints::note_success(tx, id, now).await;
    }
    event_endpoints::note_failure(tx, id, now).await?;
    let said = answer.status.map_or_else(|| answer.excerpt.clone(), |status| status.to_string());
    tracing::debug!(endpoint = %id, event = %event.event_id, said, "an event did not arrive");
    if answer.is_gone() {
        let reason = "it answered 410 Gone";
        event_endpoints::disable(tx, id, reason, now).await?;
        return raise(app, tx, endpoint, format!("{}: {reason}; it is switched off", endpoint.url))
            .await;
    }
    if status == Status::Failed {
        let detail = format!(
            "{}: event {} ({}) was given up after {} attempts; the last: {said}",
            endpoint.url,
            event.event_id,
            event.kind,
            event.attempts.saturating_add(1)
        );
        return raise(app, tx, endpoint, detail).await;
    }
    Ok(())
}

async fn raise(app: &App, tx: &mut Tx, endpoint: &EndpointRow, detail: String) -> Result<()> {
    tracing::error!(kind = AlarmKind::EventEndpoint.as_str(), detail, "alarm");
    let alarm = Alarm {
        id: AlarmId(app.new_id()),
        kind: AlarmKind::EventEndpoint,
        subject: endpoint.id.to_string(),
        detail,
        tenant_id: None,
        order_id: None,
        created_at: app.clock.now(),
    };
    write_payments::raise(tx, &alarm).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_differ_a_little() {
        for seed in [0, 1, 7, 0x1997_f53a_0007_0008_0000_0000_0000_0001, u128::MAX] {
            for (before, wait) in
                [(0, 30), (1, 60), (4, 480), (8, 7_680), (9, 14_400), (99, 14_400)]
            {
                let waited = wait_seconds(before, seed);
                assert!(
                    (wait - wait / 5..=wait + wait / 5).contains(&waited),
                    "{before}: {waited}"
                );
            }
        }
        let waits: std::collections::BTreeSet<i64> =
            (0..50).map(|seed| wait_seconds(5, seed * 0x1234_5678_9abc_def1)).collect();
        assert!(waits.len() > 20, "{waits:?}");
    }

    #[test]
    fn some_thirty_attempts_fill_three_days() {
        let mut total = 0;
        let attempts = (0..).take_while(|before| {
            total += wait_seconds(*before, 0x5eed);
            total < super::super::GIVEN_UP_AFTER_SECONDS
        });
        assert!((20..40).contains(&attempts.count()));
    }
}
