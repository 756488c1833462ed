//! What the jobs are doing, for whoever administers the Sovereign.

use sovereign_domain::timestamp::Timestamp;

use super::{Job, all};
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

/// Makes a job due: whoever does the jobs begins it within seconds.
///
/// # Errors
/// Where the database fails.
pub async fn ask(store: &Store, job: &Job, now: Timestamp) -> storage::Result<()> {
    let mut tx = store.begin().await?;
    rows::ask(&mut tx, job.name, now).await?;
    tx.commit().await
}
