//! The audit log: sealed by a job, checked by `verify`, read at `GET /auth/admin/audit`.

mod documented;
mod leases;
mod read;
mod refused;
mod seals;
mod tampering;
mod who;

use crate::harness::{Engine, TestApp};

/// The sealers of these tests.
const ONE: u128 = 1;
const OTHER: u128 = 2;

/// Longer than a line waits for its seal.
const OLD_ENOUGH_SECONDS: i64 = 301;

/// Issues a voucher, which is a line of the log, and waits until it may be sealed.
async fn issue_and_wait(app: &TestApp, code: &str) {
    app.issue(code, 10, 0).await;
    app.clock.advance_seconds(OLD_ENOUGH_SECONDS);
}

/// Three seals of a line each.
async fn three_seals(app: &TestApp) {
    for code in ["SEAL-1", "SEAL-2", "SEAL-3"] {
        issue_and_wait(app, code).await;
        assert_eq!(app.seal_audit(ONE).await, 1);
    }
}

/// Writes `count` lines of this second behind the API; their subjects are the numbers from 1 on.
async fn insert_lines(app: &TestApp, count: i64) {
    let millis = app.now_seconds() * 1_000;
    let (id, at) = match app.engine {
        Engine::Sqlite => (
            format!("unhex(printf('%012x70008000%012x', {millis}, n))"),
            format!("{millis} * 1000 + n"),
        ),
        Engine::Postgres => (
            format!(
                "CAST(lpad(to_hex({millis}), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0') AS uuid)"
            ),
            format!("to_timestamp({millis} / 1000) + n * interval '1 microsecond'"),
        ),
    };
    let number = match app.engine {
        Engine::Sqlite => "CAST(n AS text)",
        Engine::Postgres => "n::text",
    };
    app.execute(&format!(
        "INSERT INTO audit_log (id, at, actor, action, subject, request_id) \
         SELECT {id}, {at}, CASE WHEN n % 1000 = 1 THEN 'rare' ELSE 'test' END, 'count', {number}, '' \
         FROM (WITH RECURSIVE numbers (n) AS \
             (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
             SELECT n FROM numbers) AS all_numbers"
    ))
    .await;
}

/// A column of the seals, in their order, as texts.
async fn seals(app: &TestApp, column: &str) -> Vec<String> {
    let hex = match app.engine {
        Engine::Sqlite => "lower(hex(hash))",
        Engine::Postgres => "encode(hash, 'hex')",
    };
    let column = if column == "hash" { hex.to_owned() } else { format!("CAST({column} AS text)") };
    app.texts(&format!("SELECT {column} FROM audit_seals ORDER BY number")).await
}
