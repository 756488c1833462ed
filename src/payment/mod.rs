//! Card payments: the processor, and this Sovereign's configuration of it.
//!
//! The keys are in the database, encrypted, and may change while the program runs. [`Payments`] has those of
//! now: a change by this process counts at once, one by another within a minute.

pub mod events;
pub(crate) mod settings;
pub mod stripe;

use std::sync::{Arc, PoisonError, RwLock};

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::Mutex;

use self::settings::{Keeper, SealError, Settings};
use self::stripe::amounts::{self, CannotCharge};
use self::stripe::{Stripe, StripeOptions, WebhookSecret};
use crate::app::Facts;
use crate::clock::Clock;
use crate::engine::Engine;
use crate::storage::settings::{self as rows, SettingsRow};
use crate::storage::{self, Store};
use crate::usecase::start::StartError;
use crate::vault::Vault;

/// The configuration that was last read.
struct Current {
    row: SettingsRow,
    settings: Settings,
    stripe: Option<Arc<Stripe>>,
}

/// The way to Stripe, as it is configured now.
pub struct Payments {
    store: Store,
    engine: Engine,
    clock: Arc<dyn Clock>,
    keeper: Keeper,
    currency: Currency,
    options: StripeOptions,
    current: RwLock<Arc<Current>>,
    /// One reload at a time, so that an older one never comes in last.
    reloading: Mutex<()>,
}

/// What [`Payments`] is built from, beside the store and the engine.
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    pub(crate) vault: Vault,
    pub(crate) stripe: StripeOptions,
}

impl Payments {
    /// Reads the settings, and encrypts what an earlier service left in plain. Keys that cannot be read are
    /// no reason not to start: without them there are no card payments, and the log says why.
    ///
    /// # Errors
    /// Where plain keys cannot be encrypted, a configured minimum cannot be charged, or the database fails.
    pub(crate) async fn start(
        store: &Store,
        engine: &Engine,
        clock: &Arc<dyn Clock>,
        facts: &Facts,
        configuration: Configuration,
    ) -> Result<Self, StartError> {
        let Configuration { vault, stripe: options } = configuration;
        let bad = |error: CannotCharge| StartError::Configuration(error.to_string());
        if let Err(error @ CannotCharge::BadMinimum { .. }) =
            amounts::charge_rules(facts.currency, options.minimum_charge_minor)
        {
            return Err(bad(error));
        }
        let keeper = Keeper { vault, fqdn: facts.fqdn.clone() };
        let sealed = keeper.seal_plain(store, clock.now()).await.map_err(|error| match error {
            SealError::Vault(error) => StartError::Configuration(error.to_string()),
            SealError::Storage(error) => error.into(),
        })?;
        if sealed {
            tracing::info!("the keys to Stripe that an earlier service kept are encrypted now");
        }
        let mut tx = store.read().await?;
        let row = rows::find(&mut tx).await?;
        let settings = keeper.read(&row);
        let current = Current { row, settings, stripe: None };
        let payments = Self {
            store: store.clone(),
            engine: engine.clone(),
            clock: Arc::clone(clock),
            keeper,
            currency: facts.currency,
            options,
            current: RwLock::new(Arc::new(current)),
            reloading: Mutex::new(()),
        };
        payments.apply(payments.current().row.clone());
        Ok(payments)
    }

    /// The way to Stripe; `None` where no key is configured.
    #[must_use]
    pub fn stripe(&self) -> Option<Arc<Stripe>> {
        self.current().stripe.clone()
    }

    /// What webhooks may be signed with now; none where webhooks are not configured.
    #[must_use]
    pub fn webhook_secrets(&self) -> Vec<WebhookSecret> {
        let current = self.current();
        let settings = &current.settings;
        let now = self.clock.now();
        let former = settings.former_webhook_secret.iter().filter(|(_, until)| *until > now);
        let former = former.map(|(secret, _)| secret);
        settings.webhook_secret.known().into_iter().chain(former).cloned().collect()
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    pub(crate) fn options(&self) -> &StripeOptions {
        &self.options
    }

    /// Reads the settings again.
    ///
    /// # Errors
    /// Where the database fails; what was read last stays.
    pub(crate) async fn reload(&self) -> storage::Result<()> {
        let _alone = self.reloading.lock().await;
        let mut tx = self.store.read().await?;
        let row = rows::find(&mut tx).await?;
        drop(tx);
        let current = self.current();
        // A key file that was missing may have come.
        if current.row != row || current.settings.problem().is_some() {
            self.apply(row);
        }
        Ok(())
    }

    fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn apply(&self, row: SettingsRow) {
        let settings = self.keeper.read(&row);
        if let Some(problem) = settings.problem() {
            tracing::error!(problem, "a key to Stripe cannot be used");
        }
        let stripe = settings.secret_key.known().and_then(|key| {
            let stripe = Stripe::new(key, &self.options);
            stripe.map_err(|error| tracing::error!(error, "Stripe cannot be called")).ok()
        });
        let rules = stripe.as_ref().and_then(|_| {
            let rules = amounts::charge_rules(self.currency, self.options.minimum_charge_minor);
            rules.map_err(|error| tracing::error!(%error, "cards cannot be charged")).ok()
        });
        let current = Current { row, settings, stripe: stripe.map(Arc::new) };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
        self.engine.set_charge_rules(rules);
    }
}

/// Until when a webhook secret that was replaced is still good: Stripe signs with both for a day.
pub(crate) fn former_until(now: Timestamp) -> Timestamp {
    now.plus_days(1)
}
