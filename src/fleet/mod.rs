//! The publisher's view of its fleet: what each Sovereign runs, what it owes its customers, and what it earns.
//!
//! `sovereign fleet` asks Sovereigns by their addresses, and reads the publisher's book and what is known of their
//! conformance. What it found is a [`Snapshot`]: it is printed, and written to a file that a Sovereign of the
//! publisher's shows. No Sovereign asks another one. docs/FLEET.md is for whoever runs it.

mod ask;
pub(crate) mod checked;
pub(crate) mod csv;
pub(crate) mod file;
pub(crate) mod money;
mod names;
pub(crate) mod snapshot;
pub(crate) mod table;
mod totals;
pub(crate) mod why;

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use reqwest::Url;
use sovereign_domain::timestamp::Timestamp;

use self::ask::Asked;
use self::checked::Checked;
use self::money::{Found, Money};
use self::names::Named;
use self::snapshot::{Row, Snapshot, VERSION};
use self::why::{Cell, Unknown, Why};
use crate::conformance::client::Client;
use crate::conformance::{Options, Sovereign};
use crate::rollup::agreements::Agreements;

/// What the command calls itself.
const AGENT: &str = concat!("sovereign-fleet/", env!("CARGO_PKG_VERSION"));

/// What is known before any Sovereign is asked.
#[derive(Debug)]
pub(crate) struct Known<'a> {
    pub(crate) checked: &'a Checked,
    /// `None` where there is no book.
    pub(crate) money: Option<&'a Money>,
    pub(crate) agreements: Option<&'a Agreements>,
    pub(crate) now: Timestamp,
}

/// Asks Sovereigns, several at a time, and puts what they say beside what is known. `told` hears of each that is done:
/// its address, and how it went.
///
/// # Errors
/// Where there are no certificate authorities to trust, or amounts leave their range.
pub(crate) async fn read(
    sovereigns: &[Sovereign],
    options: &Options,
    known: &Known<'_>,
    mut told: impl FnMut(&str, &str),
) -> Result<Snapshot, String> {
    let client = Client::new(options, AGENT)?.with_most(ask::MAX_BODY_BYTES);
    let asking = sovereigns.iter().enumerate().map(|(place, sovereign)| {
        let client = &client;
        // Boxed: there may be hundreds, and each holds a request.
        Box::pin(async move { (place, ask::ask(client, sovereign).await) })
    });
    let mut asking = stream::iter(asking).buffer_unordered(options.parallel.get());
    let mut done = Vec::with_capacity(sovereigns.len());
    while let Some((place, asked)) = asking.next().await {
        if let Some(sovereign) = sovereigns.get(place) {
            told(sovereign.address.as_str(), asked.said());
        }
        done.push((place, asked));
    }
    done.sort_unstable_by_key(|(place, _)| *place);
    let asked = done.into_iter().map(|(_, asked)| asked);
    let rows = sovereigns.iter().zip(asked).map(|(sovereign, asked)| row(sovereign, asked, known));
    snapshot(rows.collect(), known)
}

fn snapshot(mut rows: Vec<Row>, known: &Known<'_>) -> Result<Snapshot, String> {
    names::note_conflicts(&mut rows);
    let shown = known.money.and_then(|money| money.month.clone());
    let totals = totals::totals(&rows, shown.as_ref().map(|shown| shown.month))
        .ok_or("the amounts of the fleet leave the range of 64 bits")?;
    let names: BTreeSet<&str> = rows.iter().map(|row| row.fqdn.as_str()).collect();
    let money = known.money.map(|money| money.names(known.agreements)).unwrap_or_default();
    let others = money.into_iter().filter(|name| !names.contains(name.as_str())).collect();
    Ok(Snapshot {
        version: VERSION,
        made_at: known.now,
        month: shown,
        counts: totals::counts(&rows),
        totals,
        not_in_fleet: others,
        sovereigns: rows,
    })
}

fn row(sovereign: &Sovereign, asked: Asked, known: &Known<'_>) -> Row {
    let url = sovereign.address.as_str();
    let (listed, claimed) = (sovereign.fqdn.as_deref(), asked.claims.as_deref());
    let Named { fqdn, claims } = names::named(listed, claimed, &host(url));
    let money = known.money.map(|money| money.of(&fqdn, known.agreements));
    let money = money.unwrap_or_else(Found::nothing);
    let mut unknown = Vec::new();
    let runs = known_or(asked.runs, Cell::Version, &mut unknown);
    let conformance = known_or(known.checked.of(url), Cell::Conformance, &mut unknown);
    let vouchers_live = known_or(asked.vouchers, Cell::Vouchers, &mut unknown);
    let credit = known_or(asked.credit, Cell::Credit, &mut unknown);
    let drifted = conformance.as_ref().is_some_and(|conformance| !conformance.is_conforming());
    let is_strange = claims.is_some() || unknown.iter().any(|one| one.reason.is_its_own());
    let off = drifted || is_strange;
    unknown.extend(money.unknown);
    Row {
        url: url.to_owned(),
        fqdn,
        claims,
        also_at: Vec::new(),
        off,
        runs,
        conformance,
        vouchers_live,
        credit,
        charged: money.charged,
        agreed: money.agreed,
        statements: money.statements,
        unknown,
    }
}

fn known_or<T>(found: Result<T, Why>, cell: Cell, unknown: &mut Vec<Unknown>) -> Option<T> {
    match found {
        Ok(known) => Some(known),
        Err(why) => {
            unknown.push(why.of(cell));
            None
        }
    }
}

/// The name in an address.
fn host(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| url.to_owned())
}
