//! Recomputes every invariant of the books, and looks whether Organizations are walled.

use crate::storage::verify::{self, Fault};
use crate::storage::{self, Store, walls};

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
    drop(tx);
    faults.extend(Box::pin(walls::faults(store)).await?);
    Ok(Report { checks: checks(), faults })
}

/// The names of everything that is checked.
#[must_use]
pub fn checks() -> Vec<&'static str> {
    verify::checks().into_iter().chain(walls::CHECKS).collect()
}
