//! The audit log against its seals: the one invariant that is no query, because hashes follow each other.
//!
//! Every line is read once, in pages, in the order of the identifiers. A seal that does not hold is
//! reported, and the next is checked from what that one says: so one change breaks one seal.

use sovereign_domain::timestamp::Timestamp;

use super::audit_chain::{self, Chain, Line};
use super::seals::{self, End, Seal};
use super::verify::Fault;
use super::{Error, Result, Ts, Tx, jobs};
use crate::ids;

const NUMBERED: &str = "the audit log's seals are numbered without a gap";
const CONNECTED: &str = "a seal of the audit log begins where the one before it ends";
const COUNTED: &str = "a sealed part of the audit log has lost and gained no line";
const UNCHANGED: &str = "a sealed line of the audit log is what it was";
const SEALED: &str = "the audit log is sealed within the hour";

pub(super) const CHECKS: [&str; 5] = [NUMBERED, CONNECTED, COUNTED, UNCHANGED, SEALED];

/// Lines, and seals, that are read at once.
const PAGE: i64 = 1_000;
/// How long a sealer at work may leave a line without a seal, in seconds.
const PATIENCE_SECONDS: i64 = 3_600;

/// At most `limit` faults.
pub(super) async fn faults(tx: &mut Tx, limit: usize) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut end = End::after(None);
    loop {
        let page = seals::after(tx, end.number, PAGE).await?;
        if page.is_empty() {
            break;
        }
        for seal in page {
            faults.extend(check(tx, &end, &seal).await?);
            end = End::after(Some(seal));
        }
        if faults.len() >= limit {
            faults.truncate(limit);
            return Ok(faults);
        }
    }
    faults.extend(unsealed(tx, &end).await?);
    Ok(faults)
}

/// What is wrong with a seal that follows `end`.
async fn check(tx: &mut Tx, end: &End, seal: &Seal) -> Result<Vec<Fault>> {
    let fault = |check, expected, found| {
        let subject = format!("seal {}", seal.number);
        Fault { check, subject, expected, found }
    };
    let mut faults = Vec::new();
    if seal.number != end.number.saturating_add(1) {
        faults.push(fault(NUMBERED, end.number.saturating_add(1), seal.number));
    } else if seal.from_id != end.id {
        faults.push(fault(CONNECTED, 1, 0));
    }
    let read = read(tx, end, seal).await?;
    if read.count != seal.line_count {
        faults.push(fault(COUNTED, seal.line_count, read.count));
    } else if read.hash.is_none_or(|hash| hash != seal.hash) {
        faults.push(fault(UNCHANGED, 1, 0));
    }
    Ok(faults)
}

/// What the lines of a seal come to.
struct Read {
    count: i64,
    /// `None` where a line cannot be read as it was written.
    hash: Option<Vec<u8>>,
}

/// Reads from the end of the seal before: where a seal is missing, its lines still lead to the next hash.
async fn read(tx: &mut Tx, end: &End, seal: &Seal) -> Result<Read> {
    let mut chain = Some(Chain::after(end.hash.clone()));
    let mut count: i64 = 0;
    let mut from = end.id;
    loop {
        let page = audit_chain::lines(tx, from, seal.before_id, PAGE).await?;
        for line in &page {
            count = count.saturating_add(i64::from(line.id >= seal.from_id));
            chain = added(chain, line)?;
        }
        let Some(last) = page.last() else { break };
        from = ids::next_to(last.id);
    }
    Ok(Read { count, hash: chain.map(|chain| chain.hash().to_vec()) })
}

fn added(chain: Option<Chain>, line: &Line) -> Result<Option<Chain>> {
    let Some(mut chain) = chain else { return Ok(None) };
    match chain.add(line) {
        Ok(()) => Ok(Some(chain)),
        Err(Error::Corrupt(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Lines that whoever seals has passed over. No clock is asked: a database that nobody serves, or a backup
/// of one, has lines without a seal however old they become. But a run of the job that did all there was to
/// do has sealed what was an hour old; and so has a job that has failed for an hour, or it is a fault.
async fn unsealed(tx: &mut Tx, end: &End) -> Result<Option<Fault>> {
    let Some(job) = jobs::find(tx, seals::JOB, Timestamp::from_micros(0)).await? else {
        return Ok(None);
    };
    let an_hour_before = |moment: Ts| moment.0.plus_seconds(-PATIENCE_SECONDS);
    let by_success = job.last_ok_at.map(an_hour_before);
    let by_failure = job.last_finished_at.map(an_hour_before);
    let failed_long = job.failing_since.map(|since| since.0) <= by_failure;
    let by_failure = by_failure.filter(|_| job.failing_since.is_some() && failed_long);
    let Some(due) = by_success.max(by_failure) else { return Ok(None) };
    let found = audit_chain::count(tx, end.id, ids::first_of(due)).await?;
    let subject = format!("after seal {}", end.number);
    Ok((found > 0).then_some(Fault { check: SEALED, subject, expected: 0, found }))
}
