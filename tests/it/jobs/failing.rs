//! A job that fails is tried again, later each time, and does not keep others from running.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sovereign::jobs::{Done, Job, JobError, Outcome, Schedule};

use super::{counting, seconds_until};
use crate::harness::on_both;

/// Fails so often, and is well then.
fn failing(times: usize) -> Job {
    let runs = AtomicUsize::new(0);
    Job::new("fail", "fails", Schedule::every_minutes(1), move |_| {
        let run = runs.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            if run < times {
                Err(JobError::new(format!("failure {run}")))
            } else {
                Ok(Done::all(3))
            }
        })
    })
}

on_both! {
    async fn retries_come_later_each_time_and_a_success_ends_them(app: &TestApp) {
        let jobs = [failing(3)];
        let runner = app.runner();
        let mut waited = 0;
        for (failure, wait) in [60, 120, 120].into_iter().enumerate() {
            let outcome = runner.run_due(&jobs).await.unwrap();
            assert_eq!(outcome, [Outcome::Failed(format!("failure {failure}"))]);
            assert_eq!(seconds_until(app, "next_run_at").await, Some(wait));
            assert_eq!(seconds_until(app, "failing_since").await, Some(-waited));
            assert_eq!(seconds_until(app, "last_ok_at").await, None);
            let failures = app.number("SELECT consecutive_failures FROM jobs").await;
            assert_eq!(failures, i64::try_from(failure).unwrap() + 1);
            assert_eq!(
                app.texts("SELECT last_error FROM jobs").await,
                [format!("failure {failure}")]
            );
            app.clock.advance_seconds(wait - 1);
            assert_eq!(runner.run_due(&jobs).await.unwrap(), [Outcome::NotDue]);
            app.clock.advance_seconds(1);
            waited += wait;
        }
        assert_eq!(runner.run_due(&jobs).await.unwrap(), [Outcome::Done(3)]);
        assert_eq!(seconds_until(app, "next_run_at").await, Some(60));
        assert_eq!(seconds_until(app, "failing_since").await, None);
        assert_eq!(seconds_until(app, "last_ok_at").await, Some(0));
        assert_eq!(app.number("SELECT consecutive_failures FROM jobs").await, 0);
        let no_error = "SELECT COUNT(*) FROM jobs WHERE last_error IS NULL";
        assert_eq!(app.number(no_error).await, 1);
    }

    async fn a_panic_is_an_error_of_the_job_alone(app: &TestApp) {
        let panics = Job::new("a-panic", "panics", Schedule::every_minutes(1), |_| {
            Box::pin(async { panic!("on purpose") })
        });
        let (counts, count) = counting();
        let outcomes = app.runner().run_due(&[panics, counts]).await.unwrap();
        let panicked = Outcome::Failed("panicked: on purpose".to_owned());
        assert_eq!(outcomes, [panicked, Outcome::Done(1)]);
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let error = "SELECT last_error FROM jobs WHERE name = 'a-panic'";
        assert_eq!(app.texts(error).await, ["panicked: on purpose"]);
        assert_eq!(app.number("SELECT COUNT(*) FROM leases").await, 0);
    }

    /// What there is more to do is done at once, up to a bound, and the job is due again at once.
    async fn more_is_done_at_once(app: &TestApp) {
        let steps = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&steps);
        let job = Job::new("backlog", "has much to do", Schedule::every_minutes(1), move |_| {
            let step = counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Ok(Done { count: 10, more: step != 24 }) })
        });
        let runner = app.runner();
        assert_eq!(runner.run_now(&job).await.unwrap(), Outcome::Done(200));
        assert_eq!(seconds_until(app, "next_run_at").await, Some(0));
        assert_eq!(seconds_until(app, "last_ok_at").await, None, "not all is done");
        assert_eq!(runner.run_due(&[job]).await.unwrap(), [Outcome::Done(50)]);
        assert_eq!(seconds_until(app, "next_run_at").await, Some(60));
        assert_eq!(seconds_until(app, "last_ok_at").await, Some(0));
        assert_eq!(steps.load(Ordering::SeqCst), 25);
    }
}
