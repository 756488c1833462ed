//! `sovereign alarms`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;
use uuid::Uuid;

use super::output::{Failure, answer, answer_json, table};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::storage::alarms::AlarmRow;
use crate::usecase::alarms::{self, AlarmError, Resolver};

const PAGE_SIZE: i64 = 200;

/// What a person has to look at: money that did not go as it should
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign alarms list
  sovereign alarms resolve 01997f53-a000-7000-8000-000000000001 --note 'refunded by hand'")]
pub(super) enum AlarmsCommand {
    List(List),
    Resolve(Resolve),
}

/// List the alarms that nobody has resolved, newest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign alarms list
  sovereign alarms list --all --json | jq '.[] | select(.kind == \"dispute\")'")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
    /// Those that were resolved as well
    #[arg(long)]
    all: bool,
}

/// Resolve an alarm: somebody has seen to it
///
/// The same raised again is a new alarm.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign alarms resolve 01997f53-a000-7000-8000-000000000001
  sovereign alarms resolve 01997f53-a000-7000-8000-000000000001 --note 'refunded by hand'")]
pub(super) struct Resolve {
    #[command(flatten)]
    common: Common,
    /// The alarm's identifier, as `alarms list` shows it
    id: Uuid,
    /// What was done about it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl AlarmsCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(args) => list(&args).await,
            Self::Resolve(args) => resolve(&args).await,
        }
    }
}

async fn list(args: &List) -> Result<(), Failure> {
    let config = args.common.config()?;
    let store = open_existing(&config.location()).await?;
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = alarms::list(&store, !args.all, after.as_deref(), PAGE_SIZE).await?;
        found.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    store.close().await;
    if args.common.json {
        answer_json(&Value::Array(found.iter().map(as_json).collect()));
    } else if !found.is_empty() {
        let heading = ["id", "kind", "about", "times", "last", "state", "detail"];
        let heading = heading.map(str::to_owned).to_vec();
        let rows: Vec<_> = std::iter::once(heading).chain(found.iter().map(cells)).collect();
        answer(table(&rows));
    }
    Ok(())
}

async fn resolve(args: &Resolve) -> Result<(), Failure> {
    let config = args.common.config()?;
    let store = open_existing(&config.location()).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut resolver = Resolver { store: &store, now: clock().now(), actor: &actor, ids: &mut ids };
    let resolved = alarms::resolve(&mut resolver, args.id, args.note.as_deref()).await;
    store.close().await;
    let resolved = resolved?;
    if args.common.json {
        answer_json(&as_json(&resolved));
    } else {
        answer("resolved");
    }
    Ok(())
}

fn as_json(alarm: &AlarmRow) -> Value {
    json!({
        "id": alarm.id,
        "kind": alarm.kind,
        "subject": alarm.subject,
        "detail": alarm.detail,
        "tenant_id": alarm.tenant_id,
        "order_id": alarm.order_id,
        "times": alarm.times,
        "created_at": alarm.created_at.0,
        "last_at": alarm.last_at.0,
        "resolved_at": alarm.resolved_at.map(|at| at.0),
        "resolved_by": alarm.resolved_by,
        "note": alarm.note,
    })
}

fn cells(alarm: &AlarmRow) -> Vec<String> {
    let state = if alarm.resolved_at.is_some() { "resolved" } else { "open" };
    vec![
        alarm.id.to_string(),
        alarm.kind.clone(),
        alarm.subject.clone(),
        alarm.times.to_string(),
        alarm.last_at.0.to_rfc3339(),
        state.to_owned(),
        alarm.detail.clone(),
    ]
}

impl From<AlarmError> for Failure {
    fn from(error: AlarmError) -> Self {
        match error {
            AlarmError::Field(error) => Self::refused(error.detail),
            AlarmError::NotOpen => Self::refused("there is no open alarm of this identifier"),
            AlarmError::Storage(error) => error.into(),
        }
    }
}
