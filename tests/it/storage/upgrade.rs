//! A database that an earlier version of the program wrote: its rows are there after the migrations.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use sovereign::storage::{Store, migrate};
use sovereign_domain::timestamp::Timestamp;

use crate::harness::{Engine, TestDatabase, on_empty};

/// The migrations before the one that builds tables anew, as PostgreSQL and SQLite have them.
const EARLIER: [(&str, &str, &str); 2] = [
    (
        "core",
        include_str!("../../../migrations/postgres/0001_core.sql"),
        include_str!("../../../migrations/sqlite/0001_core.sql"),
    ),
    (
        "room_for_updates",
        include_str!("../../../migrations/postgres/0002_room_for_updates.sql"),
        include_str!("../../../migrations/sqlite/0002_room_for_updates.sql"),
    ),
];

/// Rows of each table that is built anew, and of those they refer to. `{a}` and `{b}` are the two accounts, `{u}`
/// is a different identifier each time, `{t}` a moment.
const ROWS: [&str; 12] = [
    "INSERT INTO customers (id, user_id, tenant_id, email, created_at) \
     VALUES ({a}, 'u', 't1', 'a@example.com', {t}), ({b}, 'u', 't2', 'b@example.com', {t})",
    "INSERT INTO promo_codes (code, credit_omr, credit_minor, description, active, max_redemptions, \
         times_redeemed, adopted_redemptions, created_at, updated_at) \
     VALUES ('ONE', 1, 1000, 'first', TRUE, 5, 2, 0, {t}, {t})",
    "INSERT INTO wallets (customer_id, tenant_id, balance_minor, held_minor, owed_minor, version) \
     VALUES ({a}, 't1', 900, 100, 7, 3), ({b}, 't2', 0, 0, 0, 0)",
    "INSERT INTO promo_redemptions (id, code, customer_id, tenant_id, user_id, order_id, lot_id, \
         credit_minor, state, ordinal, cap, created_at, closed_at) \
     VALUES ({u}, 'ONE', {a}, 't1', 'u', {u}, {u}, 1000, 'redeemed', 1, 5, {t}, NULL), \
         ({u}, 'ONE', {b}, 't2', 'v', NULL, {u}, 1000, 'released', 2, 5, {t}, {t})",
    "INSERT INTO credit_lots (id, customer_id, source, reference, promotional, priority, \
         amount_minor, remaining_minor, held_minor, created_at, expires_at) \
     VALUES ({u}, {a}, 'voucher', 'ONE', TRUE, 100, 1000, 900, 100, {t}, {t}), \
         ({u}, {b}, 'refund', 'r', FALSE, 1, 5, 0, 0, {t}, NULL)",
    "INSERT INTO credit_ledger (id, customer_id, lot_id, kind, amount_omr, amount_minor, owed_minor, \
         reason, order_id, status, created_at) \
     VALUES ({u}, {a}, {u}, 'grant', NULL, 1000, 0, 'promo:ONE', {u}, 'posted', {t}), \
         ({u}, {b}, NULL, 'adopted', 3, 3000, 7, 'é', NULL, 'posted', {t})",
    "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_omr, \
         amount_baisa, credit_minor, charge_minor, rounding_minor, status, stripe_session_id, \
         promo_code, created_at, updated_at) \
     VALUES ({u}, {a}, 't1', 'u', 'm', '[\"a\"]', '[]', 9, 9000, 8000, 995, 5, 'pending', 'cs_1', \
             'ONE', {t}, {t}), \
         ({u}, {b}, 't2', 'v', 's', '[]', '[]', NULL, 1, 1, 0, 0, 'completed', NULL, NULL, {t}, {t})",
    "INSERT INTO subscriptions (id, customer_id, tenant_id, order_id, stripe_subscription_id, plan_id, \
         status, current_period_start, current_period_end, anchor_day, billed_by, created_at, \
         updated_at) \
     VALUES ({u}, {a}, 't1', {u}, NULL, 'm', 'active', {t}, {t}, 31, 'sovereign', {t}, {t}), \
         ({u}, {b}, 't2', NULL, 'sub_1', 's', 'canceled', NULL, NULL, 1, 'stripe', {t}, {t})",
    "INSERT INTO invoices (id, customer_id, tenant_id, order_id, stripe_invoice_id, amount_omr, \
         amount_minor, credit_minor, currency, status, period_start, period_end, pdf_url, created_at) \
     VALUES ({u}, {a}, 't1', {u}, NULL, NULL, 9000, 8000, 'OMR', 'paid', {t}, {t}, NULL, {t}), \
         ({u}, {b}, 't2', NULL, 'in_1', 9, 9000, 0, 'OMR', 'open', NULL, NULL, 'https://x', {t})",
    "INSERT INTO idempotency_keys (user_id, route, key, request_hash, order_id, answer, created_at) \
     VALUES ('u', 'checkout', 'key:1', 'h', {u}, '{\"a\":1}', {t}), \
         ('u', 'redeem', 'key:1', 'h', NULL, NULL, {t})",
    "INSERT INTO audit_log (id, at, actor, action, subject, tenant_id, request_id, before, after) \
     VALUES ({u}, {t}, 'u', 'checkout', 's', 't1', 'r', '{}', '{\"b\": 2}'), \
         ({u}, {t}, 'u', 'voucher.issue', 'ONE', NULL, 'r', NULL, NULL)",
    "INSERT INTO outbox (id, type, tenant_id, data, created_at, published_at) \
     VALUES ({u}, 'order.placed', 't1', '{\"c\": 3}', {t}, NULL), \
         ({u}, 'user.created', NULL, '{}', {t}, NULL)",
];

/// The table that a statement of [`ROWS`] fills.
fn table_of(insert: &str) -> &str {
    insert.split(' ').nth(2).unwrap()
}

/// A database as the earlier version left it.
async fn write_as_before(database: &TestDatabase) {
    let made = "CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, \
                digest text NOT NULL, applied_at {moment} NOT NULL)";
    let moment = match database.engine() {
        Engine::Postgres => "timestamptz",
        Engine::Sqlite => "integer",
    };
    database.execute(&made.replace("{moment}", moment)).await;
    for ((name, postgres, sqlite), number) in EARLIER.into_iter().zip(1..) {
        let digest = Sha256::new().chain_update(postgres).chain_update(sqlite).finalize();
        let digest = u128::from_be_bytes(digest[..16].try_into().unwrap());
        database
            .execute(match database.engine() {
                Engine::Postgres => postgres,
                Engine::Sqlite => sqlite,
            })
            .await;
        let record = format!(
            "INSERT INTO schema_migrations VALUES ({number}, '{name}', '{digest:032x}', {})",
            moment_of(database.engine())
        );
        database.execute(&record).await;
    }
    let mut next = 0x10;
    for row in ROWS {
        let engine = database.engine();
        let mut sql = row.replace("{t}", moment_of(engine));
        sql = sql.replace("{a}", &identifier(engine, 1)).replace("{b}", &identifier(engine, 2));
        while sql.contains("{u}") {
            next += 1;
            sql = sql.replacen("{u}", &identifier(engine, next), 1);
        }
        database.execute(&sql).await;
    }
}

fn moment_of(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "'2027-02-01T08:00:00.123456Z'",
        Engine::Sqlite => "1801468800123456",
    }
}

fn identifier(engine: Engine, number: u32) -> String {
    match engine {
        Engine::Postgres => format!("'{number:032x}'"),
        Engine::Sqlite => format!("x'{number:032x}'"),
    }
}

/// What a later version has no more: [`anchors_are_where_periods_began`] has what came of the one.
const GONE: [&str; 2] = ["published_at", "anchor_day"];

/// The columns that a statement of [`ROWS`] fills.
fn columns_of(insert: &str) -> impl Iterator<Item = &str> {
    let list = insert.split(['(', ')']).nth(1).unwrap();
    list.split(',').map(str::trim).filter(|column| !GONE.contains(column))
}

/// Every row of every table, each as one text, as far as [`ROWS`] fills it.
async fn contents(database: &TestDatabase) -> Vec<String> {
    let mut all = Vec::new();
    for insert in ROWS {
        let value = match database.engine() {
            Engine::Postgres => "COALESCE(CAST({column} AS text), 'NULL')",
            Engine::Sqlite => "quote({column})",
        };
        let values: Vec<String> = columns_of(insert)
            .map(|column| value.replace("{column}", &format!("\"{column}\"")))
            .collect();
        let table = table_of(insert);
        let sql = format!("SELECT {} FROM {table} ORDER BY 1", values.join(" || '|' || "));
        all.extend(database.texts(&sql).await.iter().map(|row| format!("{table}: {row}")));
    }
    all
}

/// Anniversaries of subscriptions that are there already are reckoned from the start of their period.
async fn anchors_are_where_periods_began(database: &TestDatabase) {
    let sql = "SELECT CAST(COUNT(*) AS text) FROM subscriptions \
               WHERE anchor_at = COALESCE(current_period_start, created_at)";
    assert_eq!(database.texts(sql).await, ["2"]);
}

on_empty! {
    async fn nothing_that_an_earlier_version_wrote_is_lost(database: &TestDatabase) {
        write_as_before(database).await;
        let before = contents(database).await;
        assert_eq!(before.len(), 2 * ROWS.len() - 1, "{before:#?}");
        let store = Store::open(&database.location).await.unwrap();
        let now = Timestamp::parse_rfc3339("2027-03-01T12:00:00Z").unwrap();
        let applied = migrate::migrate(&store, now).await.unwrap();
        assert_eq!(applied, migrate::names()[EARLIER.len()..]);
        migrate::require_current(&store).await.unwrap();
        store.close().await;
        assert_eq!(contents(database).await, before);
        anchors_are_where_periods_began(database).await;
    }
}

/// Applies the migrations before this one, as their files are.
async fn migrate_up_to(database: &TestDatabase, first_missing: &str) {
    let made = "CREATE TABLE schema_migrations (number integer PRIMARY KEY, name text NOT NULL, \
                digest text NOT NULL, applied_at {moment} NOT NULL)";
    let moment = match database.engine() {
        Engine::Postgres => "timestamptz",
        Engine::Sqlite => "integer",
    };
    database.execute(&made.replace("{moment}", moment)).await;
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let earlier = migrate::names().into_iter().filter(|name| name.as_str() < first_missing);
    for (name, number) in earlier.zip(1..) {
        let read = |engine: &str| {
            std::fs::read_to_string(directory.join(engine).join(format!("{name}.sql"))).unwrap()
        };
        let (postgres, sqlite) = (read("postgres"), read("sqlite"));
        let digest = Sha256::new().chain_update(&postgres).chain_update(&sqlite).finalize();
        let digest = u128::from_be_bytes(digest[..16].try_into().unwrap());
        let sql = match database.engine() {
            Engine::Postgres => postgres,
            Engine::Sqlite => sqlite,
        };
        database.execute(&sql).await;
        let (_, name) = name.split_once('_').unwrap();
        let moment = moment_of(database.engine());
        let record = format!(
            "INSERT INTO schema_migrations VALUES ({number}, '{name}', '{digest:032x}', {moment})"
        );
        database.execute(&record).await;
    }
}

on_empty! {
    /// Reports of usage stay, and what one is called counts in its Organization from then on.
    async fn reports_of_usage_stay(database: &TestDatabase) {
        migrate_up_to(database, "0038").await;
        let report = |tenant_id: &str| {
            let (engine, moment) = (database.engine(), moment_of(database.engine()));
            let total = identifier(engine, 7);
            format!(
                "INSERT INTO usage_events (id, total_id, tenant_id, meter, quantity, at, recorded_at) \
                 VALUES ('r-1', {total}, '{tenant_id}', 'cpu-hours', 3, {moment}, {moment})"
            )
        };
        database.execute(&report("t1")).await;
        database.try_execute(&report("t2")).await.unwrap_err();
        database.run(&["migrate"]).expect(0);
        database.execute(&report("t2")).await;
        database.try_execute(&report("t1")).await.unwrap_err();
        let kept = "SELECT tenant_id || ' ' || id || ' ' || CAST(quantity AS text) FROM usage_events \
                    ORDER BY tenant_id";
        assert_eq!(database.texts(kept).await, ["t1 r-1 3", "t2 r-1 3"]);
    }
}

/// An earlier version gave what an adoption recorded random identifiers; they become those of their moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identifiers_of_an_adoption_sort_by_time() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    write_as_before(&database).await;
    let adopted = "INSERT INTO audit_log (id, at, actor, action, subject, request_id) \
                   VALUES ('f47ac10b-58cc-4372-a567-0e02b2c3d479', {t}, 'adoption', 'adopt.x', 's', '')";
    database.execute(&adopted.replace("{t}", moment_of(Engine::Postgres))).await;
    database.run(&["migrate"]).expect(0);
    let id = "SELECT id::text FROM audit_log WHERE actor = 'adoption'";
    // 2027-02-01T08:00:00.123Z in milliseconds, then what was random before.
    assert_eq!(database.texts(id).await, ["01a36fe8-6c7b-7372-a567-0e02b2c3d479"]);
    database.remove().await;
}
