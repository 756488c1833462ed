//! Recomputes every invariant of the books.

use crate::storage::verify::{self, Fault};
use crate::storage::{self, Store};

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
    let faults = verify::faults(&mut tx).await?;
    Ok(Report { checks: verify::checks(), faults })
}
