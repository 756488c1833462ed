//! Real processes: one that is killed half way, two at once, a server.

use sovereign::storage::Store;
use sqlx::{Connection as _, PgConnection};

use super::old;
use crate::harness::TestDatabase;
use sovereign::storage::Location;

async fn connect(database: &TestDatabase) -> PgConnection {
    let Location::Server(url) = &database.location else { panic!("a server") };
    PgConnection::connect(url).await.unwrap()
}

/// Waits until a migration waits for the lock that the test holds.
async fn until_it_waits(connection: &mut PgConnection, query: &str) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock' AND query LIKE $1";
    loop {
        let found: i64 =
            sqlx::query_scalar(waiting).bind(query).fetch_one(&mut *connection).await.unwrap();
        if found > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Half way: its rows are copied and the old tables are about to go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_half_way_nothing_has_happened() {
    for (lock, query) in [
        // Before anything was read, and when all tables are gone and most steps are done.
        ("LOCK TABLE invoices IN ACCESS SHARE MODE", "LOCK TABLE%"),
        ("SELECT pg_advisory_xact_lock(4711)", "%adopted_subscriptions%"),
    ] {
        let database = old::messy().await;
        // A trigger of the test's stops the new tables' last step: it runs wherever a table is made.
        if query != "LOCK TABLE%" {
            database
                .execute(
                    "CREATE FUNCTION wait_here() RETURNS event_trigger LANGUAGE plpgsql AS $$ \
                 BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = 'subscription_statuses') \
                     THEN PERFORM pg_advisory_xact_lock(4711); END IF; END $$; \
                 CREATE EVENT TRIGGER wait_here ON ddl_command_end EXECUTE FUNCTION wait_here()",
                )
                .await;
        }
        let before = old::dump(&database).await;
        let mut connection = connect(&database).await;
        let mut watcher = connect(&database).await;
        let mut held = connection.begin().await.unwrap();
        sqlx::query(lock).execute(&mut *held).await.unwrap();
        let running = database.program(&["migrate"]).args(old::FIRST_START).spawn();
        until_it_waits(&mut watcher, query).await;
        running.signal("KILL");
        assert_eq!(running.end().code, None);
        held.rollback().await.unwrap();
        assert_eq!(old::dump(&database).await, before);
        database.execute("DROP EVENT TRIGGER IF EXISTS wait_here").await;
        old::adopt(&database, &[]);
        database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_at_once_one_adopts() {
    let database = old::messy().await;
    let mut connection = connect(&database).await;
    let mut watcher = connect(&database).await;
    let mut held = connection.begin().await.unwrap();
    sqlx::query("LOCK TABLE orders IN ACCESS SHARE MODE").execute(&mut *held).await.unwrap();
    let migrate = || database.program(&["migrate"]).args(old::FIRST_START).spawn();
    let running: Vec<_> = (0..3).map(|_| migrate()).collect();
    until_it_waits(&mut watcher, "LOCK TABLE%").await;
    until_it_waits(&mut watcher, "%pg_advisory_xact_lock%").await;
    held.rollback().await.unwrap();
    let said: Vec<_> = running.into_iter().map(|one| one.end().expect_answer()).collect();
    assert_eq!(said.iter().filter(|said| *said == "nothing to do\n").count(), 2, "{said:?}");
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

/// A server adopts at its start, and a later one finds what it expects.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_adopts_when_it_starts() {
    let database = old::messy().await;
    database.serve(&old::FIRST_START).stop().expect(0);
    database.run(&["verify"]).expect(0);
    let server = database.serve(&[]);
    server.anyone().get("/readyz").await.expect(200);
    server.stop().expect(0);
    let said = database.program(&["serve", "--currency", "BHD"]).run().expect_failure(2);
    assert!(said.contains("currency OMR"), "{said}");
    let store = Store::open(&database.location).await.unwrap();
    sovereign::storage::migrate::require_current(&store).await.unwrap();
    store.close().await;
    database.remove().await;
}
