//! `sovereign worker`: real processes, killed and stopped.

use sovereign::storage::Location;
use sqlx::{Connection as _, PgConnection};

use crate::harness::{Engine, Process, TestDatabase};

const FIRST: [&str; 4] = ["--fqdn", "omantel.example", "--currency", "OMR"];
const BEGINS: &str = "a job begins job=\"seal-audit\"";
const OTHER_DONE: &str = "a job is done job=\"expire-credit\"";
const DONE: &str = "a job is done job=\"seal-audit\"";

/// A worker that says what it begins and ends.
fn worker(database: &TestDatabase) -> Process {
    let program = database.program(&["worker"]).env("SOVEREIGN_LOG_LEVEL", "sovereign=debug");
    let mut worker = program.spawn();
    worker.wait_for("does the jobs");
    worker
}

/// A database that was started once, whose seals nobody can read until the connection is closed: whoever
/// seals waits.
async fn blocked() -> (TestDatabase, PgConnection) {
    let database = TestDatabase::empty(Engine::Postgres).await;
    database.serve(&[&FIRST[..], &["--jobs", "off"]].concat()).stop().expect(0);
    let Location::Server(url) = &database.location else { unreachable!() };
    let mut connection = PgConnection::connect(url).await.unwrap();
    let lock = "BEGIN; LOCK TABLE audit_seals IN ACCESS EXCLUSIVE MODE";
    sqlx::raw_sql(lock).execute(&mut connection).await.unwrap();
    (database, connection)
}

async fn number(database: &TestDatabase, what: &str) -> String {
    database.texts(&format!("SELECT CAST({what} AS text)")).await.remove(0)
}

async fn runs(database: &TestDatabase) -> String {
    number(database, "(SELECT runs FROM jobs WHERE name = 'seal-audit')").await
}

/// One is killed in the middle of a job. The other leaves the job alone while the lease lasts, and does it
/// afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_takes_over_after_a_kill() {
    let (database, connection) = blocked().await;
    let mut first = worker(&database);
    first.wait_for(OTHER_DONE);
    let said = first.wait_for(BEGINS);
    let holder = said.split_once(BEGINS).unwrap().1.trim_start_matches(" holder=");
    let holder = holder.split_whitespace().next().unwrap().to_owned();
    first.kill();
    // A leftover connection of the dead one may not be what holds anybody up.
    connection.close().await.unwrap();

    database.execute("UPDATE jobs SET next_run_at = last_started_at").await;
    let mut second = worker(&database);
    second.wait_for(OTHER_DONE);
    let held = "(SELECT holder FROM leases WHERE name = 'seal-audit')";
    assert_eq!(number(&database, held).await, holder);
    assert_eq!(runs(&database).await, "1", "the lease lasts");
    // As if its time had passed.
    database.execute("UPDATE leases SET until = taken_at WHERE name = 'seal-audit'").await;
    second.wait_for(DONE);
    assert_eq!(runs(&database).await, "2");
    second.signal("TERM");
    second.end().expect(0);
    // The dead one may have been at other jobs too, whose leases last yet.
    let left = format!("(SELECT COUNT(*) FROM leases WHERE CAST(holder AS text) <> '{holder}')");
    assert_eq!(number(&database, &left).await, "0");
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

/// Asked to end, it finishes the step that it is at, notes it, and leaves no lease behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_finishes_the_step_and_gives_the_lease_up() {
    let (database, connection) = blocked().await;
    let mut worker = worker(&database);
    worker.wait_for(BEGINS);
    worker.signal("TERM");
    worker.wait_for("finishing what was begun");
    // It may be at other jobs as well, and be done with those at any moment.
    let held = "(SELECT COUNT(*) FROM leases WHERE name = 'seal-audit')";
    assert_eq!(number(&database, held).await, "1");
    connection.close().await.unwrap();
    let ended = worker.end().expect(0);
    assert!(ended.stderr.contains(DONE), "{}", ended.stderr);
    assert!(ended.stderr.trim_end().ends_with("stopped"), "{}", ended.stderr);
    assert_eq!(number(&database, "(SELECT COUNT(*) FROM leases)").await, "0");
    database.remove().await;
}

/// Beside workers a server may leave the jobs alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_may_leave_them_to_workers() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    let server = database.serve(&[&FIRST[..], &["--jobs", "off"]].concat());
    server.anyone().get("/readyz").await.expect(200);
    let mut worker = worker(&database);
    worker.wait_for(DONE);
    assert_eq!(runs(&database).await, "1");
    server.stop().expect(0);
    worker.signal("TERM");
    worker.end().expect(0);
    database.remove().await;
}

#[tokio::test]
async fn an_sqlite_file_has_no_workers() {
    let database = TestDatabase::empty(Engine::Sqlite).await;
    let said = database.run(&["worker"]).expect_failure(2);
    assert!(said.contains("PostgreSQL") && said.contains("sovereign serve"), "{said}");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--jobs", "off"];
    let said = database.program(&serve).args(FIRST).run().expect_failure(2);
    assert!(said.contains("jobs (flag --jobs): may be off only with PostgreSQL"), "{said}");
}

/// A worker starts as a server does: it has to know whose worker it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn json_says_who_it_is() {
    let database = TestDatabase::empty(Engine::Postgres).await;
    database.serve(&FIRST).stop().expect(0);
    let mut running = database.program(&["worker", "--json"]).spawn();
    let said: serde_json::Value = serde_json::from_str(&running.answered()).unwrap();
    assert_eq!(said["fqdn"], "omantel.example");
    assert!(said["holder"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{said}");
    running.signal("INT");
    running.end().expect(0);
    database.remove().await;
}
