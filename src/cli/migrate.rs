//! `sovereign migrate`

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use super::output::{Failure, answer, answer_json, say};
use super::{Common, clock};
use crate::config::Config;
use crate::lifecycle::make_data_directory;
use crate::storage::adopt::{Finding, Report};
use crate::storage::{Location, Store, migrate as schema};
use crate::telemetry;
use crate::usecase::migrate::{self, Done, How, MigrateError};
use crate::usecase::start::Wanted;

/// Findings of one kind that are shown to a person; --json has all.
const SHOWN: usize = 20;

/// Bring the database to this program's schema
///
/// `serve` does the same when it starts. Several may run at once: one works, the others wait. A PostgreSQL
/// database that an earlier service wrote is adopted, in one transaction: see docs/ADOPTION.md.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign migrate --database-url postgres://sovereign@db/sovereign
  sovereign migrate --data /var/lib/sovereign --json
  sovereign migrate --fqdn omantel.omani.works --currency OMR --dry-run")]
pub(super) struct Migrate {
    #[command(flatten)]
    common: Common,
    /// The Sovereign's domain name, where a database is adopted
    #[arg(long, value_name = "NAME")]
    fqdn: Option<String>,
    /// The currency of its amounts (ISO 4217), where a database is adopted
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Say what would be done and change nothing; exit 1 where it would be refused
    #[arg(long)]
    dry_run: bool,
    /// Let vouchers whose codes differ only in case or spaces become one
    #[arg(long)]
    merge_codes: bool,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let flags = [("fqdn", self.fqdn.clone()), ("currency", self.currency.clone())];
        let config = Config::read(&self.common.resolve(&flags)?).map_err(Failure::usage)?;
        // Its statements may take their time.
        let level = "warn,sqlx::query=error";
        telemetry::start(level, config.log_format).map_err(Failure::usage)?;
        match self.migrate(&config).await {
            Ok(done) => {
                self.print(&done);
                Ok(())
            }
            Err(MigrateError::Start(error)) => Err(error.into()),
            Err(MigrateError::Refused(report)) => {
                if self.common.json {
                    answer_json(&json!({ "applied": [], "adoption": report, "refused": true }));
                } else {
                    answer(findings(&report));
                    say("it cannot be adopted as it is; nothing was changed (docs/ADOPTION.md)");
                }
                Err(Failure::said())
            }
        }
    }

    async fn migrate(&self, config: &Config) -> Result<Done, MigrateError> {
        let location = config.location();
        if let Location::File(path) = &location {
            if self.dry_run && !path.exists() {
                return Ok(Done { applied: schema::names(), adoption: None });
            }
            make_data_directory(&config.data).map_err(|error| {
                let text = format!("{}: {error}", config.data.display());
                crate::storage::Error::Unavailable(text)
            })?;
        }
        let store = Store::open(&location).await?;
        let wanted = Wanted {
            fqdn: config.fqdn.clone(),
            currency: config.currency.clone(),
            demo: config.demo,
        };
        let how = How { dry_run: self.dry_run, merge_codes: self.merge_codes };
        let done = migrate::migrate(&store, &wanted, how, clock().now()).await;
        store.close().await;
        done
    }

    fn print(&self, done: &Done) {
        if self.common.json {
            let mut said = json!({ "applied": done.applied, "schema": schema::fingerprint() });
            if let Some(report) = &done.adoption {
                said["adoption"] = json!(report);
            }
            if self.dry_run {
                said["dry_run"] = json!(true);
            }
            answer_json(&said);
            return;
        }
        if let Some(report) = &done.adoption {
            answer(summary(report));
            answer(findings(report));
        }
        if done.applied.is_empty() {
            answer("nothing to do");
        } else {
            answer(done.applied.join("\n"));
        }
        if self.dry_run {
            say("a dry run: nothing was changed");
        }
    }
}

fn summary(report: &Report) -> String {
    let mut lines =
        vec![format!("adopting an earlier service's database, amounts in {}", report.currency)];
    lines.extend(
        report.rows.iter().map(|rows| {
            format!("  {}: {} rows, {} afterwards", rows.table, rows.before, rows.after)
        }),
    );
    lines.push(format!(
        "  balances, in minor units: {} before, {} afterwards, of which {} is owed",
        report.balance_before_minor, report.balance_after_minor, -report.owed_minor
    ));
    lines.push(format!(
        "  redemptions counted: {} before, {} afterwards",
        report.redeemed_before, report.redeemed_after
    ));
    lines.join("\n")
}

fn findings(report: &Report) -> String {
    let mut kinds: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        kinds.entry(&finding.kind).or_default().push(finding);
    }
    let mut lines = Vec::new();
    for (kind, found) in kinds {
        let word = if found.iter().any(|finding| finding.refuses) { ", refused" } else { "" };
        lines.push(format!("{kind} ({}{word})", found.len()));
        let shown = found.iter().take(SHOWN);
        lines.extend(shown.map(|finding| format!("  {}: {}", finding.subject, finding.detail)));
        if found.len() > SHOWN {
            lines.push(format!("  and {} more; --json has them all", found.len() - SHOWN));
        }
    }
    if lines.is_empty() { "nothing to report".to_owned() } else { lines.join("\n") }
}
