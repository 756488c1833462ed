//! One at a time does a job; when it is gone, another does.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use sovereign::clock::Clock as _;
use sovereign::ids::RandomIds;
use sovereign::jobs::{self, Done, Job, Outcome, Runner, Schedule};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource as _;
use tokio::sync::Notify;

use super::{LEASE_SECONDS, counting, seconds_until};
use crate::harness::{Engine, SecondServer, TestApp, on_both};

/// A job that notes when two are at it.
fn exclusive() -> (Job, Arc<AtomicUsize>) {
    let overlaps = Arc::new(AtomicUsize::new(0));
    let (inside, noted) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&overlaps));
    let job = Job::new("exclusive", "is alone", Schedule::Every(5), move |_| {
        let (inside, noted) = (Arc::clone(&inside), Arc::clone(&noted));
        Box::pin(async move {
            noted.fetch_add(inside.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            inside.fetch_sub(1, Ordering::SeqCst);
            Ok(Done::all(1))
        })
    });
    (job, overlaps)
}

/// A job that begins, says so, and goes on until it is let.
fn lasting() -> (Job, Arc<Notify>, Arc<Notify>) {
    let (begun, end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begins, ends) = (Arc::clone(&begun), Arc::clone(&end));
    let job = Job::new("lasting", "lasts", Schedule::every_minutes(1), move |_| {
        let (begins, ends) = (Arc::clone(&begins), Arc::clone(&ends));
        Box::pin(async move {
            begins.notify_one();
            ends.notified().await;
            Ok(Done::all(7))
        })
    });
    (job, begun, end)
}

/// How many of these runners did the job, each asked at the same moment.
async fn done_by(runners: &[Runner], job: &Job, at_once: bool) -> usize {
    let outcomes = join_all(runners.iter().map(|runner| async move {
        if at_once {
            runner.run_now(job).await.unwrap()
        } else {
            runner.run_due(std::slice::from_ref(job)).await.unwrap().remove(0)
        }
    }));
    outcomes.await.into_iter().filter(|outcome| matches!(outcome, Outcome::Done(_))).count()
}

/// What is due is done once, whoever asks; and nobody is at it beside another.
async fn one_at_a_time(app: &TestApp, runners: &[Runner]) {
    let (job, overlaps) = exclusive();
    for round in 0..20 {
        assert_eq!(done_by(runners, &job, false).await, 1, "round {round}");
        app.clock.advance_seconds(5);
    }
    let mut runs = 20;
    for _ in 0..20 {
        let done = done_by(runners, &job, true).await;
        assert!(done >= 1);
        runs += done;
    }
    assert_eq!(overlaps.load(Ordering::SeqCst), 0);
    assert_eq!(app.number("SELECT runs FROM jobs").await, i64::try_from(runs).unwrap());
    assert_eq!(app.number("SELECT COUNT(*) FROM leases").await, 0);
}

on_both! {
    async fn of_many_in_one_process_one_does_it(app: &TestApp) {
        let runners: Vec<Runner> = (0..6).map(|_| app.runner()).collect();
        one_at_a_time(app, &runners).await;
    }

    async fn a_job_is_done_when_it_is_due(app: &TestApp) {
        let (job, count) = counting();
        let runner = app.runner();
        let jobs = [job];
        let ran = async || runner.run_due(&jobs).await.unwrap().remove(0);
        assert_eq!(ran().await, Outcome::Done(1));
        assert_eq!(ran().await, Outcome::NotDue);
        app.clock.advance_seconds(59);
        assert_eq!(ran().await, Outcome::NotDue);
        app.clock.advance_seconds(1);
        assert_eq!(ran().await, Outcome::Done(2));
        assert_eq!(runner.run_now(&jobs[0]).await.unwrap(), Outcome::Done(3), "asked for");
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    /// Whoever has died leaves the job due, and its lease behind for a while.
    async fn another_takes_over_when_the_lease_has_ended(app: &TestApp) {
        let (job, begun, end) = lasting();
        let (first, other) = (app.runner(), app.runner());
        {
            let mut run = pin!(first.run_now(&job));
            tokio::select! {
                () = begun.notified() => {}
                outcome = &mut run => panic!("{outcome:?}"),
            }
            // It is dropped here, and does nothing more.
        }
        let jobs = [job];
        app.clock.advance_seconds(LEASE_SECONDS - 1);
        assert_eq!(other.run_due(&jobs).await.unwrap(), [Outcome::Held]);
        app.clock.advance_seconds(1);
        end.notify_one();
        assert_eq!(other.run_due(&jobs).await.unwrap(), [Outcome::Done(7)]);
        assert_eq!(app.number("SELECT runs FROM jobs").await, 2);
    }

    /// However long a run takes, nobody else begins the job.
    async fn a_lease_is_renewed_while_the_job_runs(app: &TestApp) {
        let (job, begun, end) = lasting();
        let runner = app.runner().renewing_every(Duration::from_millis(1));
        let other = app.runner();
        let last = async {
            begun.notified().await;
            for _ in 0..5 {
                app.clock.advance_seconds(LEASE_SECONDS - 1);
                let ahead = format!("SELECT COUNT(*) FROM leases WHERE until {}", match app.engine {
                    Engine::Sqlite => format!("= {} * 1000000", app.now_seconds() + LEASE_SECONDS),
                    Engine::Postgres => {
                        format!("= to_timestamp({})", app.now_seconds() + LEASE_SECONDS)
                    }
                });
                while app.number(&ahead).await == 0 {
                    tokio::task::yield_now().await;
                }
                assert_eq!(other.run_now(&job).await.unwrap(), Outcome::Held);
            }
            end.notify_one();
        };
        let (outcome, ()) = tokio::join!(runner.run_now(&job), last);
        assert_eq!(outcome.unwrap(), Outcome::Done(7));
    }

    /// What they want done may have come after the run looked.
    async fn a_job_that_is_asked_for_while_it_runs_is_due_again(app: &TestApp) {
        let (job, begun, end) = lasting();
        let runner = app.runner();
        let ask = async {
            begun.notified().await;
            app.clock.advance_seconds(1);
            let id = RandomIds::new(app.clock.clone()).next_id();
            jobs::ask(&app.store, &job, &Actor::system("test"), (id, app.clock.now())).await.unwrap();
            app.clock.advance_seconds(1);
            end.notify_one();
        };
        let (outcome, ()) = tokio::join!(runner.run_now(&job), ask);
        assert_eq!(outcome.unwrap(), Outcome::Done(7));
        assert_eq!(seconds_until(app, "next_run_at").await, Some(-1));
        end.notify_one();
        let jobs = [job];
        assert_eq!(runner.run_due(&jobs).await.unwrap(), [Outcome::Done(7)]);
        assert_eq!(seconds_until(app, "next_run_at").await, Some(60), "once, and not for ever");
    }

    /// Whoever finds that another one has the lease stops at once, and writes nothing about the job.
    async fn a_lease_that_is_lost_ends_the_run(app: &TestApp) {
        let (job, begun, _end) = lasting();
        let runner = app.runner().renewing_every(Duration::from_millis(1));
        let take = async {
            begun.notified().await;
            let other = match app.engine {
                Engine::Sqlite => "zeroblob(16)",
                Engine::Postgres => "'00000000-0000-0000-0000-000000000000'",
            };
            app.execute(&format!("UPDATE leases SET holder = {other}")).await;
        };
        let (outcome, ()) = tokio::join!(runner.run_now(&job), take);
        assert_eq!(outcome.unwrap(), Outcome::Lost);
        let untouched = "SELECT COUNT(*) FROM jobs WHERE last_finished_at IS NULL";
        assert_eq!(app.number(untouched).await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM leases").await, 1, "it is the other's");
    }
}

/// Two servers of one database, as two processes would be.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_one_does_it() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    let runners = [app.runner(), second.runner(), app.runner(), second.runner()];
    one_at_a_time(&app, &runners).await;
    drop(runners);
    second.stop().await;
    app.finish().await;
}
