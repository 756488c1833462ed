//! `sovereign rollup settle`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sovereign_domain::split::Month;

use super::approve::{month_of, own, wanted};
use super::{agreements, closed, take_policy};
use crate::cli::output::{Failure, answer, answer_json};
use crate::cli::{Common, clock};
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::payouts::key::ApproverKey;
use crate::rollup::payouts::settlement::{self, May, Settlement};
use crate::rollup::payouts::{Payout, plan, signed};
use crate::storage::Store;

/// Say that a payout was paid by hand, so that nothing pays it again
///
/// Of one that Stripe refused, or for which nothing was tried. It is for good. Above the limit two different people run
/// it, each with the same reference and a key of their own, as they approve payouts.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup settle 2026-11/omantel/OMR --agreements a.toml --reference 'TT 4711' --as aisha")]
pub(super) struct Settle {
    #[command(flatten)]
    common: Common,
    /// The statement's number, such as 2026-11/omantel/OMR
    #[arg(value_name = "STATEMENT")]
    statement: String,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: Option<PathBuf>,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// By what the payment is found where it was made, such as the bank's reference
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// On which day it was paid, such as 2026-12-07
    #[arg(long, value_name = "DATE")]
    paid_on: Option<String>,
    /// Who says so; above the limit, as the agreements name you
    #[arg(long = "as", value_name = "NAME")]
    name: String,
    /// Above the limit, file with your private key (Ed25519 in PKCS #8), which only you may read
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

impl Settle {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = month_of(&self.statement)?;
        let agreements = agreements(self.agreements.as_deref())?;
        let of = (&agreements, clock().now());
        let settlement = Settlement::read(&self.reference, self.paid_on.as_deref(), of);
        let settlement = settlement.map_err(Failure::usage)?;
        if self.name.trim().is_empty() || self.name.contains(char::is_control) {
            return Err(Failure::usage("--as: must be a name on one line"));
        }
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let done = Box::pin(self.on(&store, (month, &agreements), &settlement)).await;
        store.close().await;
        done
    }

    async fn on(
        &self,
        store: &Store,
        (month, agreements): (Month, &Agreements),
        settlement: &Settlement,
    ) -> Result<(), Failure> {
        let row = closed(store, month).await?;
        take_policy(store, agreements).await?;
        let payouts = plan::of_month(store, &row, agreements).await?;
        let payout = wanted(&payouts, &self.statement, month)?;
        let may = settlement::check(payout, settlement).map_err(Failure::refused)?;
        if may == May::BeSettled {
            let names = self.signed(store, agreements, (payout, settlement)).await?;
            if names.len() < payout.approvals.needed {
                self.tell(payout, &names);
                return Err(Failure::said());
            }
            let by = if names.is_empty() { self.name.clone() } else { names.join(", ") };
            let said = (settlement, by.as_str());
            settlement::record(store, (month, payout), said, clock().now()).await?;
        }
        // What is in the book by now counts, and not what is believed to be there.
        let payouts = plan::of_month(store, &row, agreements).await?;
        self.tell(wanted(&payouts, &self.statement, month)?, &[]);
        Ok(())
    }

    /// Signs it where it is above the limit; answers who did by then.
    async fn signed(
        &self,
        store: &Store,
        agreements: &Agreements,
        (payout, settlement): (&Payout, &Settlement),
    ) -> Result<Vec<String>, Failure> {
        let needed = payout.approvals.needed;
        let (Some(approval), true) = (&agreements.approval, needed > 0) else {
            return Ok(Vec::new());
        };
        let Some(path) = &self.key else {
            return Err(Failure::usage(format!(
                "{} is above the limit: it takes the signatures of {needed} people; name your key with --key FILE",
                payout.statement
            )));
        };
        let key = ApproverKey::read(path).map_err(Failure::usage)?;
        own(agreements, &self.name, (&key, path))?;
        let message = settlement.message(payout).unwrap_or_default();
        signed::sign(store, &message, (&self.name, &key), clock().now()).await?;
        let mut tx = store.read().await?;
        Ok(signed::by(&mut tx, &approval.approvers, &message).await?)
    }

    /// How far it is; `names` have signed, where that is not enough.
    fn tell(&self, payout: &Payout, names: &[String]) {
        let (statement, needs) = (&payout.statement, payout.approvals.needed);
        let row = payout.row.as_ref().filter(|_| payout.is_settled());
        let by = row.and_then(|row| row.settled_by.as_deref());
        let reference = row.and_then(|row| row.reference.as_deref());
        let paid_on = row.and_then(|row| row.paid_on.as_deref());
        let amount = payout.amount;
        if self.common.json {
            answer_json(&json!({
                "statement": statement, "state": payout.state(),
                "currency": amount.map(|(currency, _)| currency.code()),
                "amount_minor": amount.map(|(_, amount_minor)| amount_minor),
                "reference": reference, "paid_on": paid_on, "settled_by": by,
                "settled_at": row.and_then(|row| row.settled_at).map(|at| at.0.to_rfc3339()),
                "signed_by": names, "needs": needs,
            }));
            return;
        }
        let amount = amount.map(|(currency, amount_minor)| currency.format(amount_minor));
        let amount = amount.unwrap_or_default();
        match (by, reference) {
            (Some(by), Some(reference)) => answer(format_args!(
                "{statement} is settled: {by} paid {amount} by hand, with the reference {reference:?}"
            )),
            _ => answer(format_args!(
                "{statement} is not settled yet: it takes {needs} people, and {} signed; the next one gives the same \
                 reference and the same day",
                names.join(", ")
            )),
        }
    }
}
