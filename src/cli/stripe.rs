//! `sovereign stripe`

use std::collections::BTreeSet;
use std::io::Read as _;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource as _;

use super::output::{Failure, answer, answer_json, say, table};
use super::{Common, clock};
use crate::app::{Facts, command_line_actor};
use crate::config::Config;
use crate::ids::RandomIds;
use crate::lifecycle::open_existing;
use crate::payment::settings::{Keeper, Settings, Stored};
use crate::payment::stripe::{
    SecretKey, Stripe as Client, StripeError, WebhookEndpoint, WebhookSecret,
};
use crate::storage::Store;
use crate::usecase::settings::{self, Checked, Desk, SettingsError, Wishes};
use crate::usecase::start;
use crate::usecase::webhook_endpoint::{self, RegisterError, Registered};

/// The keys to Stripe, which charges cards, and its webhooks
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign stripe keys --secret-key /run/secrets/stripe
  sovereign stripe webhook register --url https://omantel.omani.works/billing/webhook
  sovereign stripe check")]
pub(super) enum Stripe {
    Check(Check),
    Keys(Keys),
    #[command(subcommand)]
    Webhook(Webhook),
}

/// Ask Stripe whether it accepts the secret key
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign stripe check
  sovereign stripe check --json")]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
}

/// Set the keys to Stripe, read from files or standard input
///
/// They are stored encrypted. Running servers notice within a minute. A webhook secret that is replaced stays
/// good for 24 hours.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign stripe keys --secret-key - < secret-key.txt
  sovereign stripe keys --secret-key /run/secrets/stripe --public-key pk_live_51NxEXAMPLE
  sovereign stripe keys --clear webhook-secret")]
pub(super) struct Keys {
    #[command(flatten)]
    common: Common,
    /// File with the secret key (sk_… or rk_…); - for standard input
    #[arg(long, value_name = "FILE")]
    secret_key: Option<String>,
    /// File with the webhook secret (whsec_…); - for standard input
    #[arg(long, value_name = "FILE")]
    webhook_secret: Option<String>,
    /// The public key (pk_…), which is no secret
    #[arg(long, value_name = "KEY")]
    public_key: Option<String>,
    /// Remove one of the keys; may be given several times
    #[arg(long, value_name = "WHICH")]
    clear: Vec<Which>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Which {
    SecretKey,
    WebhookSecret,
    PublicKey,
}

/// Where Stripe sends events
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign stripe webhook register --url https://omantel.omani.works/billing/webhook
  sovereign stripe webhook list")]
pub(super) enum Webhook {
    Register(Register),
    List(List),
}

/// Have Stripe send the events that are handled here, and store what it signs them with
///
/// An endpoint with this URL that is there already is set right rather than made twice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign stripe webhook register --url https://omantel.omani.works/billing/webhook
  sovereign stripe webhook register --url https://omantel.omani.works/billing/webhook --replace")]
pub(super) struct Register {
    #[command(flatten)]
    common: Common,
    /// The address of /billing/webhook as Stripe reaches it
    #[arg(long, value_name = "URL")]
    url: String,
    /// Make an endpoint that is there already anew, with another secret
    #[arg(long)]
    replace: bool,
}

/// List the webhook endpoints of the account at Stripe, those of others included
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign stripe webhook list --json")]
pub(super) struct List {
    #[command(flatten)]
    common: Common,
}

impl Stripe {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Check(Check { common }) => check(&common).await,
            Self::Keys(keys) => keys.run().await,
            Self::Webhook(Webhook::Register(register)) => register.run().await,
            Self::Webhook(Webhook::List(List { common })) => list(&common).await,
        }
    }
}

/// What every command works with that asks Stripe.
pub(super) struct Bench {
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) facts: Facts,
    keeper: Keeper,
    pub(super) ids: RandomIds,
    pub(super) actor: Actor,
}

impl Bench {
    pub(super) async fn open(common: &Common) -> Result<Self, Failure> {
        let config = common.config()?;
        let store = open_existing(&config.location()).await?;
        let facts = start::facts(&store).await?;
        let keeper = Keeper { vault: config.vault(), fqdn: facts.fqdn.clone() };
        let mut ids = RandomIds::new(clock());
        let actor = command_line_actor(ids.next_id());
        Ok(Self { config, store, facts, keeper, ids, actor })
    }

    fn desk(&mut self) -> Desk<'_> {
        Desk {
            store: &self.store,
            keeper: &self.keeper,
            currency: self.facts.currency,
            minimum_charge_minor: self.config.stripe.minimum_charge_minor,
            now: clock().now(),
            actor: &self.actor,
            ids: &mut self.ids,
        }
    }

    async fn settings(&self) -> Result<Settings, Failure> {
        Ok(settings::read(&self.store, &self.keeper).await?)
    }

    fn client(&self, settings: &Settings) -> Result<Option<Client>, Failure> {
        let key = settings.secret_key.known();
        key.map(|key| Client::new(key, &self.config.stripe))
            .transpose()
            .map_err(Failure::unavailable)
    }

    /// `None` where no key is set.
    pub(super) async fn known_client(&self) -> Result<Option<Client>, Failure> {
        let settings = self.settings().await?;
        if let Stored::Unreadable(problem) = &settings.secret_key {
            return Err(Failure::refused(problem));
        }
        self.client(&settings)
    }

    pub(super) async fn required_client(&self) -> Result<Client, Failure> {
        self.known_client().await?.ok_or_else(|| {
            Failure::refused("no secret key is set; `sovereign stripe keys` sets it")
        })
    }
}

async fn check(common: &Common) -> Result<(), Failure> {
    let bench = Bench::open(common).await?;
    let settings = bench.settings().await?;
    let stripe = bench.client(&settings)?;
    bench.store.close().await;
    let Checked { ok, account_id, mode, charges_enabled, default_currency, detail } =
        settings::check(&settings, stripe.as_ref()).await?;
    if common.json {
        answer_json(&json!({
            "ok": ok, "account_id": account_id, "mode": mode, "charges_enabled": charges_enabled,
            "default_currency": default_currency, "detail": detail,
        }));
    } else {
        let account = account_id.map(|account| {
            let mode = mode.map_or("", |mode| mode.as_str());
            format!("{account}, {mode} mode: ")
        });
        answer(format_args!("{}{detail}", account.unwrap_or_default()));
    }
    if ok { Ok(()) } else { Err(Failure::said()) }
}

impl Keys {
    async fn run(self) -> Result<(), Failure> {
        let wishes = self.wishes()?;
        let mut bench = Bench::open(&self.common).await?;
        let changed = settings::change(&mut bench.desk(), &wishes, None).await;
        bench.store.close().await;
        let settings = changed?;
        if self.common.json {
            answer_json(&as_json(&settings));
        } else {
            answer(as_text(&settings));
        }
        Ok(())
    }

    fn wishes(&self) -> Result<Wishes, Failure> {
        let clear: BTreeSet<Which> = self.clear.iter().copied().collect();
        let given = [
            (Which::SecretKey, &self.secret_key),
            (Which::WebhookSecret, &self.webhook_secret),
            (Which::PublicKey, &self.public_key),
        ];
        if clear.is_empty() && given.iter().all(|(_, value)| value.is_none()) {
            return Err(Failure::usage(
                "say which: --secret-key, --webhook-secret, --public-key or --clear",
            ));
        }
        if given.iter().any(|(which, value)| value.is_some() && clear.contains(which)) {
            return Err(Failure::usage("a key cannot be set and cleared at once"));
        }
        if given[..2].iter().all(|(_, value)| value.as_deref() == Some("-")) {
            return Err(Failure::usage("only one of the two can come from standard input"));
        }
        let wish = |which: Which, given: Option<String>| match given {
            None if clear.contains(&which) => Some(String::new()),
            other => other,
        };
        let secret_key = wish(Which::SecretKey, content(self.secret_key.as_deref())?);
        let webhook_secret = wish(Which::WebhookSecret, content(self.webhook_secret.as_deref())?);
        let public_key = wish(Which::PublicKey, self.public_key.clone());
        Wishes::parse(secret_key.as_deref(), webhook_secret.as_deref(), public_key.as_deref())
            .map_err(|error| Failure::refused(error.detail))
    }
}

/// What a file has in it. An empty one is a mistake: --clear is there to clear.
fn content(file: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(file) = file else { return Ok(None) };
    let mut text = String::new();
    let read = match file {
        "-" => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        path => std::fs::read_to_string(path).map(|content| text = content),
    };
    read.map_err(|error| Failure::usage(format!("{file}: {error}")))?;
    if text.trim().is_empty() {
        return Err(Failure::usage(format!("{file}: is empty; --clear removes a key")));
    }
    Ok(Some(text))
}

fn as_json(settings: &Settings) -> Value {
    let (secret, webhook) = (&settings.secret_key, &settings.webhook_secret);
    json!({
        "stripe_secret_key_configured": secret.is_set(),
        "stripe_secret_key_last4": secret.known().map(SecretKey::last4),
        "stripe_webhook_secret_configured": webhook.is_set(),
        "stripe_webhook_secret_last4": webhook.known().map(WebhookSecret::last4),
        "stripe_public_key": settings.public_key,
        "mode": settings.mode(),
        "updated_at": settings.updated_at,
    })
}

fn as_text(settings: &Settings) -> String {
    let end = |is_set: bool, last4: Option<&str>| match last4 {
        Some(last4) => format!("…{last4}"),
        None if is_set => "set, and cannot be read".to_owned(),
        None => "not set".to_owned(),
    };
    let (secret, webhook) = (&settings.secret_key, &settings.webhook_secret);
    let public = Some(settings.public_key.as_str()).filter(|key| !key.is_empty());
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    table(&[
        row("secret key", end(secret.is_set(), secret.known().map(SecretKey::last4))),
        row("webhook secret", end(webhook.is_set(), webhook.known().map(WebhookSecret::last4))),
        row("public key", public.unwrap_or("not set").to_owned()),
        row("mode", settings.mode().map_or("none", |mode| mode.as_str()).to_owned()),
    ])
}

impl Register {
    async fn run(self) -> Result<(), Failure> {
        let url = reqwest::Url::parse(&self.url).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "https" | "http")) {
            let text = "--url must be such as https://omantel.omani.works/billing/webhook";
            return Err(Failure::usage(text));
        }
        let mut bench = Bench::open(&self.common).await?;
        let stripe = bench.required_client().await?;
        let registered =
            webhook_endpoint::register(&mut bench.desk(), &stripe, &self.url, self.replace).await;
        bench.store.close().await;
        let Registered { endpoint, done, advice } = registered?;
        if self.common.json {
            let mut said = endpoint_json(&endpoint, &bench.facts.fqdn);
            said["done"] = json!(done.as_str());
            said["advice"] = json!(advice);
            answer_json(&said);
        } else {
            answer(format_args!("{} {}: {}", endpoint.id, endpoint.url, done.as_str()));
            if let Some(advice) = advice {
                say(advice);
            }
        }
        Ok(())
    }
}

async fn list(common: &Common) -> Result<(), Failure> {
    let bench = Bench::open(common).await?;
    let stripe = bench.required_client().await?;
    bench.store.close().await;
    let endpoints = stripe.webhook_endpoints().all().await?;
    if common.json {
        let all = endpoints.iter().map(|endpoint| endpoint_json(endpoint, &bench.facts.fqdn));
        answer_json(&all.collect());
    } else if endpoints.is_empty() {
        say("the account has no webhook endpoint; `sovereign stripe webhook register` makes one");
    } else {
        let head = ["ENDPOINT", "STATUS", "EVENTS", "URL"].map(str::to_owned).to_vec();
        let row = |endpoint: &WebhookEndpoint| {
            let events = endpoint.enabled_events.len().to_string();
            vec![endpoint.id.clone(), endpoint.status.clone(), events, endpoint.url.clone()]
        };
        let rows: Vec<_> = std::iter::once(head).chain(endpoints.iter().map(row)).collect();
        answer(table(&rows));
    }
    Ok(())
}

fn endpoint_json(endpoint: &WebhookEndpoint, fqdn: &str) -> Value {
    json!({
        "id": endpoint.id, "url": endpoint.url, "status": endpoint.status,
        "enabled_events": endpoint.enabled_events, "api_version": endpoint.api_version,
        "ours": endpoint.metadata.is_of(fqdn),
    })
}

impl From<StripeError> for Failure {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Unknown(_) | StripeError::RateLimited { .. } => Self::unavailable(error),
            _ => Self::refused(error),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Field(error) => Self::refused(error.detail),
            SettingsError::Changed => Self::refused("somebody has changed the settings since"),
            SettingsError::Vault(error) => Self::usage(error),
            SettingsError::Storage(error) => error.into(),
        }
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Stripe(error) => error.into(),
            RegisterError::Settings(error) => error.into(),
            RegisterError::NotStored(id, error) => {
                say(format_args!(
                    "the endpoint {id} was made, and its secret is not stored: run this again with --replace"
                ));
                error.into()
            }
        }
    }
}
