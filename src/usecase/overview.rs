//! The Sovereign's Organizations, as its administrators see them.

use super::paging::{self, Page, PageError};
use crate::app::App;
use crate::storage;
use crate::storage::cursor::Cursor;
use crate::storage::overview::{self as rows, SummaryRow, TotalsRow};

/// A page of Organizations with their totals, newest first.
///
/// # Errors
/// [`PageError`].
pub(crate) async fn totals(
    app: &App,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<TotalsRow>, PageError> {
    let after = paging::read(after)?;
    let mut tx = app.store.read_across().await?;
    let found = rows::totals(&mut tx, &after, limit.saturating_add(1), app.clock.now()).await?;
    Ok(paging::page(found, limit, |row| Cursor {
        created_at: row.summary.created_at.0,
        key: row.summary.id.clone(),
    }))
}

/// Organizations, newest first, and how many there are at the same moment.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn list(
    app: &App,
    offset: i64,
    limit: i64,
) -> storage::Result<(Vec<SummaryRow>, i64)> {
    let mut tx = app.store.snapshot_across().await?;
    Ok((rows::list(&mut tx, offset, limit).await?, rows::count(&mut tx).await?))
}
