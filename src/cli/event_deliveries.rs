//! `sovereign events endpoint deliveries` and `replay`: what became of what was sent, and sending it again.

use clap::Args;
use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::Common;
use super::org::Desk;
use super::output::{Failure, answer, answer_json, table};
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::storage::event_deliveries::DeliveryRow;
use crate::usecase::event_deliveries::{self, ListError, ReplayError, Status};
use crate::usecase::event_endpoints;
use crate::usecase::read_audit::parse_moment;

/// How many are read at a time.
const PAGE_SIZE: i64 = 200;

/// List what is sent to an endpoint, newest first, of the last 30 days
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint deliveries 01997f53-a000-7000-8000-000000000001
  sovereign events endpoint deliveries 01997f53-a000-7000-8000-000000000001 --status failed --json")]
pub(super) struct Deliveries {
    #[command(flatten)]
    common: Common,
    /// The endpoint's identifier, as `list` shows it
    id: Uuid,
    /// What became of them: waiting, delivered or failed
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// How many at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u32,
}

/// Send an event again, or all of a time
///
/// The running server, or a worker, sends them, after what waits already. Events keep their identifiers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint replay ENDPOINT --delivery DELIVERY
  sovereign events endpoint replay ENDPOINT --from 2027-03-01T00:00:00Z --to 2027-03-02T00:00:00Z")]
pub(super) struct Replay {
    #[command(flatten)]
    common: Common,
    /// The endpoint's identifier, as `list` shows it
    id: Uuid,
    /// A delivery, as `deliveries` shows it
    #[arg(
        long,
        value_name = "ID",
        required_unless_present_all = ["from", "to"],
        conflicts_with_all = ["from", "to"]
    )]
    delivery: Option<Uuid>,
    /// Events that became true from this moment on
    #[arg(long, value_name = "MOMENT", requires = "to")]
    from: Option<String>,
    /// And before this one
    #[arg(long, value_name = "MOMENT", requires = "from")]
    to: Option<String>,
}

impl Deliveries {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let status = self.status.as_deref().map(str::parse::<Status>).transpose();
        let status = status.map_err(|fault| Failure::refused(fault.detail))?;
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let found = read(&store, self.id, status, self.limit).await;
        store.close().await;
        let found = found?;
        if self.common.json {
            answer_json(&Value::Array(found.iter().map(as_json).collect()));
        } else if !found.is_empty() {
            answer(table(&found.iter().map(cells).collect::<Vec<_>>()));
        }
        Ok(())
    }
}

async fn read(
    store: &Store,
    id: Uuid,
    status: Option<Status>,
    limit: u32,
) -> Result<Vec<DeliveryRow>, Failure> {
    let id = event_endpoints::find(store, id).await?.id;
    let (mut all, mut after): (Vec<DeliveryRow>, Option<String>) = (Vec::new(), None);
    loop {
        let read = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let left = i64::from(limit).saturating_sub(read).min(PAGE_SIZE);
        if left <= 0 {
            return Ok(all);
        }
        let page = event_deliveries::list(store, id, status, after.as_deref(), left).await;
        let page = page.map_err(|error| match error {
            ListError::Field(fault) => Failure::refused(fault.detail),
            ListError::Storage(error) => error.into(),
        })?;
        all.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

impl Replay {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let time = match (&self.from, &self.to) {
            (Some(from), Some(to)) => Some((moment("from", from)?, moment("to", to)?)),
            _ => None,
        };
        let desk = Desk::open(&self.common).await?;
        let replayed = match (self.delivery, time) {
            (_, Some(time)) => {
                let count =
                    event_deliveries::replay_range(desk.app(), &desk.actor, self.id, time).await;
                count.map(|count| (count, None))
            }
            (delivery, None) => {
                let delivery = delivery.unwrap_or_default();
                let made =
                    event_deliveries::replay_one(desk.app(), &desk.actor, self.id, delivery).await;
                made.map(|made| (1, Some(made)))
            }
        };
        desk.close().await;
        let (events, made) = replayed.map_err(failure)?;
        if self.common.json {
            let mut json = json!({ "events": events });
            if let Some(made) = made {
                json["delivery_id"] = json!(made);
            }
            answer_json(&json);
        } else {
            answer(format_args!("{events} events will be sent"));
        }
        Ok(())
    }
}

fn moment(field: &'static str, text: &str) -> Result<Timestamp, Failure> {
    parse_moment(field, text).map(|at| at.0).map_err(|fault| Failure::refused(fault.detail))
}

fn failure(error: ReplayError) -> Failure {
    match error {
        ReplayError::Field(fault) => Failure::refused(fault.detail),
        ReplayError::NotFound => {
            Failure::refused("there is no such event endpoint, or no such delivery of it")
        }
        ReplayError::Storage(error) => error.into(),
    }
}

fn as_json(row: &DeliveryRow) -> Value {
    let mut json = json!({
        "id": row.id,
        "event_id": row.event_id,
        "event_type": row.kind,
        "status": row.status,
        "attempts": row.attempts,
        "created_at": row.created_at.0,
        "give_up_at": row.give_up_at.0,
    });
    let known = [
        ("organization", Some(&row.lane).filter(|lane| !lane.is_empty()).map(|lane| json!(lane))),
        ("last_attempt_at", row.last_attempt_at.map(|at| json!(at.0))),
        ("response_status", row.response_status.map(|status| json!(status))),
        ("response_excerpt", row.response_excerpt.as_ref().map(|text| json!(text))),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            json[name] = value;
        }
    }
    json
}

fn cells(row: &DeliveryRow) -> Vec<String> {
    let answered = row.response_status.map(|status| status.to_string());
    vec![
        row.id.to_string(),
        row.created_at.0.to_rfc3339(),
        row.kind.clone(),
        row.status.clone(),
        format!("{} attempts", row.attempts),
        answered.unwrap_or_default(),
    ]
}
