//! `sovereign rollup approve`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use sovereign_domain::split::Month;

use super::{agreements, closed, take_policy};
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
        let month = month_of(&self.statement)?;
        let agreements = agreements(Some(self.agreements.as_path()))?;
        let key = ApproverKey::read(&self.key).map_err(Failure::usage)?;
        let public = own(&agreements, &self.approver, (&key, &self.key))?;
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let done = Box::pin(self.on(&store, (month, &agreements), (&key, public))).await;
        store.close().await;
        done
    }

    async fn on(
        &self,
        store: &Store,
        (month, agreements): (Month, &Agreements),
        (key, public): (&ApproverKey, PublicKey),
    ) -> Result<(), Failure> {
        let row = closed(store, month).await?;
        take_policy(store, agreements).await?;
        let payouts = plan::of_month(store, &row, agreements).await?;
        let payout = wanted(&payouts, &self.statement, month)?;
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
        self.tell(wanted(&payouts, &self.statement, month)?);
        Ok(())
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

/// The month of a statement's number.
pub(super) fn month_of(statement: &str) -> Result<Month, Failure> {
    let month = statement.split_once('/').and_then(|(month, _)| month.parse::<Month>().ok());
    month.ok_or_else(|| {
        Failure::usage(format!("{statement:?} is no statement's number: 2026-11/omantel/OMR"))
    })
}

/// The public half of a key, which the agreements have under this name.
pub(super) fn own(
    agreements: &Agreements,
    name: &str,
    (key, path): (&ApproverKey, &Path),
) -> Result<PublicKey, Failure> {
    let Some(approval) = &agreements.approval else {
        let text = "the agreements have no [approval]: no payout needs to be approved";
        return Err(Failure::refused(text));
    };
    let Some(named) = approval.approvers.get(name) else {
        let text = format!("the agreements name no {name} in [approval.approvers]");
        return Err(Failure::refused(text));
    };
    named_half((key, path), named, ("the agreements have", name))
}

/// The public half of a key, where it is the one that somebody is named with; `by` says who has it so.
pub(super) fn named_half(
    (key, path): (&ApproverKey, &Path),
    named: &PublicKey,
    (by, name): (&str, &str),
) -> Result<PublicKey, Failure> {
    let public = key.public().map_err(Failure::refused)?;
    if public == *named {
        return Ok(public);
    }
    Err(Failure::refused(format!(
        "{} is not the key that {by} of {name}: its public half is {}",
        path.display(),
        encoded(&public)
    )))
}

/// The payout of a statement.
pub(super) fn wanted<'a>(
    payouts: &'a [Payout],
    statement: &str,
    month: Month,
) -> Result<&'a Payout, Failure> {
    let found = payouts.iter().find(|payout| payout.statement == statement);
    found.ok_or_else(|| {
        let numbers: Vec<&str> = payouts.iter().map(|one| one.statement.as_str()).collect();
        let numbers = numbers.join(", ");
        Failure::refused(format!("{month} has no statement {statement}; it has these: {numbers}"))
    })
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
    if payout.is_settled() {
        return Err(Failure::refused(format!("{statement} is paid by hand, and settled already")));
    }
    let message = payout.message.as_deref().filter(|_| !payout.is_nothing());
    message.ok_or_else(|| Failure::refused(format!("nothing is due for {statement}")))
}
