//! How the Sovereign is, in numbers for a monitoring system. One state of the database is read for each
//! scrape: counts by an index, and two small tables.

use std::collections::BTreeMap;

use crate::app::App;
use crate::jobs::{self, Listed};
use crate::storage::reconcile_runs::{self, RunRow};
use crate::storage::{self, Ts, gauges};

/// A measure that has a value, or one for each value of a label.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) label: Option<&'static str>,
    /// Each value, and what the label says.
    pub(crate) values: Vec<(i64, String)>,
}

impl Family {
    fn alone(name: &'static str, help: &'static str, value: Option<i64>) -> Self {
        let values = value.map(|value| (value, String::new())).into_iter().collect();
        Self { name, help, label: None, values }
    }
}

/// The kinds of alarms. One without an open alarm is a zero, and no gap.
const ALARM_KINDS: [&str; 8] = [
    "amount_mismatch",
    "blueprint",
    "dispute",
    "event_endpoint",
    "late_payment",
    "moved_away",
    "reconcile",
    "refund_failed",
];

/// Everything that is measured, now. A moment that has not come yet, such as a first success, has no value.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn measure(app: &App) -> storage::Result<Vec<Family>> {
    let mut tx = app.store.snapshot().await?;
    let counts = gauges::counts(&mut tx).await?;
    let oldest = gauges::oldest_events(&mut tx).await?;
    let last = reconcile_runs::newest(&mut tx, 1).await?.pop();
    let jobs = jobs::list_in(&mut tx, app.clock.now()).await?;
    drop(tx);
    let count = |name: &str| counts.iter().find(|(of, ..)| of == name).map(|(.., value)| *value);
    let queued = i64::try_from(app.engine.queued()).unwrap_or(i64::MAX);
    let mut families = vec![
        alarms(&counts),
        Family::alone(
            "sovereign_orders_pending",
            "Orders that wait for a payment.",
            count("orders_pending"),
        ),
        Family::alone(
            "sovereign_refunds_pending",
            "Refunds to cards that are still to be sent or confirmed.",
            count("refunds_pending"),
        ),
        Family::alone(
            "sovereign_letters_waiting",
            "Letters that wait to be sent.",
            count("letters_waiting"),
        ),
        Family::alone(
            "sovereign_webhook_events_failed",
            "Events of Stripe's that could not be acted upon yet.",
            count("webhook_events_failed"),
        ),
        Family::alone(
            "sovereign_event_deliveries_waiting",
            "Events that wait to be sent to an endpoint.",
            count("event_deliveries_waiting"),
        ),
        Family::alone(
            "sovereign_event_deliveries_failed",
            "Events of the last 30 days that were given up.",
            count("event_deliveries_failed"),
        ),
        Family::alone(
            "sovereign_event_endpoints_failing",
            "Endpoints whose last event did not arrive, or that switched themselves off.",
            count("event_endpoints_failing"),
        ),
        Family::alone(
            "sovereign_engine_queued",
            "Commands that wait for the money engine of this process.",
            Some(queued),
        ),
    ];
    families.extend(events(&count, oldest));
    families.extend(reconcile(last.as_ref()));
    families.extend(of_jobs(&jobs));
    Ok(families)
}

/// What waits, and since when. Without any, since no time.
fn events(count: &impl Fn(&str) -> Option<i64>, oldest: [Option<Ts>; 2]) -> [Family; 4] {
    let [outbox, nats] = oldest.map(|at| at.map(|at| at.0.seconds()));
    [
        Family::alone(
            "sovereign_outbox_events",
            "Events that wait in the outbox.",
            count("outbox_events"),
        ),
        Family::alone(
            "sovereign_outbox_oldest_timestamp_seconds",
            "When the oldest event in the outbox became true.",
            outbox,
        ),
        Family::alone(
            "sovereign_nats_waiting_events",
            "Events that NATS has not confirmed.",
            count("nats_waiting_events"),
        ),
        Family::alone(
            "sovereign_nats_oldest_timestamp_seconds",
            "When the oldest event became true that NATS has not confirmed.",
            nats,
        ),
    ]
}

fn reconcile(last: Option<&RunRow>) -> [Family; 3] {
    [
        Family::alone(
            "sovereign_reconcile_findings_left",
            "What the last comparison with Stripe left for a person.",
            last.map(|run| run.findings_left),
        ),
        Family::alone(
            "sovereign_reconcile_failed",
            "1 where the last comparison with Stripe could not be finished.",
            last.map(|run| i64::from(run.error.is_some())),
        ),
        Family::alone(
            "sovereign_reconcile_last_run_timestamp_seconds",
            "When the last comparison with Stripe began.",
            last.map(|run| run.started_at.0.seconds()),
        ),
    ]
}

fn of_jobs(jobs: &[Listed]) -> [Family; 2] {
    let succeeded = |job: &Listed| {
        let at = job.row.as_ref().and_then(|row| row.last_ok_at)?;
        Some((at.0.seconds(), job.job.name.to_owned()))
    };
    let failures = |job: &Listed| {
        (job.row.as_ref().map_or(0, |row| row.consecutive_failures), job.job.name.to_owned())
    };
    [
        Family {
            name: "sovereign_job_last_success_timestamp_seconds",
            help: "When a job last began a run that did all there was to do.",
            label: Some("job"),
            values: jobs.iter().filter_map(succeeded).collect(),
        },
        Family {
            name: "sovereign_job_consecutive_failures",
            help: "How often a job has failed since its last success.",
            label: Some("job"),
            values: jobs.iter().map(failures).collect(),
        },
    ]
}

fn alarms(counts: &[gauges::Gauge]) -> Family {
    let mut open: BTreeMap<&str, i64> = ALARM_KINDS.iter().map(|kind| (*kind, 0)).collect();
    let raised = counts.iter().filter(|(name, ..)| name == "alarms_open");
    open.extend(raised.map(|(_, kind, value)| (kind.as_str(), *value)));
    Family {
        name: "sovereign_alarms_open",
        help: "Alarms that nobody has resolved.",
        label: Some("kind"),
        values: open.into_iter().map(|(kind, value)| (value, kind.to_owned())).collect(),
    }
}
