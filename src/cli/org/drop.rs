//! `sovereign org drop`

use clap::Args;
use serde_json::json;

use super::import::at_home;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json};
use crate::usecase::moves::drop::{DropError, drop_arrival};

/// Give up an Organization that was imported and is not activated
///
/// For one whose source has aborted its move. Everything that was imported goes; one that was here before becomes again
/// what it was since it left. Dropping again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org drop kestrel")]
pub(in crate::cli) struct Drop {
    #[command(flatten)]
    common: Common,
    /// Its identifier, or its address here
    #[arg(value_name = "ORG")]
    organization: String,
}

impl Drop {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let name = self.organization.as_str();
        let done = at_home(&self.common, async |target| drop_arrival(target, name).await);
        let dropped = done.await?.map_err(|error| match error {
            DropError::Storage(error) => error.into(),
            other => Failure::refused(other),
        })?;
        if self.common.json {
            answer_json(&json!({
                "organization": dropped.organization_id,
                "move_id": dropped.move_id,
                "from": dropped.from,
                "was_here": dropped.was_here,
                "is_new": dropped.is_new,
            }));
            return Ok(());
        }
        let when = if dropped.is_new { "dropped" } else { "dropped before" };
        let left = if dropped.was_here { "; its tombstone stays" } else { "" };
        let id = dropped.organization_id;
        answer(format_args!("{when}: {id}, which had come from {}{left}", dropped.from));
        Ok(())
    }
}
