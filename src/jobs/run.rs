//! One run of a job: take its lease, do step after step while the lease is renewed, note how it went and
//! give the lease up, the last two in one transaction. After kill -9 the job is still due, and another
//! process begins it when the lease has ended.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use super::list::note;
use super::{Done, Job, JobError};
use crate::app::App;
use crate::storage::jobs::{self as rows, Ended, Row};
use crate::storage::{self, leases};

/// How long a lease lasts after it was renewed: a process that was killed is missed for that long.
pub(super) const LEASE_SECONDS: i64 = 60;
/// Three renewals may fail before a lease ends.
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// The most steps of one run, however much more there is: the job is due again at once.
const MAX_STEPS: usize = 20;
/// What is kept of an error, in characters.
const MAX_ERROR_CHARS: usize = 1_000;

/// What became of an attempt to run a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It ran; so many things were done.
    Done(usize),
    /// It ran, and failed or panicked.
    Failed(String),
    /// It is not due.
    NotDue,
    /// Another holder does it.
    Held,
    /// Another holder has taken the lease away. What this one had begun was cancelled.
    Lost,
}

/// Runs jobs as one holder of leases.
#[derive(Clone)]
pub struct Runner {
    pub(super) app: Arc<App>,
    pub(super) holder: Uuid,
    renew_every: Duration,
    stop: watch::Receiver<bool>,
    /// Who has it run, where that is a person.
    by: Option<Actor>,
}

/// A run that has begun.
struct Begun {
    started_at: Timestamp,
    /// As it was before.
    before: Option<Row>,
}

/// How the steps went.
struct Steps {
    count: usize,
    more: bool,
    error: Option<JobError>,
}

impl Runner {
    /// A holder that nobody else is.
    #[must_use]
    pub fn new(app: &Arc<App>) -> Self {
        Self::as_holder(app, app.new_id())
    }

    #[must_use]
    pub fn as_holder(app: &Arc<App>, holder: Uuid) -> Self {
        // Nobody ever says that it should stop.
        let (_, stop) = watch::channel(false);
        Self { app: Arc::clone(app), holder, renew_every: RENEW_EVERY, stop, by: None }
    }

    /// Runs jobs because somebody asked for it: each run has a line in the audit log.
    #[must_use]
    pub fn in_name_of(self, actor: Actor) -> Self {
        Self { by: Some(actor), ..self }
    }

    /// Begins no further step once `stop` is true.
    pub(super) fn until(self, stop: watch::Receiver<bool>) -> Self {
        Self { stop, ..self }
    }

    /// Looks after its leases this often.
    #[must_use]
    pub fn renewing_every(self, renew_every: Duration) -> Self {
        Self { renew_every, ..self }
    }

    /// Runs those of the jobs that are due, one after another; answers what became of each.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn run_due(&self, jobs: &[Job]) -> storage::Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(jobs.len());
        for job in jobs {
            outcomes.push(self.run(job, false).await?);
        }
        Ok(outcomes)
    }

    /// Runs a job, due or not.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn run_now(&self, job: &Job) -> storage::Result<Outcome> {
        self.run(job, true).await
    }

    pub(super) async fn run(&self, job: &Job, at_once: bool) -> storage::Result<Outcome> {
        let begun = match self.begin(job, at_once).await? {
            Ok(begun) => begun,
            Err(outcome) => return Ok(outcome),
        };
        let Some(steps) = self.steps_under_lease(job).await else {
            tracing::warn!(job = job.name, "another process has taken this job over");
            return Ok(Outcome::Lost);
        };
        self.end(job, &begun, steps).await
    }

    /// Takes the lease of a job that is due. The lease comes first: its lock keeps whoever ends a run and
    /// whoever begins the next one apart.
    async fn begin(&self, job: &Job, at_once: bool) -> storage::Result<Result<Begun, Outcome>> {
        let now = self.app.clock.now();
        let until = now.plus_seconds(LEASE_SECONDS);
        let mut tx = self.app.store.begin().await?;
        if !leases::hold(&mut tx, job.name, self.holder, now, until).await? {
            return Ok(Err(Outcome::Held));
        }
        let before = rows::find(&mut tx, job.name, now).await?;
        if !rows::begin(&mut tx, job.name, now, at_once).await? {
            return Ok(Err(Outcome::NotDue));
        }
        if let Some(actor) = &self.by {
            note(&mut tx, job, actor, (self.app.new_id(), now)).await?;
        }
        tx.commit().await?;
        tracing::debug!(job = job.name, holder = %self.holder, "a job begins");
        Ok(Ok(Begun { started_at: now, before }))
    }

    /// Does step after step; `None` where the lease was lost.
    async fn steps_under_lease(&self, job: &Job) -> Option<Steps> {
        let work = steps(Arc::clone(&self.app), job.clone(), self.stop.clone());
        // A task of its own, for a panic ends no more than that; and one that ends with this future.
        let mut work = JoinSet::from_iter([work]);
        let lost = self.lose_lease(job);
        tokio::select! {
            done = work.join_next() => done.map(|done| done.unwrap_or_else(|error| Steps {
                count: 0,
                more: false,
                error: Some(JobError::new(told(error))),
            })),
            () = lost => {
                work.shutdown().await;
                None
            }
        }
    }

    /// Renews the lease again and again; returns when it is lost, or has ended before it could be renewed.
    async fn lose_lease(&self, job: &Job) {
        let mut until = self.app.clock.now().plus_seconds(LEASE_SECONDS);
        loop {
            tokio::time::sleep(self.renew_every).await;
            let next = self.app.clock.now().plus_seconds(LEASE_SECONDS);
            match self.renew(job, next).await {
                Ok(true) => until = next,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, job = job.name, "a lease could not be renewed");
                    if self.app.clock.now() >= until {
                        return;
                    }
                }
            }
        }
    }

    async fn renew(&self, job: &Job, until: Timestamp) -> storage::Result<bool> {
        let mut tx = self.app.store.begin().await?;
        let held = leases::renew(&mut tx, job.name, self.holder, until).await?;
        tx.commit().await?;
        Ok(held)
    }

    /// Notes how it went, unless somebody else has taken the job over.
    async fn end(&self, job: &Job, begun: &Begun, steps: Steps) -> storage::Result<Outcome> {
        let now = self.app.clock.now();
        let before = begun.before.as_ref();
        let failures = before.map_or(0, |row| row.consecutive_failures);
        let error = steps.error.map(|error| shortened(&error.0));
        let count = i64::try_from(steps.count).unwrap_or(i64::MAX);
        let mut ended = Ended {
            started_at: begun.started_at,
            finished_at: now,
            complete: error.is_none() && !steps.more,
            count,
            error: error.as_deref(),
            failing_since: None,
            consecutive_failures: 0,
            next_run_at: if steps.more { now } else { job.schedule.next(begun.started_at, now) },
        };
        if error.is_some() {
            ended.consecutive_failures = failures.saturating_add(1);
            let since = before.and_then(|row| row.failing_since);
            ended.failing_since = Some(since.map_or(begun.started_at, |since| since.0));
            ended.next_run_at = job.schedule.retry(now, ended.consecutive_failures);
        }
        let mut tx = self.app.store.begin().await?;
        if !leases::release(&mut tx, job.name, self.holder).await? {
            tracing::warn!(job = job.name, "another process has taken this job over");
            return Ok(Outcome::Lost);
        }
        rows::end(&mut tx, job.name, &ended).await?;
        tx.commit().await?;
        let last_error = before.and_then(|row| row.last_error.as_deref());
        say(job, count, last_error, error.as_deref());
        Ok(error.map_or(Outcome::Done(steps.count), Outcome::Failed))
    }
}

async fn steps(app: Arc<App>, job: Job, stop: watch::Receiver<bool>) -> Steps {
    let mut steps = Steps { count: 0, more: true, error: None };
    for _ in 0..MAX_STEPS {
        match job.step(&app).await {
            Ok(Done { count, more }) => {
                steps.count = steps.count.saturating_add(count);
                steps.more = more;
            }
            Err(error) => {
                steps.more = false;
                steps.error = Some(error);
            }
        }
        if !steps.more || *stop.borrow() {
            break;
        }
    }
    steps
}

/// Once for each change: what fails each minute would fill the log.
fn say(job: &Job, count: i64, before: Option<&str>, now: Option<&str>) {
    let job = job.name;
    match (before, now) {
        (before, Some(error)) if before != now => {
            tracing::error!(job, error, "a job failed; it will be tried again");
        }
        (_, Some(error)) => tracing::debug!(job, error, "a job failed again"),
        (Some(_), None) => tracing::info!(job, count, "a job that had failed is done"),
        (None, None) => tracing::debug!(job, count, "a job is done"),
    }
}

fn told(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => format!("panicked: {}", panic_text(panic.as_ref())),
        Err(error) => error.to_string(),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("?")
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_ERROR_CHARS).collect()
}
