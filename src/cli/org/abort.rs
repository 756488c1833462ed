//! `sovereign org abort`

use clap::Args;
use serde_json::json;

use super::{Desk, as_json};
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json, say};
use crate::usecase::moves::abort::abort;

/// Give a move up: an Organization that is frozen becomes what it was before
///
/// Possible until the move is confirmed. A copy that the target has imported is to be dropped there: nothing can be
/// spent of it. Aborting again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org abort kestrel")]
pub(in crate::cli) struct Abort {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

impl Abort {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let desk = Desk::open(&self.common).await?;
        let aborted = abort(desk.app(), &desk.actor, &self.organization).await;
        desk.close().await;
        let row = aborted?;
        if self.common.json {
            answer_json(&json!({ "move": as_json(&row) }));
            return Ok(());
        }
        answer(format_args!("{} stays here", row.tenant_id));
        say(format_args!("if {} has imported it, have it dropped there", row.peer_fqdn));
        Ok(())
    }
}
