//! `sovereign backup` and `sovereign restore`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{Failure, answer, answer_json, say};
use super::{Common, clock};
use crate::config::Config;
use crate::usecase::backup::{self, BackupError, Done};

/// Copy the database and the keys to a new directory, beside a running server
///
/// For SQLite; with PostgreSQL use its own tools, see docs/BACKUP.md. Everything that was committed before
/// the copy began is in it, and nothing by half. Keep it as safe as the data directory: it can mint tokens,
/// and charge cards.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign backup /var/backups/sovereign-2027-03-01
  sovereign backup --data /var/lib/sovereign /var/backups/today --json")]
pub(super) struct Backup {
    #[command(flatten)]
    common: Common,
    /// The directory to make; it must not be there yet
    to: PathBuf,
}

/// Check a backup and put it into an empty data directory
///
/// For SQLite. The file is checked, brought to this program's schema and, with --verify, every balance,
/// counter and order is recomputed: only then is it put into place.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign restore /var/backups/sovereign-2027-03-01 --data /var/lib/sovereign --verify")]
pub(super) struct Restore {
    #[command(flatten)]
    common: Common,
    /// The directory that `sovereign backup` made
    from: PathBuf,
    /// Recompute the books; exit 1, with nothing in place, where they are off
    #[arg(long)]
    verify: bool,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        refuse_postgres(&config, "pg_dump")?;
        let done = backup::backup(&config.data, &self.to).await?;
        print(&done, "backed up", self.common.json);
        if !done.signing_key {
            say(
                "there is no signing key to back up: `sovereign serve` makes it at its first start",
            );
        }
        Ok(())
    }
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        refuse_postgres(&config, "pg_restore")?;
        let done = backup::restore(&self.from, &config.data, self.verify, clock().now()).await?;
        print(&done, "restored", self.common.json);
        if !done.signing_key {
            say("the backup has no signing key: tokens of before will not be accepted");
        }
        Ok(())
    }
}

fn refuse_postgres(config: &Config, tool: &str) -> Result<(), Failure> {
    if config.database_url.is_none() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "this is for SQLite; for PostgreSQL use {tool}, or a base backup with archived WAL \
         (docs/BACKUP.md), and copy the keys from the data directory"
    )))
}

fn print(done: &Done, verb: &str, json: bool) {
    let contents = &done.contents;
    if json {
        answer_json(&json!({
            "bytes": done.bytes, "contents": contents, "signing_key": done.signing_key,
            "encryption_key": done.encryption_key,
        }));
        return;
    }
    answer(format!(
        "{verb} {} bytes: {} Organizations, {} vouchers, {} orders, {} ledger lines{}{}",
        done.bytes,
        contents.organizations,
        contents.vouchers,
        contents.orders,
        contents.ledger_lines,
        if done.signing_key { ", and the signing key" } else { "" },
        if done.encryption_key { ", and the encryption key" } else { "" }
    ));
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Refused(text) => Self::refused(text),
            BackupError::Storage(error) => error.into(),
            BackupError::Io(..) => Self::unavailable(error),
        }
    }
}
