//! `kill -9` in the middle of an operation: whoever goes on makes what is missing, and nothing twice.

use std::collections::BTreeSet;

use super::file;
use crate::harness::{Engine, TestDatabase};

/// A fail point, at which passage, and how many codes are there then.
const POINTS: [(&str, u32, i64); 4] = [
    ("bulk_written", 1, 0),
    ("bulk_committed", 1, 1_000),
    ("bulk_written", 3, 2_000),
    ("bulk_committed", 3, 2_500),
];

pub(crate) fn killed_at() -> impl Iterator<Item = &'static str> {
    POINTS.iter().map(|(point, _, _)| *point)
}

async fn count(database: &TestDatabase, prefix: &str) -> i64 {
    let codes =
        database.texts(&format!("SELECT code FROM promo_codes WHERE code LIKE '{prefix}%'")).await;
    let distinct: BTreeSet<&String> = codes.iter().collect();
    assert_eq!(distinct.len(), codes.len());
    codes.len() as i64
}

async fn told(database: &TestDatabase, prefix: &str) -> (usize, usize) {
    let lines = format!(
        "SELECT subject FROM audit_log WHERE action = 'voucher.issue' AND subject LIKE '{prefix}%'"
    );
    let events = format!("SELECT type FROM outbox WHERE CAST(data AS text) LIKE '%\"{prefix}%'");
    (database.texts(&lines).await.len(), database.texts(&events).await.len())
}

async fn goes_on(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    for (number, (point, passage, there)) in POINTS.into_iter().enumerate() {
        let prefix = format!("K{number}-");
        let armed = format!("{point}:{passage}");
        let generate = ["voucher", "generate", "2500", "--credit", "5", "--prefix", &prefix];
        let mut process =
            database.program(&generate).env("SOVEREIGN_TEST_FAIL_POINT", armed).spawn();
        process.wait_for(&format!("stopped at fail point {point}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        assert_eq!(count(&database, &prefix).await, there, "{point}:{passage}");
        database.run(&["jobs", "run", "issue-in-bulk"]).expect(0);
        assert_eq!(count(&database, &prefix).await, 2_500, "{point}:{passage}");
        assert_eq!(told(&database, &prefix).await, (2_500, 2_500), "{point}:{passage}");
    }
    let states = database.texts("SELECT DISTINCT state FROM bulk_operations").await;
    assert_eq!(states, ["done"]);
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

/// An import is one transaction: killed before its end nothing of it is there.
async fn all_or_nothing(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    for (number, (point, there)) in
        [("bulk_written", 0), ("bulk_committed", 2_500)].into_iter().enumerate()
    {
        let prefix = format!("I{number}-");
        let path = database.directory.path().join("codes.csv");
        let lines = file((0..2_500).map(|code| format!("{prefix}{code:05}")), 5);
        std::fs::write(&path, lines).unwrap();
        let import = ["voucher", "import", path.to_str().unwrap()];
        let mut process = database
            .program(&import)
            .env("SOVEREIGN_TEST_FAIL_POINT", format!("{point}:1"))
            .spawn();
        process.wait_for(&format!("stopped at fail point {point}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        assert_eq!(count(&database, &prefix).await, there, "{point}");
        database.run(&["jobs", "run", "issue-in-bulk"]).expect(0);
        assert_eq!(count(&database, &prefix).await, 2_500, "{point}");
        assert_eq!(told(&database, &prefix).await, (2_500, 2_500), "{point}");
    }
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

/// Vouchers that are changed: each once, whenever it is killed.
async fn each_is_changed_once(engine: Engine) {
    let database = TestDatabase::started(engine).await;
    let generate = [
        "voucher",
        "generate",
        "2500",
        "--credit",
        "5",
        "--credit-valid-days",
        "30",
        "--prefix",
        "E-",
    ];
    database.run(&generate).expect(0);
    for (number, (point, passage, _)) in POINTS.into_iter().enumerate() {
        let armed = format!("{point}:{passage}");
        let extend = ["voucher", "edit", "extend", "--days", "10", "--search", "E-"];
        let mut process = database.program(&extend).env("SOVEREIGN_TEST_FAIL_POINT", armed).spawn();
        process.wait_for(&format!("stopped at fail point {point}"));
        assert_eq!(process.kill().code, None, "ended by the signal");
        database.run(&["jobs", "run", "issue-in-bulk"]).expect(0);
        let days = database
            .texts("SELECT DISTINCT CAST(credit_valid_days AS text) FROM promo_codes")
            .await;
        let expected = 30 + 10 * (number + 1);
        assert_eq!(days, [expected.to_string()], "{point}:{passage}");
        assert_eq!(told(&database, "E-").await.0, 2_500 * (number + 2), "{point}:{passage}");
    }
    database.run(&["verify"]).expect(0);
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_on_sqlite() {
    each_is_changed_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_on_postgres() {
    each_is_changed_once(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_on_sqlite() {
    goes_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_on_postgres() {
    goes_on(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_on_sqlite() {
    all_or_nothing(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_on_postgres() {
    all_or_nothing(Engine::Postgres).await;
}
