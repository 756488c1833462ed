//! What the program asks of the databases' engines.

use sovereign::storage::{Location, Store};

use crate::harness::{Engine, TestDatabase};

/// A committed checkout outlives a power cut, a reference to nothing is refused, and readers write nothing.
#[tokio::test]
async fn sqlite_is_durable_and_strict() {
    let database = TestDatabase::started(Engine::Sqlite).await;
    let store = Store::open(&database.location).await.unwrap();
    let Store::Sqlite { writer, readers } = &store else { unreachable!() };
    for pool in [writer, readers] {
        let journal: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await.unwrap();
        assert_eq!(journal, "wal");
        for (pragma, expected) in [
            ("PRAGMA synchronous", 2_i64),
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA busy_timeout", 10_000),
        ] {
            let found: i64 = sqlx::query_scalar(pragma).fetch_one(pool).await.unwrap();
            assert_eq!(found, expected, "{pragma}");
        }
    }
    let write = "UPDATE sovereign SET currency = 'BHD'";
    let error = sqlx::query(write).execute(readers).await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
    store.close().await;
}

/// Whoever looks at the server sees whose connections they are.
#[tokio::test]
async fn postgres_knows_who_is_connected() {
    let database = TestDatabase::started(Engine::Postgres).await;
    assert!(matches!(database.location, Location::Server(_)));
    let names = database.texts("SELECT current_setting('application_name')").await;
    assert_eq!(names, ["sovereign"]);
    database.remove().await;
}
