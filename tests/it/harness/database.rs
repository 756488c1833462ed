//! Fresh databases: a copy of one that was migrated and started once. Removed when a test has ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sovereign::auth::SigningKey;
use sovereign::blueprints::BlueprintOptions;
use sovereign::engine::MAX_BATCH;
use sovereign::lifecycle::{self, Options};
use sovereign::limits::Limits;
use sovereign::mail::MailOptions;
use sovereign::provision::ProvisioningOptions;
use sovereign::storage::{Location, Store};
use sovereign::usecase::start::Wanted;
use sovereign::vault::Vault;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

use super::app::Setup;
use super::clock::TestClock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database of one test.
pub(crate) struct TestDatabase {
    pub(crate) location: Location,
    /// A directory of the test's own, for the SQLite file and whatever else it needs.
    pub(crate) directory: TempDir,
    /// The name on the server, to drop it by.
    name: Option<String>,
}

pub(crate) const FQDN: &str = "test.sovereign.example";
pub(crate) const CURRENCY: &str = "OMR";

static NUMBER: AtomicU32 = AtomicU32::new(0);
/// A template must not be in use while it is copied.
static COPYING: Mutex<()> = Mutex::const_new(());

impl TestDatabase {
    /// Migrated and started: fqdn and currency are settled, the catalog is there.
    pub(crate) async fn started(engine: Engine) -> Self {
        let directory = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => {
                let path = directory.path().join("sovereign.db");
                std::fs::copy(sqlite_template().await, &path).unwrap();
                Self { location: Location::File(path), directory, name: None }
            }
            Engine::Postgres => Self::on_server(directory, Some(postgres_template().await)).await,
        }
    }

    /// As an empty installation finds it.
    pub(crate) async fn empty(engine: Engine) -> Self {
        let directory = tempfile::tempdir().unwrap();
        match engine {
            Engine::Sqlite => {
                let path = directory.path().join("sovereign.db");
                Self { location: Location::File(path), directory, name: None }
            }
            Engine::Postgres => Self::on_server(directory, None).await,
        }
    }

    /// A database that the test made itself, at `location`; it is the test's to remove.
    pub(crate) fn at(location: Location, directory: TempDir) -> Self {
        Self { location, directory, name: None }
    }

    async fn on_server(directory: TempDir, template: Option<&str>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let _one_at_a_time = COPYING.lock().await;
        administer(&match template {
            Some(template) => format!("CREATE DATABASE {name} TEMPLATE {template}"),
            None => format!("CREATE DATABASE {name}"),
        })
        .await;
        let location = Location::Server(url_of(&name));
        Self { location, directory, name: Some(name) }
    }

    pub(crate) fn engine(&self) -> Engine {
        match self.location {
            Location::File(_) => Engine::Sqlite,
            Location::Server(_) => Engine::Postgres,
        }
    }

    /// One column of texts, past the program.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let store = Store::open(&self.location).await.unwrap();
        let texts = match &store {
            Store::Postgres(pool) => sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await,
            Store::Sqlite { readers, .. } => {
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(readers).await
            }
        };
        store.close().await;
        texts.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Runs statements, on one connection, past the program.
    pub(crate) async fn try_execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        let store = Store::open(&self.location).await.unwrap();
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        let done = match &store {
            Store::Postgres(pool) => sql.execute(pool).await.map(|_| ()),
            Store::Sqlite { writer, .. } => sql.execute(writer).await.map(|_| ()),
        };
        store.close().await;
        done
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Drops it under everyone who uses it; only on PostgreSQL can that be done.
    pub(crate) async fn drop_in_use(&self) {
        let name = self.name.as_ref().expect("a database on a server");
        administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }

    /// Takes it away from everyone who uses it, until `bring_back`.
    pub(crate) async fn take_away(&self) {
        let name = self.name.as_ref().expect("a database on a server");
        let connected = format!("FROM pg_stat_activity WHERE datname = '{name}'");
        administer(&format!("SELECT pg_terminate_backend(pid) {connected}")).await;
        administer(&format!("ALTER DATABASE {name} RENAME TO {name}_away")).await;
    }

    pub(crate) async fn bring_back(&self) {
        let name = self.name.as_ref().expect("a database on a server");
        administer(&format!("ALTER DATABASE {name}_away RENAME TO {name}")).await;
    }

    pub(crate) async fn remove(self) {
        if let Some(name) = self.name {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            // Whom the requests of its members run as.
            // It stays where a copy of this database gives it rights.
            let role = format!(
                "DO $$ BEGIN DROP ROLE IF EXISTS {name}_member; \
                 EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$"
            );
            Box::pin(administer(&role)).await;
        }
    }
}

/// The server that `./test` started. Tests never go on without it.
pub(crate) fn postgres_server() -> String {
    std::env::var("SOVEREIGN_TEST_POSTGRES").expect(
        "SOVEREIGN_TEST_POSTGRES is not set: run the tests with ./test, which starts a PostgreSQL",
    )
}

fn url_of(database: &str) -> String {
    let server = postgres_server();
    let (base, _) = server.rsplit_once('/').expect("the server's address ends in a database");
    format!("{base}/{database}")
}

async fn administer(sql: &str) {
    let mut connection = PgConnection::connect(&postgres_server()).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn sqlite_template() -> PathBuf {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let make = || async {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("template.db");
        start_once(Location::File(path.clone())).await;
        (directory, path)
    };
    TEMPLATE.get_or_init(make).await.1.clone()
}

async fn postgres_template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let make = || async {
        let name = format!("template_{}", std::process::id());
        administer(&format!("CREATE DATABASE {name}")).await;
        start_once(Location::Server(url_of(&name))).await;
        name
    };
    TEMPLATE.get_or_init(make).await
}

async fn start_once(location: Location) {
    let options = Options {
        location,
        keys: SigningKey::ephemeral().unwrap().into(),
        shared_secret: None,
        issuers: Vec::new(),
        wanted: Wanted {
            fqdn: Some(FQDN.to_owned()),
            currency: Some(CURRENCY.to_owned()),
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
        // Nothing is encrypted yet.
        vault: Vault::in_directory(Path::new("/nowhere")),
        stripe: Setup::default().stripe,
        nats: None,
        hooks: sovereign::hooks::HookOptions::default(),
        public_url: None,
        provisioning: ProvisioningOptions::default(),
        blueprints: BlueprintOptions::default(),
        data: PathBuf::from("/nowhere"),
    };
    lifecycle::start(options).await.unwrap().stop().await;
}
