//! `sovereign jobs`

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;

use super::output::{Failure, answer, answer_json, say, table};
use super::starting::{data_directory, options};
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::ids::RandomIds;
use crate::jobs::{self, Job, Listed, Outcome, Runner};
use crate::lifecycle::{self, LockError, ProcessLock, open_existing};
use crate::storage::{Location, Ts};

/// What a Sovereign does from time to time, by itself
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign jobs list
  sovereign jobs run seal-audit")]
pub(super) enum JobsCommand {
    List(List),
    Run(Run),
}

/// List the jobs: when each ran, how it went, when it is due
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign jobs list
  sovereign jobs list --json | jq '.[] | select(.last_error)'")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

/// Run a job now, due or not
///
/// On PostgreSQL it is run here, unless another process is at it. Beside the server of an SQLite file the
/// server is asked to run it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign jobs run seal-audit
  sovereign jobs run expire-credit --json")]
pub(super) struct Run {
    #[command(flatten)]
    common: Common,
    /// The job's name, as `jobs list` shows it
    name: String,
}

impl JobsCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::List(List { common }) => list(&common).await,
            Self::Run(Run { common, name }) => run(&common, &name).await,
        }
    }
}

async fn list(common: &Common) -> Result<(), Failure> {
    let config = common.config()?;
    let store = open_existing(&config.location()).await?;
    let listed = jobs::list(&store, clock().now()).await?;
    store.close().await;
    if common.json {
        answer_json(&Value::Array(listed.iter().map(as_json).collect()));
        return Ok(());
    }
    let heading = ["job", "every", "last run", "done", "next run", "state"].map(str::to_owned);
    let rows: Vec<Vec<String>> =
        std::iter::once(heading.to_vec()).chain(listed.iter().map(cells)).collect();
    answer(table(&rows));
    Ok(())
}

fn as_json(listed: &Listed) -> Value {
    let row = listed.row.as_ref();
    let moment = |moment: Option<Ts>| moment.map(|moment| moment.0);
    json!({
        "name": listed.job.name,
        "about": listed.job.about,
        "every_seconds": listed.job.schedule.seconds(),
        "last_started_at": moment(row.and_then(|row| row.last_started_at)),
        "last_finished_at": moment(row.and_then(|row| row.last_finished_at)),
        "last_ok_at": moment(row.and_then(|row| row.last_ok_at)),
        "last_error": row.and_then(|row| row.last_error.as_deref()),
        "last_count": row.and_then(|row| row.last_count),
        "next_run_at": moment(row.map(|row| row.next_run_at)),
        "holder": row.and_then(|row| row.holder),
        "consecutive_failures": row.map_or(0, |row| row.consecutive_failures),
        "runs": row.map_or(0, |row| row.runs),
    })
}

fn cells(listed: &Listed) -> Vec<String> {
    let moment = |moment: Option<Ts>| moment.map_or("-".to_owned(), |at| at.0.to_rfc3339());
    let row = listed.row.as_ref();
    let count =
        row.and_then(|row| row.last_count).map_or("-".to_owned(), |count| count.to_string());
    let next = row.map_or("now".to_owned(), |row| row.next_run_at.0.to_rfc3339());
    let state = match row {
        Some(row) if row.holder.is_some() => "running".to_owned(),
        Some(row) => match &row.last_error {
            Some(error) => format!("failed {} times: {error}", row.consecutive_failures),
            None => "well".to_owned(),
        },
        None => "never run".to_owned(),
    };
    let every = format!("{} s", listed.job.schedule.seconds());
    let last = moment(row.and_then(|row| row.last_started_at));
    vec![listed.job.name.to_owned(), every, last, count, next, state]
}

async fn run(common: &Common, name: &str) -> Result<(), Failure> {
    let Some(job) = jobs::find(name) else {
        let names: Vec<&str> = jobs::all().iter().map(|job| job.name).collect();
        return Err(Failure::refused(format!(
            "there is no job {name:?}; there are {}",
            names.join(", ")
        )));
    };
    let config = common.config()?;
    config.mail().map_err(Failure::usage)?;
    // It must be there: a job does not make a Sovereign.
    open_existing(&config.location()).await?.close().await;
    data_directory(&config)?;
    let _lock = match config.location() {
        Location::Server(_) => None,
        Location::File(_) => match ProcessLock::take(&config.data) {
            Ok(lock) => Some(lock),
            Err(LockError::Held) => return ask(common, &config.location(), &job).await,
            Err(error) => return Err(Failure::usage(error)),
        },
    };
    let sovereign = lifecycle::start(options(&config, None)?).await?;
    let by = command_line_actor(sovereign.app.new_id());
    let outcome = Runner::new(&sovereign.app).in_name_of(by).run_now(&job).await;
    sovereign.stop().await;
    report(common, &job, &outcome?)
}

/// Leaves it to the server that has the file.
async fn ask(common: &Common, location: &Location, job: &Job) -> Result<(), Failure> {
    let store = open_existing(location).await?;
    let mut ids = RandomIds::new(clock());
    let actor = command_line_actor(ids.next_id());
    jobs::ask(&store, job, &actor, (ids.next_id(), clock().now())).await?;
    store.close().await;
    if common.json {
        answer_json(&json!({ "name": job.name, "outcome": "asked" }));
    } else {
        say(format!("{}: the server that is running does it within seconds", job.name));
    }
    Ok(())
}

fn report(common: &Common, job: &Job, outcome: &Outcome) -> Result<(), Failure> {
    let name = job.name;
    let (word, count, error) = match outcome {
        Outcome::Done(count) => ("done", Some(*count), None),
        Outcome::Failed(error) => ("failed", None, Some(format!("{name} failed: {error}"))),
        Outcome::Held | Outcome::NotDue => {
            ("held", None, Some(format!("another process is doing {name} at this moment")))
        }
        Outcome::Lost => ("lost", None, Some(format!("another process has taken {name} over"))),
    };
    if common.json {
        answer_json(&json!({ "name": name, "outcome": word, "count": count, "error": error }));
        return if error.is_none() { Ok(()) } else { Err(Failure::said()) };
    }
    match (error, count) {
        (Some(error), _) => Err(Failure::refused(error)),
        (None, count) => {
            answer(format!("{name}: {} done", count.unwrap_or(0)));
            Ok(())
        }
    }
}
