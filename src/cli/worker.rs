//! `sovereign worker`

use clap::Args;
use serde_json::json;

use super::Common;
use super::output::{Failure, answer, say};
use super::starting::{data_directory, options, stop_signal, stopped};
use crate::config::Config;
use crate::jobs::{Jobs, Which};
use crate::lifecycle;
use crate::storage::Location;
use crate::telemetry::{self, LogFormat};

/// Do the jobs of a Sovereign on PostgreSQL, and answer no requests
///
/// Any number of workers and servers may run at once: each job is done by one of them at a time. With an
/// SQLite file, `sovereign serve` does the jobs.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign worker --database-url postgres://sovereign@db/sovereign --data /var/lib/sovereign
  sovereign worker --config /etc/sovereign.toml --json")]
pub(super) struct Worker {
    #[command(flatten)]
    common: Common,
}

impl Worker {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = Config::read(&self.common.resolve(&[])?).map_err(Failure::usage)?;
        telemetry::start(&config.log_level, config.log_format).map_err(Failure::usage)?;
        if let Location::File(_) = config.location() {
            return Err(Failure::usage(
                "a worker needs PostgreSQL (--database-url); with an SQLite file, `sovereign serve` \
                 does the jobs itself",
            ));
        }
        config.mail().map_err(Failure::usage)?;
        data_directory(&config)?;
        let sovereign = lifecycle::start(options(&config, None)?).await?;
        // Before the greeting: whoever reads it may ask the process to end at once.
        let stop = stop_signal().map_err(Failure::unavailable)?;
        let fqdn = &sovereign.facts().fqdn;
        let holder = sovereign.app.process;
        if self.common.json {
            answer(json!({ "fqdn": fqdn, "holder": holder }));
        }
        match config.log_format {
            LogFormat::Json => tracing::info!(fqdn, %holder, "does the jobs"),
            LogFormat::Text if !self.common.json => {
                say(format!("sovereign {fqdn}: does the jobs as {holder}"));
            }
            LogFormat::Text => {}
        }
        let jobs = Jobs::start(&sovereign.app, Which::All);
        stop.await;
        tracing::info!("finishing what was begun");
        jobs.stop().await;
        sovereign.stop().await;
        stopped(&config);
        Ok(())
    }
}
