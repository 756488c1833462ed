//! All moves, away from here and hither, for who administers the Sovereign.

use uuid::Uuid;

use crate::storage::cursor::Cursor;
use crate::storage::move_pages::{self as rows, ListedRow};
use crate::storage::{self, Store};
use crate::usecase::paging::{self, Page, PageError};
use crate::usecase::vouchers::FieldError;

/// A page of moves, newest first.
///
/// # Errors
/// [`PageError`].
pub(crate) async fn list(
    store: &Store,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<ListedRow>, PageError> {
    let cursor = paging::read(after)?;
    let id = match after {
        None => Uuid::max(),
        Some(_) => Uuid::parse_str(&cursor.key)
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let mut tx = store.read_across().await?;
    let place = (cursor.created_at, id);
    let found = rows::newest(&mut tx, None, place, limit.saturating_add(1)).await?;
    Ok(paging::page(found, limit, |one| Cursor {
        created_at: one.row.started_at.0,
        key: one.row.id.to_string(),
    }))
}

/// One of them; `None` where there is none of this identifier.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn find(store: &Store, id: Uuid) -> storage::Result<Option<ListedRow>> {
    let mut tx = store.read_across().await?;
    let place = (Cursor::newest().created_at, Uuid::max());
    Ok(rows::newest(&mut tx, Some(id), place, 1).await?.into_iter().next())
}
