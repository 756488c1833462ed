//! Brings a database to this program's schema; one that an earlier service wrote is adopted.

use std::fmt;

use sovereign_domain::timestamp::Timestamp;

use super::start::{self, StartError, Wanted};
use crate::storage::adopt::{self, Report, Terms};
use crate::storage::{self, Store, migrate, verify};

/// How to go about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Find out and say, but change nothing.
    pub dry_run: bool,
    /// Vouchers whose codes differ only in case or spaces become one.
    pub merge_codes: bool,
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Done {
    /// The migrations that were missing.
    pub applied: Vec<String>,
    pub adoption: Option<Report>,
}

#[derive(Debug)]
pub enum MigrateError {
    /// The database cannot be adopted as it is. Nothing was changed.
    Refused(Box<Report>),
    Start(StartError),
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Refused(report) => {
                f.write_str("the earlier service's database cannot be adopted as it is:")?;
                let refusals = report.findings.iter().filter(|finding| finding.refuses);
                refusals.take(20).try_for_each(|finding| {
                    write!(f, "\n  {} {}: {}", finding.kind, finding.subject, finding.detail)
                })?;
                f.write_str("\nnothing was changed; see docs/ADOPTION.md")
            }
        }
    }
}

impl std::error::Error for MigrateError {}

impl From<storage::Error> for MigrateError {
    fn from(error: storage::Error) -> Self {
        Self::Start(error.into())
    }
}

impl From<StartError> for MigrateError {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<MigrateError> for StartError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Start(error) => error,
            MigrateError::Refused(_) => Self::Configuration(error.to_string()),
        }
    }
}

/// Migrates. `wanted` is needed only where a database is adopted: its first start is settled with it.
///
/// # Errors
/// [`MigrateError`].
pub async fn migrate(
    store: &Store,
    wanted: &Wanted,
    how: How,
    now: Timestamp,
) -> Result<Done, MigrateError> {
    if let Some(done) = adopt(store, wanted, how, now).await? {
        return Ok(done);
    }
    let applied = if how.dry_run {
        migrate::missing(store).await?
    } else {
        migrate::migrate(store, now).await?
    };
    Ok(Done { applied, adoption: None })
}

/// Adopts in one transaction, where there is something to adopt.
async fn adopt(
    store: &Store,
    wanted: &Wanted,
    how: How,
    now: Timestamp,
) -> Result<Option<Done>, MigrateError> {
    let mut tx = store.begin().await?;
    if migrate::begun(&mut tx).await? {
        return Ok(None);
    }
    let tables = adopt::old_tables(&mut tx).await?;
    if tables.is_empty() {
        return Ok(None);
    }
    let facts = start::first(wanted).map_err(|error| match error {
        StartError::Configuration(text) => StartError::Configuration(format!(
            "this database was written by an earlier service, and adopting it is its first start here: \
             {text}"
        )),
        StartError::Storage(error) => StartError::Storage(error),
    })?;
    if facts.demo {
        let text = "demo: a database that an earlier service wrote is no trial; leave --demo out";
        return Err(StartError::Configuration(text.into()).into());
    }
    let terms = Terms { currency: facts.currency, merge_codes: how.merge_codes, now };
    let taken = adopt::take_out(&mut tx, &tables, terms).await?;
    if taken.report.refuses() {
        return Err(MigrateError::Refused(Box::new(taken.report)));
    }
    let applied = migrate::apply_all(&mut tx, now).await?;
    start::settle(&mut tx, &facts, now).await?;
    let mut report = adopt::put_back(&mut tx, taken).await?;
    for fault in verify::faults(&mut tx).await? {
        let detail = format!("{}: {} instead of {}", fault.check, fault.found, fault.expected);
        report.refuse("books-would-be-off", &fault.subject, &detail);
    }
    if report.refuses() {
        return Err(MigrateError::Refused(Box::new(report)));
    }
    if !how.dry_run {
        tx.commit().await?;
    }
    Ok(Some(Done { applied, adoption: Some(report) }))
}
