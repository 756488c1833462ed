//! `sovereign rollup bank-file`

use std::path::PathBuf;

use clap::Args;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use time::Date;

use super::pay::say_looser;
use super::payouts::Payouts;
use super::{agreements, closed, month, take_policy};
use crate::cli::output::{Failure, say};
use crate::cli::{Common, clock};
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::book::payouts::Method;
use crate::rollup::error::RollupError;
use crate::rollup::payouts::bank_writing::{self, Files};
use crate::rollup::payouts::{Payout, bank_files, plan};
use crate::storage::Store;

/// Write files for a bank that pays what Stripe cannot: CSV, and ISO 20022 (pain.001)
///
/// Without --execute it only shows what would be in them. A payout goes into one file; run again, the files of the
/// month are written again, the same to the byte, and what has been approved since goes into another one. It says which
/// are new: give the bank only those.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup bank-file --month 2026-11 --agreements agreements.toml --out bank
  sovereign rollup bank-file --month 2026-11 --agreements agreements.toml --out bank --execute")]
pub(super) struct WriteBankFile {
    #[command(flatten)]
    common: Common,
    /// The month, such as 2026-11; it has to be closed
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: PathBuf,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// The directory for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// On which day the bank is to pay what is new, such as 2026-12-07 [default: today]
    #[arg(long, value_name = "DAY")]
    execution_date: Option<String>,
    /// Write the files
    #[arg(long)]
    execute: bool,
}

impl WriteBankFile {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = month(Some(self.month.as_str()))?;
        let agreements = agreements(Some(self.agreements.as_path()))?;
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let payouts = Box::pin(self.on(&store, (month, &agreements))).await;
        store.close().await;
        let payouts = payouts?;
        payouts.tell(self.common.json);
        payouts.verdict()
    }

    async fn on(
        &self,
        store: &Store,
        (month, agreements): (Month, &Agreements),
    ) -> Result<Payouts, Failure> {
        let now = clock().now();
        let day = bank_files::execution_date(self.execution_date.as_deref(), agreements, now)
            .map_err(|error| Failure::usage(format!("--execution-date: {error}")))?;
        let row = closed(store, month).await?;
        let list = plan::of_month(store, &row, agreements).await?;
        if !self.execute {
            say_looser(store, agreements).await?;
            return Ok(Payouts { dry_run: true, ..Payouts::new(month, Method::Bank, list) });
        }
        // Whatever is refused now: nothing that the book has for a bank stays without its file.
        let refused = match make(store, (month, agreements), &list, (day, now)).await {
            Ok(()) => None,
            Err(RollupError::Refused(why)) => Some(why),
            Err(error) => return Err(error.into()),
        };
        let given = self.execution_date.as_ref().map(|_| day);
        let files =
            bank_writing::write(store, (month, agreements), (&self.out, given), now).await?;
        self.say_unused(&files);
        let refused: Vec<String> = refused.into_iter().chain(files.refused).collect();
        let files = files.written;
        if files.is_empty() && !refused.is_empty() {
            return Err(Failure::refused(refused.join("\n")));
        }
        let list = plan::of_month(store, &row, agreements).await?;
        Ok(Payouts { files, refused, ..Payouts::new(month, Method::Bank, list) })
    }

    /// Says where the day that is given does nothing.
    fn say_unused(&self, files: &Files) {
        let Some(given) = &self.execution_date else { return };
        if !files.written.iter().any(|file| file.is_new) {
            say(format_args!(
                "--execution-date {given} has no effect: nothing is new, and a file that was written keeps its day"
            ));
            return;
        }
        let others = files.written.iter().filter(|file| file.is_new);
        for file in others.filter(|file| file.execution_date != *given) {
            say(format_args!(
                "--execution-date {given} has no effect on {}, which was made before for {}",
                file.message_id, file.execution_date
            ));
        }
    }
}

/// Puts what is ready into a new file, where the agreements may be paid by.
async fn make(
    store: &Store,
    (month, agreements): (Month, &Agreements),
    list: &[Payout],
    (day, now): (Date, Timestamp),
) -> Result<(), RollupError> {
    take_policy(store, agreements).await?;
    bank_files::make(store, (month, agreements), list, (day, now)).await?;
    Ok(())
}
