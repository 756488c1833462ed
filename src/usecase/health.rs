//! How the Sovereign stands, for whoever operates it: what waits, what has failed, and what a person has to see to.

use std::collections::BTreeMap;

use sovereign_domain::timestamp::Timestamp;

use crate::app::App;
use crate::jobs::{self, Listed};
use crate::storage::{self, Connection, gauges};

/// What is counted, in the order in which it is shown, and whether any of it wants somebody to look.
const COUNTED: [(&str, bool); 10] = [
    ("alarms_open", true),
    ("webhook_events_failed", true),
    ("event_endpoints_failing", true),
    ("event_deliveries_failed", true),
    ("orders_pending", false),
    ("refunds_pending", false),
    ("letters_waiting", false),
    ("outbox_events", false),
    ("nats_waiting_events", false),
    ("event_deliveries_waiting", false),
];

/// Something that is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) name: &'static str,
    pub(crate) value: i64,
    /// Whether somebody should look at it.
    pub(crate) is_wrong: bool,
}

/// All of it, at one moment.
#[derive(Debug)]
pub(crate) struct Health {
    /// `postgresql` or `sqlite`.
    pub(crate) database: &'static str,
    pub(crate) counts: Vec<Counted>,
    /// When the oldest event became true that was not handed on yet.
    pub(crate) oldest_event_at: Option<Timestamp>,
    pub(crate) jobs: Vec<Listed>,
}

impl Health {
    /// Whether nobody has to look at anything.
    pub(crate) fn is_well(&self) -> bool {
        let failing = |job: &Listed| job.row.as_ref().is_some_and(|row| row.last_error.is_some());
        !self.counts.iter().any(|count| count.is_wrong) && !self.jobs.iter().any(failing)
    }
}

/// # Errors
/// Where the database fails.
pub(crate) async fn read(app: &App) -> storage::Result<Health> {
    let mut tx = app.store.snapshot_across().await?;
    let database = match tx.connection() {
        Connection::Postgres(_) => "postgresql",
        Connection::Sqlite(_) => "sqlite",
    };
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (name, _, value) in gauges::counts(&mut tx).await? {
        let sum = sums.entry(name).or_default();
        *sum = sum.saturating_add(value);
    }
    let counts = COUNTED.map(|(name, looked_at)| {
        let value = sums.get(name).copied().unwrap_or_default();
        Counted { name, value, is_wrong: looked_at && value > 0 }
    });
    let [outbox, _] = gauges::oldest_events(&mut tx).await?;
    Ok(Health {
        database,
        counts: counts.into(),
        oldest_event_at: outbox.map(|at| at.0),
        jobs: jobs::list_in(&mut tx, app.clock.now()).await?,
    })
}
