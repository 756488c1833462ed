//! The keys that tokens are signed with: made, exchanged and let go of at the command line, each with a line of the audit
//! log. They are files, and the log is a table: the line is written before a file is touched, as far as the key
//! has a name by then, and committed afterwards.

use std::path::Path;

use serde_json::json;
use sovereign_domain::event::AuditEntry;

use super::roles::Grantor;
use crate::auth::{self, KeyError};
use crate::storage::audit::{self, Change};
use crate::storage::{self, Store, Tx};

/// Why a key was not changed, or was and nobody will read of it.
#[derive(Debug)]
pub(crate) enum KeyChangeError {
    Key(KeyError),
    /// There is no retired key of this name.
    NotFound,
    Storage(storage::Error),
    /// The files are changed; the audit log could not be written.
    Unrecorded {
        done: String,
        error: storage::Error,
    },
}

impl From<storage::Error> for KeyChangeError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<KeyError> for KeyChangeError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

/// Makes the key that will follow; answers its name. Where there is one already, nothing is done.
///
/// # Errors
/// [`KeyChangeError`].
pub(crate) async fn prepare(
    store: &Store,
    directory: &Path,
    by: &mut Grantor<'_>,
) -> Result<String, KeyChangeError> {
    let mut tx = begin(store).await?;
    let was_there = auth::list(directory)?.iter().any(|key| key.state == "next");
    let id = auth::prepare(directory)?;
    if !was_there {
        let done = format!("{id} is next");
        let line = (entry(by, "key.prepare", &id), Change::default());
        match audit::record(&mut tx, &[line]).await {
            Ok(()) => commit(tx, done).await?,
            Err(error) => return Err(KeyChangeError::Unrecorded { done, error }),
        }
    }
    Ok(id)
}

/// Signs with the next key from now on; answers its name.
///
/// # Errors
/// [`KeyChangeError`].
pub(crate) async fn rotate(
    store: &Store,
    directory: &Path,
    by: &mut Grantor<'_>,
) -> Result<String, KeyChangeError> {
    let mut tx = begin(store).await?;
    let last = signing(directory)?;
    // Where there is no next key this makes one, which does not sign yet.
    let id = auth::prepare(directory)?;
    let change =
        Change { before: Some(json!({ "signing": last })), after: Some(json!({ "signing": id })) };
    audit::record(&mut tx, &[(entry(by, "key.rotate", &id), change)]).await?;
    let rotated = auth::rotate(directory);
    // What fails at its end has changed the files.
    if rotated.is_ok() || signing(directory).is_ok_and(|now| now.as_ref() == Some(&id)) {
        commit(tx, format!("{id} is signing")).await?;
    }
    Ok(rotated?)
}

/// Lets go of a retired key.
///
/// # Errors
/// [`KeyChangeError`].
pub(crate) async fn forget(
    store: &Store,
    directory: &Path,
    id: &str,
    by: &mut Grantor<'_>,
) -> Result<(), KeyChangeError> {
    let mut tx = begin(store).await?;
    let line = (entry(by, "key.forget", id), Change::default());
    audit::record(&mut tx, &[line]).await?;
    if !auth::forget(directory, id)? {
        return Err(KeyChangeError::NotFound);
    }
    commit(tx, format!("{id} is forgotten")).await
}

/// Begins a transaction that a line of the audit log can be written in.
async fn begin(store: &Store) -> storage::Result<Tx> {
    let mut tx = store.begin().await?;
    audit::is_writable(&mut tx).await?;
    Ok(tx)
}

/// The name of the key that signs.
fn signing(directory: &Path) -> Result<Option<String>, KeyError> {
    let mut keys = auth::list(directory)?.into_iter();
    Ok(keys.find(|key| key.state == "signing").map(|key| key.id))
}

fn entry(by: &mut Grantor<'_>, action: &'static str, id: &str) -> AuditEntry {
    AuditEntry {
        id: by.ids.next_id(),
        at: by.now,
        actor: by.actor.clone(),
        action,
        subject: id.to_owned(),
        tenant_id: None,
    }
}

/// Commits the line of what is `done`.
async fn commit(tx: Tx, done: String) -> Result<(), KeyChangeError> {
    tx.commit().await.map_err(|error| KeyChangeError::Unrecorded { done, error })
}
