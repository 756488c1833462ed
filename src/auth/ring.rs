//! The keys of this Sovereign's own issuer, as files of the data directory: the one it signs with, one
//! that will follow it, and those it signed with before.
//!
//! All of them are published and accepted, so that a rotation refuses nobody: the next key is known to
//! other services before it signs, and a token of the last one is good until it ends.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;

use super::keys::{KeyError, SigningKey};

/// The name of the key that signs.
pub const SIGNING_KEY_FILE: &str = "signing-key.der";
const NEXT_FILE: &str = "next-signing-key.der";
const RETIRED_PREFIX: &str = "retired-signing-key-";
const SUFFIX: &str = ".der";
/// Between two looks into the directory for a key that a token names and nobody here knows.
const LOOK_FLOOR_SECONDS: i64 = 1;

/// Shared by everything in the process that signs or checks.
#[derive(Clone)]
pub struct KeyRing {
    directory: Option<PathBuf>,
    keys: Arc<RwLock<Keys>>,
}

struct Keys {
    current: Arc<SigningKey>,
    others: Vec<Arc<SigningKey>>,
    /// When a key that nobody here knew was last looked for.
    looked_at: Timestamp,
}

/// One key, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: String,
    /// `signing`, `next` or `retired`.
    pub state: &'static str,
}

/// For tests: a ring of one key that is in no file.
impl From<SigningKey> for KeyRing {
    fn from(key: SigningKey) -> Self {
        Self::of(None, Arc::new(key), Vec::new())
    }
}

impl KeyRing {
    fn of(
        directory: Option<PathBuf>,
        current: Arc<SigningKey>,
        others: Vec<Arc<SigningKey>>,
    ) -> Self {
        let keys = Keys { current, others, looked_at: Timestamp::from_seconds(0) };
        Self { directory, keys: Arc::new(RwLock::new(keys)) }
    }

    /// Reads the keys in `directory`.
    ///
    /// # Errors
    /// Where there is none yet, or one cannot be read or may be read by others.
    pub fn load(directory: &Path) -> Result<Self, KeyError> {
        let (current, others) = read(directory)?;
        Ok(Self::of(Some(directory.to_owned()), current, others))
    }

    /// As [`KeyRing::load`]; makes the first key where there is none.
    ///
    /// # Errors
    /// Where a key can be neither read nor written.
    pub fn load_or_create(directory: &Path) -> Result<Self, KeyError> {
        SigningKey::make(&directory.join(SIGNING_KEY_FILE))?;
        Self::load(directory)
    }

    /// The key that signs.
    #[must_use]
    pub(super) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&self.read_keys().current)
    }

    /// The key that signs what goes to another Sovereign: the one of this name, if it is still here, else the one
    /// that signs now.
    #[must_use]
    pub(crate) fn signer(&self, named: Option<&str>) -> Arc<SigningKey> {
        named.and_then(|id| self.known(id)).unwrap_or_else(|| self.current())
    }

    /// The key that is called `id`. One that is not known may be new: its file is looked for, though not
    /// for every token that somebody made up.
    #[must_use]
    pub(super) fn find(&self, id: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        self.known(id).or_else(|| {
            let due = self.read_keys().looked_at.plus_seconds(LOOK_FLOOR_SECONDS) <= now;
            if due {
                self.keys.write().unwrap_or_else(PoisonError::into_inner).looked_at = now;
                self.reload();
            }
            self.known(id)
        })
    }

    fn known(&self, id: &str) -> Option<Arc<SigningKey>> {
        let keys = self.read_keys();
        let mut all = std::iter::once(&keys.current).chain(&keys.others);
        all.find(|key| key.id == id).cloned()
    }

    /// All keys, the one that signs first.
    #[must_use]
    pub(super) fn all(&self) -> Vec<Arc<SigningKey>> {
        let keys = self.read_keys();
        std::iter::once(&keys.current).chain(&keys.others).cloned().collect()
    }

    /// The public keys, as other services fetch them (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": self.all().iter().map(|key| key.jwk()).collect::<Vec<_>>() })
    }

    /// Looks for keys that were made, or became others, since.
    pub fn reload(&self) {
        let Some(directory) = &self.directory else { return };
        let read = read(directory);
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok((current, others)) => {
                if current.id != keys.current.id {
                    tracing::info!(kid = current.id, "signs with another key from now on");
                }
                (keys.current, keys.others) = (current, others);
            }
            Err(error) => tracing::error!(%error, "the signing keys were not read again"),
        }
    }

    fn read_keys(&self) -> std::sync::RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(directory: &Path) -> Result<(Arc<SigningKey>, Vec<Arc<SigningKey>>), KeyError> {
    let current = Arc::new(SigningKey::read(&directory.join(SIGNING_KEY_FILE))?);
    let mut others = Vec::new();
    let next = directory.join(NEXT_FILE);
    let next = next.exists().then_some(next);
    for path in next.into_iter().chain(retired(directory)?) {
        others.push(Arc::new(SigningKey::read(&path)?));
    }
    others.retain(|key| key.id != current.id);
    Ok((current, others))
}

/// The files of retired keys, in the order of their names.
fn retired(directory: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let unreadable = |error| KeyError(format!("{}: {error}", directory.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(RETIRED_PREFIX) && name.ends_with(SUFFIX) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Every key in `directory`.
///
/// # Errors
/// Where one cannot be read.
pub fn list(directory: &Path) -> Result<Vec<Listed>, KeyError> {
    let current = SigningKey::read(&directory.join(SIGNING_KEY_FILE))?;
    let mut listed = vec![Listed { id: current.id, state: "signing" }];
    if directory.join(NEXT_FILE).exists() {
        let next = SigningKey::read(&directory.join(NEXT_FILE))?;
        listed.push(Listed { id: next.id, state: "next" });
    }
    for path in retired(directory)? {
        listed.push(Listed { id: SigningKey::read(&path)?.id, state: "retired" });
    }
    Ok(listed)
}

/// Makes the key that will follow, where there is none; answers its name. From now on it is published
/// and accepted, but does not sign.
///
/// # Errors
/// Where it cannot be written.
pub fn prepare(directory: &Path) -> Result<String, KeyError> {
    SigningKey::read(&directory.join(SIGNING_KEY_FILE))?;
    let next = directory.join(NEXT_FILE);
    SigningKey::make(&next)?;
    Ok(SigningKey::read(&next)?.id)
}

/// Signs with the next key from now on, which is made if need be; answers its name. The last one is kept
/// as retired. Killed in between, the same call completes it.
///
/// # Errors
/// Where a file cannot be written.
pub fn rotate(directory: &Path) -> Result<String, KeyError> {
    let failed = |error: std::io::Error| KeyError(format!("{}: {error}", directory.display()));
    let id = prepare(directory)?;
    let current = directory.join(SIGNING_KEY_FILE);
    let last = SigningKey::read(&current)?.id;
    let kept = directory.join(format!("{RETIRED_PREFIX}{last}{SUFFIX}"));
    match std::fs::hard_link(&current, &kept) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(failed(error));
        }
        _ => {}
    }
    std::fs::rename(directory.join(NEXT_FILE), &current).map_err(failed)?;
    std::fs::File::open(directory).and_then(|file| file.sync_all()).map_err(failed)?;
    Ok(id)
}

/// Lets go of a retired key: its tokens are refused from now on. Answers whether there was one.
///
/// # Errors
/// Where its file cannot be removed.
pub fn forget(directory: &Path, id: &str) -> Result<bool, KeyError> {
    for path in retired(directory)? {
        if SigningKey::read(&path)?.id == id {
            let removed = std::fs::remove_file(&path);
            removed.map_err(|error| KeyError(format!("{}: {error}", path.display())))?;
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_seconds(1_000_000)
    }

    #[test]
    fn a_rotation_keeps_the_last_key_and_is_seen_by_who_runs() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let running = KeyRing::load_or_create(at).unwrap();
        let first = running.current().id.clone();
        let next = prepare(at).unwrap();
        assert_eq!(prepare(at).unwrap(), next, "there is one next key");
        assert!(running.find(&next, now()).is_some(), "a key is looked for when it is named");
        assert_eq!(running.current().id, first);

        assert_eq!(rotate(at).unwrap(), next);
        running.reload();
        assert_eq!(running.current().id, next);
        assert!(running.find(&first, now()).is_some());
        assert_eq!(running.jwks()["keys"].as_array().unwrap().len(), 2);
        let states: Vec<_> = list(at).unwrap().into_iter().map(|key| (key.id, key.state)).collect();
        assert_eq!(states, [(next, "signing"), (first.clone(), "retired")]);

        assert!(forget(at, &first).unwrap());
        assert!(!forget(at, &first).unwrap());
        running.reload();
        assert!(running.find(&first, now()).is_none());
    }

    #[test]
    fn unknown_names_do_not_read_the_directory_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let running = KeyRing::load_or_create(directory.path()).unwrap();
        assert!(running.find("unknown", now()).is_none());
        let next = prepare(directory.path()).unwrap();
        assert!(running.find(&next, now().plus_seconds(LOOK_FLOOR_SECONDS - 1)).is_none());
        assert!(running.find(&next, now().plus_seconds(LOOK_FLOOR_SECONDS)).is_some());
    }

    #[test]
    fn an_interrupted_rotation_is_completed() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let first = KeyRing::load_or_create(at).unwrap().current().id.clone();
        let next = prepare(at).unwrap();
        // As after the first half.
        std::fs::hard_link(
            at.join(SIGNING_KEY_FILE),
            at.join(format!("{RETIRED_PREFIX}{first}{SUFFIX}")),
        )
        .unwrap();
        assert_eq!(KeyRing::load(at).unwrap().all().len(), 2, "no key counts twice");
        assert_eq!(rotate(at).unwrap(), next);
        assert_eq!(KeyRing::load(at).unwrap().current().id, next);
    }
}
