//! `sovereign verify`

use clap::Args;
use serde_json::json;

use super::Common;
use super::output::{Failure, answer, answer_json, say, table};
use crate::lifecycle::open_existing;
use crate::usecase::verify::{self, Report};

/// Recompute every balance, counter and order, and the audit log's seals; exit 1 and name what is off
///
/// Reads one state of the database, beside a running server, and changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign verify
  sovereign verify --database-url postgres://sovereign@db/sovereign --json | jq .faults")]
pub(super) struct Verify {
    #[command(flatten)]
    common: Common,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let store = open_existing(&config.location()).await?;
        let report = verify::verify(&store).await?;
        store.close().await;
        if self.common.json {
            answer_json(&as_json(&report));
        } else {
            print(&report);
        }
        if report.faults.is_empty() { Ok(()) } else { Err(Failure::said()) }
    }
}

fn as_json(report: &Report) -> serde_json::Value {
    let faults = report.faults.iter().map(|fault| {
        json!({
            "check": fault.check, "subject": fault.subject,
            "expected": fault.expected, "found": fault.found,
        })
    });
    json!({
        "ok": report.faults.is_empty(),
        "checks": report.checks,
        "faults": faults.collect::<Vec<_>>(),
    })
}

fn print(report: &Report) {
    if report.faults.is_empty() {
        answer(format!("sound: {} invariants hold", report.checks.len()));
        return;
    }
    let heading = ["what does not hold", "of", "expected", "found"].map(str::to_owned).to_vec();
    let rows = report.faults.iter().map(|fault| {
        let numbers = [fault.expected.to_string(), fault.found.to_string()];
        let [expected, found] = numbers;
        vec![fault.check.to_owned(), fault.subject.clone(), expected, found]
    });
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(rows).collect();
    answer(table(&rows));
    let (count, of) = (report.faults.len(), report.checks.len());
    let faults = if count == 1 { "fault" } else { "faults" };
    say(format!("{count} {faults}; {of} invariants were checked"));
}
