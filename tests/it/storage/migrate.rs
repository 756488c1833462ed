//! Migrations as a library (the command is tested in `cli::migrate`).

use sovereign::storage::{Error, Store, migrate};
use sovereign_domain::timestamp::Timestamp;

use crate::harness::{Engine, TestDatabase, on_empty};

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2027-03-01T12:00:00.123456Z").unwrap()
}

/// The text of an error that says the database is not one of ours.
#[track_caller]
fn unsupported<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Unsupported(text)) => text,
        other => panic!("{other:?}"),
    }
}

async fn tables(database: &TestDatabase) -> Vec<String> {
    let sql = match database.engine() {
        Engine::Postgres => {
            "SELECT table_name::text FROM information_schema.tables \
             WHERE table_schema = 'public' ORDER BY 1"
        }
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             ORDER BY 1"
        }
    };
    database.texts(sql).await
}

on_empty! {
    async fn a_fresh_database_gets_everything_once(database: &TestDatabase) {
        let store = Store::open(&database.location).await.unwrap();
        let said = unsupported(migrate::require_current(&store).await);
        assert!(said.contains("sovereign migrate"), "{said}");
        assert_eq!(tables(database).await, [""; 0], "looking makes nothing");

        assert_eq!(migrate::migrate(&store, now()).await.unwrap(), migrate::names());
        migrate::require_current(&store).await.unwrap();
        let made = tables(database).await;
        for table in ["wallets", "promo_codes", "orders", "outbox", "schema_migrations"] {
            assert!(made.iter().any(|name| name == table), "no {table}: {made:?}");
        }
        assert_eq!(migrate::migrate(&store, now()).await.unwrap(), [""; 0]);
        assert_eq!(tables(database).await, made);
        store.close().await;
    }

    /// Several programs start at once on a new database.
    async fn several_at_once_migrate_once(database: &TestDatabase) {
        let location = &database.location;
        let one = || async {
            let store = Store::open(location).await.unwrap();
            let applied = migrate::migrate(&store, now()).await.unwrap();
            migrate::require_current(&store).await.unwrap();
            store.close().await;
            applied.len()
        };
        let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
        assert_eq!(a + b + c + d, migrate::names().len());
    }

    async fn a_newer_program_s_database_is_refused(database: &TestDatabase) {
        let store = Store::open(&database.location).await.unwrap();
        migrate::migrate(&store, now()).await.unwrap();
        let newer = "INSERT INTO schema_migrations (number, name, digest, applied_at) \
                     SELECT 9999, 'tomorrow', 'unknown', applied_at FROM schema_migrations \
                     WHERE number = 1";
        database.execute(newer).await;
        for said in [
            unsupported(migrate::migrate(&store, now()).await),
            unsupported(migrate::require_current(&store).await),
        ] {
            assert!(said.contains("migration 9999") && said.contains("newer version"), "{said}");
        }
        store.close().await;
    }

    /// A migration that was applied is never edited.
    async fn an_edited_migration_is_refused(database: &TestDatabase) {
        let store = Store::open(&database.location).await.unwrap();
        migrate::migrate(&store, now()).await.unwrap();
        database.execute("UPDATE schema_migrations SET digest = 'edited' WHERE number = 1").await;
        for said in [
            unsupported(migrate::migrate(&store, now()).await),
            unsupported(migrate::require_current(&store).await),
        ] {
            assert!(said.contains("migration 1 (core)") && said.contains("differs"), "{said}");
        }
        store.close().await;
    }

    /// What goes wrong half way leaves nothing, and can be tried again.
    async fn a_migration_that_fails_leaves_nothing(database: &TestDatabase) {
        // The last table of the migration is there already.
        database.execute("CREATE TABLE catalog_items (x integer)").await;
        let store = Store::open(&database.location).await.unwrap();
        migrate::migrate(&store, now()).await.unwrap_err();
        assert_eq!(tables(database).await, ["catalog_items"]);
        database.execute("DROP TABLE catalog_items").await;
        assert_eq!(migrate::migrate(&store, now()).await.unwrap(), migrate::names());
        store.close().await;
    }
}
