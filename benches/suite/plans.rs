//! The plans of the statements that requests bring about. PostgreSQL says of each statement how it carried it out; SQLite is
//! asked, for each that a server says it has sent.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use sovereign::storage::{Location, Store};
use sqlx::{AssertSqlSafe, Row as _};
use tokio::runtime::Runtime;

use crate::server::{Process, Sovereign};
use crate::{load, people};

/// What reads one of these tables, in the statements of these requests: the index it goes along, or that it reads the whole
/// table.
pub(crate) fn of(
    runtime: &Runtime,
    (sovereign, store): (&Sovereign, &Store),
    requests: &[Vec<u8>],
    tables: &[&str],
) -> Vec<String> {
    let steps: Vec<String> = match store {
        Store::Postgres(_) => {
            runtime.block_on(tell_of_plans(store));
            let said = said(sovereign, requests, "sqlx::postgres::notice=info", "message");
            said.iter().flat_map(|plan| plan.lines().map(str::to_owned)).collect()
        }
        Store::Sqlite { .. } => {
            let said = said(sovereign, requests, "sqlx::query=debug", "db.statement");
            let explained = said.iter().map(|sql| runtime.block_on(explain(store, sql)));
            explained.flatten().collect()
        }
    };
    let reads = |step: &&String| {
        ["Scan", "SCAN", "SEARCH"].iter().any(|word| step.contains(word))
            && tables.iter().any(|table| step.contains(table))
    };
    let seen: BTreeSet<String> = steps.iter().filter(reads).map(|step| plain(step)).collect();
    seen.into_iter().collect()
}

/// A step without how much it cost.
fn plain(step: &str) -> String {
    let step = step.trim().trim_start_matches("->").trim();
    step.split("  (").next().unwrap_or_default().to_owned()
}

/// From now on each statement on this database is answered with its plan, too.
async fn tell_of_plans(store: &Store) {
    for setting in [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "auto_explain.log_level = 'notice'",
    ] {
        let sql = format!(
            "LOAD 'auto_explain'; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {}', current_database()); END $$",
            setting.replace('\'', "''")
        );
        people::execute(store, &sql).await;
    }
}

/// A field of what a server logs while it answers each of these requests.
fn said(sovereign: &Sovereign, requests: &[Vec<u8>], level: &str, field: &str) -> BTreeSet<String> {
    let path = sovereign.data().join("statements.log");
    let log = File::create(&path).unwrap();
    let mut command = sovereign.command("127.0.0.1:0");
    command.env("SOVEREIGN_LOG_LEVEL", format!("warn,{level}"));
    if matches!(sovereign.location, Location::Server(_)) {
        command.args(["--jobs", "off"]);
    }
    let process = Process::start(command.stderr(Stdio::from(log)));
    // What it asks at its start reads little.
    let started = std::fs::read_to_string(&path).unwrap().len();
    for request in requests {
        load::send_alone(process.address, request.clone(), 1);
    }
    process.stop();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text[started..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let texts = lines.filter_map(|line| {
        let fields = line.get("fields").unwrap_or(&line);
        // A statement stands apart where it is longer than its summary.
        let whole = fields[field].as_str().filter(|text| !text.trim().is_empty());
        whole.or_else(|| fields["summary"].as_str()).map(str::to_owned)
    });
    texts.collect()
}

async fn explain(store: &Store, sql: &str) -> Vec<String> {
    let Store::Sqlite { writer, .. } = store else { return Vec::new() };
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    // What begins or ends a transaction, and settings, have no plan.
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(writer).await.unwrap_or_default();
    rows.iter().filter_map(|row| row.try_get("detail").ok()).collect()
}
