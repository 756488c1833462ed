//! A month, from the first page to the files: read, shared, closed, written. Whoever is killed goes on where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::agreements::Agreements;
use super::book::credit_reports::{self, CreditReportRow};
use super::book::months::{self, MonthRow, NewMonth, State};
use super::credit_report::{SovereignKeys, verify};
use super::document::{FleetDocument, UnassignedTotal};
use super::draft::needing_reports;
use super::error::RollupError;
use super::fetch::Sovereigns;
use super::search::Difference;
use super::{account, close, files, reading, search, share};
use crate::payment::stripe::Stripe;
use crate::storage::{Store, Ts};

/// What a run works with.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a Store,
    pub(crate) stripe: &'a Stripe,
    pub(crate) agreements: &'a Agreements,
    pub(crate) now: Timestamp,
}

/// What is wanted of a run besides the statements.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Files with credit reports, and what they say.
    pub(crate) reports: Vec<(PathBuf, String)>,
    /// Files with public keys, by Sovereign, and what they say.
    pub(crate) keys: Vec<(String, PathBuf, Vec<u8>)>,
    /// How to ask Sovereigns for the reports that are missing.
    pub(crate) fetch: Option<Fetch>,
    pub(crate) check_by_search: bool,
}

/// How Sovereigns are asked, by domain name.
#[derive(Debug, Default)]
pub(crate) struct Fetch {
    pub(crate) tokens: BTreeMap<String, String>,
    /// Where one is that is not at `https://` and its name.
    pub(crate) urls: BTreeMap<String, String>,
}

/// The month, where it is closed.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn closed(store: &Store, month: Month) -> Result<Option<MonthRow>, RollupError> {
    let mut tx = store.read().await?;
    let Some(row) = months::find(&mut tx, month).await? else { return Ok(None) };
    Ok((row.state()? == State::Closed).then_some(row))
}

/// A month whose movements are read and shared, and what a search says of it.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) row: MonthRow,
    pub(crate) differences: Vec<Difference>,
}

/// Reads a month and shares it, as far as that is not done yet.
///
/// # Errors
/// [`RollupError`].
pub(crate) async fn bring_to_shared(
    desk: &Desk<'_>,
    month: Month,
    wanted: &Wanted,
    say: &mut (dyn FnMut(String) + Send),
) -> Result<Shared, RollupError> {
    let (mut row, after_another) = begin(desk, month).await?;
    Box::pin(reading::read(desk.store, desk.stripe, &mut row, after_another, say)).await?;
    let differences = if wanted.check_by_search {
        Box::pin(search::check(desk.store, desk.stripe, &row, desk.agreements)).await?
    } else {
        Vec::new()
    };
    Box::pin(keep_reports(desk, &row, wanted)).await?;
    Box::pin(share::share(desk.store, &mut row, desk.agreements, say)).await?;
    Ok(Shared { row, differences })
}

/// Closes a month that is shared, and writes its files.
///
/// # Errors
/// [`RollupError`].
pub(crate) async fn bring_to_close(
    desk: &Desk<'_>,
    row: &mut MonthRow,
    out: &Path,
) -> Result<FleetDocument, RollupError> {
    Box::pin(close::close(desk.store, row, desk.agreements, desk.now)).await?;
    Box::pin(files::write(desk.store, row, out)).await
}

/// What is nobody's in a month that may still be open.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn unassigned(
    store: &Store,
    row: &MonthRow,
) -> Result<Vec<UnassignedTotal>, RollupError> {
    let mut tx = store.read().await?;
    files::unassigned(&mut tx, row).await
}

/// The month as far as it is, begun where it can be; and whether the one before it is in the book.
async fn begin(desk: &Desk<'_>, month: Month) -> Result<(MonthRow, bool), RollupError> {
    let zone = &desk.agreements.zone;
    let (begins, ends) = (month.begins(zone), month.ends(zone));
    if desk.now < ends {
        let (at, zone_name) = (ends.to_rfc3339(), &desk.agreements.zone_name);
        return Err(RollupError::refused(format!(
            "{month} has not ended: it does at {at}, the end of the month in {zone_name}"
        )));
    }
    let account = account::name(desk.stripe).await?;
    let mut tx = desk.store.read().await?;
    let (first, last) = (months::first(&mut tx).await?, months::last(&mut tx).await?);
    drop(tx);
    let after_another = first.as_ref().is_some_and(|first| first.month != month.to_string());
    if let Some(last) = last {
        if last.account != account {
            return Err(RollupError::refused(format!(
                "the book is of the account {}, and the secret key is of {account}: use that account's key, or \
                 another --book",
                last.account
            )));
        }
        if last.month == month.to_string() {
            return going_on(last, desk.agreements).map(|row| (row, after_another));
        }
        refuse_unless_next(&last, first.as_ref(), month)?;
    }
    let new = NewMonth {
        month,
        account: &account,
        time_zone: &desk.agreements.zone_name,
        read_from: Ts(begins.plus_days(-reading::OVERLAP_DAYS)),
        begins_at: Ts(begins),
        ends_at: Ts(ends),
        created_at: Ts(desk.now),
    };
    let row = new.row();
    let mut tx = desk.store.begin().await?;
    months::insert(&mut tx, &row).await?;
    tx.commit().await?;
    Ok((row, after_another))
}

/// A month that was begun before.
fn going_on(row: MonthRow, agreements: &Agreements) -> Result<MonthRow, RollupError> {
    if row.time_zone == agreements.zone_name {
        return Ok(row);
    }
    Err(RollupError::refused(format!(
        "{} was begun as a month of {}, and the agreements' months are those of {}: write time_zone = \"{}\" until \
         it is closed",
        row.month, row.time_zone, agreements.zone_name, row.time_zone
    )))
}

/// Months are closed one after another, without a gap.
fn refuse_unless_next(
    last: &MonthRow,
    first: Option<&MonthRow>,
    month: Month,
) -> Result<(), RollupError> {
    let name = last.name()?;
    if last.state()? == State::Closed && name.next() == month {
        return Ok(());
    }
    Err(RollupError::refused(if month < name {
        let first = first.map_or_else(String::new, |first| first.month.clone());
        format!("the book begins with {first}, and {month} is not in it")
    } else if last.state()? == State::Closed {
        format!("{name} is the last month of the book: close {} before {month}", name.next())
    } else {
        format!("{name} is not closed: close it before {month}")
    }))
}

/// Checks the credit reports that are given, fetches those that are missing, and keeps them in the book.
async fn keep_reports(desk: &Desk<'_>, row: &MonthRow, wanted: &Wanted) -> Result<(), RollupError> {
    let month = row.name()?;
    let mut keys = SovereignKeys::of(desk.agreements);
    let mut faults = Vec::new();
    for (sovereign, path, text) in &wanted.keys {
        if let Err(why) = keys.add_set(sovereign, text) {
            faults.push(format!("{} {why}", path.display()));
        }
    }
    let mut reports = Vec::new();
    for (path, text) in &wanted.reports {
        match verify(text, month, desk.agreements, &keys) {
            Ok(report) => reports.push(report),
            Err(why) => faults.push(format!("{} {why}", path.display())),
        }
    }
    if !faults.is_empty() {
        return Err(RollupError::refused(faults.join("\n")));
    }
    if let Some(fetch) = &wanted.fetch {
        let missing = missing(desk, month, &reports).await?;
        for sovereign in missing {
            reports.push(fetched(desk, month, (&sovereign, fetch), &mut keys).await?);
        }
    }
    let mut tx = desk.store.begin().await?;
    for report in &reports {
        credit_reports::put(&mut tx, report).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The Sovereigns whose reports a month needs and does not have.
async fn missing(
    desk: &Desk<'_>,
    month: Month,
    given: &[CreditReportRow],
) -> Result<BTreeSet<String>, RollupError> {
    let mut missing = needing_reports(desk.agreements, month);
    let mut tx = desk.store.read().await?;
    let kept = credit_reports::of_month(&mut tx, month).await?;
    for report in kept.iter().chain(given) {
        missing.remove(&report.sovereign);
    }
    Ok(missing)
}

async fn fetched(
    desk: &Desk<'_>,
    month: Month,
    (sovereign, fetch): (&str, &Fetch),
    keys: &mut SovereignKeys,
) -> Result<CreditReportRow, RollupError> {
    let base = fetch.urls.get(sovereign).cloned();
    let base = base.unwrap_or_else(|| format!("https://{sovereign}"));
    let token = fetch.tokens.get(sovereign).ok_or_else(|| {
        RollupError::refused(format!(
            "the credit report of {sovereign} takes a token: give it with --token {sovereign}=FILE"
        ))
    })?;
    let sovereigns = Sovereigns::new()?;
    if !keys.knows(sovereign) {
        let set = sovereigns.keys(&base).await?;
        keys.add_set(sovereign, &set)
            .map_err(|why| RollupError::refused(format!("{base}/.well-known/jwks.json {why}")))?;
    }
    let of = (month, desk.agreements.zone_name.as_str());
    let text = sovereigns.credit_report(&base, of, token).await?;
    let report = verify(&text, month, desk.agreements, keys)
        .map_err(|why| RollupError::refused(format!("what {base} answers {why}")))?;
    if report.sovereign == sovereign {
        return Ok(report);
    }
    let of = &report.sovereign;
    Err(RollupError::refused(format!("{base} answers a report of {of}, not of {sovereign}")))
}
