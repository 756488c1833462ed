//! The jobs of a running process: looks for what is due, every few seconds, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::run::{Outcome, Runner};
use super::{Job, Schedule, all, everywhere};
use crate::app::App;
use crate::storage::jobs as rows;
use crate::storage::{self, leases};

/// How often is looked for jobs that are due: no job runs more often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
const EVERYWHERE_EVERY: Duration = Duration::from_mins(1);
/// How soon after one is done the next is begun that waited for it.
const NEXT_AFTER: Duration = Duration::from_millis(250);
/// The most jobs that one process does at once: requests need connections to the database too.
const AT_ONCE: usize = 3;
/// What a job has begun when the process is asked to end has this long to be finished.
const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The jobs, and what each process does for itself.
    All,
    /// Only what each process does for itself: others do the jobs.
    Own,
}

/// The jobs of this process, running.
#[derive(Debug)]
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Jobs {
    #[must_use]
    pub fn start(app: &Arc<App>, which: Which) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = vec![tokio::spawn(own(Arc::clone(app), stopped.clone()))];
        if which == Which::All {
            let runner = Runner::as_holder(app, app.process).until(stopped.clone());
            tasks.push(tokio::spawn(look(runner, all(), stopped)));
        }
        Self { stop, tasks }
    }

    /// Begins nothing more, and returns when what was begun is finished and every lease given up.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            // The database may be gone, and say nothing at all.
            if tokio::time::timeout(2 * STOP_TIMEOUT, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

/// Does everything once that is done every few minutes, due or not, but for what another process is doing.
///
/// # Errors
/// Where the database fails.
pub async fn once(app: &Arc<App>) -> storage::Result<()> {
    everywhere::run(app).await?;
    let runner = Runner::new(app);
    for job in all() {
        if matches!(job.schedule, Schedule::Daily(_)) {
            continue;
        }
        runner.run_now(&job).await?;
    }
    Ok(())
}

/// Whether it was told to stop before this long had passed. Whoever could tell may be gone as well.
async fn stopped_within(stop: &mut watch::Receiver<bool>, time: Duration) -> bool {
    tokio::time::timeout(time, stop.wait_for(|stop| *stop)).await.is_ok()
}

async fn own(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut failing = Failing::default();
    loop {
        let done = everywhere::run(&app).await;
        failing.is(done.as_ref().err(), "what this process remembers could not be renewed");
        if stopped_within(&mut stop, EVERYWHERE_EVERY).await {
            return;
        }
    }
}

/// The jobs that this process is doing, each in a task of its own.
type Running = Vec<(&'static str, JoinHandle<()>)>;

async fn look(runner: Runner, jobs: Vec<Job>, mut stop: watch::Receiver<bool>) {
    let mut running = Running::new();
    let mut failing = Failing::default();
    loop {
        running.retain(|(_, task)| !task.is_finished());
        let due = due(&runner, &jobs).await;
        failing.is(due.as_ref().err(), "it cannot be told which jobs are due");
        let mut one_waits = false;
        for job in due.unwrap_or_default() {
            if running.iter().any(|(name, _)| *name == job.name) {
                continue;
            }
            if running.len() < AT_ONCE {
                running.push((job.name, tokio::spawn(run(runner.clone(), job))));
            } else {
                one_waits = true;
            }
        }
        tokio::select! {
            stopped = stopped_within(&mut stop, LOOK_EVERY) => if stopped { break },
            () = one_is_done(&mut running), if one_waits => {}
        }
    }
    finish(&runner, running).await;
}

/// Until there is room for another.
async fn one_is_done(running: &mut Running) {
    let _ = select_all(running.iter_mut().map(|(_, task)| task)).await;
    tokio::time::sleep(NEXT_AFTER).await;
}

/// Lets jobs end the step that they are at. Those that do not in time are cancelled: they are still due, and
/// without a lease another process begins them at once.
async fn finish(runner: &Runner, mut running: Running) {
    let all = async {
        for (_, task) in &mut running {
            // One that has been waited for already is never to be asked again.
            if !task.is_finished() {
                let _ = task.await;
            }
        }
    };
    if tokio::time::timeout(STOP_TIMEOUT, all).await.is_ok() {
        return;
    }
    for (job, task) in running {
        if !task.is_finished() {
            tracing::warn!(job, "a job did not finish in time, and is cancelled");
            task.abort();
            let _ = task.await;
        }
    }
    if let Err(error) = release(runner).await {
        tracing::warn!(%error, "leases were not given up; they end by themselves");
    }
}

async fn release(runner: &Runner) -> storage::Result<()> {
    let mut tx = runner.app.store.begin().await?;
    leases::release_all(&mut tx, runner.holder).await?;
    tx.commit().await
}

/// The jobs that are due, those first that have waited longest. No lock is taken and no lease.
async fn due(runner: &Runner, jobs: &[Job]) -> storage::Result<Vec<Job>> {
    let now = runner.app.clock.now();
    let mut tx = runner.app.store.read().await?;
    let rows = rows::list(&mut tx, now).await?;
    let mut due = Vec::new();
    for job in jobs {
        match rows.iter().find(|row| row.name == job.name) {
            Some(row) if row.next_run_at.0 > now || row.holder.is_some() => {}
            row => due.push((row.map(|row| row.next_run_at.0), job.clone())),
        }
    }
    due.sort_by_key(|(since, _)| *since);
    Ok(due.into_iter().map(|(_, job)| job).collect())
}

async fn run(runner: Runner, job: Job) {
    match runner.run(&job, false).await {
        Ok(Outcome::Done(_) | Outcome::Failed(_) | Outcome::NotDue) => {}
        Ok(Outcome::Held | Outcome::Lost) => {
            tracing::debug!(job = job.name, "another process does this job");
        }
        Err(error) => {
            tracing::warn!(%error, job = job.name, "what became of a job could not be noted");
        }
    }
}

/// Says once that something fails, and once that it does no more.
#[derive(Default)]
struct Failing(bool);

impl Failing {
    fn is(&mut self, error: Option<&storage::Error>, what: &str) {
        match error {
            Some(error) if !self.0 => tracing::warn!(%error, "{what}; it will be tried again"),
            None if self.0 => tracing::info!("the jobs go on: the database answers again"),
            _ => {}
        }
        self.0 = error.is_some();
    }
}
