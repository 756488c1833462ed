//! `sovereign org activate`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::import::at_home;
use crate::cli::Common;
use crate::cli::output::{Failure, answer, answer_json};
use crate::usecase::moves::activate::{ActivateError, activate};

/// Let an Organization that was imported spend here, once its source has let go of it
///
/// The release is what `sovereign org confirm` wrote at the source, signed with the key that had signed the bundle.
/// Activating again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign org activate --release kestrel.release.json")]
pub(in crate::cli) struct Activate {
    #[command(flatten)]
    common: Common,
    /// What the source signed when it let go
    #[arg(long, value_name = "FILE")]
    release: PathBuf,
}

impl Activate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let name = self.release.display();
        let text = std::fs::read_to_string(&self.release)
            .map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        let done = at_home(&self.common, async |target| activate(target, &text).await);
        let activated = done.await?.map_err(|error| match error {
            ActivateError::Storage(error) => error.into(),
            other => Failure::refused(other),
        })?;
        let status = activated.status.as_str();
        if self.common.json {
            answer_json(&json!({
                "organization": activated.organization_id,
                "move_id": activated.release.move_id,
                "status": status,
                "balance_minor": activated.release.balance_minor,
                "owed_minor": activated.release.owed_minor,
                "is_new": activated.is_new,
            }));
        } else {
            let when = if activated.is_new { "activated" } else { "activated before" };
            answer(format_args!("{when}: {} is {status} here", activated.organization_id));
        }
        Ok(())
    }
}
