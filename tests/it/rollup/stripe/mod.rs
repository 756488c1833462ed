//! A stand-in for the publisher's account at Stripe, with as many charges as a test wants: over an SQLite file, of
//! which a test can ask in SQL what the program should have found.
//!
//! It lists balance transactions as Stripe does, searches charges, and takes transfers; and it turns callers away,
//! fails, hangs up and repeats itself by a plan that a seed decides. It needs nothing of the harness: the benchmarks
//! run it too.

mod generate;
mod json;
mod pages;
mod server;
mod transfers;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, SqlitePool};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) const SECRET_KEY: &str = "sk_test_51NrollupAAAAAAAA";

/// How many charges, and by which chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) charges: u32,
    pub(crate) seed: u64,
    /// From when on and until before when they are made, in seconds since 1970.
    pub(crate) made: (i64, i64),
}

impl Size {
    /// From 10 September to 20 December 2025.
    pub(crate) const fn autumn(charges: u32, seed: u64) -> Self {
        Self { charges, seed, made: (1_757_462_400, 1_766_188_800) }
    }

    /// In November 2025, as it is in Muscat.
    pub(crate) const fn november(charges: u32, seed: u64) -> Self {
        Self { charges, seed, made: (1_761_940_800, 1_764_532_800) }
    }
}

/// How often, of a thousand requests, something goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trouble {
    /// 429, with `Retry-After: 0`.
    pub(crate) limited: u64,
    /// 500.
    pub(crate) failed: u64,
    /// The connection is cut, before anything is said.
    pub(crate) cut: u64,
    /// A page begins with some objects of the one before.
    pub(crate) repeated: u64,
}

impl Trouble {
    /// Some of everything.
    pub(crate) const SOME: Self = Self { limited: 30, failed: 4, cut: 4, repeated: 30 };
}

pub(crate) struct FakeStripe {
    pub(crate) url: String,
    pub(crate) pool: SqlitePool,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    _directory: TempDir,
}

struct Shared {
    pool: SqlitePool,
    trouble: Trouble,
    seed: u64,
    requests: AtomicU64,
    seen: watch::Sender<u64>,
    account: AtomicBool,
    /// How often something was to be made.
    posts: AtomicU64,
    /// There is no money for transfers.
    refusing: AtomicBool,
    /// Of how many transfers to come the answer is lost.
    losing: AtomicU64,
    /// Whoever asks after the next transfer is made hears nothing, and its answer is lost too.
    leaving: AtomicBool,
    away: AtomicBool,
}

impl FakeStripe {
    /// An account with charges, with refunds and disputes of them, and with what else moves money.
    pub(crate) async fn start(size: Size, trouble: Trouble) -> Self {
        let fake = Self::empty(size.seed, trouble).await;
        generate::fill(&fake.pool, size).await;
        fake
    }

    /// An account where nothing has happened yet.
    pub(crate) async fn empty(seed: u64, trouble: Trouble) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("stripe.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        sqlx::raw_sql(generate::SCHEMA).execute(&pool).await.unwrap();
        let shared = Arc::new(Shared {
            pool: pool.clone(),
            trouble,
            seed,
            requests: AtomicU64::new(0),
            seen: watch::channel(0).0,
            account: AtomicBool::new(false),
            posts: AtomicU64::new(0),
            refusing: AtomicBool::new(false),
            losing: AtomicU64::new(0),
            leaving: AtomicBool::new(false),
            away: AtomicBool::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(server::serve(Arc::clone(&shared), listener));
        Self { url, pool, shared, serving, _directory: directory }
    }

    /// How often it was asked.
    pub(crate) fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Waits until it was asked so often.
    pub(crate) async fn asked(&self, count: u64) {
        self.shared.seen.subscribe().wait_for(|seen| *seen >= count).await.unwrap();
    }

    /// Whoever asks from now on has the key of another account.
    pub(crate) fn become_another_account(&self) {
        self.shared.account.store(true, Ordering::SeqCst);
    }

    /// How often it was asked to make something.
    pub(crate) fn posts(&self) -> u64 {
        self.shared.posts.load(Ordering::SeqCst)
    }

    /// Whether there is no money for transfers from now on.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.shared.refusing.store(refuses, Ordering::SeqCst);
    }

    /// The next so many transfers are made, and the connection is cut before anything is said.
    pub(crate) fn lose_answers(&self, count: u64) {
        self.shared.losing.store(count, Ordering::SeqCst);
    }

    /// With the next transfer it makes, it falls silent until it comes back.
    pub(crate) fn leave_after_a_transfer(&self) {
        self.shared.leaving.store(true, Ordering::SeqCst);
    }

    pub(crate) fn come_back(&self) {
        self.shared.away.store(false, Ordering::SeqCst);
    }

    /// Keys of idempotency are forgotten, as they are after a day.
    pub(crate) async fn forget_keys(&self) {
        self.execute("DELETE FROM keys").await;
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let number = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await;
        number.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&self.pool).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Adds a charge whose money moves at a moment of its own; answers its identifier. No fee is taken.
    pub(crate) async fn charge(&self, charge: &NewCharge<'_>) -> String {
        let number = self.number("SELECT COUNT(*) FROM charges").await;
        let id = format!("ch_added{number:08}");
        let text = |text: Option<&str>| text.map_or("NULL".to_owned(), |text| format!("'{text}'"));
        let NewCharge { sovereign, currency, amount, created, moved } = charge;
        let sovereign = text(*sovereign);
        self.execute(&format!(
            "INSERT INTO charges (id, created, amount, currency, sovereign, organization, order_id, method) \
             VALUES ('{id}', {created}, {amount}, '{currency}', {sovereign}, 'org-added', \
                 '00000000-0000-4000-8000-{number:012}', 'card'); \
             INSERT INTO balance_transactions (id, created, type, category, amount, currency, fee, source) \
             VALUES ('txn_{id}', {moved}, 'charge', 'charge', {amount}, '{currency}', 0, '{id}');"
        ))
        .await;
        id
    }

    /// Adds a refund of a charge.
    pub(crate) async fn refund(&self, charge: &str, amount: i64, created: i64) {
        let number = self.number("SELECT COUNT(*) FROM refunds").await;
        let id = format!("re_added{number:08}");
        self.execute(&format!(
            "INSERT INTO refunds (id, charge, created, amount, currency) \
             SELECT '{id}', id, {created}, {amount}, currency FROM charges WHERE id = '{charge}'; \
             INSERT INTO balance_transactions (id, created, type, category, amount, currency, fee, source) \
             SELECT 'txn_{id}', {created}, 'refund', 'refund', -{amount}, currency, 0, '{id}' \
             FROM charges WHERE id = '{charge}';"
        ))
        .await;
    }
}

/// A charge that a test makes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewCharge<'a> {
    pub(crate) sovereign: Option<&'a str>,
    /// In small letters.
    pub(crate) currency: &'a str,
    pub(crate) amount: i64,
    /// Seconds since 1970; so is the next.
    pub(crate) created: i64,
    pub(crate) moved: i64,
}

impl Drop for FakeStripe {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
