//! Everything a request or a job needs, built once at the start.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use quick_cache::sync::Cache;
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::{IdSource, UserId};
use sovereign_domain::money::Currency;
use sovereign_domain::tax::TaxRules;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::auth::Tokens;
use crate::auth::oidc::Issuers;
use crate::blueprints::BlueprintOptions;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::hooks::Hooks;
use crate::ids::RandomIds;
use crate::limits::Limiter;
use crate::mail::Mailer;
use crate::nats::Nats;
use crate::payment::Payments;
use crate::provision::ProvisioningOptions;
use crate::provision::driver::Driver;
use crate::storage::Store;
use crate::storage::reads::Reads;
use crate::storage::users::BySubject;
use crate::usecase::market;
use crate::usecase::openings::Openings;
use crate::usecase::previews::Previews;

/// What was settled when the Sovereign first started, and never changes.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The Sovereign's name in the world; every charge will carry it.
    pub fqdn: String,
    pub currency: Currency,
    /// A trial: sample vouchers, relaxed rules.
    pub demo: bool,
}

pub struct App {
    pub(crate) store: Store,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) facts: Facts,
    pub(crate) tokens: Tokens,
    /// Whose tokens are accepted besides.
    pub(crate) issuers: Issuers,
    pub(crate) limits: Limiter,
    pub(crate) mailer: Mailer,
    /// The way to Stripe.
    pub(crate) payments: Payments,
    /// Where events are published, if anywhere.
    pub(crate) nats: Option<Nats>,
    /// The way to the endpoints that events are sent to.
    pub(crate) hooks: Hooks,
    /// Where people find the pages as it is configured, without a slash at the end. Where they find them by now
    /// `usecase/branding` says.
    pub(crate) configured_url: String,
    /// Whose days the dates on documents are.
    pub(crate) zone: TimeZone,
    /// How prices are taxed now.
    pub(crate) tax: TaxRules,
    /// Who is behind an issuer and subject. The answer never changes, so it never goes stale.
    pub(crate) known_users: Cache<(String, String), UserId>,
    pub(crate) people: Reads<BySubject>,
    pub(crate) previews: Previews,
    /// How often vouchers were looked at here since that was written.
    pub(crate) openings: Openings,
    /// What can be had, as long as nobody changes it.
    pub(crate) market: market::Kept,
    /// How Organizations are provisioned, and the way there.
    pub(crate) provisioning: ProvisioningOptions,
    pub(crate) driver: Driver,
    /// Whose private Blueprints are taken.
    pub(crate) blueprints: BlueprintOptions,
    /// The file of the fleet, where this Sovereign shows one.
    pub(crate) fleet_snapshot: Option<PathBuf>,
    /// The largest bundle that is imported by page or route.
    pub(crate) max_bundle_bytes: u64,
    /// Bundles that are written for whoever asks this process: one at a time.
    pub(crate) bundle_permits: Semaphore,
    /// Whether the process ends: what takes long is given up then.
    pub(crate) stopping: watch::Sender<bool>,
    /// This process, among those that share the database.
    pub(crate) process: Uuid,
    ids: Mutex<RandomIds>,
}

/// What an [`App`] is built from.
pub(crate) struct Parts {
    pub store: Store,
    pub engine: Engine,
    pub clock: Arc<dyn Clock>,
    pub ids: RandomIds,
    pub facts: Facts,
    pub tokens: Tokens,
    pub(crate) issuers: Issuers,
    pub limits: Limiter,
    pub(crate) mailer: Mailer,
    pub(crate) payments: Payments,
    pub(crate) nats: Option<Nats>,
    pub(crate) hooks: Hooks,
    pub configured_url: String,
    pub zone: TimeZone,
    pub tax: TaxRules,
    pub(crate) previews: Previews,
    pub(crate) provisioning: ProvisioningOptions,
    pub(crate) driver: Driver,
    pub(crate) blueprints: BlueprintOptions,
    pub(crate) fleet_snapshot: Option<PathBuf>,
    pub(crate) max_bundle_bytes: u64,
}

impl App {
    #[must_use]
    pub(crate) fn new(mut parts: Parts) -> Self {
        const KNOWN_USERS: usize = 20_000;
        Self {
            process: parts.ids.next_id(),
            people: Reads::start(&parts.store),
            previews: parts.previews,
            openings: Openings::default(),
            market: market::Kept::default(),
            provisioning: parts.provisioning,
            driver: parts.driver,
            blueprints: parts.blueprints,
            fleet_snapshot: parts.fleet_snapshot,
            max_bundle_bytes: parts.max_bundle_bytes,
            bundle_permits: Semaphore::new(1),
            stopping: watch::channel(false).0,
            store: parts.store,
            engine: parts.engine,
            clock: parts.clock,
            facts: parts.facts,
            tokens: parts.tokens,
            issuers: parts.issuers,
            limits: parts.limits,
            mailer: parts.mailer,
            payments: parts.payments,
            nats: parts.nats,
            hooks: parts.hooks,
            configured_url: parts.configured_url,
            zone: parts.zone,
            tax: parts.tax,
            known_users: Cache::new(KNOWN_USERS),
            ids: Mutex::new(parts.ids),
        }
    }

    /// Comes when the process ends.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    pub(crate) fn new_id(&self) -> Uuid {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).next_id()
    }

    /// The way to Stripe, as it is configured now.
    #[must_use]
    pub fn payments(&self) -> &Payments {
        &self.payments
    }

    /// A source of identifiers, for what also works without a server.
    pub(crate) fn ids(&self) -> impl IdSource + Send {
        AppIds(self)
    }
}

struct AppIds<'a>(&'a App);

impl IdSource for AppIds<'_> {
    fn next_id(&mut self) -> Uuid {
        self.0.new_id()
    }
}

/// The command line, as an actor in the audit log.
pub(crate) fn command_line_actor(request_id: Uuid) -> Actor {
    Actor { user_id: UserId("cli".into()), request_id: request_id.to_string() }
}
