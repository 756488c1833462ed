//! The keys to Stripe as they are stored: encrypted, each bound to its column and its Sovereign.

use serde_json::json;
use sovereign_domain::timestamp::Timestamp;

use super::stripe::{Mode, NotAKey, SecretKey, WebhookSecret};
use crate::fingerprint::of_state;
use crate::storage::settings::{self as rows, SettingsRow};
use crate::storage::{self, Store, Ts};
use crate::vault::{Place, Vault, VaultError};

const SECRET_KEY: &str = "settings.stripe_secret_key";
const WEBHOOK_SECRET: &str = "settings.stripe_webhook_secret";
const FORMER_WEBHOOK_SECRET: &str = "settings.former_webhook_secret";

/// A secret in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stored<T> {
    Nothing,
    Known(T),
    /// It is there, and cannot be used; the text says why and what to do.
    Unreadable(String),
}

impl<T> Stored<T> {
    pub(crate) fn known(&self) -> Option<&T> {
        match self {
            Self::Known(secret) => Some(secret),
            Self::Nothing | Self::Unreadable(_) => None,
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    fn problem(&self) -> Option<&str> {
        match self {
            Self::Unreadable(text) => Some(text),
            Self::Nothing | Self::Known(_) => None,
        }
    }
}

/// The settings, decrypted.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) secret_key: Stored<SecretKey>,
    pub(crate) webhook_secret: Stored<WebhookSecret>,
    /// The webhook secret before that one, and until when it is still good.
    pub(crate) former_webhook_secret: Option<(WebhookSecret, Timestamp)>,
    /// Empty where there is none.
    pub(crate) public_key: String,
    pub(crate) updated_at: Timestamp,
    /// Tells whether somebody has set a key. It is a digest of what is stored: encrypted, and each time another.
    pub(crate) fingerprint: String,
}

impl Settings {
    /// Why a secret that is set cannot be used.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.secret_key.problem().or(self.webhook_secret.problem())
    }

    pub(crate) fn mode(&self) -> Option<Mode> {
        self.secret_key.known().map(SecretKey::mode)
    }
}

fn fingerprint(row: &SettingsRow) -> String {
    of_state(&json!([
        row.stripe_secret_key,
        row.stripe_secret_key_sealed,
        row.stripe_webhook_secret,
        row.stripe_webhook_secret_sealed,
        row.stripe_public_key,
    ]))
}

/// Encrypts and decrypts the settings of one Sovereign.
#[derive(Debug, Clone)]
pub(crate) struct Keeper {
    pub(crate) vault: Vault,
    pub(crate) fqdn: String,
}

impl Keeper {
    fn place(&self, column: &'static str) -> Place<'_> {
        Place { fqdn: &self.fqdn, column }
    }

    pub(crate) fn read(&self, row: &SettingsRow) -> Settings {
        let secret_key = self.stored(
            SECRET_KEY,
            row.stripe_secret_key_sealed.as_deref(),
            row.stripe_secret_key.as_deref(),
            SecretKey::parse,
        );
        let webhook_secret = self.stored(
            WEBHOOK_SECRET,
            row.stripe_webhook_secret_sealed.as_deref(),
            row.stripe_webhook_secret.as_deref(),
            WebhookSecret::parse,
        );
        let sealed = row.former_webhook_secret_sealed.as_deref();
        let former = self.stored(FORMER_WEBHOOK_SECRET, sealed, None, WebhookSecret::parse);
        let until = row.former_webhook_secret_until.map(|until| until.0);
        Settings {
            secret_key,
            webhook_secret,
            former_webhook_secret: former.known().cloned().zip(until),
            public_key: row.stripe_public_key.clone(),
            updated_at: row.updated_at.0,
            fingerprint: fingerprint(row),
        }
    }

    /// What is encrypted goes before what an earlier service left.
    fn stored<T>(
        &self,
        column: &'static str,
        sealed: Option<&str>,
        plain: Option<&str>,
        parse: impl Fn(&str) -> Result<T, NotAKey>,
    ) -> Stored<T> {
        let text = match (sealed, plain) {
            (Some(sealed), _) => match self.vault.open(self.place(column), sealed) {
                Ok(text) => text,
                Err(error) => return Stored::Unreadable(error.to_string()),
            },
            (None, Some(plain)) if !plain.is_empty() => plain.to_owned(),
            (None, _) => return Stored::Nothing,
        };
        parse(&text).map_or_else(
            |error| Stored::Unreadable(format!("{column} is no such key: it {error}")),
            Stored::Known,
        )
    }

    pub(crate) fn put_secret_key(
        &self,
        row: &mut SettingsRow,
        key: Option<&SecretKey>,
    ) -> Result<(), VaultError> {
        row.stripe_secret_key = None;
        row.stripe_secret_key_sealed = self.sealed(SECRET_KEY, key.map(SecretKey::expose))?;
        Ok(())
    }

    pub(crate) fn put_webhook_secret(
        &self,
        row: &mut SettingsRow,
        secret: Option<&WebhookSecret>,
        former: Option<(&WebhookSecret, Timestamp)>,
    ) -> Result<(), VaultError> {
        row.stripe_webhook_secret = None;
        let secret = secret.map(WebhookSecret::expose);
        row.stripe_webhook_secret_sealed = self.sealed(WEBHOOK_SECRET, secret)?;
        let (former, until) = former.unzip();
        let former = former.map(WebhookSecret::expose);
        row.former_webhook_secret_sealed = self.sealed(FORMER_WEBHOOK_SECRET, former)?;
        row.former_webhook_secret_until = until.map(Ts);
        Ok(())
    }

    fn sealed(
        &self,
        column: &'static str,
        secret: Option<&str>,
    ) -> Result<Option<String>, VaultError> {
        secret.map(|secret| self.vault.seal(self.place(column), secret)).transpose()
    }

    /// Encrypts what an earlier service left in plain; answers whether there was anything.
    pub(crate) async fn seal_plain(
        &self,
        store: &Store,
        now: Timestamp,
    ) -> Result<bool, SealError> {
        let mut tx = store.read().await?;
        if !has_plain(&rows::find(&mut tx).await?) {
            return Ok(false);
        }
        drop(tx);
        let mut tx = store.begin().await?;
        let mut row = rows::find_locked(&mut tx, now).await?;
        // Whoever waited here may find it done.
        if !has_plain(&row) {
            return Ok(false);
        }
        if let Some(key) = row.stripe_secret_key.take() {
            row.stripe_secret_key_sealed = self.sealed(SECRET_KEY, Some(&key))?;
        }
        if let Some(secret) = row.stripe_webhook_secret.take() {
            row.stripe_webhook_secret_sealed = self.sealed(WEBHOOK_SECRET, Some(&secret))?;
        }
        rows::update(&mut tx, &row).await?;
        tx.commit().await?;
        Ok(true)
    }
}

fn has_plain(row: &SettingsRow) -> bool {
    row.stripe_secret_key.is_some() || row.stripe_webhook_secret.is_some()
}

#[derive(Debug)]
pub(crate) enum SealError {
    Vault(VaultError),
    Storage(storage::Error),
}

impl From<VaultError> for SealError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<storage::Error> for SealError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}
