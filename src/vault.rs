//! Secrets that have to be stored, encrypted: AES-256-GCM with a random nonce, under a key that the database
//! does not have.
//!
//! The key is configured, or in a file of the data directory that is made when something is first encrypted.
//! What is encrypted names its key, so that a wrong one is told from damage, and is bound to its place: in
//! another column, or on another Sovereign, it opens nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::{hex, private_file};

/// In the data directory.
pub const ENCRYPTION_KEY_FILE: &str = "encryption.key";

const KEY_BYTES: usize = 32;
/// Before what is encrypted; another way to encrypt would have another one.
const FORM: &str = "a256gcm";

/// Why something cannot be encrypted or decrypted; the text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultError(String);

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VaultError {}

struct Key {
    id: String,
    key: RandomizedNonceKey,
}

impl Key {
    fn new(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != KEY_BYTES {
            return None;
        }
        let digest = Sha256::new().chain_update("sovereign encryption key").chain_update(bytes);
        let id = hex::encode(&digest.finalize()[..6]);
        Some(Self { id, key: RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()? })
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::new(&STANDARD.decode(text.trim()).ok()?)
    }
}

#[derive(Clone)]
enum Source {
    Configured(Arc<Key>),
    File(PathBuf),
}

/// Where the key is.
#[derive(Clone)]
pub struct Vault(Source);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Configured(key) => write!(f, "Vault({})", key.id),
            Source::File(path) => write!(f, "Vault({})", path.display()),
        }
    }
}

/// Where something encrypted stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The Sovereign's domain name.
    pub(crate) fqdn: &'a str,
    /// Table and column.
    pub(crate) column: &'a str,
}

impl Place<'_> {
    fn aad(&self) -> Aad<Vec<u8>> {
        Aad::from([self.fqdn.as_bytes(), b"\0", self.column.as_bytes()].concat())
    }
}

impl Vault {
    /// A key that is configured.
    ///
    /// # Errors
    /// Where the text is not 32 bytes in base64.
    pub fn configured(text: &str) -> Result<Self, &'static str> {
        let key = Key::from_text(text)
            .ok_or("must be 32 random bytes in base64, such as `openssl rand -base64 32` prints")?;
        Ok(Self(Source::Configured(Arc::new(key))))
    }

    /// The key in a data directory.
    #[must_use]
    pub fn in_directory(data: &Path) -> Self {
        Self(Source::File(data.join(ENCRYPTION_KEY_FILE)))
    }

    pub(crate) fn seal(&self, place: Place<'_>, secret: &str) -> Result<String, VaultError> {
        let key = match &self.0 {
            Source::Configured(key) => Arc::clone(key),
            Source::File(path) => Arc::new(read_or_make(path)?),
        };
        let mut bytes = secret.as_bytes().to_vec();
        let nonce = key
            .key
            .seal_in_place_append_tag(place.aad(), &mut bytes)
            .map_err(|_| VaultError("the system's randomness is not available".into()))?;
        let bytes = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok(format!("{FORM}:{}:{}", key.id, STANDARD.encode(bytes)))
    }

    pub(crate) fn open(&self, place: Place<'_>, sealed: &str) -> Result<String, VaultError> {
        let damaged = || VaultError(format!("{} is damaged: set it anew", place.column));
        let mut parts = sealed.split(':');
        let (Some(FORM), Some(id), Some(bytes), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(damaged());
        };
        let key = self.key_called(id, place.column)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| damaged())?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut rest = rest.to_vec();
        let opened = key.key.open_in_place(nonce, place.aad(), &mut rest).map_err(|_| damaged())?;
        String::from_utf8(opened.to_vec()).map_err(|_| damaged())
    }

    fn key_called(&self, id: &str, column: &str) -> Result<Arc<Key>, VaultError> {
        let (key, where_) = match &self.0 {
            Source::Configured(key) => (Some(Arc::clone(key)), "encryption_key".to_owned()),
            Source::File(path) => (read(path)?.map(Arc::new), path.display().to_string()),
        };
        match key {
            Some(key) if key.id == id => Ok(key),
            other => {
                let there = other.map_or_else(
                    || format!("there is no {where_}"),
                    |key| format!("{where_} is key {}", key.id),
                );
                Err(VaultError(format!(
                    "{column} is encrypted with key {id}, and {there}; bring the former key back, or set \
                     it anew: `sovereign stripe keys`, `sovereign events endpoint rotate`"
                )))
            }
        }
    }
}

fn read_or_make(path: &Path) -> Result<Key, VaultError> {
    if !path.exists() {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| VaultError("the system's randomness is not available".into()))?;
        let text = format!("{}\n", STANDARD.encode(bytes));
        private_file::create_once(path, text.as_bytes())
            .map_err(|error| VaultError(format!("{}: {error}", path.display())))?;
    }
    // Also where it was made just now: another process may have been first.
    read(path)?.ok_or_else(|| VaultError(format!("{} is gone again", path.display())))
}

fn read(path: &Path) -> Result<Option<Key>, VaultError> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| VaultError(format!("{shown}: {error}")))?,
    };
    private_file::refuse_if_shared(path).map_err(VaultError)?;
    let key = Key::from_text(&text);
    key.map(Some).ok_or_else(|| VaultError(format!("{shown} does not hold 32 bytes in base64")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { fqdn: "a.example", column: "settings.one" };

    fn configured(byte: u8) -> Vault {
        Vault::configured(&STANDARD.encode([byte; KEY_BYTES])).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let vault = configured(1);
        let sealed = vault.seal(PLACE, "sk_live_secret").unwrap();
        assert!(!sealed.contains("secret"), "{sealed}");
        assert_eq!(vault.open(PLACE, &sealed).unwrap(), "sk_live_secret");
        assert_ne!(vault.seal(PLACE, "sk_live_secret").unwrap(), sealed, "a nonce is used once");
        for other in
            [Place { column: "settings.two", ..PLACE }, Place { fqdn: "b.example", ..PLACE }]
        {
            let error = vault.open(other, &sealed).unwrap_err().to_string();
            assert!(error.contains("damaged"), "{error}");
        }
    }

    #[test]
    fn a_wrong_key_says_so_and_damage_too() {
        let sealed = configured(1).seal(PLACE, "x").unwrap();
        let id = sealed.split(':').nth(1).unwrap();
        let error = configured(2).open(PLACE, &sealed).unwrap_err().to_string();
        assert!(error.contains(id) && error.contains("former key"), "{error}");
        let bytes = STANDARD.decode(sealed.rsplit(':').next().unwrap()).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let changed = format!("{FORM}:{id}:{}", STANDARD.encode(changed));
            assert!(configured(1).open(PLACE, &changed).is_err(), "byte {index}");
        }
        for nonsense in ["", "x", "a256gcm:x", &format!("{FORM}:{id}:AAAA"), &format!("{sealed}:")]
        {
            assert!(configured(1).open(PLACE, nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join(ENCRYPTION_KEY_FILE);
        let vault = Vault::in_directory(data.path());
        let elsewhere = configured(1).seal(PLACE, "x").unwrap();
        assert!(vault.open(PLACE, &elsewhere).is_err());
        assert!(!path.exists(), "reading makes no key");
        let sealed = vault.seal(PLACE, "x").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Vault::in_directory(data.path()).open(PLACE, &sealed).unwrap(), "x");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(Vault::configured(&text).unwrap().open(PLACE, &sealed).unwrap(), "x");

        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = vault.open(PLACE, &sealed).unwrap_err().to_string();
        assert!(error.contains("can be read by others"), "{error}");
    }

    #[test]
    fn a_configured_key_has_32_bytes() {
        for wrong in ["", "x", "AAAA", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert!(Vault::configured(wrong).is_err(), "{wrong}");
        }
        let shown = format!("{:?}", configured(1));
        assert!(!shown.contains("AQEB"), "{shown}");
    }
}
