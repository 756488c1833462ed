//! `sovereign conformance`

use std::io::Read as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::clock;
use super::output::{Failure, answer, answer_json, say, table};
use super::starting::stop_signal;
use crate::conformance::{
    self, Address, Options, Report, Sovereign, SovereignReport, Stop, Token, Verdict, fleet, junit,
    table as shown,
};

/// The variable that has a token where no file does.
const TOKEN_VARIABLE: &str = "SOVEREIGN_TOKEN";

/// Ask Sovereigns what every Sovereign must answer alike, and say which request differed and how
#[derive(Debug, Args)]
#[command(
    long_about = "\
Ask Sovereigns what every Sovereign must answer alike, and say which request differed and how

The smoke test, the shape of every answer about vouchers and checkout, who is let in, and whether build, \
schema and API are those of the first. It works against services of others. What it issues has a random \
code and is revoked, also after a failure or Ctrl-C. A token comes from a file or from SOVEREIGN_TOKEN; \
without one only what needs none is checked.",
    after_help = "\
Examples:
  sovereign conformance https://api.omantel.omani.works --token-file admin.token
  sovereign conformance https://api.one.example https://api.two.example --read-only
  sovereign conformance --fleet fleet.toml --parallel 32 --junit conformance.xml --json

Exit codes:
  0  done: every Sovereign conforms
  1  drift: an answer is not as it must be, or not as the first Sovereign's
  2  a Sovereign could not be reached, the run was stopped, or wrong usage or configuration"
)]
pub(super) struct Conformance {
    /// Addresses of the Sovereigns; the others are compared with the first
    #[arg(value_name = "URL", required_unless_present = "fleet", conflicts_with = "fleet")]
    urls: Vec<String>,
    /// A file (TOML) that lists them, with a token each
    #[arg(long, value_name = "FILE")]
    fleet: Option<PathBuf>,
    /// How many are checked at once
    #[arg(long, value_name = "COUNT", default_value_t = 16,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: u16,
    /// The token of a superadmin or sovereign-admin; - = standard input
    #[arg(long, value_name = "FILE", conflicts_with = "fleet")]
    token_file: Option<PathBuf>,
    /// The token of somebody who is neither: they must be refused
    #[arg(long, value_name = "FILE", conflicts_with = "fleet")]
    member_token_file: Option<PathBuf>,
    /// Send only what changes nothing, and issue nothing
    #[arg(long)]
    read_only: bool,
    /// Seconds that an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    #[arg(long, value_name = "FILE", help = "Write the checks to a file as well, as JUnit XML")]
    junit: Option<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl Conformance {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let sovereigns = self.sovereigns()?;
        if let Some(path) = &self.junit {
            // Before the work, not after it.
            write(path, "")?;
        }
        let (asking, stop) = Stop::channel();
        let signal = stop_signal().map_err(Failure::usage)?;
        tokio::spawn(async move {
            signal.await;
            say("stopping: what was issued is revoked first");
            // Nobody hears it where the run has ended.
            let _ = asking.send(true);
        });
        let mut progress = Progress { done: 0, total: sovereigns.len() };
        let told = |report: &SovereignReport| {
            if self.fleet.is_some() {
                progress.tell(report);
            }
        };
        let options = self.options();
        let report = Box::pin(conformance::run(&sovereigns, &options, &stop, told)).await;
        self.tell(&report.map_err(Failure::usage)?)
    }

    fn sovereigns(&self) -> Result<Vec<Sovereign>, Failure> {
        if let Some(path) = &self.fleet {
            return fleet::read(path).map_err(Failure::usage);
        }
        let token = match &self.token_file {
            Some(path) => Some(token(path)?),
            None => from_environment()?,
        };
        let member_token = self.member_token_file.as_deref().map(self::token).transpose()?;
        let parsed = self.urls.iter().map(|url| {
            let address = Address::parse(url).map_err(Failure::usage)?;
            let (token, member_token) = (token.clone(), member_token.clone());
            Ok(Sovereign { address, fqdn: None, token, member_token })
        });
        parsed.collect()
    }

    fn options(&self) -> Options {
        let parallel = NonZeroUsize::new(usize::from(self.parallel)).unwrap_or(NonZeroUsize::MIN);
        let timeout = Duration::from_secs(self.timeout);
        Options { read_only: self.read_only, parallel, timeout, ..Options::default() }
    }

    fn tell(&self, report: &Report) -> Result<(), Failure> {
        if let Some(path) = &self.junit {
            write(path, &junit::document(report))?;
        }
        if self.json {
            let mut json = report.as_json();
            json["at"] = json!(clock().now());
            answer_json(&json);
        } else {
            for line in report.sovereigns.iter().flat_map(shown::lines) {
                answer(line);
            }
            answer(table(&shown::rows(report)));
        }
        let count = |verdict| format!("{} of {}", report.count(verdict), report.sovereigns.len());
        match report.verdict() {
            Verdict::Conforming => Ok(()),
            Verdict::Drift => Err(Failure::said()),
            Verdict::Unreachable => {
                let count = count(Verdict::Unreachable);
                Err(Failure::usage(format!("{count} could not be reached")))
            }
            Verdict::Stopped => {
                let count = count(Verdict::Stopped);
                Err(Failure::usage(format!("stopped: {count} were not checked to the end")))
            }
        }
    }
}

/// How far it is, for whoever watches.
struct Progress {
    done: usize,
    total: usize,
}

impl Progress {
    fn tell(&mut self, report: &SovereignReport) {
        self.done += 1;
        let Self { done, total } = self;
        say(format_args!("{done}/{total} {}: {}", report.url, report.verdict()));
    }
}

fn token(path: &Path) -> Result<Token, Failure> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(path).map(|content| text = content)
    };
    let wrong =
        |error: &dyn std::fmt::Display| Failure::usage(format!("{}: {error}", path.display()));
    read.map_err(|error| wrong(&error))?;
    Token::parse(&text).map_err(|error| wrong(&format_args!("the token {error}")))
}

/// An empty variable is none.
fn from_environment() -> Result<Option<Token>, Failure> {
    let text = std::env::var(TOKEN_VARIABLE).ok().filter(|text| !text.is_empty());
    let token = text.map(|text| Token::parse(&text)).transpose();
    token.map_err(|error| Failure::usage(format!("{TOKEN_VARIABLE}: the token {error}")))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = std::fs::write(path, text);
    written.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
