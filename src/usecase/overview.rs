//! The Sovereign's Organizations, as its administrators see them.

use sovereign_domain::organization::OrganizationStatus;

use super::paging::{self, Page, PageError};
use super::vouchers::FieldError;
use crate::app::App;
use crate::storage;
use crate::storage::cursor::Cursor;
use crate::storage::overview::{self as rows, Filter, SummaryRow, TotalsRow};

/// The most characters that are looked for.
const MAX_PART: usize = 100;

/// Which Organizations are wanted, as somebody typed it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) status: Option<&'a str>,
    /// A part of the name or of the address.
    pub(crate) part: Option<&'a str>,
}

impl Wanted<'_> {
    fn filter(self) -> Result<Filter, FieldError> {
        let status = self.status.map(|text| {
            OrganizationStatus::parse(text).ok_or_else(|| {
                let detail = "status must be provisioning, active, suspended or deleted";
                FieldError::new("status", detail)
            })
        });
        let is_wrong = |part: &str| part.contains('\0') || part.chars().count() > MAX_PART;
        if self.part.is_some_and(is_wrong) {
            let detail = format!("q must have at most {MAX_PART} characters, and no NUL");
            return Err(FieldError::new("q", detail));
        }
        let part = self.part.map(str::trim).filter(|part| !part.is_empty());
        Ok(Filter { id: None, status: status.transpose()?, part: part.map(str::to_owned) })
    }
}

/// A page of Organizations with their totals, newest first.
///
/// # Errors
/// [`PageError`].
pub(crate) async fn totals(
    app: &App,
    wanted: Wanted<'_>,
    (after, limit): (Option<&str>, i64),
) -> Result<Page<TotalsRow>, PageError> {
    let filter = wanted.filter()?;
    let after = paging::read(after)?;
    let mut tx = app.store.read_across().await?;
    let place = (&after, limit.saturating_add(1));
    let found = rows::totals(&mut tx, &filter, place, app.clock.now()).await?;
    Ok(paging::page(found, limit, |row| Cursor {
        created_at: row.summary.created_at.0,
        key: row.summary.id.clone(),
    }))
}

/// What one Organization comes to.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn totals_of(app: &App, id: &str) -> storage::Result<Option<TotalsRow>> {
    let filter = Filter { id: Some(id.to_owned()), ..Filter::default() };
    let mut tx = app.store.read_across().await?;
    let found = rows::totals(&mut tx, &filter, (&Cursor::newest(), 1), app.clock.now()).await?;
    Ok(found.into_iter().next())
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
