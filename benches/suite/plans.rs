//! The plans of the statements that requests bring about: what a server logs that it asks its database, explained.

use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use sovereign::storage::Store;
use sqlx::{AssertSqlSafe, Row as _};

use crate::load;
use crate::server::{Process, Sovereign};

/// Statements of a server that answered these requests once.
fn statements(sovereign: &Sovereign, requests: &[Vec<u8>]) -> BTreeSet<String> {
    let path = sovereign.data().join("statements.log");
    let log = File::create(&path).unwrap();
    let mut command = sovereign.command("127.0.0.1:0");
    command.env("SOVEREIGN_LOG_LEVEL", "warn,sqlx::query=debug").args(["--jobs", "off"]);
    let process = Process::start(command.stderr(Stdio::from(log)));
    for request in requests {
        load::send_alone(process.address, request.clone(), 1);
    }
    process.stop();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| statement(&line)).collect()
}

/// The statement of a line of the log: it stands apart where it is longer than its summary.
fn statement(line: &Value) -> Option<String> {
    let fields = line.get("fields").unwrap_or(line);
    let whole = fields["db.statement"].as_str().filter(|text| !text.trim().is_empty());
    whole.or_else(|| fields["summary"].as_str()).map(str::to_owned)
}

/// What reads a table of a million rows, in the statements of these requests: the index it goes along, or that it reads
/// the whole table.
pub(crate) async fn of(
    sovereign: &Sovereign,
    store: &Store,
    requests: &[Vec<u8>],
    tables: &[&str],
) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for sql in statements(sovereign, requests) {
        if !tables.iter().any(|table| sql.contains(table)) {
            continue;
        }
        for step in explain(store, &sql).await {
            let step = step.trim().trim_start_matches("-> ").trim().to_owned();
            if tables.iter().any(|table| step.contains(table)) && reads(&step) {
                seen.insert(step.split("  (cost").next().unwrap_or_default().to_owned());
            }
        }
    }
    seen.into_iter().collect()
}

fn reads(step: &str) -> bool {
    ["Scan", "SCAN", "SEARCH"].iter().any(|word| step.contains(word))
}

async fn explain(store: &Store, sql: &str) -> Vec<String> {
    match store {
        Store::Postgres(pool) => {
            let mut connection = pool.acquire().await.unwrap();
            let count = (1..20).filter(|number| sql.contains(&format!("${number}"))).count();
            let nothing = vec!["NULL"; count].join(", ");
            let given = if count == 0 { String::new() } else { format!("({nothing})") };
            let prepare =
                format!("SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}");
            sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
            let rows = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{given}")))
                .fetch_all(&mut *connection)
                .await
                .unwrap();
            sqlx::raw_sql("DEALLOCATE asked").execute(&mut *connection).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>(0)).collect()
        }
        Store::Sqlite { writer, .. } => {
            let rows = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(writer)
                .await
                .unwrap();
            rows.iter().map(|row| row.get::<String, _>("detail")).collect()
        }
    }
}
