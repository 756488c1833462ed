//! `sovereign events endpoint`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource as _;
use uuid::Uuid;

use super::event_deliveries::{Deliveries, Replay};
use super::output::{Failure, answer, answer_json, say, table};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::hooks::{EndpointSecret, Hooks};
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::storage::Store;
use crate::storage::event_endpoints::EndpointRow;
use crate::usecase::event_deliveries;
use crate::usecase::event_endpoints::{self, ALL_TYPES, Desk, EndpointError, Wishes};
use crate::usecase::start;

/// Events, which tell other services what became true here
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign events endpoint add https://example.com/events
  sovereign events endpoint list")]
pub(super) enum EventsCommand {
    #[command(subcommand)]
    Endpoint(EndpointCommand),
}

/// Where events are sent, signed (what Stripe sends us: `sovereign stripe webhook`)
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign events endpoint add https://example.com/events --type order.placed
  sovereign events endpoint test 01997f53-a000-7000-8000-000000000001
  sovereign events endpoint rotate 01997f53-a000-7000-8000-000000000001")]
pub(super) enum EndpointCommand {
    Add(Add),
    List(List),
    Remove(Remove),
    Rotate(Rotate),
    Test(Test),
    Deliveries(Deliveries),
    Replay(Replay),
}

/// Have events sent to an address; answers the secret that signs them, this once
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint add https://example.com/events
  sovereign events endpoint add https://example.com/x --type order.placed --type tenant.created")]
pub(super) struct Add {
    #[command(flatten)]
    common: Common,
    /// Where they are sent: https://…
    url: String,
    /// Only events of this type; may be given several times [default: all]
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// What the endpoint is, for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

/// List the endpoints, oldest first
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint list
  sovereign events endpoint list --json | jq '.[] | select(.failing_since != null)'")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

/// Remove an endpoint, with what waited for it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint remove 01997f53-a000-7000-8000-000000000001")]
pub(super) struct Remove {
    #[command(flatten)]
    common: Common,
    /// The endpoint's identifier, as `list` shows it
    id: Uuid,
}

/// Give an endpoint a new secret; answers it, this once
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint rotate 01997f53-a000-7000-8000-000000000001
  sovereign events endpoint rotate 01997f53-a000-7000-8000-000000000001 --overlap-hours 0")]
pub(super) struct Rotate {
    #[command(flatten)]
    common: Common,
    /// The endpoint's identifier, as `list` shows it
    id: Uuid,
    /// How long the former secret signs as well [default: 24]
    #[arg(long, value_name = "HOURS")]
    overlap_hours: Option<i64>,
}

/// Send an endpoint a test event, now and once
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign events endpoint test 01997f53-a000-7000-8000-000000000001")]
pub(super) struct Test {
    #[command(flatten)]
    common: Common,
    /// The endpoint's identifier, as `list` shows it
    id: Uuid,
}

impl EventsCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let Self::Endpoint(command) = self;
        match command {
            EndpointCommand::Add(args) => add(args).await,
            EndpointCommand::List(args) => list(&args).await,
            EndpointCommand::Remove(args) => remove(&args).await,
            EndpointCommand::Rotate(args) => rotate(&args).await,
            EndpointCommand::Test(args) => test(&args).await,
            EndpointCommand::Deliveries(args) => args.run().await,
            EndpointCommand::Replay(args) => Box::pin(args.run()).await,
        }
    }
}

/// What the commands work with.
struct Bench {
    store: Store,
    hooks: Hooks,
    ids: RandomIds,
    actor: Actor,
}

impl Bench {
    async fn open(common: &Common) -> Result<Self, Failure> {
        let config = common.config()?;
        let store = open_existing(&config.location()).await?;
        let facts = start::facts(&store).await?;
        let hooks = Hooks::new(config.hooks.clone(), &config.vault(), &facts.fqdn);
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        Ok(Self { store, hooks: hooks.map_err(Failure::unavailable)?, ids, actor })
    }

    fn desk(&mut self) -> Desk<'_> {
        Desk {
            store: &self.store,
            keeper: &self.hooks.keeper,
            reach: &self.hooks.sender.reach,
            now: clock().now(),
            actor: &self.actor,
            ids: &mut self.ids,
        }
    }
}

async fn add(args: Add) -> Result<(), Failure> {
    let Add { common, url, types, description } = args;
    let mut bench = Bench::open(&common).await?;
    let event_types = Some(types).filter(|types| !types.is_empty());
    let wishes = Wishes { url: Some(url), description, event_types, enabled: None };
    let made = event_endpoints::add(&mut bench.desk(), wishes).await;
    bench.store.close().await;
    show_secret(&common, made?);
    Ok(())
}

async fn list(args: &List) -> Result<(), Failure> {
    let bench = Bench::open(&args.common).await?;
    let rows = event_endpoints::list(&bench.store).await;
    bench.store.close().await;
    let rows = rows?;
    if args.common.json {
        answer_json(&Value::Array(rows.iter().map(as_json).collect()));
    } else if !rows.is_empty() {
        let heading = ["id", "url", "types", "state", "description"].map(str::to_owned).to_vec();
        let lines: Vec<_> = std::iter::once(heading).chain(rows.iter().map(cells)).collect();
        answer(table(&lines));
    }
    Ok(())
}

async fn remove(args: &Remove) -> Result<(), Failure> {
    let mut bench = Bench::open(&args.common).await?;
    let removed = event_endpoints::remove(&mut bench.desk(), args.id).await;
    bench.store.close().await;
    removed?;
    if args.common.json {
        answer_json(&json!({ "removed": args.id }));
    } else {
        answer("removed");
    }
    Ok(())
}

async fn rotate(args: &Rotate) -> Result<(), Failure> {
    let mut bench = Bench::open(&args.common).await?;
    let rotated = event_endpoints::rotate(&mut bench.desk(), args.id, args.overlap_hours).await;
    bench.store.close().await;
    show_secret(&args.common, rotated?);
    Ok(())
}

async fn test(args: &Test) -> Result<(), Failure> {
    let mut bench = Bench::open(&args.common).await?;
    let found = event_endpoints::find(&bench.store, args.id).await;
    bench.store.close().await;
    let (now, id) = (clock().now(), bench.ids.next_id());
    let came = event_deliveries::test(&bench.hooks, &found?, now, id).await;
    let ok = came.is_success();
    if args.common.json {
        answer_json(&json!({
            "ok": ok, "response_status": came.status, "response_excerpt": came.excerpt,
        }));
    } else {
        let status = came.status.map_or_else(|| "no answer".to_owned(), |code| code.to_string());
        answer(format!("{status}: {}", came.excerpt));
    }
    if ok { Ok(()) } else { Err(Failure::said()) }
}

/// The secret alone on standard output, so that it can be piped to where it belongs.
fn show_secret(common: &Common, (row, secret): (EndpointRow, EndpointSecret)) {
    if common.json {
        answer_json(&json!({ "endpoint": as_json(&row), "secret": secret.expose() }));
        return;
    }
    say(format!("endpoint {}; its secret, which is not shown again:", row.id));
    answer(secret.expose());
}

fn types(row: &EndpointRow) -> Vec<String> {
    row.event_types.as_ref().map_or_else(|| vec![ALL_TYPES.to_owned()], |types| types.0.clone())
}

fn as_json(row: &EndpointRow) -> Value {
    json!({
        "id": row.id,
        "url": row.url,
        "description": row.description,
        "event_types": types(row),
        "enabled": row.enabled,
        "disabled_reason": row.disabled_reason,
        "failing_since": row.failing_since.map(|at| at.0),
        "last_success_at": row.last_success_at.map(|at| at.0),
        "former_secret_until": row.former_secret_until.map(|at| at.0),
        "created_at": row.created_at.0,
        "updated_at": row.updated_at.0,
    })
}

fn cells(row: &EndpointRow) -> Vec<String> {
    let state = match (&row.disabled_reason, row.failing_since) {
        (Some(reason), _) => format!("off: {reason}"),
        (None, _) if !row.enabled => "off".to_owned(),
        (None, Some(since)) => format!("failing since {}", since.0.to_rfc3339()),
        (None, None) => "on".to_owned(),
    };
    vec![row.id.to_string(), row.url.clone(), types(row).join(","), state, row.description.clone()]
}

impl From<EndpointError> for Failure {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Field(error) => Self::refused(error.detail),
            EndpointError::NotFound => Self::refused("there is no such event endpoint"),
            EndpointError::Changed => Self::refused("somebody has changed the endpoint since"),
            EndpointError::TooMany => {
                Self::refused("there are 100 event endpoints; remove one that is not used any more")
            }
            EndpointError::Vault(text) => Self::unavailable(text),
            EndpointError::Storage(error) => error.into(),
        }
    }
}
