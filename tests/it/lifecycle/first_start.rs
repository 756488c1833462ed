//! Two servers whose first start is at the same moment, on one empty PostgreSQL database.

use std::sync::Arc;

use sovereign::auth::SigningKey;
use sovereign::blueprints::BlueprintOptions;
use sovereign::engine::MAX_BATCH;
use sovereign::lifecycle::{self, Options, Sovereign};
use sovereign::limits::Limits;
use sovereign::mail::MailOptions;
use sovereign::payment::stripe::StripeOptions;
use sovereign::provision::ProvisioningOptions;
use sovereign::usecase::start::{StartError, Wanted};
use sovereign::vault::Vault;

use crate::harness::{Engine, FQDN, TestClock, TestDatabase};

async fn start(database: &TestDatabase, currency: &str) -> Result<Sovereign, StartError> {
    let options = Options {
        location: database.location.clone(),
        keys: SigningKey::ephemeral().unwrap().into(),
        shared_secret: None,
        issuers: Vec::new(),
        wanted: Wanted {
            fqdn: Some(FQDN.to_owned()),
            currency: Some(currency.to_owned()),
            demo: false,
        },
        limits: Limits::off(),
        clock: Arc::new(TestClock::new()),
        tax: sovereign_domain::tax::TaxRules::default(),
        zone: sovereign_domain::calendar::TimeZone::UTC,
        max_batch: MAX_BATCH,
        max_bundle_bytes: 64 << 20,
        preview_cache: true,
        fleet_snapshot: None,
        mail: MailOptions::Log,
        vault: Vault::in_directory(database.directory.path()),
        stripe: StripeOptions::default(),
        nats: None,
        hooks: sovereign::hooks::HookOptions::default(),
        public_url: None,
        provisioning: ProvisioningOptions::default(),
        blueprints: BlueprintOptions::default(),
        data: database.directory.path().to_owned(),
    };
    lifecycle::start(options).await
}

/// What one of them settled binds the other: nobody goes on in a currency that is not stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_settles_the_currency_and_the_other_is_told() {
    for _ in 0..5 {
        let database = TestDatabase::empty(Engine::Postgres).await;
        let (rial, dinar) = tokio::join!(start(&database, "OMR"), start(&database, "BHD"));
        let (started, refused) = match (rial, dinar) {
            (Ok(started), Err(refused)) | (Err(refused), Ok(started)) => (started, refused),
            (rial, dinar) => panic!("{} and {} started", rial.is_ok(), dinar.is_ok()),
        };
        assert!(matches!(refused, StartError::Configuration(_)), "{refused}");
        assert!(refused.to_string().starts_with("currency: "), "{refused}");
        started.stop().await;
        database.remove().await;
    }
}
