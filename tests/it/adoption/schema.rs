//! An adopted database has the schema of a new one.

use super::old;
use crate::harness::{Engine, TestDatabase};

/// Everything that defines the tables, but for an old one that stays.
const OURS: &str = "table_name NOT IN ('stripe_webhook_events', 'schema_migrations')";
const COLUMNS: &str = "\
    SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
        || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '') \
    FROM information_schema.columns WHERE table_schema = 'public' AND {ours} \
    ORDER BY table_name COLLATE \"C\", ordinal_position";
const CONSTRAINTS: &str = "\
    SELECT table_name || ' ' || conname || ' ' || pg_get_constraintdef(k.oid) \
    FROM pg_constraint k JOIN (SELECT oid, relname AS table_name, relnamespace FROM pg_class) t \
        ON t.oid = k.conrelid \
    WHERE t.relnamespace = 'public'::regnamespace AND {ours} ORDER BY 1";
const INDEXES: &str = "\
    SELECT indexdef FROM (SELECT tablename AS table_name, indexdef FROM pg_indexes \
        WHERE schemaname = 'public') i WHERE {ours} ORDER BY 1";

async fn schema(database: &TestDatabase) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [COLUMNS, CONSTRAINTS, INDEXES] {
        all.extend(database.texts(&sql.replace("{ours}", OURS)).await);
    }
    all
}

async fn fresh() -> TestDatabase {
    let fresh = TestDatabase::empty(Engine::Postgres).await;
    fresh.run(&["migrate"]).expect(0);
    fresh
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_that_of_a_new_database() {
    let (adopted, fresh) = (old::messy().await, fresh().await);
    old::adopt(&adopted, &[]);
    let expected = schema(&fresh).await;
    assert!(expected.len() > 150, "{expected:?}");
    assert_eq!(schema(&adopted).await, expected);
    let migrations = "SELECT number || name || digest FROM schema_migrations ORDER BY number";
    assert_eq!(adopted.texts(migrations).await, fresh.texts(migrations).await);
    adopted.remove().await;
    fresh.remove().await;
}

/// Older versions had fewer columns and tables, others other types; some were given more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_versions_are_adopted_too() {
    let (adopted, fresh) = (old::messy().await, fresh().await);
    adopted
        .execute(
            "DROP TABLE invoices; \
             ALTER TABLE orders DROP amount_baisa, DROP promo_code, ALTER apps DROP DEFAULT, \
                 ADD COLUMN \"Sales Channel\" varchar(20) NOT NULL DEFAULT 'web', \
                 ADD COLUMN updated_at timestamptz NOT NULL DEFAULT '2026-05-01Z'; \
             ALTER TABLE orders ALTER apps TYPE text[] USING ARRAY['wordpress', 'nextcloud']; \
             ALTER TABLE credit_ledger DROP status, ALTER order_id TYPE varchar(60); \
             ALTER TABLE promo_codes DROP deleted_at, ALTER created_at TYPE timestamp; \
             ALTER TABLE promo_codes ADD COLUMN credit_minor int, ADD COLUMN campaign text; \
             UPDATE promo_codes SET campaign = 'spring'; \
             DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reporting') \
                 THEN CREATE ROLE reporting; END IF; EXCEPTION WHEN OTHERS THEN NULL; END $$; \
             GRANT SELECT ON orders TO reporting",
        )
        .await;
    let report = old::adopt(&adopted, &[]);
    assert_eq!(
        old::subjects(&report, "column-kept"),
        ["promo_codes.campaign", "orders.Sales Channel"]
    );
    assert_eq!(old::subjects(&report, "column-replaced"), ["promo_codes.credit_minor"]);
    // The void line has no status any more.
    assert_eq!(report["balance_after_minor"], 221_000 + 40_000);
    let kept =
        "SELECT DISTINCT \"Sales Channel\" || ' ' || apps || ' ' || updated_at::date FROM orders";
    assert_eq!(adopted.texts(kept).await, [r#"web ["wordpress", "nextcloud"] 2026-05-01"#]);
    let kept = "SELECT DISTINCT campaign FROM promo_codes";
    assert_eq!(adopted.texts(kept).await, ["spring"]);
    let granted = "SELECT has_table_privilege('reporting', 'orders', 'SELECT')::text";
    assert_eq!(adopted.texts(granted).await, ["true"]);
    adopted
        .execute("ALTER TABLE orders DROP \"Sales Channel\"; ALTER TABLE promo_codes DROP campaign")
        .await;
    assert_eq!(schema(&adopted).await, schema(&fresh).await);
    adopted.remove().await;
    fresh.remove().await;
}
