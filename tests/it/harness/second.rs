//! A second server of the same Sovereign: another engine on the same PostgreSQL database, as a second
//! process would be.

use sovereign::auth::{Role, SigningKey};
use sovereign::blueprints::BlueprintOptions;
use sovereign::engine::MAX_BATCH;
use sovereign::jobs::Runner;
use sovereign::lifecycle::{Options, Sovereign};
use sovereign::limits::Limits;
use sovereign::mail::MailOptions;
use sovereign::payment::Payments;
use sovereign::provision::ProvisioningOptions;
use sovereign::usecase::start::Wanted;
use sovereign::usecase::{number_invoices, seal_audit, wallet};
use sovereign::vault::Vault;

use super::app::{Setup, TestApp};
use super::client::{Client, Customer, http_client};
use super::running::Running;
use super::stripe::StripeFake;

pub(crate) struct SecondServer(Running);

impl SecondServer {
    pub(crate) async fn beside(app: &TestApp) -> Self {
        Self::beside_with(app, Limits::off()).await
    }

    pub(crate) async fn beside_with(app: &TestApp, limits: Limits) -> Self {
        Self::start(app, limits, app.blueprints.clone()).await
    }

    /// With other keys to trust.
    pub(crate) async fn trusting(app: &TestApp, blueprints: BlueprintOptions) -> Self {
        Self::start(app, Limits::off(), blueprints).await
    }

    async fn start(app: &TestApp, limits: Limits, blueprints: BlueprintOptions) -> Self {
        let options = Options {
            location: app.database.location.clone(),
            keys: SigningKey::from_der(&app.key).unwrap().into(),
            shared_secret: None,
            issuers: Vec::new(),
            wanted: Wanted::default(),
            limits,
            clock: app.clock.clone(),
            tax: sovereign_domain::tax::TaxRules::default(),
            zone: sovereign_domain::calendar::TimeZone::UTC,
            max_batch: MAX_BATCH,
            max_bundle_bytes: 64 << 20,
            preview_cache: true,
            mail: MailOptions::Log,
            vault: Vault::in_directory(app.database.directory.path()),
            stripe: app.stripe.as_ref().map_or(Setup::default().stripe, StripeFake::options),
            nats: None,
            hooks: app.hooks.clone(),
            public_url: None,
            provisioning: ProvisioningOptions::default(),
            blueprints,
            fleet_snapshot: None,
            data: app.database.directory.path().to_owned(),
        };
        Self(Running::start(options).await)
    }

    /// A caller without a token, asking this server.
    pub(crate) fn anyone(&self) -> Client {
        Client::new(http_client(), format!("http://{}", self.0.address), None)
    }

    /// The same caller, asking this server.
    pub(crate) fn client(&self, app: &TestApp, name: &str, role: Role) -> Client {
        let base = format!("http://{}", self.0.address);
        Client::new(http_client(), base, Some(app.token(name, role)))
    }

    /// The same customer, asking this server.
    pub(crate) fn customer(&self, app: &TestApp, name: &str, customer: &Customer) -> Customer {
        let client = self.client(app, name, Role::Member);
        Customer { client, tenant_id: customer.tenant_id.clone() }
    }

    /// As [`TestApp::seal_audit`], by this server.
    pub(crate) async fn seal_audit(&self, holder: u128) -> usize {
        self.0.seal_audit(holder).await
    }

    /// As [`TestApp::seal_without_lease`], by this server.
    pub(crate) async fn seal_without_lease(&self) -> usize {
        seal_audit::run(&self.0.sovereign.app).await.unwrap().count
    }

    /// As [`TestApp::number_invoices`], by this server.
    pub(crate) async fn number_invoices(&self) -> usize {
        number_invoices::step(&self.0.sovereign.app).await.unwrap().count
    }

    /// As [`TestApp::warn_of_expiry`], by this server.
    pub(crate) async fn warn_of_expiry(&self) {
        wallet::warn_of_expiry(&self.0.sovereign.app).await.unwrap();
    }

    /// As [`TestApp::runner`], of this server.
    pub(crate) fn runner(&self) -> Runner {
        Runner::new(&self.0.sovereign.app)
    }

    pub(crate) fn payments(&self) -> &Payments {
        self.0.sovereign.app.payments()
    }

    /// Does once what the server does every minute.
    pub(crate) async fn each_minute(&self) {
        Sovereign::each_minute(&self.0.sovereign.app).await.unwrap();
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
