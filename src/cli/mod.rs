//! The command line: parses, dispatches, reports. Answers go to standard output, everything said to a
//! person goes to standard error.

/// The arguments of a command about one thing that has an identifier.
macro_rules! about_one {
    ($name:ident, $about:tt, $what:tt, $examples:tt) => {
        #[doc = $about]
        #[derive(Debug, clap::Args)]
        #[command(after_help = $examples)]
        pub(super) struct $name {
            #[command(flatten)]
            common: $crate::cli::Common,
            #[doc = $what]
            id: uuid::Uuid,
        }
    };
}

mod alarms;
mod audit;
mod backup;
mod blueprint;
mod branding;
mod bulk;
mod bulk_edit;
mod bulk_manage;
mod campaign;
mod campaign_show;
mod config;
mod conformance;
mod event_deliveries;
mod events;
mod fleet;
mod greeting;
mod jobs;
mod key;
mod keycloak_theme;
mod mailing;
mod mailing_manage;
mod migrate;
mod openapi;
mod org;
mod output;
mod policy;
mod reconcile;
mod report;
mod rollup;
mod serve;
mod starting;
mod stripe;
mod subscription;
mod token;
mod user;
mod verify;
mod voucher;
mod voucher_filter;
mod voucher_print;
mod voucher_show;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::output::Failure;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Layers, Resolved};
use crate::telemetry;

/// Stands at the end of every command's help.
const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the answer is no: a check failed, a thing is not there, input was refused
  2  wrong usage or configuration
  3  the database or the network is not available";

/// The commerce plane of a franchised cloud: vouchers, credit, checkout.
#[derive(Debug, Parser)]
#[command(
    name = "sovereign",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  sovereign serve --demo
  sovereign serve --fqdn omantel.omani.works --currency OMR
  sovereign voucher issue OMANTEL-MUSCAT-200 --credit 200 --max-redemptions 50
  sovereign verify"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Worker(worker::Worker),
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Token(token::Token),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Key(key::Key),
    #[command(subcommand)]
    Voucher(voucher::Voucher),
    #[command(subcommand)]
    Campaign(campaign::Campaign),
    Report(report::Report),
    #[command(subcommand)]
    Stripe(stripe::Stripe),
    #[command(subcommand)]
    Subscription(subscription::Subscription),
    Reconcile(reconcile::Reconcile),
    Rollup(Box<rollup::Rollup>),
    Fleet(Box<fleet::Fleet>),
    #[command(subcommand)]
    Blueprint(blueprint::BlueprintCommand),
    #[command(subcommand)]
    Branding(branding::BrandingCommand),
    #[command(subcommand)]
    Alarms(alarms::AlarmsCommand),
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    #[command(subcommand)]
    Events(events::EventsCommand),
    #[command(subcommand)]
    Org(org::Org),
    Verify(verify::Verify),
    Backup(backup::Backup),
    Restore(backup::Restore),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Conformance(conformance::Conformance),
    Openapi(openapi::Openapi),
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Directory of the SQLite file and the keys [default: sovereign-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Use PostgreSQL: <postgres://user:password@host/database>
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// A configuration file (TOML); flags and SOVEREIGN_… variables go before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Common {
    /// The configuration, with the flags of a command on top.
    fn resolve(&self, more: &[(&'static str, Option<String>)]) -> Result<Resolved, Failure> {
        let own = [("data", self.data.clone()), ("database_url", self.database_url.clone())];
        let given = own.into_iter().chain(more.iter().cloned());
        let flags: BTreeMap<_, _> =
            given.filter_map(|(key, value)| value.map(|value| (key, value))).collect();
        let layers = Layers { flags, environment: environment(), file: self.config.clone() };
        layers.resolve().map_err(Failure::usage)
    }

    /// The configuration of a command that has no flags of its own; starts logging warnings.
    fn config(&self) -> Result<Config, Failure> {
        let config = Config::read(&self.resolve(&[])?).map_err(Failure::usage)?;
        telemetry::start("warn", config.log_format).map_err(Failure::usage)?;
        Ok(config)
    }
}

/// Variables that are not UTF-8 cannot be ours.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Adds the exit codes to the help of a command and of all below it. A command that has others says its own.
fn with_exit_codes(command: clap::Command) -> clap::Command {
    let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let said = if own.contains("Exit codes:") { own } else { format!("{own}\n\n{EXIT_CODES}") };
    command.after_help(said).mut_subcommands(with_exit_codes)
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let matches = with_exit_codes(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::unavailable(error).report(),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run().await,
            Command::Worker(worker) => worker.run().await,
            Command::Jobs(jobs) => jobs.run().await,
            Command::Migrate(migrate) => migrate.run().await,
            Command::Token(token) => token.run().await,
            Command::User(user) => user.run().await,
            Command::Key(key) => key.run().await,
            Command::Voucher(voucher) => voucher.run().await,
            Command::Campaign(campaign) => campaign.run().await,
            Command::Report(report) => report.run().await,
            Command::Stripe(stripe) => stripe.run().await,
            Command::Subscription(subscription) => subscription.run().await,
            Command::Reconcile(reconcile) => reconcile.run().await,
            Command::Rollup(rollup) => rollup.run().await,
            Command::Fleet(fleet) => Box::pin(fleet.run()).await,
            Command::Blueprint(blueprint) => blueprint.run(),
            Command::Branding(branding) => branding.run().await,
            Command::Alarms(alarms) => alarms.run().await,
            Command::Audit(audit) => audit.run().await,
            Command::Policy(policy) => policy.run().await,
            Command::Events(events) => events.run().await,
            Command::Org(org) => org.run().await,
            Command::Verify(verify) => verify.run().await,
            Command::Backup(backup) => backup.run().await,
            Command::Restore(restore) => restore.run().await,
            Command::Config(config) => config.run(),
            Command::Conformance(conformance) => conformance.run().await,
            Command::Openapi(openapi::Openapi) => {
                openapi::Openapi::run();
                Ok(())
            }
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
