//! The configuration: flag, then environment, then file, then default; each value knows its origin.

mod keys;
mod layers;
mod oidc;
mod provisioning;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;

pub use self::keys::{ISSUER_KEYS, KEYS, Key};
pub use self::layers::{ConfigError, Entry, Layers, Origin, Resolved};
use crate::auth::oidc::is_protected;
use crate::auth::{IssuerSettings, Tokens};
use crate::blueprints::{self, BlueprintOptions};
use crate::engine::MAX_BATCH;
use crate::hooks::HookOptions;
use crate::jobs::Which;
use crate::mail::{self, MailOptions};
use crate::nats::{self, NatsOptions};
use crate::payment::stripe::StripeOptions;
use crate::provision::ProvisioningOptions;
use crate::storage::{self, Location};
use crate::telemetry::LogFormat;
use crate::vault::Vault;

/// The configuration, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    pub database_url: Option<String>,
    pub listen: SocketAddr,
    /// Where the metrics are answered, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    pub fqdn: Option<String>,
    pub currency: Option<String>,
    pub demo: bool,
    pub limits: bool,
    pub trusted_proxies: Vec<IpNet>,
    pub hs256_secret: Option<String>,
    pub issuers: Vec<IssuerSettings>,
    pub public_url: Option<String>,
    pub smtp_url: Option<String>,
    pub mail_from: Option<String>,
    pub smtp_ca_file: Option<PathBuf>,
    pub time_zone: TimeZone,
    pub tax: TaxRules,
    pub log_level: String,
    pub log_format: LogFormat,
    pub preview_cache: bool,
    /// What a server does by itself.
    pub jobs: Which,
    pub max_batch: usize,
    /// Of the bundles that are imported by page or route.
    pub max_bundle_bytes: u64,
    /// Where it is configured, and not in a file of the data directory.
    pub encryption_key: Option<Vault>,
    pub stripe: StripeOptions,
    /// Where events are published, if anywhere.
    pub nats: Option<NatsOptions>,
    /// How events are sent to the endpoints of others.
    pub hooks: HookOptions,
    pub provisioning: ProvisioningOptions,
    /// Whose private Blueprints are taken.
    pub blueprints: BlueprintOptions,
    /// What a Sovereign of the publisher's shows of the fleet, where it is one.
    pub fleet_snapshot: Option<PathBuf>,
}

impl Config {
    /// Reads the values of all keys.
    ///
    /// # Errors
    /// The first value that is not what its key takes.
    pub fn read(resolved: &Resolved) -> Result<Self, ConfigError> {
        let text = |key| resolved.value(key).map(str::to_owned);
        let config = Self {
            data: PathBuf::from(resolved.required("data")?),
            database_url: resolved.checked("database_url", database_url)?,
            listen: resolved.parsed("listen", "an address such as 127.0.0.1:8080")?,
            metrics_listen: resolved.checked("metrics.listen", address)?,
            fqdn: resolved.checked("fqdn", fqdn)?,
            currency: text("currency"),
            demo: resolved.parsed("demo", "true or false")?,
            limits: resolved.one_of("limits", &["on", "off"])? == "on",
            trusted_proxies: networks(resolved, "trusted_proxies")?,
            hs256_secret: text("auth.hs256_secret"),
            issuers: oidc::read(resolved)?,
            public_url: resolved.checked("public_url", public_url)?,
            smtp_url: resolved.checked("mail.smtp_url", mail::check_url)?,
            mail_from: resolved.checked("mail.from", mail::check_from)?,
            smtp_ca_file: resolved.value("mail.smtp_ca_file").map(PathBuf::from),
            time_zone: resolved.checked_required("time_zone", time_zone)?,
            tax: TaxRules {
                rate_bp: resolved.checked_required("tax.percent", basis_points)?,
                included: resolved.parsed("tax.included", "true or false")?,
            },
            log_level: resolved.checked_required("log_level", log_level)?,
            log_format: match resolved.one_of("log_format", &["text", "json"])? {
                "json" => LogFormat::Json,
                _ => LogFormat::Text,
            },
            preview_cache: resolved.one_of("preview_cache", &["on", "off"])? == "on",
            jobs: match resolved.one_of("jobs", &["on", "off"])? {
                "off" => Which::Own,
                _ => Which::All,
            },
            max_batch: resolved.parsed("engine.max_batch", "a number from 1 to 256")?,
            max_bundle_bytes: resolved.checked_required("moves.max_bundle_mib", mebibytes)?,
            encryption_key: resolved.checked("encryption_key", Vault::configured)?,
            stripe: StripeOptions {
                api_url: resolved.checked_required("stripe.api_url", stripe_api_url)?,
                minimum_charge_minor: resolved
                    .checked("stripe.minimum_charge_minor", minimum_charge_minor)?,
                ..StripeOptions::default()
            },
            nats: nats(resolved)?,
            hooks: HookOptions {
                allowed_networks: networks(resolved, "events.allowed_networks")?,
                ..HookOptions::default()
            },
            provisioning: provisioning::read(resolved)?,
            blueprints: blueprints(resolved)?,
            fleet_snapshot: resolved.value("publisher.fleet_snapshot").map(PathBuf::from),
        };
        if !(1..=MAX_BATCH).contains(&config.max_batch) {
            return Err(resolved.wrong("engine.max_batch", "must be a number from 1 to 256"));
        }
        if !config.limits && !config.demo {
            return Err(resolved.wrong("limits", "may be off only with --demo"));
        }
        if config.jobs == Which::Own && config.database_url.is_none() {
            let detail = "may be off only with PostgreSQL, where a worker can do them";
            return Err(resolved.wrong("jobs", detail));
        }
        if config
            .hs256_secret
            .as_ref()
            .is_some_and(|secret| secret.len() < Tokens::MIN_SECRET_BYTES)
        {
            return Err(resolved.wrong("auth.hs256_secret", "must have at least 32 bytes"));
        }
        Ok(config)
    }

    /// Where mail goes.
    ///
    /// # Errors
    /// Where nothing says so, and this is no demo.
    pub fn mail(&self) -> Result<MailOptions, ConfigError> {
        match &self.smtp_url {
            Some(url) => Ok(MailOptions::Smtp {
                url: url.clone(),
                from: self.mail_from.clone(),
                ca_file: self.smtp_ca_file.clone(),
            }),
            None if self.demo => Ok(MailOptions::Log),
            None => Err(ConfigError(
                "mail.smtp_url: must be set, because people sign in by mail: \
                 SOVEREIGN_MAIL_SMTP_URL=smtps://user:password@mail.example; only a --demo can do \
                 without"
                    .to_owned(),
            )),
        }
    }

    /// The key that stored secrets are encrypted with.
    #[must_use]
    pub fn vault(&self) -> Vault {
        self.encryption_key.clone().unwrap_or_else(|| Vault::in_directory(&self.data))
    }

    #[must_use]
    pub fn location(&self) -> Location {
        match &self.database_url {
            Some(url) => Location::Server(url.clone()),
            None => Location::File(self.data.join(storage::DATABASE_FILE)),
        }
    }
}

/// Keys may be in files, which are read here.
fn blueprints(resolved: &Resolved) -> Result<BlueprintOptions, ConfigError> {
    const KEYS: &str = "blueprints.trusted_keys";
    let keys = blueprints::read_keys(resolved.value(KEYS).unwrap_or_default());
    Ok(BlueprintOptions {
        keys: keys.map_err(|error| resolved.wrong(KEYS, &error.0))?,
        repository: resolved.checked("blueprints.repository", blueprints::check_repository)?,
    })
}

/// Where events are published; nowhere without an address.
fn nats(resolved: &Resolved) -> Result<Option<NatsOptions>, ConfigError> {
    let text = |key| resolved.value(key).map(str::to_owned);
    let Some(urls) = resolved.checked("nats.url", nats::check_urls)? else { return Ok(None) };
    let (user, password) = (text("nats.user"), text("nats.password"));
    if user.is_some() != password.is_some() {
        return Err(resolved.wrong("nats.user", "must be set together with nats.password"));
    }
    let options = NatsOptions {
        urls,
        user,
        password,
        token: text("nats.token"),
        ca_file: resolved.value("nats.ca_file").map(PathBuf::from),
        stream: resolved.checked("nats.stream", nats::check_name)?,
        subject_prefix: resolved.checked_required("nats.subject_prefix", nats::check_name)?,
        replicas: resolved.parsed("nats.replicas", "a number from 1 to 5")?,
    };
    if !(1..=5).contains(&options.replicas) {
        return Err(resolved.wrong("nats.replicas", "must be a number from 1 to 5"));
    }
    Ok(Some(options))
}

fn database_url(text: &str) -> Result<String, &'static str> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Err("must begin with postgres:// (leave it out for SQLite in the data directory)");
    }
    if storage::is_server_address(text) {
        Ok(text.to_owned())
    } else {
        Err("cannot be read; write it as postgres://user:password@host:port/database")
    }
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an address such as 127.0.0.1:9464")
}

/// A filter such as `info` or `sovereign=debug,info`. A bare word that is no level would be taken for a
/// module, and everything else silenced.
fn log_level(text: &str) -> Result<String, &'static str> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let level = |part: &str| {
        let level = part.rsplit('=').next().unwrap_or(part);
        LEVELS.contains(&level.trim().to_ascii_lowercase().as_str())
    };
    if text.split(',').all(level) {
        Ok(text.to_owned())
    } else {
        Err("must be error, warn, info, debug or trace, also by module: sovereign=debug,info")
    }
}

fn time_zone(text: &str) -> Result<TimeZone, &'static str> {
    TimeZone::get(text)
        .map_err(|_| "must be a name of the IANA database, such as Asia/Muscat or UTC")
}

/// A percentage with at most two decimals, in hundredths.
fn basis_points(text: &str) -> Result<u16, &'static str> {
    const FORM: &str =
        "must be a percentage from 0 to 100 with at most two decimals, such as 5 or 7.5";
    let (whole, hundredths) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(hundredths) || whole.len() > 3 || hundredths.len() > 2 {
        return Err(FORM);
    }
    let points = format!("{whole}{hundredths:0<2}").parse().map_err(|_| FORM)?;
    if points <= 10_000 { Ok(points) } else { Err(FORM) }
}

/// A name under which a Sovereign is reached: labels of letters, digits and inner hyphens.
fn fqdn(text: &str) -> Result<String, &'static str> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.contains('.') && text.split('.').all(label) {
        Ok(text.to_owned())
    } else {
        Err("must be a domain name in lower case, such as omantel.omani.works")
    }
}

/// Where pages are: a scheme and a host, and nothing behind it.
fn public_url(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be such as https://marketplace.omantel.om, without a path";
    let text = text.strip_suffix('/').unwrap_or(text);
    let url = reqwest::Url::parse(text).map_err(|_| FORM)?;
    let web = matches!(url.scheme(), "https" | "http");
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if web && bare && anonymous { Ok(text.to_owned()) } else { Err(FORM) }
}

/// The secret key goes there: encrypted, or no further than this machine.
fn stripe_api_url(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "must be such as https://api.stripe.com; http:// only on this machine";
    let url = reqwest::Url::parse(text).map_err(|_| FORM)?;
    let bare = url.host_str().is_some() && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if is_protected(&url) && bare && anonymous {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(FORM)
    }
}

fn mebibytes(text: &str) -> Result<u64, &'static str> {
    let number = text.parse::<u64>().ok().filter(|number| (1..=65_536).contains(number));
    number.map(|number| number << 20).ok_or("must be a number of MiB from 1 to 65536")
}

fn minimum_charge_minor(text: &str) -> Result<i64, &'static str> {
    let minimum = text.parse().ok().filter(|minimum| *minimum > 0);
    minimum.ok_or("must be a whole number of minor units, such as 200 for 0.200 OMR")
}

fn networks(resolved: &Resolved, key: &str) -> Result<Vec<IpNet>, ConfigError> {
    let list = resolved.value(key).unwrap_or_default();
    let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let address = || part.parse::<IpAddr>().map(IpNet::from);
            part.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
                let detail = "must list addresses or networks, such as 10.0.0.0/8, with commas";
                resolved.wrong(key, detail)
            })
        })
        .collect()
}
