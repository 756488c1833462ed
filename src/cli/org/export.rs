//! `sovereign org export`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Desk, export_all, progress};
use crate::bundle::Recipient;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::usecase::moves::export::{Exported, Place, Target, export};
use crate::usecase::moves::freeze::Wish;

/// Freeze an Organization and write it into a file for another Sovereign
///
/// What is under way is settled first: an order that waits for a card is ended at Stripe, and its credit comes back.
/// From then on nothing changes it here, until the move is confirmed or aborted. Exporting again writes the same file.
/// With --all, every Organization gets a bundle in a directory, with a closing report; run again, it goes on
/// where it was.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org export kestrel --to b.example --out kestrel.bundle
  sovereign org export kestrel --to b.example --out kestrel.age --recipient age1…
  sovereign org export --all --to b.example --out /var/lib/bundles")]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    pub(super) common: Common,
    /// Its identifier, or its address here
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    organization: Option<String>,
    /// Every Organization that is here
    #[arg(long)]
    all: bool,
    /// The Sovereign that is to have it, such as b.example
    #[arg(long, value_name = "FQDN")]
    pub(super) to: String,
    /// The file to write; with --all, a directory
    #[arg(long, value_name = "PATH")]
    pub(super) out: PathBuf,
    /// Where its people find it there
    #[arg(long, value_name = "URL")]
    pub(super) forward: Option<String>,
    /// Encrypt it to this age recipient; may be given several times
    #[arg(long, value_name = "AGE")]
    recipient: Vec<Recipient>,
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let desk = Desk::open(&self.common).await?;
        let done = match &self.organization {
            Some(organization) => self.one(&desk, organization).await,
            None => export_all::run(&desk, &self).await,
        };
        desk.close().await;
        done
    }

    /// How one of them is asked for.
    pub(super) fn wish<'a>(&'a self, organization: &'a str) -> Wish<'a> {
        Wish { organization, to: &self.to, forward_url: self.forward.as_deref() }
    }

    /// Whereto, and for whom. What was exported before is replaced, and said to be.
    pub(super) fn target<'a>(&'a self, file: &'a Path) -> Target<'a> {
        let place = Place::Path(file);
        Target { place, recipients: &self.recipient, told: progress(), replace: true }
    }

    pub(super) fn recipients(&self) -> &[Recipient] {
        &self.recipient
    }

    async fn one(&self, desk: &Desk, organization: &str) -> Result<(), Failure> {
        let target = self.target(&self.out);
        let wish = self.wish(organization);
        let exported = Box::pin(export(desk.app(), &desk.actor, wish, target)).await?;
        self.tell(desk, &exported);
        Ok(())
    }

    fn tell(&self, desk: &Desk, exported: &Exported) {
        let Exported { row, manifest, sha256, replaced } = exported;
        if *replaced {
            say(
                "this bundle is not the one that was exported before: import this one, and confirm its receipt",
            );
        }
        if self.common.json {
            answer_json(&json!({
                "move_id": row.id,
                "organization": row.tenant_id,
                "to": row.peer_fqdn,
                "file": self.out.display().to_string(),
                "balance_minor": row.balance_minor,
                "owed_minor": row.owed_minor,
                "currency": manifest.source.currency,
                "manifest_sha256": sha256,
                "key_id": manifest.key_id,
                "encrypted": !self.recipient.is_empty(),
                "replaced": replaced,
            }));
            return;
        }
        let currency = desk.app().facts.currency;
        answer(format_args!(
            "{} is frozen, and in {}: {} of credit, {} owed",
            manifest.subject.slug,
            self.out.display(),
            currency.format(row.balance_minor),
            currency.format(row.owed_minor)
        ));
        say(format_args!(
            "import it at {}, then confirm the receipt here: sovereign org confirm {} --receipt FILE",
            row.peer_fqdn, manifest.subject.slug
        ));
    }
}
