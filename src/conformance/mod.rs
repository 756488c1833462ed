//! Whether a Sovereign answers as every Sovereign must: a client of the wire contract that asks, compares, and says
//! which request differed and how.
//!
//! It knows a Sovereign by its address alone, and so checks any build, and services of others. It may use nothing of
//! `usecase`, `engine` or `storage`. What it issues has a random code and is revoked however a run ends.
//! docs/CONFORMANCE.md lists the checks.

pub(crate) mod client;
mod codes;
mod edits;
mod expect;
mod findings;
mod fingerprints;
pub mod fleet;
mod gates;
pub mod junit;
mod legacy;
mod previews;
mod reads;
mod report;
mod run;
mod shape;
mod shapes;
mod smoke;
mod stop;
pub mod table;
mod target;
mod vouchers;

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream;

use self::client::Client;
pub use self::report::{Check, Ended, Identity, Outcome, Report, SovereignReport, Verdict};
use self::run::Run;
pub use self::stop::Stop;
pub use self::target::{Address, Sovereign, Token};

/// What a run calls itself.
const AGENT: &str = concat!("sovereign-conformance/", env!("CARGO_PKG_VERSION"));

/// How Sovereigns are checked.
#[derive(Debug, Clone)]
pub struct Options {
    /// Send only what changes nothing.
    pub read_only: bool,
    /// How many Sovereigns are checked at once.
    pub parallel: NonZeroUsize,
    pub connect_timeout: Duration,
    /// For a whole request, its answer's body included.
    pub timeout: Duration,
    /// The longest `Retry-After` that is waited for.
    pub longest_wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            parallel: NonZeroUsize::MIN.saturating_add(15),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Checks Sovereigns, several at a time, and compares each with the first. `told` hears of each one that is done,
/// in the order in which they are done; the report has them in the order given.
///
/// # Errors
/// Where there are no certificate authorities to trust.
pub async fn run(
    sovereigns: &[Sovereign],
    options: &Options,
    stop: &Stop,
    mut told: impl FnMut(&SovereignReport),
) -> Result<Report, String> {
    let client = Client::new(options, AGENT)?;
    let runs = sovereigns.iter().enumerate().map(|(place, sovereign)| {
        let client = &client;
        // Boxed: there may be hundreds, and each holds a request.
        Box::pin(async move { (place, check(client, sovereign, options, stop).await) })
    });
    let mut runs = stream::iter(runs).buffer_unordered(options.parallel.get());
    let mut done = Vec::with_capacity(sovereigns.len());
    while let Some((place, report)) = runs.next().await {
        told(&report);
        done.push((place, report));
    }
    done.sort_unstable_by_key(|(place, _)| *place);
    let mut reports: Vec<SovereignReport> = done.into_iter().map(|(_, report)| report).collect();
    fingerprints::compare(&mut reports);
    Ok(Report { sovereigns: reports })
}

async fn check(
    client: &Client,
    sovereign: &Sovereign,
    options: &Options,
    stop: &Stop,
) -> SovereignReport {
    let started = Instant::now();
    let mut run = Run::new(client, sovereign, options, stop);
    let ended = run.checks().await.err();
    run.clean_up().await;
    run.into_report(ended, started.elapsed())
}
