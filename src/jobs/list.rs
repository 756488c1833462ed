//! What the jobs are doing, for whoever administers the Sovereign; and having one run, in somebody's name.

use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Job, all};
use crate::storage::audit::{self, Change};
use crate::storage::jobs::{self as rows, Row};
use crate::storage::{self, Store, Tx};

/// A job, and how it went so far.
#[derive(Debug)]
pub struct Listed {
    pub job: Job,
    /// `None` where it has never run, and is due.
    pub row: Option<Row>,
}

/// Every job, by name.
///
/// # Errors
/// Where the database fails.
pub async fn list(store: &Store, now: Timestamp) -> storage::Result<Vec<Listed>> {
    let mut tx = store.read().await?;
    list_in(&mut tx, now).await
}

/// Every job, as an open transaction sees it.
pub(crate) async fn list_in(tx: &mut Tx, now: Timestamp) -> storage::Result<Vec<Listed>> {
    let mut rows = rows::list(tx, now).await?;
    let listed = all().into_iter().map(|job| {
        let place = rows.iter().position(|row| row.name == job.name);
        Listed { job, row: place.map(|place| rows.swap_remove(place)) }
    });
    Ok(listed.collect())
}

/// Makes a job due, for `actor`: whoever does the jobs begins it within seconds. `id` is a new identifier.
///
/// # Errors
/// Where the database fails.
pub async fn ask(
    store: &Store,
    job: &Job,
    actor: &Actor,
    (id, now): (Uuid, Timestamp),
) -> storage::Result<()> {
    let mut tx = store.begin().await?;
    rows::ask(&mut tx, job.name, now).await?;
    note(&mut tx, job, actor, (id, now)).await?;
    tx.commit().await
}

/// Notes in the audit log that somebody has a job run now.
pub(super) async fn note(
    tx: &mut Tx,
    job: &Job,
    actor: &Actor,
    (id, at): (Uuid, Timestamp),
) -> storage::Result<()> {
    let entry = AuditEntry {
        id,
        at,
        actor: actor.clone(),
        action: "job.run",
        subject: job.name.to_owned(),
        tenant_id: None,
    };
    audit::record(tx, &[(entry, Change::default())]).await
}
