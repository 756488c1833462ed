//! `sovereign rollup approver-key`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::rollup::payouts::key::{ApproverKey, encoded};

/// Make a key to approve payouts with
///
/// The private half goes into a new file that only you may read; the public half is printed, for the agreements
/// (`approval.approvers`).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup approver-key aisha.pem")]
pub(super) struct MakeApproverKey {
    #[command(flatten)]
    common: Common,
    /// The file for the private key; it must not be there yet
    #[arg(value_name = "NEW-FILE")]
    file: PathBuf,
}

impl MakeApproverKey {
    pub(super) fn run(self) -> Result<(), Failure> {
        let key = ApproverKey::make(&self.file).map_err(Failure::refused)?;
        let public = encoded(&key.public().map_err(Failure::refused)?);
        if self.common.json {
            let file = self.file.display().to_string();
            answer_json(&json!({ "file": file, "public_key": public }));
            return Ok(());
        }
        answer(public);
        say("write it into the agreements, with your name before it, in [approval.approvers]");
        Ok(())
    }
}
