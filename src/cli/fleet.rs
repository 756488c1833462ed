//! `sovereign fleet`: the publisher's command; no Sovereign needs it.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use serde_json::Value;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::output::{Failure, answer, answer_json, say, table};
use super::{Common, clock};
use crate::config::Config;
use crate::conformance::{self, Options, Sovereign, SovereignReport, Stop};
use crate::fleet::checked::Checked;
use crate::fleet::money::{self, Money};
use crate::fleet::snapshot::Snapshot;
use crate::fleet::{self, Known, csv, table as shown};
use crate::rollup::agreements::Agreements;
use crate::rollup::book;
use crate::rollup::output::Replacement;
use crate::storage::Location;

/// Show each Sovereign: what it runs, whether it conforms, what it owes and what it earns
#[derive(Debug, Args)]
#[command(
    long_about = "\
Show each Sovereign: what it runs, whether it conforms, what it owes and what it earns

For the publisher. Each Sovereign of the file is asked for its version, and with its token for live \
vouchers and outstanding credit. What cards were charged, the publisher's share of it and the last \
statement are those of the publisher's book. What cannot be had is said, and why.",
    after_help = "\
Examples:
  sovereign fleet --fleet fleet.toml
  sovereign fleet --fleet fleet.toml --check --out fleet.json
  sovereign fleet --fleet fleet.toml --conformance conformance.json --csv fleet.csv --json

Exit codes:
  0  done: every Sovereign answered, and none of those that were checked has drifted
  1  a Sovereign is off: not reached, not conforming, or it does not answer what it should
  2  wrong usage or configuration
  3  the book is not available"
)]
pub(super) struct Fleet {
    #[command(flatten)]
    common: Common,
    /// The file (TOML) that lists the Sovereigns, with a token each
    #[arg(long = "fleet", value_name = "FILE")]
    file: PathBuf,
    /// What was agreed with each franchisee (TOML)
    #[arg(long, value_name = "FILE")]
    agreements: Option<PathBuf>,
    /// The publisher's book: an SQLite file, or <postgres://…> [default: publisher.db in the data directory]
    #[arg(long, value_name = "FILE_OR_URL")]
    book: Option<String>,
    /// The month, such as 2026-11 [default: the newest of the book]
    #[arg(long, value_name = "MONTH")]
    month: Option<Month>,
    /// A report of conformance, as its command answers it in JSON
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    conformance: Option<PathBuf>,
    /// Check now whether they conform; it changes nothing
    #[arg(long)]
    check: bool,
    /// Write a snapshot, for the publisher's Sovereign to show
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the same to a file as well, as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// How many are asked at once
    #[arg(long, value_name = "COUNT", default_value_t = 16,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    parallel: u16,
    /// Seconds that an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

impl Fleet {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let config = self.common.config()?;
        let sovereigns = conformance::fleet::read(&self.file).map_err(Failure::usage)?;
        let agreements = self.agreements.as_deref().map(agreements).transpose()?;
        let reported = self.conformance.as_deref().map(reported).transpose()?;
        // Before the work, not after it.
        let out = self.out.as_deref().map(begun).transpose()?;
        let csv = self.csv.as_deref().map(begun).transpose()?;
        let money = Box::pin(self.money(&config)).await?;
        let checked = match reported {
            Some(checked) => checked,
            None if self.check => Box::pin(self.checked(&sovereigns)).await?,
            None => Checked::default(),
        };
        let known = Known {
            checked: &checked,
            money: money.as_ref(),
            agreements: agreements.as_ref(),
            now: clock().now(),
        };
        let mut progress = Progress { done: 0, total: sovereigns.len() };
        let told = |url: &str, said: &str| progress.tell(url, said);
        let snapshot = Box::pin(fleet::read(&sovereigns, &self.options(), &known, told)).await;
        let snapshot = snapshot.map_err(Failure::usage)?;
        if let Some((path, file)) = out {
            let text = snapshot.to_json().map_err(Failure::unavailable)?;
            write(path, file, &text)?;
        }
        if let Some((path, file)) = csv {
            write(path, file, &csv::document(&snapshot))?;
        }
        self.tell(&snapshot)
    }

    fn options(&self) -> Options {
        let parallel = NonZeroUsize::new(usize::from(self.parallel)).unwrap_or(NonZeroUsize::MIN);
        let timeout = Duration::from_secs(self.timeout);
        Options { read_only: true, parallel, timeout, ..Options::default() }
    }

    /// What the book says; `None` where none is named, and there is none at its usual place.
    async fn money(&self, config: &Config) -> Result<Option<Money>, Failure> {
        let location = book::location(self.book.as_deref(), &config.data);
        if let (None, Location::File(path)) = (&self.book, &location)
            && !path.exists()
        {
            if self.month.is_some() {
                let text =
                    format!("--month: there is no book at {}; name it with --book", path.display());
                return Err(Failure::usage(text));
            }
            return Ok(None);
        }
        let store = book::open_existing(&location, clock().now()).await?;
        let money = money::read(&store, self.month).await;
        store.close().await;
        // The only thing that is refused is what was asked for: a month.
        Ok(Some(money.map_err(|error| Failure::from(error).of_configuration())?))
    }

    async fn checked(&self, sovereigns: &[Sovereign]) -> Result<Checked, Failure> {
        let mut progress = Progress { done: 0, total: sovereigns.len() };
        let told = |report: &SovereignReport| {
            progress.tell(&report.url, report.verdict().as_str());
        };
        let (options, stop) = (self.options(), Stop::never());
        let report = Box::pin(conformance::run(sovereigns, &options, &stop, told)).await;
        let report = report.map_err(Failure::usage)?.as_json();
        Checked::of_report(&report, clock().now()).map_err(Failure::usage)
    }

    fn tell(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        if self.common.json {
            let json = serde_json::to_value(snapshot).map_err(Failure::unavailable)?;
            answer_json(&json);
        } else {
            for line in shown::lines(snapshot) {
                answer(line);
            }
            answer(table(&shown::rows(snapshot)));
            for name in &snapshot.not_in_fleet {
                say(format_args!(
                    "{name}: has money or an agreement, and is not in the fleet's file"
                ));
            }
        }
        match snapshot.counts.off {
            0 => Ok(()),
            off => {
                Err(Failure::refused(format!("{off} of {} are off", snapshot.counts.sovereigns)))
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
    fn tell(&mut self, url: &str, said: &str) {
        self.done = self.done.saturating_add(1);
        let Self { done, total } = self;
        say(format_args!("{done}/{total} {url}: {said}"));
    }
}

fn wrong(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::usage(format!("{}: {error}", path.display()))
}

fn agreements(path: &Path) -> Result<Agreements, Failure> {
    let bytes = std::fs::read(path).map_err(|error| wrong(path, error))?;
    Agreements::read(&bytes)
        .map_err(|error| Failure::usage(format!("{} is refused:\n{error}", path.display())))
}

/// A report of conformance, which may not say of when it is: then it is as old as its file.
fn reported(path: &Path) -> Result<Checked, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error))?;
    let report: Value = serde_json::from_str(&text).map_err(|error| wrong(path, error))?;
    let about = std::fs::metadata(path).map_err(|error| wrong(path, error))?;
    let written = about.modified().map_err(|error| wrong(path, error))?;
    Checked::of_report(&report, moment(written)).map_err(|error| wrong(path, error))
}

fn moment(at: SystemTime) -> Timestamp {
    let since = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(0))
}

/// A file that is there once it is whole.
fn begun(path: &Path) -> Result<(&Path, Replacement), Failure> {
    let file = Replacement::create(path).map_err(|error| wrong(path, error))?;
    Ok((path, file))
}

fn write(path: &Path, mut file: Replacement, text: &str) -> Result<(), Failure> {
    let written = file.write_all(text.as_bytes()).and_then(|()| file.commit());
    written.map_err(|error| wrong(path, error))
}
