//! `sovereign reconcile`

use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource as _;
use sovereign_domain::timestamp::Timestamp;

use super::output::{Failure, answer, answer_json, say, table};
use super::starting::{data_directory, options};
use super::stripe::Bench;
use super::{Common, clock};
use crate::app::command_line_actor;
use crate::config::Config;
use crate::ids::RandomIds;
use crate::jobs::{self, Job, JobError, Outcome, Runner};
use crate::lifecycle::{self, LockError, ProcessLock, open_existing};
use crate::storage::Location;
use crate::usecase::done::Done;
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::reconcile::{self, Desk, Report, Window};

/// Compare Stripe's lists with the books, and mend what is safe to mend
///
/// Payments, refunds, disputes and open sessions of the last seven days, or of the time that is given. An
/// order that was paid there and waits here is completed, one whose session has ended there is closed.
/// The rest is left for a person, each with an alarm: exit 1, and a list. Each night a job does the same.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign reconcile
  sovereign reconcile --dry-run --json | jq .findings
  sovereign reconcile --since 2026-10-01 --until 2026-11-01")]
pub(super) struct Reconcile {
    #[command(flatten)]
    common: Common,
    /// From this day (UTC) or moment on: <2026-10-01> or <2026-10-01T12:00:00Z>
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this day or moment [default: ten minutes ago]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Mend what is safe to mend; the default
    #[arg(long, conflicts_with = "dry_run")]
    repair: bool,
    /// Change nothing, and raise no alarm
    #[arg(long)]
    dry_run: bool,
}

impl Reconcile {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let moment = |name: &str, text: &Option<String>| {
            text.as_deref().map(|text| moment(name, text)).transpose()
        };
        let (since, until) = (moment("--since", &self.since)?, moment("--until", &self.until)?);
        let window = Window::of(since, until, clock().now());
        if window.is_empty() {
            return Err(Failure::usage("--since must be before --until"));
        }
        let report = if self.dry_run {
            Some(look(&self.common, window).await?)
        } else {
            self.mend(window).await?
        };
        report.map_or(Ok(()), |report| tell(&self.common, report, self.dry_run))
    }

    /// `None` where the server that has the SQLite file was asked to do it.
    async fn mend(&self, window: Window) -> Result<Option<Report>, Failure> {
        let bench = Bench::open(&self.common).await?;
        bench.required_client().await.map_err(Failure::of_configuration)?;
        bench.store.close().await;
        let config = self.common.config()?;
        config.mail().map_err(Failure::usage)?;
        data_directory(&config)?;
        let _lock = match config.location() {
            Location::Server(_) => None,
            Location::File(_) => match ProcessLock::take(&config.data) {
                Ok(lock) => Some(lock),
                Err(LockError::Held) => return self.ask(&config.location()).await,
                Err(error) => return Err(Failure::usage(error)),
            },
        };
        run_here(&config, window).await.map(Some)
    }

    /// Leaves it to the server that has the file.
    async fn ask(&self, location: &Location) -> Result<Option<Report>, Failure> {
        if self.since.is_some() || self.until.is_some() {
            return Err(Failure::usage(
                "a server has this SQLite file, and mends only the last seven days: leave --since and \
                 --until out, or add --dry-run, or stop the server",
            ));
        }
        let job = jobs::find(reconcile::JOB).ok_or_else(|| Failure::usage("no such job"))?;
        let store = open_existing(location).await?;
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        jobs::ask(&store, &job, &actor, (ids.next_id(), clock().now())).await?;
        store.close().await;
        if self.common.json {
            answer_json(&json!({ "outcome": "asked" }));
        } else {
            say("the server that is running does it within seconds; its alarms tell what is left");
        }
        Ok(None)
    }
}

fn moment(name: &str, text: &str) -> Result<Timestamp, Failure> {
    Window::parse(text).ok_or_else(|| {
        Failure::usage(format!(
            "{name} must be a day such as 2026-10-01, or a moment such as 2026-10-01T12:00:00Z"
        ))
    })
}

async fn look(common: &Common, window: Window) -> Result<Report, Failure> {
    let bench = Bench::open(common).await?;
    let stripe = bench.required_client().await.map_err(Failure::of_configuration)?;
    let mut report = Report::new(window, clock().now());
    let desk = Desk {
        store: &bench.store,
        stripe: &stripe,
        fqdn: &bench.facts.fqdn,
        currency: bench.facts.currency,
    };
    reconcile::look(desk, window, &mut report).await;
    bench.store.close().await;
    Ok(report)
}

/// Runs it as the job does, under the job's lease, so that two processes never do it at once.
async fn run_here(config: &Config, window: Window) -> Result<Report, Failure> {
    let sovereign = lifecycle::start(options(config, None)?).await?;
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let schedule = jobs::find(reconcile::JOB).map(|job| job.schedule);
    let schedule = schedule.ok_or_else(|| Failure::usage("no such job"))?;
    let job = Job::new(reconcile::JOB, "compares a time", schedule, move |app| {
        let keep = Arc::clone(&keep);
        Box::pin(async move {
            let report = reconcile::run(app, window).await?;
            let count = report.outcomes().len();
            let failure = report.failure.as_ref().map(JobError::new);
            *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
            failure.map_or(Ok(Done::all(count)), Err)
        })
    });
    let by = command_line_actor(sovereign.app.new_id());
    let outcome = Runner::new(&sovereign.app).in_name_of(by).run_now(&job).await;
    drop(job);
    sovereign.stop().await;
    let report = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (report, outcome?) {
        (Some(report), _) => Ok(report),
        (None, Outcome::Failed(error)) => Err(Failure::unavailable(error)),
        (None, _) => Err(Failure::unavailable("another process is comparing at this moment")),
    }
}

fn tell(common: &Common, report: Report, dry_run: bool) -> Result<(), Failure> {
    let left = report.left();
    if common.json {
        answer_json(&as_json(&report, dry_run));
    } else {
        print(&report);
    }
    match report.failure {
        Some(error) => Err(unfinished(&error, report.done_until)),
        None if left > 0 => Err(Failure::said()),
        None => Ok(()),
    }
}

fn unfinished(error: &PaymentError, done_until: Timestamp) -> Failure {
    let from = done_until.to_rfc3339();
    Failure::unavailable(format!("it could not be finished: {error}; go on with --since {from}"))
}

fn as_json(report: &Report, dry_run: bool) -> Value {
    let findings = report.outcomes().iter().map(|(finding, repaired)| {
        json!({
            "kind": finding.kind.as_str(),
            "subject": finding.subject,
            "detail": finding.detail,
            "order_id": finding.order_id,
            "tenant_id": finding.tenant_id,
            "repaired": repaired,
        })
    });
    json!({
        "ok": report.left() == 0 && report.failure.is_none(),
        "dry_run": dry_run,
        "from": report.window.from,
        "until": report.window.until,
        "done_until": report.done_until,
        "counts": report.counts(),
        "repaired": report.repaired(),
        "findings_left": report.left(),
        "findings": findings.collect::<Vec<_>>(),
        "error": report.failure.as_ref().map(ToString::to_string),
    })
}

fn print(report: &Report) {
    let (from, until) = (report.window.from.to_rfc3339(), report.done_until.to_rfc3339());
    if report.outcomes().is_empty() {
        if report.failure.is_none() {
            answer(format!("Stripe's lists and the books agree, from {from} to {until}"));
        }
        return;
    }
    let heading = ["what differs", "of", "state", "detail"].map(str::to_owned).to_vec();
    let rows = report.outcomes().iter().map(|(finding, repaired)| {
        let state = if *repaired { "mended" } else { "left" };
        vec![
            finding.kind.as_str().to_owned(),
            finding.subject.clone(),
            state.to_owned(),
            finding.detail.clone(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(rows).collect();
    answer(table(&rows));
    say(format!("{} mended, {} left; from {from} to {until}", report.repaired(), report.left()));
}
