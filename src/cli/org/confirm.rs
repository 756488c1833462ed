//! `sovereign org confirm`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Desk, as_json, trusted, write_whole};
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::usecase::moves::confirm::confirm;

/// Let go of an Organization that another Sovereign has imported
///
/// The receipt is what `sovereign org import` wrote there. Its credit leaves the books here, and what is left
/// is history with a forwarding address. The release is for the target, which lets the Organization spend
/// once it has it: keep it safe until then. Confirming again writes the same release.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org confirm kestrel --receipt kestrel.receipt.json --keys b.jwks --release k.json")]
pub(in crate::cli) struct Confirm {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
    /// What the target signed when it had imported it
    #[arg(long, value_name = "FILE")]
    receipt: PathBuf,
    /// The target's public keys, as it answers /.well-known/jwks.json
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Where the release goes
    #[arg(long, value_name = "FILE")]
    release: PathBuf,
}

impl Confirm {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let keys = trusted(&self.keys)?;
        let name = self.receipt.display();
        let receipt = std::fs::read_to_string(&self.receipt)
            .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        let desk = Desk::open(&self.common).await?;
        let papers = (receipt.as_str(), &keys);
        let confirmed =
            Box::pin(confirm(desk.app(), &desk.actor, &self.organization, papers)).await;
        let currency = desk.app().facts.currency;
        desk.close().await;
        let confirmed = confirmed?;
        write_whole(&self.release, &confirmed.release)?;
        let row = &confirmed.row;
        if self.common.json {
            let file = self.release.display().to_string();
            answer_json(&json!({ "move": as_json(row), "release": file }));
            return Ok(());
        }
        answer(format_args!(
            "moved to {}: {} of credit and {} owed have left the books here",
            row.peer_fqdn,
            currency.format(row.moved_minor),
            currency.format(row.moved_owed_minor)
        ));
        say(format_args!(
            "the release is in {}: activate with it at {}",
            self.release.display(),
            row.peer_fqdn
        ));
        Ok(())
    }
}
