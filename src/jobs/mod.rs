//! What a Sovereign does from time to time, by itself.
//!
//! A job is a function of the app, a name and a [`Schedule`]. Any number of processes look for jobs that are
//! due; the lease of its name keeps all but one from a job (`run.rs`). What is due when, and how it went, is
//! in the table `jobs`, so that it outlives the processes. What each process does for itself alone is in
//! `everywhere.rs`. docs/JOBS.md tells an operator about it.

mod everywhere;
mod list;
mod process;
mod run;
mod schedule;

use std::fmt::{self, Display};
use std::pin::Pin;
use std::sync::Arc;

pub(crate) use self::list::list_in;
pub use self::list::{Listed, ask, list};
pub use self::process::{Jobs, Which, once};
pub use self::run::{Outcome, Runner};
pub use self::schedule::Schedule;
use crate::app::App;
use crate::engine::EngineError;
use crate::provision::work;
use crate::storage;
pub use crate::usecase::done::Done;
use crate::usecase::payments::{self, PaymentError, ended, reconcile};
use crate::usecase::{
    bulk, event_deliveries, expire_credit, letters, mailings, number_invoices, organization_life,
    publish_events, relay, rollup, seal_audit, sessions, wallet,
};

/// Why a job could not do what it should. The text is shown to the superadmin.
#[derive(Debug)]
pub struct JobError(String);

impl JobError {
    pub fn new(text: impl Display) -> Self {
        Self(text.to_string())
    }
}

impl Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JobError {}

impl From<storage::Error> for JobError {
    fn from(error: storage::Error) -> Self {
        Self::new(error)
    }
}

impl From<PaymentError> for JobError {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Engine(error) => error.into(),
            PaymentError::Storage(error) => error.into(),
            other => Self::new(other),
        }
    }
}

impl From<EngineError> for JobError {
    fn from(error: EngineError) -> Self {
        Self(match error {
            EngineError::Refused(refusal) => format!("a rule refused it: {refusal:?}"),
            EngineError::Busy => "too many commands wait".to_owned(),
            EngineError::Stopping => "the program is stopping".to_owned(),
            EngineError::Unavailable => "the database is not available".to_owned(),
            EngineError::Broken => "the engine failed; the log says how".to_owned(),
        })
    }
}

/// One step of a job at work.
pub type Step<'a> = Pin<Box<dyn Future<Output = Result<Done, JobError>> + Send + 'a>>;

type Function = dyn for<'a> Fn(&'a Arc<App>) -> Step<'a> + Send + Sync;

/// A job that one process at a time does.
#[derive(Clone)]
pub struct Job {
    /// In the tables `jobs` and `leases`, and on the command line.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    pub schedule: Schedule,
    function: Arc<Function>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.name)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}

impl Job {
    /// `function` does one step. It may be cancelled at any `await`, and begun again by another process
    /// before it knows that its lease has ended: whatever it does must bear being done twice.
    pub fn new<F>(name: &'static str, about: &'static str, schedule: Schedule, function: F) -> Self
    where
        F: for<'a> Fn(&'a Arc<App>) -> Step<'a> + Send + Sync + 'static,
    {
        Self { name, about, schedule, function: Arc::new(function) }
    }

    fn step<'a>(&self, app: &'a Arc<App>) -> Step<'a> {
        (self.function)(app)
    }
}

/// Every job there is, by name.
#[must_use]
pub fn all() -> Vec<Job> {
    let seconds = Schedule::Every(5);
    let minute = Schedule::every_minutes(1);
    let morning = Schedule::daily_at(5, 0);
    // When little is bought in most of the lands that this is for.
    let night = Schedule::daily_at(0, 40);
    vec![
        Job::new(
            "delete-organizations",
            "deletes Organizations whose time is over",
            minute,
            |app| Box::pin(async { Ok(organization_life::deletions(app).await?) }),
        ),
        Job::new("deliver-events", "sends events to the endpoints of others", seconds, |app| {
            Box::pin(async { Ok(event_deliveries::step(app).await?) })
        }),
        Job::new(ended::JOB, "ends what hangs on deleted Organizations", minute, |app| {
            Box::pin(async { Ok(ended::step(app).await?) })
        }),
        Job::new("end-sessions", "removes sessions and sign-ins that have ended", minute, |app| {
            Box::pin(async { Ok(Done::all(sessions::sweep(app).await?)) })
        }),
        Job::new("expire-credit", "writes expired credit off", minute, |app| {
            Box::pin(async { Ok(expire_credit::step(app).await?) })
        }),
        Job::new("free-addresses", "frees addresses that nobody has paid for", minute, |app| {
            Box::pin(async { Ok(organization_life::addresses(app).await?) })
        }),
        Job::new("issue-in-bulk", "issues and changes vouchers many at once", seconds, |app| {
            Box::pin(async { Ok(bulk::step(app).await?) })
        }),
        Job::new("look-after-orders", "settles orders that wait for a payment", minute, |app| {
            Box::pin(async { Ok(payments::waiting::step(app).await?) })
        }),
        Job::new("number-credit-notes", "numbers the credit notes", minute, |app| {
            Box::pin(async { Ok(number_invoices::credit_notes_step(app).await?) })
        }),
        Job::new("number-invoices", "numbers the invoices", minute, |app| {
            Box::pin(async { Ok(number_invoices::step(app).await?) })
        }),
        Job::new("provision", "brings Organizations into the Git repository", seconds, |app| {
            Box::pin(async { Ok(work::step(app).await?) })
        }),
        Job::new("publish-events", "publishes events to NATS", seconds, |app| {
            Box::pin(publish_events::step(app))
        }),
        Job::new("purge-event-deliveries", "forgets what was sent long ago", night, |app| {
            Box::pin(async { Ok(event_deliveries::purge(app).await?) })
        }),
        Job::new("purge-events", "removes events that were published long ago", night, |app| {
            Box::pin(async { Ok(relay::purge(app).await?) })
        }),
        Job::new(reconcile::JOB, "compares the payments with Stripe's lists", night, |app| {
            Box::pin(async { Ok(reconcile::step(app).await?) })
        }),
        Job::new("relay-events", "hands events on to those who hear of them", seconds, |app| {
            Box::pin(async { Ok(relay::step(app).await?) })
        }),
        Job::new("renew-subscriptions", "bills the months that have begun", minute, |app| {
            Box::pin(async { Ok(payments::renewals::renew_all(app).await?) })
        }),
        Job::new("retry-payments", "asks again for payments that are due", minute, |app| {
            Box::pin(async { Ok(payments::renewals::retry_all(app).await?) })
        }),
        Job::new("roll-up", "adds the ledger up for reports", minute, |app| {
            Box::pin(async { Ok(rollup::step(app).await?) })
        }),
        Job::new(seal_audit::JOB, "seals the audit log", minute, |app| {
            Box::pin(async { Ok(seal_audit::run(app).await?) })
        }),
        Job::new("send-letters", "sends letters about payments", minute, |app| {
            Box::pin(async { Ok(letters::step(app).await?) })
        }),
        Job::new("send-mailings", "sends vouchers by mail", seconds, |app| {
            Box::pin(async { Ok(mailings::step(app).await?) })
        }),
        Job::new("send-refunds", "sends refunds to cards", minute, |app| {
            Box::pin(async { Ok(payments::refunds::step(app).await?) })
        }),
        Job::new(
            "warn-of-expiring-credit",
            "tells owners of credit that will expire unused",
            morning,
            |app| Box::pin(async { Ok(wallet::warn_of_expiry(app).await?) }),
        ),
        Job::new(
            "warn-of-low-credit",
            "tells who pays from credit alone that it ends",
            morning,
            |app| Box::pin(async { Ok(payments::renewals::warn_all(app).await?) }),
        ),
    ]
}

/// The job of that name.
#[must_use]
pub fn find(name: &str) -> Option<Job> {
    all().into_iter().find(|job| job.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_have_names_of_their_own_in_order() {
        let names: Vec<&str> = all().iter().map(|job| job.name).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        for name in names {
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert_eq!(find(name).unwrap().name, name);
        }
        assert!(find("no-such-job").is_none());
    }
}
