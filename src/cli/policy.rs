//! `sovereign policy`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::policy::Policy;

use super::output::{Failure, answer, answer_json, say};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::usecase::environment_policy::{self, Desk, PolicyError, PolicyWish, Standing};

/// The Sovereign's policy: what Organizations may have
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign policy show > policy.json
  sovereign policy check policy.json
  sovereign policy set policy.json")]
pub(super) enum PolicyCommand {
    Show(Show),
    Set(Set),
    Check(Check),
}

/// Show the policy in force, as `policy set` takes it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign policy show > policy.json
  sovereign policy show --json | jq .denied_apps")]
pub(super) struct Show {
    #[command(flatten)]
    common: Common,
}

/// Set the policy from a file, for everything that is ordered from then on
///
/// Where the file has a `version`, that is the one it replaces: if there is another by now, nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign policy set policy.json
  sovereign policy set policy.json --json")]
pub(super) struct Set {
    #[command(flatten)]
    common: Common,
    /// The policy in JSON; what it leaves out is allowed
    file: PathBuf,
}

/// Check a file as `policy set` would, and set nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign policy check policy.json
  sovereign policy check policy.json --json")]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// The policy in JSON
    file: PathBuf,
}

impl PolicyCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Show(args) => show(&args).await,
            Self::Set(args) => set(&args).await,
            Self::Check(args) => check(&args).await,
        }
    }
}

async fn show(args: &Show) -> Result<(), Failure> {
    let config = args.common.config()?;
    let store = open_existing(&config.location()).await?;
    let standing = environment_policy::current(&store).await;
    store.close().await;
    answer_json(&as_json(&standing?));
    Ok(())
}

async fn set(args: &Set) -> Result<(), Failure> {
    let config = args.common.config()?;
    let (wish, replaces) = read(&args.file)?;
    let store = open_existing(&config.location()).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    let mut desk = Desk {
        store: &store,
        regions: &config.provisioning.regions,
        now: clock().now(),
        actor: &actor,
        ids: &mut ids,
    };
    let set = environment_policy::set(&mut desk, &wish, replaces).await;
    store.close().await;
    let set = set?;
    if args.common.json {
        answer_json(&as_json(&set));
    } else {
        answer(format_args!("version {}", set.version));
    }
    Ok(())
}

async fn check(args: &Check) -> Result<(), Failure> {
    let config = args.common.config()?;
    let (wish, _) = read(&args.file)?;
    let store = open_existing(&config.location()).await?;
    let checked = environment_policy::check(&store, &wish, &config.provisioning.regions).await;
    store.close().await;
    let policy = checked?;
    if args.common.json {
        answer_json(&document(&policy));
    } else {
        say("the policy can be set; nothing was changed");
    }
    Ok(())
}

/// Reads a file, and the version that it replaces. A member that there is not is a slip of the pen, and would
/// allow what it was to forbid.
fn read(path: &Path) -> Result<(PolicyWish, Option<i64>), Failure> {
    let wrong =
        |error: &dyn std::fmt::Display| Failure::refused(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    let mut members: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    // `policy show` says who set it when.
    members.retain(|name, _| !["set_by", "set_at"].contains(&name.as_str()));
    let version = members.remove("version").filter(|version| !version.is_null());
    let version = match version {
        None => None,
        Some(version) => {
            Some(version.as_i64().ok_or_else(|| wrong(&"version must be a whole number"))?)
        }
    };
    let wish = serde_json::from_value(Value::Object(members)).map_err(|error| wrong(&error))?;
    Ok((wish, version))
}

fn document(policy: &Policy) -> Value {
    json!(policy)
}

fn as_json(standing: &Standing) -> Value {
    let mut document = document(&standing.policy);
    document["version"] = json!(standing.version);
    if let Some((by, at)) = &standing.set {
        document["set_by"] = json!(by);
        document["set_at"] = json!(at);
    }
    document
}

impl From<PolicyError> for Failure {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Field(error) => Self::refused(error.detail),
            PolicyError::Changed { version } => Self::refused(format!(
                "the policy is version {version} by now; `sovereign policy show` shows it"
            )),
            PolicyError::Storage(error) => error.into(),
        }
    }
}
