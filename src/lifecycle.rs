//! Starting and stopping: from a configuration to a running Sovereign.

use std::fmt;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;

use crate::app::{App, Facts, Parts};
use crate::auth::oidc::Issuers;
use crate::auth::{IssuerSettings, KeyRing, Tokens};
use crate::blueprints::BlueprintOptions;
use crate::clock::Clock;
use crate::engine::{self, Engine, EngineThread};
use crate::hooks::{HookOptions, Hooks};
use crate::ids::RandomIds;
use crate::jobs;
use crate::limits::Limits;
use crate::mail::{MailOptions, Mailer};
use crate::nats::{Nats, NatsOptions};
use crate::payment::stripe::StripeOptions;
use crate::payment::{Configuration, Payments};
use crate::provision::ProvisioningOptions;
use crate::provision::driver::Driver;
use crate::storage::memory::Memory;
use crate::storage::{self, Location, Store, migrate};
use crate::usecase::blueprint_states;
use crate::usecase::migrate as bring_up;
use crate::usecase::openings;
use crate::usecase::previews::Previews;
use crate::usecase::roles;
use crate::usecase::start::{self, StartError, Wanted};
use crate::vault::Vault;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The commit this program was built from.
pub const COMMIT: &str = env!("BUILT_FROM_COMMIT");

/// Everything a server needs from its configuration.
pub struct Options {
    pub location: Location,
    pub keys: KeyRing,
    pub shared_secret: Option<String>,
    /// Whose tokens are accepted, and who people can sign in with.
    pub issuers: Vec<IssuerSettings>,
    pub wanted: Wanted,
    pub limits: Limits,
    pub clock: Arc<dyn Clock>,
    /// How prices are taxed.
    pub tax: TaxRules,
    /// Where billing periods begin and end.
    pub zone: TimeZone,
    /// The most commands that the money engine decides in one transaction.
    pub max_batch: usize,
    /// The largest bundle that is imported by page or route.
    pub max_bundle_bytes: u64,
    /// Whether vouchers may be remembered between previews.
    pub preview_cache: bool,
    pub mail: MailOptions,
    /// The key that stored secrets are encrypted with.
    pub vault: Vault,
    pub stripe: StripeOptions,
    /// Where events are published, if anywhere.
    pub nats: Option<NatsOptions>,
    /// How events are sent to the endpoints of others.
    pub hooks: HookOptions,
    /// Where people find the pages; by default `https://` and the Sovereign's name.
    pub public_url: Option<String>,
    pub provisioning: ProvisioningOptions,
    /// Whose private Blueprints are taken.
    pub blueprints: BlueprintOptions,
    /// The file of the fleet, where this Sovereign shows one.
    pub fleet_snapshot: Option<PathBuf>,
    /// The data directory: the repository and its mirror are below it.
    pub data: PathBuf,
}

/// A Sovereign that can answer requests.
pub struct Sovereign {
    pub app: Arc<App>,
    engine: EngineThread,
}

/// Opens and migrates the database, settles the first start, and starts the engine.
///
/// # Errors
/// [`StartError`], whose text says what to do.
pub async fn start(options: Options) -> Result<Sovereign, StartError> {
    let clock = options.clock;
    let driver = Driver::new(&options.provisioning, &options.data).await;
    let driver = driver.map_err(StartError::Configuration)?;
    let store = Store::open(&options.location).await?;
    let how = bring_up::How::default();
    let done = bring_up::migrate(&store, &options.wanted, how, clock.now()).await?;
    if !done.applied.is_empty() {
        tracing::info!(migrations = done.applied.join(", "), "migrated");
    }
    if let Some(report) = &done.adoption {
        tracing::warn!(findings = report.findings.len(), "adopted an earlier service's database");
    }
    let mut ids = RandomIds::new(Arc::clone(&clock));
    let facts = start::start(&store, &options.wanted, clock.now(), &mut ids).await?;
    blueprint_states::review(&store, &options.blueprints, clock.now(), &mut ids).await?;
    let shared_secret = options.shared_secret.as_deref();
    let tokens = Tokens::new(&facts.fqdn, options.keys, shared_secret, Arc::clone(&clock))
        .map_err(|error| StartError::Configuration(error.0.to_owned()))?;
    let issuers = Issuers::new(options.issuers, tokens.issuer(), &clock)
        .map_err(StartError::Configuration)?;
    let mailer = Mailer::new(&options.mail, &facts.fqdn)
        .map_err(|error| StartError::Configuration(error.0))?;
    let engine_ids = RandomIds::new(Arc::clone(&clock));
    let memory = Arc::new(Memory::new());
    let rules = engine::Rules {
        currency: facts.currency,
        tax: options.tax,
        zone: options.zone.clone(),
        max_batch: options.max_batch,
    };
    let (engine, thread) =
        Engine::start(&store, rules, Arc::clone(&clock), engine_ids, Arc::clone(&memory)).await?;
    let hooks = Hooks::new(options.hooks, &options.vault, &facts.fqdn)
        .map_err(StartError::Configuration)?;
    let configuration = Configuration { vault: options.vault, stripe: options.stripe };
    let payments = Payments::start(&store, &engine, &clock, &facts, configuration).await?;
    let previews = Previews::start(&store, options.preview_cache, memory);
    let limits = options.limits.start(&store, &clock);
    let nats = options.nats.map(|nats| Nats::new(nats, &facts.fqdn));
    let app = App::new(Parts {
        store,
        engine,
        clock,
        ids,
        configured_url: options.public_url.unwrap_or_else(|| format!("https://{}", facts.fqdn)),
        zone: options.zone,
        tax: options.tax,
        facts,
        tokens,
        issuers,
        limits,
        previews,
        mailer,
        payments,
        nats,
        hooks,
        driver,
        provisioning: options.provisioning,
        blueprints: options.blueprints,
        fleet_snapshot: options.fleet_snapshot,
        max_bundle_bytes: options.max_bundle_bytes,
    });
    Ok(Sovereign { app: Arc::new(app), engine: thread })
}

impl Sovereign {
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.app.facts
    }

    /// A page that makes whoever opens it the superadmin, once, while there is none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn administrator_link(&self) -> storage::Result<Option<String>> {
        let app = &self.app;
        let mut ids = RandomIds::new(Arc::clone(&app.clock));
        let token = roles::administrator_link(&app.store, app.clock.now(), &mut ids).await?;
        // As it is configured, whatever a franchisee has set: whoever has this link is superadmin.
        let url = &app.configured_url;
        Ok(token.map(|token| format!("{url}/auth/administrator?token={token}")))
    }

    /// Does once what is done from time to time.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn each_minute(app: &Arc<App>) -> storage::Result<()> {
        jobs::once(app).await
    }

    /// Answers what is queued, writes what was counted and closes the database. Requests must have ended before.
    pub async fn stop(self) {
        self.app.stopping.send_replace(true);
        openings::write_last(&self.app).await;
        let store = self.app.store.clone();
        drop(self.app);
        self.engine.finished().await;
        store.close().await;
    }
}

/// Makes the data directory where there is none, for its owner alone: it holds the signing key and what
/// people entrusted to the Sovereign.
///
/// # Errors
/// Where it cannot be made.
pub fn make_data_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Keeps a second server off an SQLite file. The system releases it however the process ends.
#[derive(Debug)]
pub struct ProcessLock(#[expect(dead_code, reason = "held, not read")] File);

#[derive(Debug)]
pub enum LockError {
    /// Another server runs on this directory.
    Held,
    Io(std::io::Error),
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held => f.write_str(
                "another `sovereign serve` runs on this data directory; stop it, choose another \
                 --data, or use --database-url with PostgreSQL to run several servers",
            ),
            Self::Io(error) => write!(f, "the data directory cannot be locked: {error}"),
        }
    }
}

impl std::error::Error for LockError {}

impl ProcessLock {
    /// # Errors
    /// [`LockError`].
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let file = File::create(directory.join("sovereign.lock")).map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Held),
            Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
        }
    }
}

/// Opens the database for a command that works beside a running server.
///
/// # Errors
/// Where it is not there, or not of this program's schema.
pub async fn open_existing(location: &Location) -> storage::Result<Store> {
    if let Location::File(path) = location
        && !path.exists()
    {
        let text = format!(
            "there is no database at {}; run `sovereign serve` first, or name another --data",
            path.display()
        );
        return Err(storage::Error::Unsupported(text));
    }
    let store = Store::open(location).await?;
    migrate::require_current(&store).await?;
    Ok(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_new_data_directory_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let above = tempfile::tempdir().unwrap();
        let data = above.path().join("nested/data");
        make_data_directory(&data).unwrap();
        make_data_directory(&data).unwrap();
        assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_directory_has_one_server() {
        let directory = tempfile::tempdir().unwrap();
        let first = ProcessLock::take(directory.path()).unwrap();
        assert!(matches!(ProcessLock::take(directory.path()), Err(LockError::Held)));
        drop(first);
        ProcessLock::take(directory.path()).unwrap();
    }
}
