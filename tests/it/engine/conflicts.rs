//! Transactions of others in the engine's way, on PostgreSQL: real deadlocks, unique violations and
//! serialization failures. Nobody is told while the engine may still try again.

use serde_json::json;
use sovereign::storage::{Location, Store};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::harness::{Customer, Engine, Server, State, TestDatabase, tenant_id, user_id};

/// As often as the engine tries a batch.
const ATTEMPTS: i64 = 8;

/// A server of its own process, with some people, and a connection of somebody else.
struct Scene {
    database: TestDatabase,
    server: Server,
    other: PgConnection,
    /// Looks on from outside: within a transaction, what the server does is seen once and for all.
    watch: PgConnection,
}

impl Scene {
    async fn start() -> Self {
        let database = TestDatabase::started(Engine::Postgres).await;
        database.people(0..40).await;
        database
            .execute(
                "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''400ms''', \
                     current_database()); END $$;
                 INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, \
                     max_redemptions, times_redeemed, adopted_redemptions, created_at, updated_at) \
                 VALUES ('MEETING-20', 20, 20000, '', true, 0, 0, 0, now(), now())",
            )
            .await;
        // Jobs would write beside what is looked at.
        let serve = ["serve", "--listen", "127.0.0.1:0", "--jobs", "off"];
        let program = database.program(&serve);
        let server = Server::start(program.env("SOVEREIGN_LOG_LEVEL", "sovereign=debug"));
        let Location::Server(url) = &database.location else { unreachable!() };
        let other = PgConnection::connect(url).await.unwrap();
        let watch = PgConnection::connect(url).await.unwrap();
        Self { database, server, other, watch }
    }

    fn person(&self, number: usize) -> Customer {
        self.server.door().person(&self.database.tokens(), number)
    }

    async fn other(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.other).await.unwrap();
    }

    async fn number(&mut self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.watch).await.unwrap()
    }

    /// Waits until a transaction of the server waits for a lock.
    async fn server_waits(&mut self) {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND application_name = 'sovereign' AND wait_event_type = 'Lock'";
        while self.number(waiting).await == 0 {}
    }

    /// Orders fail `times` times with `code`, as often as they are written; the sequence counts.
    async fn orders_fail(&mut self, times: i64, code: &str) {
        self.other(&format!(
            "CREATE SEQUENCE failures;
             CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('failures') <= {times} THEN
                     RAISE 'in the way' USING ERRCODE = '{code}';
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER fail BEFORE INSERT ON orders FOR EACH STATEMENT EXECUTE FUNCTION fail()"
        ))
        .await;
    }

    async fn finish(self) {
        self.other.close().await.unwrap();
        self.watch.close().await.unwrap();
        self.database.run(&["verify"]).expect(0);
        let log = self.server.stop().expect(0).stderr;
        assert!(!log.contains("panicked"), "{log}");
        self.database.remove().await;
    }
}

/// Somebody else locks a wallet and then the voucher, the engine the voucher and then the wallet: the
/// engine's transaction is the one that PostgreSQL ends, and its caller never hears of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock() {
    let mut scene = Scene::start().await;
    // The other side waits long before it looks for a deadlock. Where it comes too late for the engine
    // to find it, it is the one that is ended, and the next person has their turn.
    scene.other("SET deadlock_timeout = '5s'").await;
    for number in 0..40 {
        let tenant = tenant_id(number);
        scene
            .other(&format!("BEGIN; SELECT 1 FROM wallets WHERE tenant_id = '{tenant}' FOR UPDATE"))
            .await;
        let person = scene.person(number);
        let checkout = tokio::spawn(async move { person.checkout("m", "MEETING-20").await });
        scene.server_waits().await;
        let lock = "SELECT 1 FROM promo_codes WHERE code = 'MEETING-20' FOR UPDATE";
        let ours = sqlx::raw_sql(lock).execute(&mut scene.other).await;
        scene.other("ROLLBACK").await;
        checkout.await.unwrap().expect(200);
        if ours.is_ok() {
            scene.server.wait_for("deadlock detected");
            return scene.finish().await;
        }
    }
    panic!("no deadlock ended the engine's transaction");
}

/// A row that somebody else inserts first: when they commit, the engine decides again and sees it; when
/// they do not, it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unique_violation() {
    let mut scene = Scene::start().await;
    for (number, ends, status) in [(0, "COMMIT", 409), (1, "ROLLBACK", 200)] {
        let user = user_id(number);
        scene
            .other(&format!(
                "BEGIN; INSERT INTO idempotency_keys (user_id, route, key, request_hash, created_at) \
                 VALUES ('{user}', 'checkout', 'key:the-key', 'another request', now())"
            ))
            .await;
        let person = scene.person(number);
        let body = person.checkout_body("m", "MEETING-20");
        let checkout = tokio::spawn(async move {
            person.client.post_keyed("/billing/checkout", "the-key", &body).await
        });
        scene.server_waits().await;
        scene.other(ends).await;
        let reply = checkout.await.unwrap();
        assert_eq!(reply.status, status, "{}", reply.text);
    }
    scene.server.wait_for("batch is decided again");
    scene.finish().await;
}

/// As many failures as there are retries cost nobody anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serialization_failures_that_pass() {
    let mut scene = Scene::start().await;
    scene.orders_fail(ATTEMPTS - 1, "40001").await;
    scene.person(0).checkout("m", "MEETING-20").await.expect(200);
    assert_eq!(scene.number("SELECT last_value FROM failures").await, ATTEMPTS);
    scene.finish().await;
}

/// Failures that never end: callers are told when to come again, nothing has changed, and the engine
/// serves everybody else at once and these when the failures have ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serialization_failures_that_stay() {
    for code in ["40001", "40P01"] {
        let mut scene = Scene::start().await;
        scene.orders_fail(i64::MAX, code).await;
        // People who are known: being seen for the first time writes nothing either.
        let store = Store::open(&scene.database.location).await.unwrap();
        let before = State::of(&store).await;
        let person = scene.person(0);
        let body = person.checkout_body("m", "MEETING-20");
        let told = person.client.post_keyed("/billing/checkout", "mine", &body).await;
        assert_eq!(told.headers["retry-after"], "1");
        told.expect_problem(503, "unavailable");
        assert_eq!(scene.number("SELECT last_value FROM failures").await, ATTEMPTS);
        before.assert_unchanged(&State::of(&store).await);

        // A command that writes no order is in nobody's way.
        scene.person(1).redeem("MEETING-20").await.expect(200);
        let together = (2..12).map(|number| {
            let person = scene.person(number);
            tokio::spawn(async move { person.checkout("m", "MEETING-20").await })
        });
        for told in together.collect::<Vec<_>>() {
            told.await.unwrap().expect_problem(503, "unavailable");
        }
        scene.other("DROP TRIGGER fail ON orders").await;
        person.client.post_keyed("/billing/checkout", "mine", &body).await.expect(200);
        for number in 2..12 {
            scene.person(number).checkout("m", "MEETING-20").await.expect(200);
        }
        assert_eq!(scene.number("SELECT COUNT(*) FROM orders").await, 11);
        store.close().await;
        scene.finish().await;
    }
}

/// A row that somebody else keeps locked: callers are told after a while, and nobody waits for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_is_kept() {
    let mut scene = Scene::start().await;
    scene.other("BEGIN; SELECT 1 FROM promo_codes FOR UPDATE").await;
    let kept = scene.person(0).checkout("m", "MEETING-20").await;
    kept.expect_problem(503, "unavailable");
    let body = json!({ "plan_id": "flexi", "tenant_id": tenant_id(1) });
    scene.person(1).client.post("/billing/checkout", &body).await.expect(200);
    scene.other("ROLLBACK").await;
    scene.person(0).checkout("m", "MEETING-20").await.expect(200);
    scene.finish().await;
}
