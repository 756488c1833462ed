//! `sovereign rollup pay`

use std::path::PathBuf;

use clap::Args;
use sovereign_domain::split::Month;

use super::payouts::Payouts;
use super::{agreements, closed, month, stripe, take_policy};
use crate::cli::output::{Failure, say};
use crate::cli::{Common, clock};
use crate::payment::stripe::Stripe;
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::book::payouts::Method;
use crate::rollup::payouts::transfers::{self, Cashier};
use crate::rollup::payouts::{plan, policy};
use crate::storage::Store;

/// Pay what a closed month's statements say, by transfers at Stripe
///
/// Without --execute it only shows what would be paid, to whom, what is missing, and what is paid already. Each
/// statement is paid once, whatever is interrupted or run again. What goes to a bank is for `rollup bank-file`; what
/// was paid by hand is for `rollup settle`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup pay --month 2026-11 --agreements agreements.toml
  sovereign rollup pay --month 2026-11 --agreements agreements.toml --json
  sovereign rollup pay --month 2026-11 --agreements agreements.toml --execute")]
pub(super) struct Pay {
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
    /// File with the secret key of the publisher's account at Stripe (sk_… or rk_…)
    #[arg(long, value_name = "FILE")]
    stripe_key_file: Option<PathBuf>,
    /// Pay
    #[arg(long)]
    execute: bool,
}

/// What a run does once its month is closed.
#[derive(Debug, Args)]
pub(super) struct AfterClosing {
    /// Then show what Stripe is to pay for the closed month; with "execute", pay it
    #[arg(long, conflicts_with = "keep_open")]
    pub(super) pay: bool,
    /// Pay, and do not only show it
    #[arg(long, requires = "pay")]
    pub(super) execute: bool,
}

impl Pay {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = month(Some(self.month.as_str()))?;
        let agreements = agreements(Some(self.agreements.as_path()))?;
        let stripe = if self.execute {
            Some(stripe(self.stripe_key_file.as_deref(), &config)?)
        } else {
            None
        };
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let of = (month, &agreements);
        let payouts = match &stripe {
            Some(stripe) => Box::pin(execute(&store, stripe, of)).await,
            None => Box::pin(planned(&store, of)).await,
        };
        store.close().await;
        let payouts = payouts?;
        payouts.tell(self.common.json);
        payouts.verdict()
    }
}

/// What would be paid.
pub(super) async fn planned(
    store: &Store,
    (month, agreements): (Month, &Agreements),
) -> Result<Payouts, Failure> {
    let row = closed(store, month).await?;
    say_looser(store, agreements).await?;
    let list = plan::of_month(store, &row, agreements).await?;
    Ok(Payouts { dry_run: true, ..Payouts::new(month, Method::Transfer, list) })
}

/// Says that nothing would be paid by agreements that are looser than what is in force.
pub(super) async fn say_looser(store: &Store, agreements: &Agreements) -> Result<(), Failure> {
    let mut tx = store.read().await?;
    let found = policy::look(&mut tx, agreements).await?;
    if !found.may_be_taken() {
        say(found.refusal());
    }
    Ok(())
}

/// Finds out what became of what was begun, and pays the rest.
pub(super) async fn execute(
    store: &Store,
    stripe: &Stripe,
    (month, agreements): (Month, &Agreements),
) -> Result<Payouts, Failure> {
    let row = closed(store, month).await?;
    let mut list = plan::of_month(store, &row, agreements).await?;
    let clock = clock();
    let cashier = Cashier { store, stripe, clock: &*clock };
    // Before anything else: what was sent was sent, whatever the agreements say by now.
    let open = Box::pin(transfers::look_up(&cashier, &row, &mut list)).await?;
    if open.is_some() {
        return Ok(Payouts { open, ..Payouts::new(month, Method::Transfer, list) });
    }
    take_policy(store, agreements).await?;
    let mut list = plan::of_month(store, &row, agreements).await?;
    let open = Box::pin(transfers::pay(&cashier, &row, &mut list)).await?;
    Ok(Payouts { open, ..Payouts::new(month, Method::Transfer, list) })
}
