//! `sovereign migrate`

use clap::Args;
use serde_json::json;

use super::output::{Failure, answer, answer_json};
use super::{Common, clock};
use crate::lifecycle::make_data_directory;
use crate::storage::{Store, migrate};

/// Bring the database to this program's schema
///
/// `serve` does the same when it starts. Several may run at once: one works, the others wait.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign migrate --database-url postgres://sovereign@db/sovereign
  sovereign migrate --data /var/lib/sovereign --json")]
pub(super) struct Migrate {
    #[command(flatten)]
    common: Common,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        if config.database_url.is_none() {
            make_data_directory(&config.data).map_err(|error| {
                Failure::unavailable(format!("{}: {error}", config.data.display()))
            })?;
        }
        let store = Store::open(&config.location()).await?;
        let applied = migrate::migrate(&store, clock().now()).await?;
        store.close().await;
        if self.common.json {
            answer_json(&json!({ "applied": applied, "schema": migrate::fingerprint() }));
        } else if applied.is_empty() {
            answer("nothing to do");
        } else {
            answer(applied.join("\n"));
        }
        Ok(())
    }
}
