//! `/billing/reports/*` and `/billing/admin/reports/*`: every number is one of the database's own, whether or not the job
//! has added its lines up.

mod credit;
mod redemptions;
mod revenue;
mod roles;
pub(crate) mod roll_up;
mod span;
mod voucher;

use serde_json::Value;

use crate::harness::{Engine, TestApp};

const DAY: i64 = 86_400;

async fn report(app: &TestApp, path: &str) -> Value {
    app.superadmin().get(path).await.expect(200)
}

/// Adds up what there is by now: until then, nothing is old enough.
async fn roll_up(app: &TestApp) {
    app.clock.advance_seconds(600);
    app.run_job("roll-up").await;
}

/// A sum over lines of the ledger that this condition chooses.
async fn ledger(app: &TestApp, condition: &str) -> i64 {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(e.amount_minor), 0) AS bigint) FROM credit_ledger e \
         LEFT JOIN credit_lots l ON l.id = e.lot_id WHERE {condition}"
    );
    app.number(&sql).await
}

/// A moment of a column, as its date in UTC, in SQL.
fn date(app: &TestApp, column: &str) -> String {
    match app.engine {
        Engine::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
        Engine::Sqlite => format!("strftime('%Y-%m-%d', {column} / 1000000, 'unixepoch')"),
    }
}

fn minor(of: &Value, member: &str) -> i64 {
    of[member].as_i64().unwrap_or_else(|| panic!("{member} of {of}"))
}
