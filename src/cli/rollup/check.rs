//! `sovereign rollup check`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::read;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json};
use crate::rollup::agreements::Agreements;

/// Read a file of agreements, and say all that is wrong with it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup check --agreements agreements.toml
  sovereign rollup check --agreements agreements.toml --json")]
pub(super) struct Check {
    #[command(flatten)]
    common: Common,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: PathBuf,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let bytes = read(&self.agreements)?;
        match Agreements::read(&bytes) {
            Ok(agreements) => {
                if self.common.json {
                    let (count, zone) = (agreements.list.len(), &agreements.zone_name);
                    answer_json(&json!({
                        "ok": true, "agreements": count, "time_zone": zone,
                        "sha256": agreements.sha256, "problems": [],
                    }));
                } else {
                    answer(format_args!(
                        "{} agreements, months of {}: nothing is wrong with them",
                        agreements.list.len(),
                        agreements.zone_name
                    ));
                }
                Ok(())
            }
            Err(error) if self.common.json => {
                let problems: Vec<String> = error.0.iter().map(ToString::to_string).collect();
                answer_json(&json!({ "ok": false, "problems": problems }));
                Err(Failure::said())
            }
            Err(error) => Err(Failure::refused(format!("{}:\n{error}", self.agreements.display()))),
        }
    }
}
