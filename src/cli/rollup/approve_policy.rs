//! `sovereign rollup approve-policy`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::approve::named_half;
use super::{agreements, take_policy};
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::cli::{Common, clock};
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::payouts::key::ApproverKey;
use crate::rollup::payouts::policy::{self, Proposal};
use crate::rollup::payouts::signed;
use crate::storage::Store;

/// Approve agreements that loosen who approves payouts, or from which amount on
///
/// The book has the policy in force. Its approvers sign the new one, so many of them as a payout above the limit takes;
/// then it is in force. What is tighter is taken without this. Where no payout needed approval, --first confirms the first
/// approvers: it prints them, and from then on only they can loosen that.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign rollup approve-policy --agreements agreements.toml --as aisha --key aisha.pem
  sovereign rollup approve-policy --agreements agreements.toml --first")]
pub(super) struct ApprovePolicy {
    #[command(flatten)]
    common: Common,
    /// What was agreed with each franchisee, with the new [approval] (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: PathBuf,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// Who approves, as the policy in force names you
    #[arg(long = "as", value_name = "NAME", required_unless_present = "first")]
    approver: Option<String>,
    /// File with your private key (Ed25519 in PKCS #8), which only you may read
    #[arg(long, value_name = "FILE", required_unless_present = "first")]
    key: Option<PathBuf>,
    /// Confirm the first approvers, where the policy in force has none
    #[arg(long, conflicts_with_all = ["approver", "key"])]
    first: bool,
}

/// Whoever signs: as the policy in force names them, and with which key.
struct Signer {
    name: String,
    file: PathBuf,
    key: ApproverKey,
}

impl ApprovePolicy {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let agreements = agreements(Some(self.agreements.as_path()))?;
        let signer = self.signer()?;
        let location = book::location(self.book.as_deref(), &config.data);
        let store = book::open_existing(&location, clock().now()).await?;
        let done = Box::pin(self.on(&store, &agreements, signer.as_ref())).await;
        store.close().await;
        done
    }

    /// Nobody signs what is confirmed.
    fn signer(&self) -> Result<Option<Signer>, Failure> {
        let (Some(name), Some(file)) = (&self.approver, &self.key) else { return Ok(None) };
        let key = ApproverKey::read(file).map_err(Failure::usage)?;
        Ok(Some(Signer { name: name.clone(), file: file.clone(), key }))
    }

    async fn on(
        &self,
        store: &Store,
        agreements: &Agreements,
        signer: Option<&Signer>,
    ) -> Result<(), Failure> {
        let mut found = look(store, agreements).await?;
        if found.is_first_rules {
            if !self.first {
                return Err(Failure::refused(found.refusal()));
            }
            say(format_args!("to be confirmed as the first approvers:\n{}", found.text.trim_end()));
            if let Some(text) = policy::take_first(store, agreements, clock().now()).await? {
                say(text);
            }
            self.tell(&look(store, agreements).await?);
            return Ok(());
        }
        if !found.loosens.is_empty() {
            let Some(signer) = signer else {
                return Err(Failure::refused(found.refusal()));
            };
            signer.check(&found)?;
            for why in &found.loosens {
                say(why);
            }
            let by = (signer.name.as_str(), &signer.key);
            signed::sign(store, &found.message, by, clock().now()).await?;
            found = look(store, agreements).await?;
        }
        if found.may_be_taken() {
            take_policy(store, agreements).await?;
        }
        self.tell(&found);
        Ok(())
    }

    fn tell(&self, found: &Proposal) {
        let (count, needed) = (found.names.len(), found.needed);
        let is_in_force = found.may_be_taken();
        let needs = if found.loosens.is_empty() { 0 } else { needed };
        if self.common.json {
            answer_json(&json!({
                "policy": found.text, "loosens": found.loosens, "approvals": found.names,
                "needs": needs, "in_force": is_in_force,
            }));
        } else if found.loosens.is_empty() {
            answer("nothing is looser than what was in force: this policy is in force");
        } else if is_in_force {
            answer(format_args!("{count} approved this policy: it is in force"));
        } else {
            answer(format_args!("{count} approved this policy, and it takes {needed}"));
        }
    }
}

impl Signer {
    /// Whether it is an approver of the policy in force who signs.
    fn check(&self, found: &Proposal) -> Result<(), Failure> {
        let name = &self.name;
        let Some(named) = found.approvers.get(name) else {
            return Err(Failure::refused(format!("the policy in force names no {name}")));
        };
        let by = ("the policy in force has", name.as_str());
        named_half((&self.key, &self.file), named, by).map(|_| ())
    }
}

async fn look(store: &Store, agreements: &Agreements) -> Result<Proposal, Failure> {
    let mut tx = store.read().await?;
    Ok(policy::look(&mut tx, agreements).await?)
}
