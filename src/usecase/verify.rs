//! Recomputes every invariant of the books, and looks whether Organizations are walled.

use super::blueprint_states::is_of_artifact;
use crate::storage::verify::{self, Fault};
use crate::storage::{self, Store, Tx, blueprints, catalog, verify_blueprints, walls};

/// What a verification found.
#[derive(Debug)]
pub struct Report {
    /// The invariants that were checked.
    pub checks: Vec<&'static str>,
    pub faults: Vec<Fault>,
}

/// Checks one state of the whole database, beside a running server.
///
/// # Errors
/// Where the database fails.
pub async fn verify(store: &Store) -> storage::Result<Report> {
    let mut tx = store.snapshot().await?;
    let mut faults = verify::faults(&mut tx).await?;
    for fault in entries(&mut tx).await? {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    drop(tx);
    faults.extend(Box::pin(walls::faults(store)).await?);
    Ok(Report { checks: checks(), faults })
}

/// The names of everything that is checked.
#[must_use]
pub fn checks() -> Vec<&'static str> {
    verify::checks().into_iter().chain(walls::CHECKS).collect()
}

/// Private apps whose entry says something else than their artifact.
async fn entries(tx: &mut Tx) -> storage::Result<Vec<Fault>> {
    let rows = blueprints::list(tx).await?;
    let apps = catalog::of_kind(tx, "app").await?;
    let differs = |row: &blueprints::BlueprintRow| {
        let app = apps.iter().find(|app| app.id == row.id)?;
        (!is_of_artifact(app, &row.artifact)).then(|| verify_blueprints::fault(&app.slug))
    };
    Ok(rows.iter().filter_map(differs).collect())
}
