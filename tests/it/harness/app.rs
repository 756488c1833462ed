//! A running Sovereign, and what tests do with it.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::Ed25519KeyPair;
use serde_json::Value;
use sovereign::auth::{IssuerSettings, MintedFor, Role, SigningKey, Tokens};
use sovereign::blueprints::BlueprintOptions;
use sovereign::clock::{Clock as _, SystemClock};
use sovereign::engine::MAX_BATCH;
use sovereign::hooks::HookOptions;
use sovereign::jobs::Runner;
use sovereign::lifecycle::{Options, Sovereign};
use sovereign::limits::Limits;
use sovereign::mail::MailOptions;
use sovereign::payment::Payments;
use sovereign::payment::stripe::StripeOptions;
use sovereign::provision::ProvisioningOptions;
use sovereign::storage::Store;
use sovereign::storage::outbox::OutboxEvent;
use sovereign::usecase::start::Wanted;
use sovereign::usecase::{
    bulk, event_deliveries, expire_credit, letters, mailings, number_invoices, publish_events,
    relay, rollup, seal_audit, verify, wallet,
};
use sovereign::vault::Vault;
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;
use sqlx::AssertSqlSafe;

use super::actions;
use super::client::{Client, http_client};
use super::clock::TestClock;
use super::database::{Engine, FQDN, TestDatabase};
use super::events;
use super::running::Running;
use super::servers::{MailSink, Namespace, NatsServer, SinkOptions};
use super::signer::Signer;
use super::stripe::StripeFake;

/// The snapshot of the fleet, in the data directory.
pub(crate) const FLEET_FILE: &str = "fleet.json";

/// What a test may want to be different.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Setup {
    pub(crate) limits: Limits,
    pub(crate) shared_secret: Option<String>,
    pub(crate) issuers: Vec<IssuerSettings>,
    /// A mail server of the test's own; without one, the log has the mails.
    pub(crate) sink: Option<SinkOptions>,
    /// Not the test's usual currency: the Sovereign starts on an empty database.
    pub(crate) currency: Option<&'static str>,
    /// A demo, which starts on an empty database too.
    pub(crate) is_demo: bool,
    pub(crate) tax: TaxRules,
    pub(crate) zone: TimeZone,
    pub(crate) stripe: StripeOptions,
    /// How events are sent to the endpoints of others.
    pub(crate) hooks: HookOptions,
    /// Whether there is a stand-in for Stripe, whose keys are in the settings.
    pub(crate) takes_cards: bool,
    /// Whether there is a NATS server.
    pub(crate) publishes: bool,
    /// Whether Organizations go into a Kubernetes API, and not into a repository.
    pub(crate) has_cluster: bool,
    pub(crate) provisioning: ProvisioningOptions,
    pub(crate) blueprints: BlueprintOptions,
    /// The snapshot of the fleet that a Sovereign of the publisher's shows.
    pub(crate) fleet: Option<&'static str>,
    /// What the Sovereign is called.
    pub(crate) fqdn: &'static str,
    /// The largest bundle that is imported by page or route.
    pub(crate) max_bundle_bytes: u64,
}

/// A signing key in PKCS #8. The tests hold the bytes too, to forge tokens with.
fn new_key() -> Vec<u8> {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    key.as_ref().to_vec()
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: Limits::off(),
            shared_secret: None,
            issuers: Vec::new(),
            sink: None,
            currency: None,
            is_demo: false,
            tax: TaxRules::default(),
            zone: TimeZone::UTC,
            stripe: StripeOptions {
                api_url: "http://127.0.0.1:9".to_owned(),
                ..StripeOptions::default()
            },
            hooks: HookOptions::default(),
            takes_cards: false,
            publishes: false,
            has_cluster: false,
            provisioning: ProvisioningOptions::default(),
            blueprints: BlueprintOptions::default(),
            fleet: None,
            fqdn: FQDN,
            max_bundle_bytes: 64 << 20,
        }
    }
}

impl Setup {
    /// With a mail server.
    pub(crate) fn with_mail() -> Self {
        Self { sink: Some(SinkOptions::default()), ..Self::default() }
    }

    /// With a card processor.
    pub(crate) fn with_stripe() -> Self {
        Self { takes_cards: true, ..Self::default() }
    }

    /// With a NATS server.
    pub(crate) fn with_nats() -> Self {
        Self { publishes: true, ..Self::default() }
    }

    /// With a Kubernetes API.
    pub(crate) fn with_kubernetes() -> Self {
        Self { has_cluster: true, ..Self::default() }
    }

    /// With private Blueprints that [`Signer::franchisee`] signs.
    pub(crate) fn with_blueprints() -> Self {
        let options = Signer::franchisee().options();
        Self { blueprints: options, ..Self::default() }
    }

    /// A Sovereign of the publisher's, which shows this snapshot of the fleet.
    pub(crate) fn with_fleet(snapshot: &'static str) -> Self {
        Self { fleet: Some(snapshot), ..Self::with_mail() }
    }

    pub(crate) fn in_currency(code: &'static str) -> Self {
        Self { currency: Some(code), ..Self::default() }
    }
}

pub(crate) struct TestApp {
    pub(crate) clock: Arc<TestClock>,
    /// The database, for looking behind the API.
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    /// The private key behind `tokens`, in PKCS #8.
    pub(crate) key: Vec<u8>,
    pub(crate) address: SocketAddr,
    pub(crate) engine: Engine,
    http: reqwest::Client,
    pub(super) database: TestDatabase,
    running: Running,
    sink: Option<MailSink>,
    pub(super) stripe: Option<StripeFake>,
    nats: Option<NatsServer>,
    cluster: Option<Namespace>,
    pub(super) hooks: HookOptions,
    pub(super) blueprints: BlueprintOptions,
}

impl TestApp {
    pub(crate) async fn start(engine: Engine) -> Self {
        Self::start_with(engine, Setup::default()).await
    }

    pub(crate) async fn start_with(engine: Engine, setup: Setup) -> Self {
        let database = if setup.currency.is_some() || setup.is_demo {
            TestDatabase::empty(engine).await
        } else {
            TestDatabase::started(engine).await
        };
        if setup.fqdn != FQDN {
            let named = format!("UPDATE sovereign SET fqdn = '{}'", setup.fqdn);
            database.execute(&named).await;
        }
        let clock = Arc::new(TestClock::new());
        let key = new_key();
        let signing_key = SigningKey::from_der(&key).unwrap();
        let tokens = Tokens::new(setup.fqdn, signing_key.clone(), None, clock.clone()).unwrap();
        let sink = match setup.sink {
            Some(options) => Some(MailSink::start(options).await),
            None => None,
        };
        let stripe = if setup.takes_cards { Some(StripeFake::start(clock.clone())) } else { None };
        let nats = if setup.publishes {
            Some(tokio::task::spawn_blocking(NatsServer::start).await.unwrap())
        } else {
            None
        };
        let cluster = if setup.has_cluster { Some(Namespace::make().await) } else { None };
        let options = Options {
            location: database.location.clone(),
            keys: signing_key.into(),
            shared_secret: setup.shared_secret,
            issuers: setup.issuers,
            wanted: Wanted {
                fqdn: Some(setup.fqdn.to_owned()),
                currency: setup.currency.map(str::to_owned),
                demo: setup.is_demo,
            },
            limits: setup.limits,
            clock: clock.clone(),
            tax: setup.tax,
            zone: setup.zone,
            max_batch: MAX_BATCH,
            max_bundle_bytes: setup.max_bundle_bytes,
            preview_cache: true,
            mail: sink.as_ref().map_or(MailOptions::Log, MailSink::as_setting),
            vault: Vault::in_directory(database.directory.path()),
            stripe: stripe.as_ref().map_or(setup.stripe, StripeFake::options),
            nats: nats.as_ref().map(NatsServer::options),
            hooks: setup.hooks.clone(),
            public_url: None,
            provisioning: cluster.as_ref().map_or(setup.provisioning, Namespace::options),
            blueprints: setup.blueprints.clone(),
            fleet_snapshot: setup.fleet.map(|snapshot| {
                let path = database.directory.path().join(FLEET_FILE);
                std::fs::write(&path, snapshot).unwrap();
                path
            }),
            data: database.directory.path().to_owned(),
        };
        let running = Running::start(options).await;
        let store = Store::open(&database.location).await.unwrap();
        let (address, http) = (running.address, http_client());
        let app = Self {
            clock,
            store,
            tokens,
            key,
            address,
            engine,
            http,
            database,
            running,
            sink,
            stripe,
            nats,
            cluster,
            hooks: setup.hooks,
            blueprints: setup.blueprints,
        };
        if let Some(stripe) = &app.stripe {
            app.set_stripe_keys(&stripe.secret_key(), &stripe.webhook_secret()).await;
            stripe.point_at(&app.url("/billing/webhook"));
        }
        app
    }

    /// Sets the keys as an operator does beside the server, and has the server notice.
    async fn set_stripe_keys(&self, secret_key: &str, webhook_secret: &str) {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let (secret, webhook) = (file("secret", secret_key), file("webhook", webhook_secret));
        let files = ["--secret-key", &secret, "--webhook-secret", &webhook];
        self.database().run(&[&["stripe", "keys"], &files[..]].concat()).expect(0);
        self.each_minute().await;
    }

    /// The stand-in for Stripe of [`Setup::with_stripe`].
    pub(crate) fn stripe(&self) -> &StripeFake {
        self.stripe.as_ref().expect("a test with Stripe")
    }

    /// The NATS server of [`Setup::with_nats`].
    pub(crate) fn nats(&self) -> &NatsServer {
        self.nats.as_ref().expect("a test with NATS")
    }

    /// The namespace of [`Setup::with_kubernetes`].
    pub(crate) fn cluster(&self) -> &Namespace {
        self.cluster.as_ref().expect("a test with a Kubernetes API")
    }

    /// The mail server of [`Setup::with_mail`].
    pub(crate) fn sink(&self) -> &MailSink {
        self.sink.as_ref().expect("a test with mail")
    }

    /// The link that a start says while nobody administers the Sovereign.
    pub(crate) async fn administrator_link(&self) -> Option<String> {
        self.running.sovereign.administrator_link().await.unwrap()
    }

    /// Its database, for commands that work beside it.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A caller without a token.
    pub(crate) fn anyone(&self) -> Client {
        Client::new(self.http.clone(), format!("http://{}", self.address), None)
    }

    pub(crate) fn bearing(&self, token: &str) -> Client {
        let base = format!("http://{}", self.address);
        Client::new(self.http.clone(), base, Some(token.to_owned()))
    }

    pub(crate) fn signed_in(&self, name: &str, role: Role) -> Client {
        self.bearing(&self.token(name, role))
    }

    /// A valid token for `{name}@example.com`.
    pub(crate) fn token(&self, name: &str, role: Role) -> String {
        let bearer = MintedFor {
            subject: name.to_owned(),
            email: format!("{name}@example.com"),
            role,
            lifetime_seconds: 365 * 86_400,
        };
        self.tokens.mint(&bearer).unwrap()
    }

    /// The franchisee's administrator, who issues vouchers.
    pub(crate) fn sovereign_admin(&self) -> Client {
        self.signed_in("campaigns", Role::SovereignAdmin)
    }

    pub(crate) fn superadmin(&self) -> Client {
        self.signed_in("root", Role::Superadmin)
    }

    pub(crate) fn member(&self, name: &str) -> Client {
        self.signed_in(name, Role::Member)
    }

    /// Issues a voucher over the API.
    pub(crate) async fn issue(&self, code: &str, credit_omr: i64, max_redemptions: i64) {
        let body = serde_json::json!({
            "code": code, "credit_omr": credit_omr, "max_redemptions": max_redemptions,
        });
        self.sovereign_admin().post("/billing/vouchers/issue", &body).await.expect(200);
    }

    /// Issues a voucher with members of its own.
    pub(crate) async fn issue_as(&self, body: Value) {
        self.sovereign_admin().post("/billing/vouchers/issue", &body).await.expect(200);
    }

    pub(crate) async fn revoke(&self, code: &str) {
        let path = format!("/billing/vouchers/revoke/{code}");
        self.sovereign_admin().delete(&path).await.expect(200);
    }

    /// Writes expired credit off, as the server does every minute; answers how many wallets had
    /// some.
    pub(crate) async fn sweep_credit(&self) -> usize {
        expire_credit::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Runs the job that seals the audit log, as this holder of its lease; answers how many seals were
    /// written.
    pub(crate) async fn seal_audit(&self, holder: u128) -> usize {
        self.running.seal_audit(holder).await
    }

    /// As one that believes that it has the lease.
    pub(crate) async fn seal_without_lease(&self) -> usize {
        seal_audit::run(&self.running.sovereign.app).await.unwrap().count
    }

    /// Carries out one slice of an operation on many vouchers.
    pub(crate) async fn edit_one_slice(&self, id: &serde_json::Value) {
        let mut ids = sovereign::ids::RandomIds::new(self.clock.clone());
        let id = uuid::Uuid::parse_str(id.as_str().unwrap()).unwrap();
        let currency = sovereign_domain::money::Currency::from_code("OMR").unwrap();
        let bench = (&self.store, currency, self.clock.now());
        bulk::advance(bench, &mut ids, id).await.unwrap();
    }

    /// Sends a page of vouchers by mail, as one that believes that it has the lease; answers how many.
    pub(crate) async fn send_mailings(&self) -> usize {
        mailings::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Adds the ledger up, as one that believes that it has the lease; answers how many lines that were.
    pub(crate) async fn roll_up_without_lease(&self) -> usize {
        rollup::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Takes events out of the outbox, as one that believes that it has the lease; answers how many.
    pub(crate) async fn relay_without_lease(&self) -> usize {
        relay::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Publishes to NATS what left the outbox, as one that believes that it has the lease.
    pub(crate) async fn publish_without_lease(&self) -> Result<usize, String> {
        let done = publish_events::step(&self.running.sovereign.app).await;
        done.map(|done| done.count).map_err(|error| error.to_string())
    }

    /// Brings what is due into the repository, as one that believes that it has the lease.
    pub(crate) async fn provision_without_lease(&self) {
        sovereign::provision::work::step(&self.running.sovereign.app).await.unwrap();
    }

    /// Numbers a page of invoices, as one that believes that it has the lease; answers how many.
    pub(crate) async fn number_invoices(&self) -> usize {
        number_invoices::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Sends a page of letters, as one that believes that it has the lease; answers how many were dealt with.
    pub(crate) async fn send_letters(&self) -> usize {
        letters::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Sends what waits for endpoints, as one that believes that it has the lease; answers how often.
    pub(crate) async fn deliver_without_lease(&self) -> usize {
        event_deliveries::step(&self.running.sovereign.app).await.unwrap().count
    }

    /// Files the letters on credit that expires, as one that believes that it has the lease.
    pub(crate) async fn warn_of_expiry(&self) {
        wallet::warn_of_expiry(&self.running.sovereign.app).await.unwrap();
    }

    /// The same for credit notes.
    pub(crate) async fn number_credit_notes(&self) -> usize {
        number_invoices::credit_notes_step(&self.running.sovereign.app).await.unwrap().count
    }

    /// The invariants that do not hold, each with its subject.
    pub(crate) async fn faults(&self) -> Vec<(&'static str, String)> {
        let faults = verify::verify(&self.store).await.unwrap().faults;
        faults.into_iter().map(|fault| (fault.check, fault.subject)).collect()
    }

    pub(crate) fn payments(&self) -> &Payments {
        self.running.sovereign.app.payments()
    }

    /// Does once what the server does every minute.
    pub(crate) async fn each_minute(&self) {
        Sovereign::each_minute(&self.running.sovereign.app).await.unwrap();
    }

    /// The router of the listener that has the metrics.
    pub(crate) fn metrics_router(&self) -> axum::Router {
        sovereign::api::metrics_router(std::sync::Arc::clone(&self.running.sovereign.app))
    }

    /// Whoever does jobs, as a process of its own would.
    pub(crate) fn runner(&self) -> Runner {
        Runner::new(&self.running.sovereign.app)
    }

    /// Runs one job now.
    pub(crate) async fn run_job(&self, name: &str) {
        let job = sovereign::jobs::find(name).expect("a job of that name");
        let outcome = self.runner().run_now(&job).await.unwrap();
        assert!(matches!(outcome, sovereign::jobs::Outcome::Done(_)), "{name}: {outcome:?}");
    }

    /// The user whose token's subject is `name`; they have called before.
    pub(crate) async fn user_id(&self, name: &str) -> String {
        let found = self.texts(&format!("SELECT id FROM users WHERE subject = '{name}'")).await;
        found.into_iter().next().unwrap_or_else(|| panic!("{name} has never called"))
    }

    /// One number from the database, past the API.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        match &self.store {
            Store::Postgres(pool) => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await,
            Store::Sqlite { writer, .. } => {
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(writer).await
            }
        }
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// A column of identifiers as it reads as text.
    pub(crate) fn uuid_as_text(&self, column: &str) -> String {
        match self.engine {
            Engine::Postgres => format!("CAST({column} AS text)"),
            Engine::Sqlite => {
                let hex = format!("lower(hex({column}))");
                let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)];
                let part = |(from, count)| format!("substr({hex}, {from}, {count})");
                parts.map(part).join(" || '-' || ")
            }
        }
    }

    /// Every event there was, wherever it is now, by position there.
    pub(crate) async fn events(&self) -> Vec<OutboxEvent> {
        let sql = "SELECT position, id, type AS kind, tenant_id, CAST(data AS text) AS data, created_at \
                   FROM published_events \
                   UNION ALL SELECT position, id, type, tenant_id, CAST(data AS text), created_at \
                   FROM outbox";
        match &self.store {
            Store::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await,
            Store::Sqlite { writer, .. } => sqlx::query_as(sql).fetch_all(writer).await,
        }
        .unwrap()
    }

    /// The keys that it signs with, as it answers them.
    pub(crate) async fn jwks(&self) -> Value {
        self.anyone().get("/.well-known/jwks.json").await.expect(200)
    }

    /// Goes by the machine's clock from now on, as commands beside it do. What the start has done was later by that: it
    /// was never done.
    pub(crate) async fn follow_the_machine(&self) {
        self.clock.set(SystemClock.now());
        self.execute("DELETE FROM audit_seals; DELETE FROM jobs").await;
    }

    /// Changes the database past the API.
    pub(crate) async fn execute(&self, sql: &str) {
        let done = match &self.store {
            Store::Postgres(pool) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.map(|_| ())
            }
            Store::Sqlite { writer, .. } => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(writer).await.map(|_| ())
            }
        };
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Fails where an invariant of the books does not hold.
    pub(crate) async fn verify(&self) {
        let report = verify::verify(&self.store).await.unwrap();
        assert!(report.faults.is_empty(), "the books are off: {:#?}", report.faults);
    }

    /// Checks the books and what was told of them, stops the Sovereign and removes its database.
    pub(crate) async fn finish(self) {
        self.verify().await;
        events::assert_described(&self).await;
        actions::assert_documented(&self).await;
        self.stop().await;
    }

    /// Stops the Sovereign and removes its database, in whatever state its books are.
    pub(crate) async fn stop(self) {
        self.leave().await.remove().await;
    }

    /// Stops the Sovereign and leaves its database, which nobody is connected to any more.
    pub(crate) async fn leave(self) -> TestDatabase {
        drop(self.http);
        self.running.stop().await;
        self.store.close().await;
        self.database
    }

    /// Now, as the Sovereign sees it.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.clock.now().seconds()
    }
}
