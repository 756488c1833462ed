//! Backup and restore of a Sovereign on SQLite: its database and its keys, as one directory.
//!
//! Both write under another name first, make it safe on the disk, and rename at the end: a backup or a
//! database is there whole or not at all.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sovereign_domain::timestamp::Timestamp;

use super::{start, verify};
use crate::auth::SIGNING_KEY_FILE;
use crate::lifecycle::{self, LockError, ProcessLock, make_data_directory};
use crate::storage::backup::{self, Contents};
use crate::storage::{self, DATABASE_FILE, Location, Store, migrate};
use crate::vault::ENCRYPTION_KEY_FILE;

/// What was written, or put into place.
#[derive(Debug)]
pub struct Done {
    pub bytes: u64,
    pub contents: Contents,
    /// Without it the tokens of before are not accepted afterwards.
    pub signing_key: bool,
    /// Without it the keys to Stripe cannot be read, where they are not encrypted with a configured one.
    pub encryption_key: bool,
}

#[derive(Debug)]
pub enum BackupError {
    /// Something is in the way, or the backup is no good. Nothing was put into place.
    Refused(String),
    Storage(storage::Error),
    Io(PathBuf, io::Error),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) => f.write_str(text),
            Self::Storage(error) => error.fmt(f),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<storage::Error> for BackupError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError + '_ {
    |error| BackupError::Io(path.to_owned(), error)
}

/// A directory that is removed again unless it is kept.
struct Draft(PathBuf);

impl Draft {
    fn beside(path: &Path) -> Result<Self, BackupError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = path.with_file_name(format!(".{name}.{}", std::process::id()));
        fs::create_dir(&draft).map_err(at(&draft))?;
        let draft = Self(draft);
        restrict(&draft.0, 0o700)?;
        Ok(draft)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies the Sovereign in `data` to the new directory `to`, beside a running server.
///
/// # Errors
/// [`BackupError`]; then nothing is left of it.
pub async fn backup(data: &Path, to: &Path) -> Result<Done, BackupError> {
    let to = std::path::absolute(to).map_err(at(to))?;
    if to.symlink_metadata().is_ok() {
        let text = format!("{} is there already; a backup overwrites nothing", to.display());
        return Err(BackupError::Refused(text));
    }
    let database = data.join(DATABASE_FILE);
    let store = lifecycle::open_existing(&Location::File(database.clone())).await?;
    store.close().await;

    let draft = Draft::beside(&to)?;
    let copy = draft.file(DATABASE_FILE);
    backup::copy(&database, &copy).await?;
    let contents = look_into(&copy).await?;
    settle(&copy)?;
    let signing_key = copy_key(data, &draft, SIGNING_KEY_FILE)?;
    let encryption_key = copy_key(data, &draft, ENCRYPTION_KEY_FILE)?;
    let done = Done { bytes: length(&copy)?, contents, signing_key, encryption_key };
    sync(&draft.0)?;
    fs::rename(&draft.0, &to).map_err(at(&to))?;
    sync(to.parent().unwrap_or(&to))?;
    Ok(done)
}

/// Puts a backup into the data directory, after it was found sound; with `check_books`, also by every
/// invariant that `sovereign verify` knows.
///
/// # Errors
/// [`BackupError`]; then nothing was put into place.
pub async fn restore(
    from: &Path,
    data: &Path,
    check_books: bool,
    now: Timestamp,
) -> Result<Done, BackupError> {
    let source = from.join(DATABASE_FILE);
    if !source.is_file() {
        let text = format!("{} holds no {DATABASE_FILE}; is it a backup?", from.display());
        return Err(BackupError::Refused(text));
    }
    make_data_directory(data).map_err(at(data))?;
    let _lock = ProcessLock::take(data).map_err(|error| match error {
        LockError::Held => BackupError::Refused(error.to_string()),
        LockError::Io(error) => BackupError::Io(data.to_owned(), error),
    })?;
    refuse_occupied(from, data)?;

    let draft = Draft::beside(&data.join(DATABASE_FILE))?;
    let copy = draft.file(DATABASE_FILE);
    fs::copy(&source, &copy).map_err(at(&source))?;
    check(&copy, check_books, now).await.map_err(|error| match error {
        BackupError::Storage(error) => {
            BackupError::Refused(format!("{}: the backup is damaged: {error}", source.display()))
        }
        other => other,
    })?;
    let contents = look_into(&copy).await?;
    settle(&copy)?;
    let signing_key = copy_key(from, &draft, SIGNING_KEY_FILE)?;
    let encryption_key = copy_key(from, &draft, ENCRYPTION_KEY_FILE)?;
    let done = Done { bytes: length(&copy)?, contents, signing_key, encryption_key };
    // The database last: a directory without one is none yet.
    for name in [SIGNING_KEY_FILE, ENCRYPTION_KEY_FILE, DATABASE_FILE] {
        let (draft, place) = (draft.file(name), data.join(name));
        if draft.exists() {
            fs::rename(&draft, &place).map_err(at(&place))?;
        }
        sync(data)?;
    }
    Ok(done)
}

/// What a restore would overwrite, or mix with what is not its own.
fn refuse_occupied(from: &Path, data: &Path) -> Result<(), BackupError> {
    for suffix in ["", "-wal", "-shm"] {
        let path = data.join(format!("{DATABASE_FILE}{suffix}"));
        if path.exists() {
            let shown = path.display();
            let text = format!("{shown} is there already; move it away, or name another --data");
            return Err(BackupError::Refused(text));
        }
    }
    for name in [SIGNING_KEY_FILE, ENCRYPTION_KEY_FILE] {
        let (backed_up, present) = (from.join(name), data.join(name));
        if present.exists() && backed_up.exists() {
            let same = fs::read(&backed_up).map_err(at(&backed_up))?
                == fs::read(&present).map_err(at(&present))?;
            if !same {
                let text = format!(
                    "{} is another key than the backup's; move it away, or name another --data",
                    present.display()
                );
                return Err(BackupError::Refused(text));
            }
        }
    }
    Ok(())
}

async fn check(database: &Path, check_books: bool, now: Timestamp) -> Result<(), BackupError> {
    let store = Store::open(&Location::File(database.to_owned())).await?;
    let checked = check_store(&store, check_books, now).await;
    store.close().await;
    checked
}

async fn check_store(store: &Store, check_books: bool, now: Timestamp) -> Result<(), BackupError> {
    let damage = backup::damage(store).await?;
    if !damage.is_empty() {
        let text = format!("the backup is damaged:\n  {}", damage.join("\n  "));
        return Err(BackupError::Refused(text));
    }
    if migrate::missing(store).await? == migrate::names() {
        return Err(BackupError::Refused("the backup holds no Sovereign".to_owned()));
    }
    // One of an older version is brought up to date; one of a newer is refused.
    migrate::migrate(store, now).await?;
    start::facts(store).await.map_err(|error| BackupError::Refused(error.to_string()))?;
    if check_books {
        let report = verify::verify(store).await?;
        if let Some(fault) = report.faults.first() {
            let (count, check, subject) = (report.faults.len(), fault.check, &fault.subject);
            let text =
                format!("the books of the backup are off, {count} times: {check} ({subject})");
            return Err(BackupError::Refused(text));
        }
    }
    Ok(())
}

async fn look_into(database: &Path) -> Result<Contents, BackupError> {
    let store = Store::open(&Location::File(database.to_owned())).await?;
    let contents = backup::contents(&store).await;
    store.close().await;
    Ok(contents?)
}

/// Copies a key, where there is one; answers whether there is.
fn copy_key(from: &Path, to: &Draft, name: &str) -> Result<bool, BackupError> {
    let (from, to) = (from.join(name), to.file(name));
    if !from.exists() {
        return Ok(false);
    }
    fs::copy(&from, &to).map_err(at(&from))?;
    settle(&to)?;
    Ok(true)
}

fn length(path: &Path) -> Result<u64, BackupError> {
    Ok(fs::metadata(path).map_err(at(path))?.len())
}

/// Makes a file its owner's alone, and safe on the disk.
fn settle(path: &Path) -> Result<(), BackupError> {
    restrict(path, 0o600)?;
    sync(path)
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(at(path))
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), BackupError> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(at(path))
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> Result<(), BackupError> {
    Ok(())
}
