//! `sovereign rollup approve`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sovereign_domain::split::Month;

use super::{agreements, closed};
use crate::cli::output::{Failure, answer, answer_json};
use crate::cli::{Common, clock};
use crate::rollup::agreements::{Agreements, PublicKey};
use crate::rollup::book;
use crate::rollup::book::payout_approvals::{self, ApprovalRow};
use crate::rollup::payouts::key::{ApproverKey, encoded};
use crate::rollup::payouts::{Payout, plan};
use crate::storage::{Store, Ts};

/// Approve a payout above the limit, with your key
///
/// It signs which statement is paid, how much, and where to. Two different people have to, and the agreements name them
/// with their public keys.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup approve 2026-11/omantel/OMR --agreements agreements.toml --as aisha --key a.pem")]
pub(super) struct Approve {
    #[command(flatten)]
    common: Common,
    /// The statement's number, such as 2026-11/omantel/OMR
    #[arg(value_name = "STATEMENT")]
    statement: String,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: PathBuf,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// Who approves, as the agreements name you
    #[arg(long = "as", value_name = "NAME")]
    approver: String,
    /// File with your private key (Ed25519 in PKCS #8), which only you may read
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl Approve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let month = self.month()?;
        let agreements = agreements(Some(self.agreements.as_path()))?;
        let key = ApproverKey::read(&self.key).map_err(Failure::usage)?;
        let public = self.own(&agreements, &key)?;
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let done = Box::pin(self.on(&store, (month, &agreements), (&key, public))).await;
        store.close().await;
        done
    }

    /// The statement's.
    fn month(&self) -> Result<Month, Failure> {
        let month =
            self.statement.split_once('/').and_then(|(month, _)| month.parse::<Month>().ok());
        month.ok_or_else(|| {
            let given = &self.statement;
            Failure::usage(format!("{given:?} is no statement's number: 2026-11/omantel/OMR"))
        })
    }

    /// The public half, which the agreements have under this name.
    fn own(&self, agreements: &Agreements, key: &ApproverKey) -> Result<PublicKey, Failure> {
        let name = &self.approver;
        let Some(approval) = &agreements.approval else {
            let text = "the agreements have no [approval]: no payout needs to be approved";
            return Err(Failure::refused(text));
        };
        let Some(named) = approval.approvers.get(name) else {
            let text = format!("the agreements name no {name} in [approval.approvers]");
            return Err(Failure::refused(text));
        };
        let public = key.public().map_err(Failure::refused)?;
        if public == *named {
            return Ok(public);
        }
        Err(Failure::refused(format!(
            "{} is not the key that the agreements have of {name}: its public half is {}",
            self.key.display(),
            encoded(&public)
        )))
    }

    async fn on(
        &self,
        store: &Store,
        (month, agreements): (Month, &Agreements),
        (key, public): (&ApproverKey, PublicKey),
    ) -> Result<(), Failure> {
        let row = closed(store, month).await?;
        let payouts = plan::of_month(store, &row, agreements).await?;
        let payout = self.wanted(&payouts, month)?;
        let message = signable(payout)?;
        if !payout.approvals.names.contains(&self.approver) {
            let row = ApprovalRow {
                statement_id: payout.statement.clone(),
                approver: self.approver.clone(),
                public_key: encoded(&public),
                signature: key.sign(message).map_err(Failure::refused)?,
                approved_at: Ts(clock().now()),
            };
            let mut tx = store.begin().await?;
            payout_approvals::put(&mut tx, &row).await?;
            tx.commit().await?;
        }
        // What is in the book by now counts, and not what is believed to be there.
        let payouts = plan::of_month(store, &row, agreements).await?;
        self.tell(self.wanted(&payouts, month)?);
        Ok(())
    }

    fn wanted<'a>(&self, payouts: &'a [Payout], month: Month) -> Result<&'a Payout, Failure> {
        let found = payouts.iter().find(|payout| payout.statement == self.statement);
        found.ok_or_else(|| {
            let numbers: Vec<&str> = payouts.iter().map(|one| one.statement.as_str()).collect();
            let numbers = numbers.join(", ");
            Failure::refused(format!(
                "{month} has no statement {}; it has these: {numbers}",
                self.statement
            ))
        })
    }

    fn tell(&self, payout: &Payout) {
        let (approver, statement) = (&self.approver, &payout.statement);
        let (approvals, to) = (&payout.approvals, &payout.masked);
        if self.common.json {
            answer_json(&json!({
                "statement": statement, "approver": approver, "destination": to,
                "currency": payout.amount.map(|(currency, _)| currency.code()),
                "amount_minor": payout.amount.map(|(_, amount_minor)| amount_minor),
                "approvals": approvals.names, "needs": approvals.needed,
            }));
            return;
        }
        let amount = payout.amount.map(|(currency, amount_minor)| currency.format(amount_minor));
        let (count, needed) = (approvals.names.len(), approvals.needed);
        answer(format_args!(
            "{approver} approves {} to {to} for {statement}: {count} approved it, and it takes {needed}",
            amount.unwrap_or_default()
        ));
    }
}

/// What is signed, where there is something to sign.
fn signable(payout: &Payout) -> Result<&str, Failure> {
    let statement = &payout.statement;
    if let Some(fault) = &payout.fault {
        return Err(Failure::refused(format!("{statement}: {fault}")));
    }
    if payout.is_sent() {
        return Err(Failure::refused(format!("{statement} is paid already")));
    }
    let message = payout.message.as_deref().filter(|_| !payout.is_nothing());
    message.ok_or_else(|| Failure::refused(format!("nothing is due for {statement}")))
}
