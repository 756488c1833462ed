//! What a person has to look at: the list, and that it was seen to.

use serde_json::json;
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::paging::{self, Page};
use super::vouchers::FieldError;
use crate::storage::alarms::{self as rows, AlarmRow};
use crate::storage::audit::{self, Change};
use crate::storage::cursor::Cursor;
use crate::storage::{self, Store};

/// The most characters of a note.
const MAX_NOTE: usize = 1_000;

/// Why alarms were not listed, or one was not resolved.
#[derive(Debug)]
pub(crate) enum AlarmError {
    Field(FieldError),
    /// There is no open alarm of this identifier.
    NotOpen,
    Storage(storage::Error),
}

impl From<FieldError> for AlarmError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for AlarmError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// A page of alarms, newest first: those that are open, or all.
///
/// # Errors
/// [`AlarmError`].
pub(crate) async fn list(
    store: &Store,
    only_open: bool,
    after: Option<&str>,
    limit: i64,
) -> Result<Page<AlarmRow>, AlarmError> {
    let cursor = paging::read(after)?;
    let id = match after {
        None => Uuid::max(),
        Some(_) => Uuid::parse_str(&cursor.key)
            .map_err(|_| FieldError::new("after", "after must be taken from a Link header"))?,
    };
    let mut tx = store.read_across().await?;
    let place = (cursor.created_at, id);
    let found = rows::list(&mut tx, only_open, place, limit.saturating_add(1)).await?;
    Ok(paging::page(found, limit, |alarm| Cursor {
        created_at: alarm.created_at.0,
        key: alarm.id.to_string(),
    }))
}

/// Who resolves an alarm, with or without a running server.
pub(crate) struct Resolver<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// Resolves an open alarm, with a line in the audit log. The same raised again is a new one.
///
/// # Errors
/// [`AlarmError`].
pub(crate) async fn resolve(
    resolver: &mut Resolver<'_>,
    id: Uuid,
    note: Option<&str>,
) -> Result<AlarmRow, AlarmError> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > MAX_NOTE || note.contains('\0')) {
        let detail = format!("note must have at most {MAX_NOTE} characters, and no NUL");
        return Err(FieldError::new("note", detail).into());
    }
    let now = resolver.now;
    let mut tx = resolver.store.begin().await?;
    let by = (&*resolver.actor.user_id.0, note);
    let resolved = rows::resolve(&mut tx, id, by, now).await?.ok_or(AlarmError::NotOpen)?;
    let entry = AuditEntry {
        id: resolver.ids.next_id(),
        at: now,
        actor: resolver.actor.clone(),
        action: "alarm.resolve",
        subject: id.to_string(),
        tenant_id: resolved.tenant_id.as_deref().map(Into::into),
    };
    let after =
        json!({ "kind": resolved.kind, "subject": resolved.subject, "note": resolved.note });
    let change = Change { before: None, after: Some(after) };
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    Ok(resolved)
}
