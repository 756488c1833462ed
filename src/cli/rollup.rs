//! `sovereign rollup`: the publisher's command; no Sovereign needs it.

mod approve;
mod approve_policy;
mod approver_key;
mod bank_file;
mod check;
mod pay;
mod payouts;
mod settle;
mod show;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use sovereign_domain::split::Month;

use self::pay::AfterClosing;
use self::payouts::Payouts;
use self::told::Told;
use super::output::{Failure, say};
use super::starting::data_directory;
use super::{Common, clock};
use crate::config::Config;
use crate::payment::stripe::{SecretKey, Stripe};
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::book::months::MonthRow;
use crate::rollup::error::RollupError;
use crate::rollup::files;
use crate::rollup::payouts::policy;
use crate::rollup::run::{self, Desk, Fetch, Wanted};
use crate::storage::Store;

/// Where the secret key is, if not in a file.
const KEY_VARIABLE: &str = "STRIPE_SECRET_KEY";

/// Share what all Sovereigns charged in a month with their franchisees
///
/// For the publisher, whose account at Stripe charges the cards of all Sovereigns. What moved on it is read, each
/// charge shared as its Sovereign's agreement says, and a statement written for each franchisee and currency. A month
/// that is closed never changes; run again, its files are written again. What its statements say is paid once, by
/// transfers at Stripe or by a file for a bank. Without a command, it is `run`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  sovereign rollup --month 2026-11 --agreements agreements.toml
  sovereign rollup check --agreements agreements.toml
  sovereign rollup show --month 2026-11
  sovereign rollup pay --month 2026-11 --agreements agreements.toml"
)]
pub(super) struct Rollup {
    #[command(subcommand)]
    command: Option<RollupCommand>,
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum RollupCommand {
    Run(Box<Run>),
    Check(check::Check),
    Show(show::Show),
    Pay(pay::Pay),
    Approve(approve::Approve),
    ApprovePolicy(approve_policy::ApprovePolicy),
    Settle(settle::Settle),
    BankFile(bank_file::WriteBankFile),
    ApproverKey(approver_key::MakeApproverKey),
}

/// Read a month from Stripe, share it, close it, and write its statements
#[derive(Debug, Args)]
#[command(
    long_about = "\
Read a month from Stripe, share it, close it, and write its statements

Whoever is interrupted runs it again, and it goes on where it was. The secret key comes from a file, or \
from the variable STRIPE_SECRET_KEY.",
    after_help = "\
Examples:
  sovereign rollup run --month 2026-11 --agreements agreements.toml --stripe-key-file key.txt
  sovereign rollup run --month 2026-11 --agreements agreements.toml --keep-open
  sovereign rollup run --month 2026-11 --agreements agreements.toml --pay --execute
  sovereign rollup run --month 2026-11 --agreements agreements.toml --credit-report omantel.json"
)]
pub(super) struct Run {
    #[command(flatten)]
    common: Common,
    /// The month, such as 2026-11; it has to have ended
    #[arg(long, value_name = "MONTH")]
    month: Option<String>,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: Option<PathBuf>,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// The directory for the files [default: rollup-MONTH]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// File with the secret key of the publisher's account at Stripe (sk_… or rk_…)
    #[arg(long, value_name = "FILE")]
    stripe_key_file: Option<PathBuf>,
    /// What a Sovereign signed of its credit in the month; may be given several times
    #[arg(long, value_name = "FILE")]
    credit_report: Vec<PathBuf>,
    /// The public keys of a Sovereign, as it publishes them; may be given several times
    #[arg(long, value_name = "FQDN=FILE")]
    jwks: Vec<String>,
    /// Ask Sovereigns for the credit reports that are needed and not there
    #[arg(long)]
    fetch_credit_reports: bool,
    /// File with a token of a Sovereign, to ask it with; may be given several times
    #[arg(long, value_name = "FQDN=FILE")]
    token: Vec<String>,
    /// Where a Sovereign is asked that is not at <https://> and its name; may be given several times
    #[arg(long, value_name = "FQDN=URL")]
    sovereign_url: Vec<String>,
    /// Compare what was read with what Stripe's search finds
    #[arg(long)]
    check_by_search: bool,
    /// Read and share, and close nothing yet: to see what no agreement is for
    #[arg(long)]
    keep_open: bool,
    #[command(flatten)]
    paying: AfterClosing,
}

impl Rollup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.command {
            None => Box::pin(self.run.run()).await,
            Some(RollupCommand::Run(run)) => Box::pin(run.run()).await,
            Some(RollupCommand::Check(check)) => check.run(),
            Some(RollupCommand::Show(show)) => show.run().await,
            Some(RollupCommand::Pay(pay)) => Box::pin(pay.run()).await,
            Some(RollupCommand::Approve(approve)) => Box::pin(approve.run()).await,
            Some(RollupCommand::ApprovePolicy(policy)) => Box::pin(policy.run()).await,
            Some(RollupCommand::Settle(settle)) => Box::pin(settle.run()).await,
            Some(RollupCommand::BankFile(file)) => Box::pin(file.run()).await,
            Some(RollupCommand::ApproverKey(key)) => key.run(),
        }
    }
}

/// A month that has to be given.
fn month(given: Option<&str>) -> Result<Month, Failure> {
    let text = given.ok_or_else(|| Failure::usage("say which month: --month 2026-11"))?;
    text.parse::<Month>().map_err(|error| Failure::usage(format!("--month: {error}")))
}

fn agreements(path: Option<&Path>) -> Result<Agreements, Failure> {
    let path = path.ok_or_else(|| Failure::usage("name the agreements: --agreements FILE"))?;
    let bytes = read(path)?;
    Agreements::read(&bytes)
        .map_err(|error| Failure::refused(format!("{} is refused:\n{error}", path.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn read_text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?)
        .map_err(|_| Failure::usage(format!("{}: is no text", path.display())))
}

/// `FQDN=VALUE`.
fn pair<'a>(flag: &str, given: &'a str) -> Result<(&'a str, &'a str), Failure> {
    let parts = given.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    parts.ok_or_else(|| {
        Failure::usage(format!("{flag}: write it as omantel.omani.works=VALUE, not {given:?}"))
    })
}

/// Opens the book, which is made where there is none.
async fn open_book(given: Option<&str>, config: &Config) -> Result<Store, Failure> {
    if given.is_none() {
        data_directory(config)?;
    }
    Ok(book::open(&book::location(given, &config.data), clock().now()).await?)
}

/// A month that has to be closed.
async fn closed(store: &Store, month: Month) -> Result<MonthRow, Failure> {
    let row = run::closed(store, month).await?;
    row.ok_or_else(|| {
        Failure::refused(format!(
            "{month} is not closed: nothing is due yet; run `sovereign rollup --month {month}` first"
        ))
    })
}

/// Takes what the agreements say of approvals, as far as it may be taken, and says what of it is new.
async fn take_policy(store: &Store, agreements: &Agreements) -> Result<(), RollupError> {
    if let Some(text) = policy::take(store, agreements, clock().now()).await? {
        say(text);
    }
    Ok(())
}

/// The way to the publisher's account.
fn stripe(key_file: Option<&Path>, config: &Config) -> Result<Stripe, Failure> {
    let text = match key_file {
        Some(path) => read_text(path)?,
        None => std::env::var(KEY_VARIABLE).map_err(|_| {
            Failure::usage(format!(
                "the publisher's account needs its secret key: --stripe-key-file FILE, or {KEY_VARIABLE}"
            ))
        })?,
    };
    let key = SecretKey::parse(&text)
        .map_err(|error| Failure::usage(format!("the secret key of Stripe: {error}")))?;
    Stripe::new(&key, &config.stripe).map_err(Failure::unavailable)
}

impl Run {
    async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = month(self.month.as_deref())?;
        let agreements = agreements(self.agreements.as_deref())?;
        let wanted = self.wanted()?;
        let store = open_book(self.book.as_deref(), &config).await?;
        let told = Box::pin(self.on(&store, &config, (month, &agreements), &wanted)).await;
        store.close().await;
        told?.tell(self.common.json)
    }

    async fn on(
        &self,
        store: &Store,
        config: &Config,
        (month, agreements): (Month, &Agreements),
        wanted: &Wanted,
    ) -> Result<Told, Failure> {
        let out = self.out.clone().unwrap_or_else(|| PathBuf::from(format!("rollup-{month}")));
        if let Some(row) = run::closed(store, month).await? {
            say(format!("{month} is closed already: its files are written again"));
            let fleet = Box::pin(files::write(store, &row, &out)).await?;
            let payouts = self.payouts(store, config, (month, agreements)).await?;
            let differences = Vec::new();
            return Ok(Told::Closed { fleet, out, was_closed: true, differences, payouts });
        }
        let stripe = stripe(self.stripe_key_file.as_deref(), config)?;
        let desk = Desk { store, stripe: &stripe, agreements, now: clock().now() };
        let mut say = |text: String| say(text);
        let shared = Box::pin(run::bring_to_shared(&desk, month, wanted, &mut say)).await?;
        let (mut row, differences) = (shared.row, shared.differences);
        if self.keep_open {
            let unassigned = run::unassigned(store, &row).await?;
            return Ok(Told::Open { month, unassigned, differences });
        }
        let fleet = Box::pin(run::bring_to_close(&desk, &mut row, &out)).await?;
        let payouts = self.payouts(store, config, (month, agreements)).await?;
        Ok(Told::Closed { fleet, out, was_closed: false, differences, payouts })
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        let mut wanted = Wanted { check_by_search: self.check_by_search, ..Wanted::default() };
        for path in &self.credit_report {
            wanted.reports.push((path.clone(), read_text(path)?));
        }
        for given in &self.jwks {
            let (sovereign, path) = pair("--jwks", given)?;
            let path = PathBuf::from(path);
            let document = read(&path)?;
            wanted.keys.push((sovereign.to_owned(), path, document));
        }
        if self.fetch_credit_reports {
            wanted.fetch = Some(self.fetch()?);
        }
        Ok(wanted)
    }

    fn fetch(&self) -> Result<Fetch, Failure> {
        let mut tokens = BTreeMap::new();
        for given in &self.token {
            let (sovereign, path) = pair("--token", given)?;
            let token = read_text(Path::new(path))?.trim().to_owned();
            tokens.insert(sovereign.to_owned(), token);
        }
        let mut urls = BTreeMap::new();
        for given in &self.sovereign_url {
            let (sovereign, url) = pair("--sovereign-url", given)?;
            urls.insert(sovereign.to_owned(), url.to_owned());
        }
        Ok(Fetch { tokens, urls })
    }

    /// After a month is closed: pays by Stripe what can be paid, or shows what would be; `None` where neither is
    /// wanted.
    async fn payouts(
        &self,
        store: &Store,
        config: &Config,
        (month, agreements): (Month, &Agreements),
    ) -> Result<Option<Box<Payouts>>, Failure> {
        if !self.paying.pay {
            return Ok(None);
        }
        let of = (month, agreements);
        let payouts = if self.paying.execute {
            let stripe = stripe(self.stripe_key_file.as_deref(), config)?;
            say(format!("{month} is closed and its files are written: its payouts are next"));
            Box::pin(pay::execute(store, &stripe, of)).await?
        } else {
            Box::pin(pay::planned(store, of)).await?
        };
        Ok(Some(Box::new(payouts)))
    }
}

impl From<RollupError> for Failure {
    fn from(error: RollupError) -> Self {
        match error {
            RollupError::Stripe(error) => error.into(),
            RollupError::Storage(error) => error.into(),
            RollupError::Refused(_) => Self::refused(error),
            RollupError::Unreachable(_) | RollupError::File(..) => Self::unavailable(error),
        }
    }
}
