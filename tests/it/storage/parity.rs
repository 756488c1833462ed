//! The migrations of the two databases make the same tables, columns, keys and indexes.

use sovereign::storage::{Store, migrate};
use sovereign_domain::timestamp::Timestamp;

use crate::harness::{Engine, TestDatabase};

/// Table, column and type, in the order of the table.
const COLUMNS_POSTGRES: &str = "\
    SELECT table_name || '.' || column_name || ' ' || data_type \
        || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END \
        || CASE WHEN column_default IS NULL THEN '' ELSE ' default' END \
    FROM information_schema.columns WHERE table_schema = 'public' \
    ORDER BY table_name COLLATE \"C\", ordinal_position";
const COLUMNS_SQLITE: &str = "\
    SELECT m.name || '.' || c.name || ' ' || c.type \
        || CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN ' null' ELSE '' END \
        || CASE WHEN c.dflt_value IS NULL THEN '' ELSE ' default' END \
    FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";

const KEYS_POSTGRES: &str = "\
    SELECT t.relname || ' ' || (SELECT string_agg(a.attname, ',' ORDER BY k.n) \
        FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n) \
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
    WHERE t.relnamespace = 'public'::regnamespace AND i.indisprimary \
    ORDER BY t.relname COLLATE \"C\"";
const KEYS_SQLITE: &str = "\
    SELECT m.name || ' ' || (SELECT group_concat(c.name, ',') \
        FROM (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk) c) \
    FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name";

/// Unique constraints and other indexes; an expression is `?`.
const INDEXES_POSTGRES: &str = "\
    SELECT t.relname || ' (' || (SELECT string_agg(COALESCE(a.attname, '?'), ',' ORDER BY k.n) \
            FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n) \
            LEFT JOIN pg_attribute a \
                ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0) || ')' \
        || CASE WHEN i.indisunique THEN ' unique' ELSE '' END \
        || CASE WHEN i.indpred IS NULL THEN '' ELSE ' partial' END \
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
    WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary";
const INDEXES_SQLITE: &str = "\
    SELECT m.name || ' (' || (SELECT group_concat(COALESCE(c.name, '?'), ',') \
            FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c) || ')' \
        || CASE WHEN i.\"unique\" = 1 THEN ' unique' ELSE '' END \
        || CASE WHEN i.partial = 0 THEN '' ELSE ' partial' END \
    FROM sqlite_master m JOIN pragma_index_list(m.name) i \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND i.origin <> 'pk'";

/// A migrated database of each kind.
async fn both() -> [TestDatabase; 2] {
    let postgres = TestDatabase::empty(Engine::Postgres).await;
    let sqlite = TestDatabase::empty(Engine::Sqlite).await;
    for database in [&postgres, &sqlite] {
        database.run(&["migrate"]).expect(0);
    }
    [postgres, sqlite]
}

/// How SQLite keeps what PostgreSQL has a type for.
fn kept_as(line: &str) -> String {
    let types = [
        ("timestamp with time zone", "INTEGER"),
        ("boolean", "INTEGER"),
        ("smallint", "INTEGER"),
        ("bigint", "INTEGER"),
        ("integer", "INTEGER"),
        ("jsonb", "TEXT"),
        ("json", "TEXT"),
        ("text", "TEXT"),
        ("uuid", "BLOB"),
        ("bytea", "BLOB"),
    ];
    let found = types.iter().find_map(|(from, to)| {
        let (column, rest) = line.split_once(&format!(" {from}"))?;
        Some(format!("{column} {to}{rest}"))
    });
    found.unwrap_or_else(|| panic!("a type the other database has no word for: {line}"))
}

/// What one has and the other has not.
#[track_caller]
fn assert_same(postgres: &[String], sqlite: &[String]) {
    assert!(!postgres.is_empty());
    let only = |here: &[String], there: &[String]| {
        here.iter().filter(|line| !there.contains(line)).cloned().collect::<Vec<_>>()
    };
    let (on_postgres, on_sqlite) = (only(postgres, sqlite), only(sqlite, postgres));
    assert!(
        on_postgres.is_empty() && on_sqlite.is_empty(),
        "only on PostgreSQL: {on_postgres:#?}, only on SQLite: {on_sqlite:#?}"
    );
    assert_eq!(postgres, sqlite, "in another order, or twice");
}

#[tokio::test]
async fn tables_and_columns_are_the_same() {
    let [postgres, sqlite] = both().await;
    let columns = postgres.texts(COLUMNS_POSTGRES).await;
    let columns: Vec<String> = columns.iter().map(|line| kept_as(line)).collect();
    assert!(columns.contains(&"wallets.balance_minor INTEGER".to_owned()), "{columns:?}");
    assert!(columns.contains(&"promo_codes.deleted_at INTEGER null".to_owned()), "{columns:?}");
    assert_same(&columns, &sqlite.texts(COLUMNS_SQLITE).await);
    postgres.remove().await;
}

#[tokio::test]
async fn primary_keys_are_the_same() {
    let [postgres, sqlite] = both().await;
    let keys = postgres.texts(KEYS_POSTGRES).await;
    assert!(keys.contains(&"idempotency_keys user_id,route,key".to_owned()), "{keys:?}");
    assert_same(&keys, &sqlite.texts(KEYS_SQLITE).await);
    postgres.remove().await;
}

#[tokio::test]
async fn indexes_and_unique_constraints_are_the_same() {
    let [postgres, sqlite] = both().await;
    let mut indexes = postgres.texts(INDEXES_POSTGRES).await;
    let mut others = sqlite.texts(INDEXES_SQLITE).await;
    indexes.sort_unstable();
    others.sort_unstable();
    let live = "promo_redemptions (code,user_id) unique partial".to_owned();
    assert!(indexes.contains(&live), "{indexes:?}");
    assert_same(&indexes, &others);
    postgres.remove().await;
}

/// The publisher's book has migrations of its own.
#[tokio::test]
async fn the_publishers_book_is_the_same() {
    let postgres = TestDatabase::empty(Engine::Postgres).await;
    let sqlite = TestDatabase::empty(Engine::Sqlite).await;
    for database in [&postgres, &sqlite] {
        let store = Store::open(&database.location).await.unwrap();
        let now = Timestamp::from_seconds(1_803_902_400);
        assert_eq!(
            migrate::migrate_book(&store, now).await.unwrap(),
            ["0001_book", "0002_payouts", "0003_payout_states"]
        );
        assert_eq!(migrate::migrate_book(&store, now).await.unwrap(), [""; 0]);
        store.close().await;
    }
    let columns = postgres.texts(COLUMNS_POSTGRES).await;
    let columns: Vec<String> = columns.iter().map(|line| kept_as(line)).collect();
    assert!(columns.contains(&"statements.due_minor INTEGER".to_owned()), "{columns:?}");
    assert_same(&columns, &sqlite.texts(COLUMNS_SQLITE).await);
    assert_same(&postgres.texts(KEYS_POSTGRES).await, &sqlite.texts(KEYS_SQLITE).await);
    let mut indexes = postgres.texts(INDEXES_POSTGRES).await;
    let mut others = sqlite.texts(INDEXES_SQLITE).await;
    indexes.sort_unstable();
    others.sort_unstable();
    assert_same(&indexes, &others);
    postgres.remove().await;
}
