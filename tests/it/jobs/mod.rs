//! The jobs: once at a time whoever does them, due when they are due, and shown to whoever asks.

mod failing;
mod leases;
mod list;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sovereign::jobs::{Done, Job, Schedule};

use crate::harness::{Engine, TestApp};

/// How long a lease lasts after it was renewed.
const LEASE_SECONDS: i64 = 60;

/// A job of the test's own that runs each minute, and how often it has.
fn counting() -> (Job, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let job = Job::new("count", "counts", Schedule::every_minutes(1), move |_| {
        let before = counter.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(Done::all(before + 1)) })
    });
    (job, count)
}

/// A column of the only job, a moment, in seconds from now; `None` where it is NULL.
async fn seconds_until(app: &TestApp, column: &str) -> Option<i64> {
    let now = app.now_seconds();
    let text = match app.engine {
        Engine::Sqlite => format!("CAST({column} / 1000000 - {now} AS text)"),
        Engine::Postgres => {
            format!("CAST(CAST(extract(epoch FROM {column}) AS bigint) - {now} AS text)")
        }
    };
    let sql = format!("SELECT COALESCE({text}, 'never') FROM jobs");
    match app.texts(&sql).await.as_slice() {
        [text] => text.parse().ok(),
        other => panic!("{} jobs", other.len()),
    }
}
