//! The keys to Stripe: setting them, and checking that Stripe accepts them.

use serde_json::{Value, json};
use sovereign_domain::event::{Actor, AuditEntry};
use sovereign_domain::ids::IdSource;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::vouchers::FieldError;
use crate::fingerprint::fits;
use crate::payment::former_until;
use crate::payment::settings::{Keeper, Settings, Stored};
use crate::payment::stripe::amounts;
use crate::payment::stripe::{
    Mode, NotAKey, PublicKey, SecretKey, Stripe, StripeError, WebhookSecret,
};
use crate::storage::audit::{self, Change};
use crate::storage::settings::{self as rows, SettingsRow};
use crate::storage::{self, Store, Ts};
use crate::vault::VaultError;

pub(crate) const SECRET_KEY: &str = "stripe_secret_key";
pub(crate) const WEBHOOK_SECRET: &str = "stripe_webhook_secret";
pub(crate) const PUBLIC_KEY: &str = "stripe_public_key";

/// What a change needs, with or without a running server.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) keeper: &'a Keeper,
    pub(crate) currency: Currency,
    /// As configured.
    pub(crate) minimum_charge_minor: Option<i64>,
    pub(crate) now: Timestamp,
    pub(crate) actor: &'a Actor,
    pub(crate) ids: &'a mut (dyn IdSource + Send),
}

/// Why the settings were not changed. Nothing of them was.
#[derive(Debug)]
pub(crate) enum SettingsError {
    Field(FieldError),
    /// Somebody has changed them since they were read.
    Changed,
    /// They cannot be encrypted.
    Vault(VaultError),
    Storage(storage::Error),
}

impl From<FieldError> for SettingsError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<VaultError> for SettingsError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<storage::Error> for SettingsError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What is to become of one setting.
#[derive(Debug, Clone, Default)]
pub(crate) enum Wish<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T> Wish<T> {
    /// An absent text keeps, an empty one clears.
    fn parse(
        field: &'static str,
        text: Option<&str>,
        parse: impl Fn(&str) -> Result<T, NotAKey>,
    ) -> Result<Self, FieldError> {
        match text.map(str::trim) {
            None => Ok(Self::Keep),
            Some("") => Ok(Self::Clear),
            Some(text) => parse(text)
                .map(Self::Set)
                .map_err(|error| FieldError::new(field, format!("{field}: {error}"))),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    pub(crate) secret_key: Wish<SecretKey>,
    pub(crate) webhook_secret: Wish<WebhookSecret>,
    pub(crate) public_key: Wish<PublicKey>,
}

impl Wishes {
    /// # Errors
    /// The first text that is not the key it should be.
    pub(crate) fn parse(
        secret_key: Option<&str>,
        webhook_secret: Option<&str>,
        public_key: Option<&str>,
    ) -> Result<Self, FieldError> {
        Ok(Self {
            secret_key: Wish::parse(SECRET_KEY, secret_key, SecretKey::parse)?,
            webhook_secret: Wish::parse(WEBHOOK_SECRET, webhook_secret, WebhookSecret::parse)?,
            public_key: Wish::parse(PUBLIC_KEY, public_key, PublicKey::parse)?,
        })
    }
}

/// The settings as they are.
pub(crate) async fn read(store: &Store, keeper: &Keeper) -> storage::Result<Settings> {
    let mut tx = store.read().await?;
    Ok(keeper.read(&rows::find(&mut tx).await?))
}

/// Changes the settings, with a line in the audit log; answers what they are then. `replaces` are the fingerprints of
/// what may be changed; anything, where none are named.
///
/// # Errors
/// [`SettingsError`].
pub(crate) async fn change(
    desk: &mut Desk<'_>,
    wishes: &Wishes,
    replaces: Option<&[String]>,
) -> Result<Settings, SettingsError> {
    if matches!(wishes.secret_key, Wish::Set(_)) {
        amounts::charge_rules(desk.currency, desk.minimum_charge_minor)
            .map_err(|error| FieldError::new(SECRET_KEY, format!("{SECRET_KEY}: {error}")))?;
    }
    let mut tx = desk.store.begin().await?;
    let row = rows::find_locked(&mut tx, desk.now).await?;
    let before = desk.keeper.read(&row);
    if !fits(replaces, &before.fingerprint) {
        return Err(SettingsError::Changed);
    }
    let changed = apply(desk, &row, &before, wishes)?;
    let after = desk.keeper.read(&changed);
    refuse_two_modes(&after, wishes)?;
    if changed == row {
        return Ok(before);
    }
    let changed = SettingsRow { updated_at: Ts(desk.now), ..changed };
    rows::update(&mut tx, &changed).await?;
    let entry = AuditEntry {
        id: desk.ids.next_id(),
        at: desk.now,
        actor: desk.actor.clone(),
        action: "settings.stripe",
        subject: "settings".to_owned(),
        tenant_id: None,
    };
    let change = Change { before: Some(noted(&before)), after: Some(noted(&after)) };
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    Ok(desk.keeper.read(&changed))
}

/// The row as it is wanted; what is set to what it is stays as it is.
fn apply(
    desk: &Desk<'_>,
    row: &SettingsRow,
    before: &Settings,
    wishes: &Wishes,
) -> Result<SettingsRow, VaultError> {
    let mut row = row.clone();
    match &wishes.secret_key {
        Wish::Set(key) if before.secret_key.known() != Some(key) => {
            desk.keeper.put_secret_key(&mut row, Some(key))?;
        }
        Wish::Clear => desk.keeper.put_secret_key(&mut row, None)?,
        Wish::Set(_) | Wish::Keep => {}
    }
    match &wishes.webhook_secret {
        Wish::Set(secret) if before.webhook_secret.known() != Some(secret) => {
            let former =
                before.webhook_secret.known().map(|former| (former, former_until(desk.now)));
            desk.keeper.put_webhook_secret(&mut row, Some(secret), former)?;
        }
        Wish::Clear => desk.keeper.put_webhook_secret(&mut row, None, None)?,
        Wish::Set(_) | Wish::Keep => {}
    }
    match &wishes.public_key {
        Wish::Set(key) => key.as_str().clone_into(&mut row.stripe_public_key),
        Wish::Clear => row.stripe_public_key.clear(),
        Wish::Keep => {}
    }
    Ok(row)
}

/// A browser with a live key and a server with a test key would each speak of objects the other has not.
fn refuse_two_modes(after: &Settings, wishes: &Wishes) -> Result<(), FieldError> {
    let public = PublicKey::parse(&after.public_key).ok().map(|key| key.mode());
    let (Some(secret), Some(public)) = (after.mode(), public) else { return Ok(()) };
    // What was so before is no reason to refuse something else.
    let touched =
        matches!(wishes.secret_key, Wish::Set(_)) || matches!(wishes.public_key, Wish::Set(_));
    if secret == public || !touched {
        return Ok(());
    }
    let field = if matches!(wishes.public_key, Wish::Set(_)) { PUBLIC_KEY } else { SECRET_KEY };
    let detail = format!(
        "{field}: the secret key is of {} mode and the public key of {} mode; set both of one mode, or \
         clear the public key",
        secret.as_str(),
        public.as_str()
    );
    Err(FieldError::new(field, detail))
}

/// What the audit log says of the settings: never a secret.
fn noted(settings: &Settings) -> Value {
    let end = |is_set: bool, last4: Option<&str>| match last4 {
        Some(last4) => json!({ "last4": last4 }),
        None if is_set => json!({ "last4": null }),
        None => Value::Null,
    };
    let (secret, webhook) = (&settings.secret_key, &settings.webhook_secret);
    json!({
        SECRET_KEY: end(secret.is_set(), secret.known().map(SecretKey::last4)),
        WEBHOOK_SECRET: end(webhook.is_set(), webhook.known().map(WebhookSecret::last4)),
        PUBLIC_KEY: settings.public_key,
        "mode": settings.mode(),
    })
}

/// What Stripe says of the key.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) ok: bool,
    pub(crate) account_id: Option<String>,
    pub(crate) mode: Option<Mode>,
    pub(crate) charges_enabled: Option<bool>,
    /// ISO 4217, in capitals.
    pub(crate) default_currency: Option<String>,
    /// What is wrong and what to do, or that nothing is.
    pub(crate) detail: String,
}

/// Asks Stripe whose the key is.
///
/// # Errors
/// Where Stripe does not answer: nothing is known then.
pub(crate) async fn check(
    settings: &Settings,
    stripe: Option<&Stripe>,
) -> Result<Checked, StripeError> {
    let failed = |detail: &str| {
        let mode = settings.mode();
        Ok(Checked { mode, detail: detail.to_owned(), ..Checked::default() })
    };
    let Some(stripe) = stripe else {
        return match &settings.secret_key {
            Stored::Unreadable(problem) => failed(problem),
            _ => failed("no secret key is set; `sovereign stripe keys` sets it"),
        };
    };
    let account = match stripe.account().await {
        Ok(account) => account,
        Err(error @ (StripeError::Unknown(_) | StripeError::RateLimited { .. })) => {
            return Err(error);
        }
        Err(StripeError::Unauthorized { message }) => {
            return failed(&format!(
                "Stripe does not accept the secret key ({message}); copy it again from Stripe's dashboard, \
                 under API keys. A restricted key must be allowed to read the account"
            ));
        }
        Err(error) => return failed(&error.to_string()),
    };
    let test = stripe.mode() == Mode::Test;
    let mut notes = Vec::new();
    if !account.charges_enabled {
        notes.push(
            "Stripe does not let this account charge cards for real yet: finish its set-up in \
                    Stripe's dashboard",
        );
    }
    if !settings.webhook_secret.is_set() {
        notes.push("no webhook secret is set: `sovereign stripe webhook register`");
    }
    if let Stored::Unreadable(problem) = &settings.webhook_secret {
        notes.push(problem);
    }
    if notes.is_empty() {
        notes.push("Stripe accepts the key");
    }
    Ok(Checked {
        ok: account.charges_enabled || test,
        account_id: Some(account.id),
        mode: Some(stripe.mode()),
        charges_enabled: Some(account.charges_enabled),
        default_currency: account.default_currency.map(|code| code.to_ascii_uppercase()),
        detail: notes.join("; "),
    })
}
