//! Two Sovereigns, and an Organization's way from one to the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use sovereign::auth::{KeyRing, Role};
use sovereign::storage::Store;
use sovereign::usecase::moves::moved_columns;
use tempfile::TempDir;
use uuid::Uuid;

use crate::harness::{Engine, FQDN, Program, State, TestDatabase, token};

pub(super) const OTHER: &str = "other.sovereign.example";

pub(crate) struct World {
    pub(crate) source: Side,
    pub(crate) target: Side,
    files: TempDir,
}

/// A Sovereign that nobody serves, but while somebody orders.
pub(crate) struct Side {
    pub(crate) database: TestDatabase,
    pub(crate) fqdn: &'static str,
    /// Its public keys, in a file.
    pub(crate) keys: PathBuf,
}

/// The way of an Organization from one side to the other.
pub(crate) struct Trip<'w> {
    pub(crate) from: &'w Side,
    pub(crate) to: &'w Side,
    pub(crate) tenant_id: String,
    pub(crate) bundle: PathBuf,
    pub(crate) receipt: PathBuf,
    pub(crate) release: PathBuf,
}

impl World {
    pub(super) async fn between(source: Engine, target: Engine) -> Self {
        let files = tempfile::tempdir().unwrap();
        let source = Side::start(source, FQDN, files.path()).await;
        let target = Side::start(target, OTHER, files.path()).await;
        Self { source, target, files }
    }

    pub(crate) fn there(&self, tenant_id: &str) -> Trip<'_> {
        self.trip((&self.source, &self.target), tenant_id)
    }

    pub(crate) fn back(&self, tenant_id: &str) -> Trip<'_> {
        self.trip((&self.target, &self.source), tenant_id)
    }

    fn trip<'w>(&'w self, (from, to): (&'w Side, &'w Side), tenant_id: &str) -> Trip<'w> {
        let file = |kind: &str| self.files.path().join(format!("to-{}.{kind}", to.fqdn));
        Trip {
            from,
            to,
            tenant_id: tenant_id.to_owned(),
            bundle: file("bundle"),
            receipt: file("receipt.json"),
            release: file("release.json"),
        }
    }

    pub(super) async fn finish(self) {
        self.source.verify();
        self.target.verify();
        self.source.database.remove().await;
        self.target.database.remove().await;
    }
}

impl Side {
    pub(super) async fn start(engine: Engine, fqdn: &'static str, files: &Path) -> Self {
        let database = TestDatabase::started(engine).await;
        database.execute(&format!("UPDATE sovereign SET fqdn = '{fqdn}'")).await;
        let keys = files.join(format!("{fqdn}.jwks"));
        let ring = KeyRing::load_or_create(database.directory.path()).unwrap();
        std::fs::write(&keys, ring.jwks().to_string()).unwrap();
        Self { database, fqdn, keys }
    }

    pub(crate) fn program(&self, arguments: &[&str]) -> Program {
        self.database.program(arguments)
    }

    pub(crate) fn verify(&self) {
        self.database.run(&["verify"]).expect(0);
    }

    /// Makes an Organization that pays its first month with a voucher and has some of it left; answers its identifier.
    pub(crate) async fn customer(&self, slug: &str) -> String {
        let admin = self.database.mint("sovereign-admin", "admin@example.com");
        let server = self.database.serve(&[]);
        let code = code(slug);
        let voucher = json!({ "code": code, "credit_omr": 20, "max_redemptions": 5 });
        server.bearing(&admin).post("/billing/vouchers/issue", &voucher).await.expect(200);
        let tokens = self.database.tokens_of(self.fqdn);
        let client = server.bearing(&token(&tokens, slug, Role::Member));
        let tenant_id = client.make_organization(slug).await;
        let body = json!({ "plan_id": "m", "tenant_id": tenant_id, "promo_code": code });
        client.post("/billing/checkout", &body).await.expect(200);
        server.stop().expect(0);
        tenant_id
    }

    /// What an Organization's wallet has; nothing where it is not here.
    pub(crate) async fn credit(&self, tenant_id: &str) -> i64 {
        let sql = format!(
            "SELECT CAST(balance_minor AS text) FROM wallets WHERE tenant_id = '{tenant_id}'"
        );
        let found = self.database.texts(&sql).await;
        found.first().map_or(0, |balance| balance.parse().unwrap())
    }

    pub(crate) async fn number(&self, count: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS text) FROM {count}");
        self.database.texts(&sql).await[0].parse().unwrap()
    }

    /// The Sovereign that an Organization has moved to; empty where it has not.
    pub(crate) async fn moved_to(&self, tenant_id: &str) -> String {
        let sql =
            format!("SELECT COALESCE(moved_to, '') FROM organizations WHERE id = '{tenant_id}'");
        self.database.texts(&sql).await.pop().unwrap_or_default()
    }

    /// All rows of an Organization that move, by table.
    pub(crate) async fn rows(&self, tenant_id: &str) -> Rows {
        let mut found = BTreeMap::new();
        for (table, columns) in moved_columns() {
            let whose = if table == "organizations" {
                format!("id = '{tenant_id}'")
            } else if columns.contains(&"tenant_id") {
                format!("tenant_id = '{tenant_id}'")
            } else {
                let account = format!("SELECT id FROM customers WHERE tenant_id = '{tenant_id}'");
                format!("customer_id = ({account})")
            };
            let row = match self.database.engine() {
                Engine::Postgres => format!("CAST(ROW({}) AS text)", columns.join(", ")),
                Engine::Sqlite => {
                    let quoted: Vec<String> =
                        columns.iter().map(|name| format!("quote({name})")).collect();
                    quoted.join(" || '|' || ")
                }
            };
            let sql = format!("SELECT {row} FROM {table} WHERE {whose} ORDER BY 1");
            found.insert(table, self.database.texts(&sql).await);
        }
        found
    }

    /// Says that the ledger's lines before this identifier are added up.
    pub(crate) async fn add_up_to(&self, id: u128) {
        let id = match self.database.engine() {
            Engine::Sqlite => format!("X'{id:032x}'"),
            Engine::Postgres => format!("'{}'", Uuid::from_u128(id)),
        };
        let sql = format!("UPDATE rollups SET before_id = {id} WHERE name = 'credit'");
        self.database.execute(&sql).await;
    }

    /// The identifier of the ledger's newest line.
    pub(crate) async fn newest_line(&self) -> u128 {
        let id = match self.database.engine() {
            Engine::Sqlite => "lower(hex(id))",
            Engine::Postgres => "replace(CAST(id AS text), '-', '')",
        };
        let sql = format!("SELECT {id} FROM credit_ledger ORDER BY id DESC LIMIT 1");
        u128::from_str_radix(&self.database.texts(&sql).await[0], 16).unwrap()
    }

    pub(crate) async fn state(&self) -> State {
        let store = Store::open(&self.database.location).await.unwrap();
        let state = State::of(&store).await;
        store.close().await;
        state
    }
}

/// All rows of an Organization that move, by table.
pub(crate) type Rows = BTreeMap<&'static str, Vec<String>>;

/// What came back is what was there; and each Sovereign has brought it into its cluster anew, if anything.
pub(crate) fn assert_came_back(before: &Rows, mut after: Rows) {
    let brought = after.get_mut("provisions").unwrap();
    let (here, anew): (Vec<_>, Vec<_>) =
        brought.drain(..).partition(|row| before["provisions"].contains(row));
    assert!(anew.len() <= 2, "one at the activation there, and one here: {anew:#?}");
    *brought = here;
    for (table, rows) in before {
        assert_eq!(&after[table], rows, "{table} came back otherwise");
    }
}

/// The voucher of an Organization that [`Side::customer`] makes.
pub(crate) fn code(slug: &str) -> String {
    format!("{}-20", slug.to_uppercase())
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Trip<'_> {
    pub(crate) fn export(&self) -> Program {
        let to = ["--to", self.to.fqdn, "--out", shown(&self.bundle)];
        self.from.program(&[&["org", "export", &self.tenant_id], &to[..]].concat())
    }

    pub(crate) fn import(&self) -> Program {
        self.import_from(shown(&self.bundle))
    }

    pub(crate) fn import_from(&self, bundle: &str) -> Program {
        let keys = ["--from", self.from.fqdn, "--keys", shown(&self.from.keys)];
        let receipt = ["--receipt", shown(&self.receipt)];
        self.to.program(&[&["org", "import", bundle], &keys[..], &receipt[..]].concat())
    }

    pub(crate) fn confirm(&self) -> Program {
        let papers = ["--receipt", shown(&self.receipt), "--keys", shown(&self.to.keys)];
        let release = ["--release", shown(&self.release)];
        let command = ["org", "confirm", &self.tenant_id];
        self.from.program(&[&command[..], &papers[..], &release[..]].concat())
    }

    pub(crate) fn activate(&self) -> Program {
        self.to.program(&["org", "activate", "--release", shown(&self.release)])
    }

    pub(crate) fn drop_arrival(&self) -> Program {
        self.to.program(&["org", "drop", &self.tenant_id])
    }

    pub(crate) fn abort(&self) -> Program {
        self.from.program(&["org", "abort", &self.tenant_id])
    }

    /// All four steps.
    pub(crate) fn whole(&self) {
        for step in [self.export(), self.import(), self.confirm(), self.activate()] {
            step.run().expect(0);
        }
    }
}
