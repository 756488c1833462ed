//! `/billing/admin/settings`: the keys to Stripe. Nothing here answers a secret.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::extract::Body;
use super::if_match::{self, Tag};
use super::problem::Problem;
use crate::app::App;
use crate::payment::settings::Settings;
use crate::payment::stripe::{Mode, SecretKey, StripeError, WebhookSecret};
use crate::usecase::settings::{self, Checked, SettingsError, Wishes};

/// The keys to Stripe, as far as they can be shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
pub(super) struct SettingsBody {
    stripe_secret_key_configured: bool,
    stripe_webhook_secret_configured: bool,
    /// The last four characters; empty where there is none.
    stripe_secret_key_last4: String,
    /// The last four characters; empty where there is none.
    stripe_webhook_secret_last4: String,
    /// Empty where there is none.
    stripe_public_key: String,
    /// `live` where real money moves, `test` where none does, `null` without a secret key.
    #[schema(schema_with = mode_schema)]
    mode: Option<Mode>,
    /// ISO 4217: what cards are charged in.
    currency: &'static str,
    /// Why a key that is set cannot be used, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

fn mode_schema() -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    ObjectBuilder::new()
        .schema_type(SchemaType::Array(vec![Type::String, Type::Null]))
        .enum_values(Some([Some("test"), Some("live"), None]))
        .build()
}

impl SettingsBody {
    fn new(settings: &Settings, app: &App) -> Self {
        let (secret, webhook) = (&settings.secret_key, &settings.webhook_secret);
        Self {
            stripe_secret_key_configured: secret.is_set(),
            stripe_webhook_secret_configured: webhook.is_set(),
            stripe_secret_key_last4: secret.known().map_or("", SecretKey::last4).to_owned(),
            stripe_webhook_secret_last4: webhook
                .known()
                .map_or("", WebhookSecret::last4)
                .to_owned(),
            stripe_public_key: settings.public_key.clone(),
            mode: settings.mode(),
            currency: app.facts.currency.code(),
            problem: settings.problem().map(str::to_owned),
            updated_at: settings.updated_at,
        }
    }
}

/// Reads the settings
///
/// For the role superadmin. Secrets are shown by their last four characters.
#[utoipa::path(
    get, path = "/billing/admin/settings", tag = "Billing", operation_id = "getSettings",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The settings", body = SettingsBody,
            headers(("ETag" = String, description = "For the `If-Match` of a change"))),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<(Tag, Json<SettingsBody>), Problem> {
    let settings = settings::read(&app.store, app.payments.keeper()).await?;
    Ok(tagged(&app, &settings))
}

fn tagged(app: &App, settings: &Settings) -> (Tag, Json<SettingsBody>) {
    (if_match::tag(&settings.fingerprint), Json(SettingsBody::new(settings, app)))
}

/// Keys to set. What is absent stays; an empty text clears.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SettingsChange)]
pub(super) struct ChangeBody {
    /// `sk_…`, or `rk_…` where it is restricted.
    #[serde(default, rename = "stripe_secret_key")]
    #[schema(nullable = true)]
    secret_key: Option<String>,
    /// `whsec_…`. The one that it replaces stays good for 24 hours.
    #[serde(default, rename = "stripe_webhook_secret")]
    #[schema(nullable = true)]
    webhook_secret: Option<String>,
    /// `pk_…`
    #[serde(default, rename = "stripe_public_key")]
    #[schema(nullable = true)]
    public_key: Option<String>,
}

/// Changes the settings
///
/// For the role superadmin, who must have signed in within the last ten minutes. A change counts at once;
/// other servers of the Sovereign notice within a minute.
#[utoipa::path(
    put, path = "/billing/admin/settings", tag = "Billing", operation_id = "setSettings",
    security(("bearer" = [])),
    params(("If-Match" = Option<String>, Header,
        description = "The ETag of what is changed: if it is another by now, nothing is")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "The settings, as they are now", body = SettingsBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "A key is of another kind, or of another mode than its counterpart"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 412, description = "Somebody has changed them since (`settings_edited`)"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    headers: HeaderMap,
    Body(body): Body<ChangeBody>,
) -> Result<(Tag, Json<SettingsBody>), Problem> {
    caller.signed_in_lately(&app)?;
    let wishes = Wishes::parse(
        body.secret_key.as_deref(),
        body.webhook_secret.as_deref(),
        body.public_key.as_deref(),
    )?;
    let replaces = if_match::tags(&headers);
    let settings = change_as(&app, &wishes, &caller.actor(), replaces.as_deref()).await?;
    Ok(tagged(&app, &settings))
}

async fn change_as(
    app: &App,
    wishes: &Wishes,
    actor: &Actor,
    replaces: Option<&[String]>,
) -> Result<Settings, Problem> {
    let mut ids = app.ids();
    let mut desk = settings::Desk {
        store: &app.store,
        keeper: app.payments.keeper(),
        currency: app.facts.currency,
        minimum_charge_minor: app.payments.options().minimum_charge_minor,
        now: app.clock.now(),
        actor,
        ids: &mut ids,
    };
    let settings = settings::change(&mut desk, wishes, replaces).await?;
    app.payments.reload().await?;
    Ok(settings)
}

/// What Stripe says of the secret key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettingsCheck)]
pub(super) struct CheckBody {
    /// Whether cards can be charged with it.
    ok: bool,
    /// The account at Stripe that it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    account_id: Option<String>,
    /// `live` where real money moves, `test` where none does, `null` without a secret key.
    #[schema(schema_with = mode_schema)]
    mode: Option<Mode>,
    /// Whether Stripe lets the account charge cards for real.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    charges_enabled: Option<bool>,
    /// ISO 4217: the account's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    default_currency: Option<String>,
    /// What is wrong and what to do, or that nothing is.
    detail: String,
}

impl From<Checked> for CheckBody {
    fn from(checked: Checked) -> Self {
        let Checked { ok, account_id, mode, charges_enabled, default_currency, detail } = checked;
        Self { ok, account_id, mode, charges_enabled, default_currency, detail }
    }
}

/// Checks the settings
///
/// Asks Stripe whose account the secret key is of. For the role superadmin.
#[utoipa::path(
    post, path = "/billing/admin/settings/check", tag = "Billing", operation_id = "checkSettings",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "What Stripe says; `ok` is false where it refuses the key", body = CheckBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 503, description = "Stripe does not answer (`stripe_unavailable`)"),
    ),
)]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<CheckBody>, Problem> {
    // With what is stored now, also where another server stored it.
    app.payments.reload().await?;
    let settings = settings::read(&app.store, app.payments.keeper()).await?;
    let stripe = app.payments.stripe();
    Ok(Json(settings::check(&settings, stripe.as_deref()).await?.into()))
}

impl From<SettingsError> for Problem {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Field(error) => error.into(),
            SettingsError::Changed => if_match::failed("settings_edited", "the settings"),
            SettingsError::Vault(error) => {
                tracing::error!(%error, "the settings cannot be encrypted");
                Self::internal()
            }
            SettingsError::Storage(error) => error.into(),
        }
    }
}

/// What a client is told where it waited for Stripe in vain.
impl From<StripeError> for Problem {
    fn from(error: StripeError) -> Self {
        tracing::warn!(%error, "Stripe");
        let detail = "Stripe does not answer; try again in a moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "stripe_unavailable", detail).retry_after(5)
    }
}
