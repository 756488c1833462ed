//! The job: takes provisions that are due and brings each into the repository or the cluster.
//!
//! What an Organization should have is read anew at each attempt, so that it makes no difference which event
//! asked for it, or how many did. An attempt that was killed is made again from the beginning when its claim
//! has ended; what it wrote is found there, and nothing is written twice.

use sovereign_domain::environment::Stage;
use sovereign_domain::event::{Event, EventData, ProvisionChanged};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::desired::{self, LoadError, Loaded};
use super::driver::Driver;
use super::enqueue::ENVIRONMENT_REMOVED;
#[cfg(feature = "kubernetes")]
use super::into_kubernetes;
use super::steps::Steps;
use super::{into_git, manifests};
use crate::app::App;
use crate::fail_point::reach;
use crate::storage::organizations::OrganizationRow;
use crate::storage::provisions::{self as rows, Progress, ProvisionRow, ProvisionStatus};
use crate::storage::{self, Tx, audit, environments, moves, overview};
use crate::usecase::done::Done;

/// The most provisions of one step.
const PAGE: u16 = 20;
/// Whoever takes a provision has this long; a killed one is missed for that long.
const CLAIM_SECONDS: i64 = 120;
const FIRST_RETRY_SECONDS: i64 = 60;
const MAX_RETRY_SECONDS: i64 = 3_600;
/// Some five hours, with the waits in between.
const MAX_FAILURES: i32 = 10;

/// What a removal comes from; its provision is over when everything is gone.
const REMOVALS: [&str; 2] = ["tenant.deleted", ENVIRONMENT_REMOVED];

/// A provision that is being worked at.
pub(super) struct Attempt {
    pub(super) row: ProvisionRow,
    pub(super) organization: OrganizationRow,
    pub(super) steps: Steps,
    started_at: Timestamp,
}

/// Why an attempt came to nothing, for people.
pub(super) struct Failure {
    pub(super) reason: String,
    /// Whether trying again may help.
    pub(super) may_pass: bool,
}

/// What an attempt brought.
struct Brought {
    revision: Option<String>,
    /// What is written now of each environment.
    stages: Vec<(sovereign_domain::environment::EnvironmentName, Stage)>,
}

/// Brings what is due to where it is written; counts the attempts.
///
/// # Errors
/// Where the database fails. What one provision meets is that provision's alone.
pub async fn step(app: &App) -> storage::Result<Done> {
    let mut tx = app.store.read().await?;
    let due = rows::due(&mut tx, app.clock.now(), PAGE.into()).await?;
    drop(tx);
    let mut count = 0_usize;
    for id in due {
        let Some(mut attempt) = begin(app, id).await? else { continue };
        count = count.saturating_add(1);
        reach!("provision_started");
        match bring(app, &mut attempt).await {
            Ok(brought) => complete(app, attempt, brought).await?,
            Err(failure) => fail(app, attempt, failure).await?,
        }
    }
    // What an Organization asked for next is due when this is done.
    Ok(Done { count, more: count > 0 })
}

/// Takes a provision; `None` where somebody else has, or it has to wait.
async fn begin(app: &App, id: Uuid) -> storage::Result<Option<Attempt>> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let until = now.plus_seconds(CLAIM_SECONDS);
    let Some(row) = rows::claim(&mut tx, id, now, until).await? else { return Ok(None) };
    rows::lock_organization(&mut tx, &row.tenant_id).await?;
    // It may have set out while this waited.
    if moves::is_away(&mut tx, &row.tenant_id).await? {
        return Ok(None);
    }
    let organization = overview::find(&mut tx, &row.tenant_id).await?;
    let missing = || storage::Error::corrupt("provisions", format!("{id}: no Organization"));
    let organization = organization.ok_or_else(missing)?;
    if environments::slug_is_in_use(&mut tx, &organization.slug, &organization.id).await? {
        tracing::info!(provision = %id, "its address is still being removed; the provision waits");
        tx.commit().await?;
        return Ok(None);
    }
    let going = organization.status()? == OrganizationStatus::Deleted;
    advance(app, &mut tx, &organization.id, going).await?;
    let steps = Steps::begin(app.driver.steps(), now);
    if row.started_at.is_none() {
        publish(app, &mut tx, &row, EventData::ProvisionStarted, None).await?;
    }
    let started_at = row.started_at.map_or(now, |at| at.0);
    let attempt = Attempt { row, organization, steps, started_at };
    note(&mut tx, &attempt, now, ProvisionStatus::Provisioning, until).await?;
    tx.commit().await?;
    Ok(Some(attempt))
}

/// Begins the removals that are due, and goes on with those whose stage has had its time.
async fn advance(app: &App, tx: &mut Tx, tenant_id: &str, going: bool) -> storage::Result<()> {
    let now = app.clock.now();
    let removal_seconds = app.provisioning.removal_seconds;
    for row in environments::list(tx, tenant_id).await? {
        let stage = row.stage()?;
        let next = match row.pushed_at {
            _ if going && stage == Stage::Running => Some(Stage::WithoutApps),
            Some(at) if at.0.plus_seconds(removal_seconds) <= now => stage.next(),
            _ => None,
        };
        if let Some(next) = next {
            environments::set_stage(tx, tenant_id, row.name()?, next).await?;
        }
    }
    Ok(())
}

/// Has what there should be written, in whichever way is configured.
async fn bring(app: &App, attempt: &mut Attempt) -> Result<Brought, Failure> {
    let mut platform = app.provisioning.platform(&app.facts.fqdn);
    platform.blueprint_keys = crate::blueprints::secret_data(&app.blueprints.keys);
    let loaded = load(app, &attempt.organization).await?;
    let revision = match &app.driver {
        Driver::Git(git) => into_git::bring(app, git, attempt, (&platform, &loaded)).await?,
        #[cfg(feature = "kubernetes")]
        Driver::Kubernetes(cluster) => {
            into_kubernetes::bring(app, cluster, attempt, (&platform, &loaded)).await?
        }
    };
    let stages = loaded.desired.environments.iter().map(|one| (one.name, one.stage)).collect();
    Ok(Brought { revision, stages })
}

async fn load(app: &App, organization: &OrganizationRow) -> Result<Loaded, Failure> {
    let loading = async {
        let mut tx = app.store.snapshot().await?;
        let first_region = app.provisioning.first_region();
        desired::load(&mut tx, organization, &app.blueprints, first_region).await
    };
    loading.await.map_err(|error| match error {
        LoadError::Wrong(reason) => Failure { reason, may_pass: false },
        LoadError::Storage(error) => {
            Failure { may_pass: error.may_pass(), reason: error.to_string() }
        }
    })
}

impl From<manifests::RenderError> for Failure {
    fn from(error: manifests::RenderError) -> Self {
        Self { reason: error.0, may_pass: false }
    }
}

/// How many files or objects there should be, and what is not among them.
pub(super) fn rendered(what: &str, loaded: &Loaded) -> String {
    if loaded.left_out.is_empty() {
        return what.to_owned();
    }
    format!("{what}; the catalog cannot deploy {} yet", loaded.left_out.join(", "))
}

/// Notes how far the attempt has come; its claim goes on from here.
pub(super) async fn show(app: &App, attempt: &Attempt) -> Result<(), Failure> {
    let noting = async {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        let until = now.plus_seconds(CLAIM_SECONDS);
        note(&mut tx, attempt, now, ProvisionStatus::Provisioning, until).await?;
        tx.commit().await
    };
    noting
        .await
        .map_err(|error: storage::Error| Failure { may_pass: true, reason: error.to_string() })
}

/// What is written is noted, and the provision is over unless something is still being removed.
async fn complete(app: &App, mut attempt: Attempt, brought: Brought) -> storage::Result<()> {
    let now = app.clock.now();
    let tenant_id = attempt.organization.id.clone();
    attempt.row.revision = brought.revision;
    attempt.row.error = None;
    attempt.row.failures = 0;
    let mut tx = app.store.begin().await?;
    rows::lock_organization(&mut tx, &tenant_id).await?;
    let removed = brought.stages.into_iter().filter(|(_, stage)| *stage != Stage::Running);
    for pushed in removed {
        environments::note_pushed(&mut tx, &tenant_id, pushed, now).await?;
    }
    // What has nothing to do with a removal is not kept waiting by one.
    let waits = REMOVALS.contains(&attempt.row.cause.as_str());
    let left = if waits { removal(app, &mut tx, &tenant_id).await? } else { None };
    let (status, next) = match left {
        None => (ProvisionStatus::Completed, now),
        Some((what, next)) => {
            attempt.steps.wait(what, now);
            (ProvisionStatus::Provisioning, next)
        }
    };
    let noted = note(&mut tx, &attempt, now, status, next).await?;
    if noted && status == ProvisionStatus::Completed {
        rows::activate(&mut tx, &tenant_id, now).await?;
        publish(app, &mut tx, &attempt.row, EventData::ProvisionCompleted, None).await?;
    }
    tx.commit().await?;
    reach!("provision_noted");
    Ok(())
}

/// What is being removed, and when its next stage begins; `None` where nothing is.
async fn removal(
    app: &App,
    tx: &mut Tx,
    tenant_id: &str,
) -> storage::Result<Option<(String, Timestamp)>> {
    let mut found: Option<(String, Timestamp)> = None;
    for row in environments::list(tx, tenant_id).await? {
        let stage = row.stage()?;
        if stage == Stage::Running {
            continue;
        }
        // A removal that was asked for meanwhile has a provision of its own.
        let Some(pushed_at) = row.pushed_at else { continue };
        let next = pushed_at.0.plus_seconds(app.provisioning.removal_seconds);
        if found.as_ref().is_none_or(|(_, soonest)| next < *soonest) {
            found = Some((format!("{} is {}", row.name()?, stage.as_str()), next));
        }
    }
    Ok(found)
}

async fn fail(app: &App, mut attempt: Attempt, failure: Failure) -> storage::Result<()> {
    let now = app.clock.now();
    let Failure { reason, may_pass } = failure;
    let failures = attempt.row.failures.saturating_add(1);
    let over = !may_pass || failures >= MAX_FAILURES;
    tracing::warn!(provision = %attempt.row.id, reason, over, "a provision failed");
    attempt.steps.fail(&reason, now);
    attempt.row.failures = failures;
    attempt.row.error = Some(reason.clone());
    let status = if over { ProvisionStatus::Failed } else { ProvisionStatus::Provisioning };
    let next = now.plus_seconds(wait_seconds(failures));
    let mut tx = app.store.begin().await?;
    rows::lock_organization(&mut tx, &attempt.organization.id).await?;
    let noted = note(&mut tx, &attempt, now, status, next).await?;
    if noted && over {
        publish(app, &mut tx, &attempt.row, EventData::ProvisionFailed, Some(reason)).await?;
    }
    tx.commit().await
}

async fn note(
    tx: &mut Tx,
    attempt: &Attempt,
    now: Timestamp,
    status: ProvisionStatus,
    next_attempt_at: Timestamp,
) -> storage::Result<bool> {
    let progress = Progress {
        status,
        steps: attempt.steps.as_slice(),
        failures: attempt.row.failures,
        error: attempt.row.error.as_deref(),
        revision: attempt.row.revision.as_deref(),
        next_attempt_at,
        started_at: Some(attempt.started_at),
    };
    rows::note(tx, attempt.row.id, &progress, now).await
}

async fn publish(
    app: &App,
    tx: &mut Tx,
    row: &ProvisionRow,
    kind: fn(ProvisionChanged) -> EventData,
    reason: Option<String>,
) -> storage::Result<()> {
    let changed = |status| ProvisionChanged {
        id: row.id,
        tenant_id: row.tenant_id.as_str().into(),
        status,
        reason: reason.clone(),
    };
    // The name of the event says what the status is.
    let status = match kind(changed("")) {
        EventData::ProvisionCompleted(_) => ProvisionStatus::Completed,
        EventData::ProvisionFailed(_) => ProvisionStatus::Failed,
        _ => ProvisionStatus::Provisioning,
    };
    let event = Event {
        id: app.new_id(),
        at: app.clock.now(),
        tenant_id: Some(row.tenant_id.as_str().into()),
        data: kind(changed(status.as_str())),
    };
    audit::publish(tx, &[event]).await
}

/// How long to wait after so many failures.
fn wait_seconds(failures: i32) -> i64 {
    let doublings = failures.saturating_sub(1).clamp(0, 16).unsigned_abs();
    FIRST_RETRY_SECONDS.saturating_mul(1_i64 << doublings).min(MAX_RETRY_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_later_each_time_for_some_five_hours() {
        let waits: Vec<i64> = (1..MAX_FAILURES).map(wait_seconds).collect();
        assert_eq!(waits[..5], [60, 120, 240, 480, 960]);
        assert_eq!(waits.iter().sum::<i64>() / 3_600, 4);
        assert_eq!(wait_seconds(i32::MAX), MAX_RETRY_SECONDS);
    }
}
