//! `sovereign rollup show`

use clap::Args;
use serde_json::{Map, Value, json};
use sovereign_domain::split::Month;

use super::month;
use super::told::{self, Told};
use crate::cli::output::{Failure, answer, answer_json};
use crate::cli::{Common, clock};
use crate::rollup::book::months::{self, State};
use crate::rollup::book::{self, movements};
use crate::rollup::{files, run};
use crate::storage::Store;

/// Show what a month came to, from the book
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup show --month 2026-11
  sovereign rollup show --month 2026-11 --json | jq .fleet.totals")]
pub(super) struct Show {
    #[command(flatten)]
    common: Common,
    /// The month, such as 2026-11
    #[arg(long, value_name = "MONTH")]
    month: String,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
}

impl Show {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = month(Some(self.month.as_str()))?;
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let shown = show(&store, month, self.common.json).await;
        store.close().await;
        shown
    }
}

async fn show(store: &Store, month: Month, as_json: bool) -> Result<(), Failure> {
    if let Some(row) = run::closed(store, month).await? {
        let fleet = files::summary(store, &row).await?;
        Told::show(&fleet, as_json);
        return Ok(());
    }
    let mut tx = store.read().await?;
    let Some(row) = months::find(&mut tx, month).await? else {
        return Err(Failure::refused(format!("{month} is not in the book")));
    };
    let count = movements::count(&mut tx, &row.month).await?;
    let skipped = movements::skipped(&mut tx, &row.month).await?;
    drop(tx);
    let state = row.state()?;
    if as_json {
        let unassigned = run::unassigned(store, &row).await?;
        let skipped: Map<String, Value> =
            skipped.into_iter().map(|row| (row.type_name, row.transactions.into())).collect();
        answer_json(&json!({
            "month": month, "state": state.as_str(), "movements": count, "skipped": skipped,
            "unassigned": unassigned,
        }));
        return Ok(());
    }
    let done = match state {
        State::Reading => "is being read",
        State::Read => "is read, and not shared yet",
        State::Shared => "is shared, and not closed yet",
        State::Closed => "is closed",
    };
    answer(format_args!("{month} {done}: {count} movements"));
    for line in told::unassigned(&run::unassigned(store, &row).await?) {
        answer(line);
    }
    Ok(())
}
