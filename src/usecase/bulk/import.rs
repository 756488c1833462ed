//! Vouchers from a file: looked at, and issued all of them or none.

use sovereign_domain::bulk::BulkState;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::super::tags;
use super::super::vouchers::Writer;
use super::columns::{RowError, RowFault};
use super::operation::{BulkError, BulkOperation, Terms, note};
use super::reading::{self, Incoming};
use super::work::{SLICE, issue};
use crate::storage::{self, Store, Tx, bulk as rows};

/// The largest file: a hundred thousand vouchers with all that can be said of each take less.
pub const MAX_FILE_BYTES: usize = 48 * 1024 * 1024;
/// The most errors that are told one by one.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// What an import of a file would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many vouchers it would issue; 0 where something is wrong.
    pub vouchers: i64,
    /// What they are worth together, each redeemed once, in minor units.
    pub credit_minor: i64,
    /// What is wrong, by line: the first thousand.
    pub errors: Vec<RowError>,
    /// How many errors there are.
    pub error_count: usize,
}

impl Checked {
    fn of(vouchers: &[Incoming]) -> Self {
        let credits = vouchers.iter().map(|one| one.voucher.credit_minor);
        let sum = credits.fold(0, i64::saturating_add);
        let count = i64::try_from(vouchers.len()).unwrap_or(i64::MAX);
        Self { vouchers: count, credit_minor: sum, ..Self::default() }
    }

    fn wrong(mut errors: Vec<RowError>) -> Self {
        let error_count = errors.len();
        errors.truncate(MAX_ERRORS);
        Self { errors, error_count, ..Self::default() }
    }
}

/// Why nothing was imported.
#[derive(Debug)]
pub enum ImportError {
    /// Something is wrong with the file.
    Rows(Checked),
    Storage(storage::Error),
}

impl From<storage::Error> for ImportError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// What an import of a file would come to. Nothing is written.
///
/// # Errors
/// Where the database fails.
pub async fn check(
    store: &Store,
    file: &[u8],
    currency: Currency,
    now: Timestamp,
) -> storage::Result<Checked> {
    let mut tx = store.snapshot().await?;
    let checked = reading::vouchers(&mut tx, file, currency, now).await?;
    Ok(checked.map_or_else(Checked::wrong, |vouchers| Checked::of(&vouchers)))
}

/// Asks for the vouchers of a file, once nothing is wrong with it: `Running`, which is done soon, or `Checked`, which somebody
/// has to begin.
///
/// # Errors
/// [`ImportError`]; then nothing is kept.
pub async fn import(
    writer: &mut Writer<'_>,
    file: &[u8],
    state: BulkState,
) -> Result<BulkOperation, ImportError> {
    let checked = check(writer.store, file, writer.currency, writer.now).await?;
    if checked.error_count > 0 {
        return Err(ImportError::Rows(checked));
    }
    let terms = Terms::Import { credit_minor: checked.credit_minor };
    let mut tx = writer.store.begin().await?;
    let noted = note(&mut tx, writer, None, (state, checked.vouchers), &terms).await;
    let operation = noted.map_err(|error| match error {
        BulkError::Storage(error) => ImportError::Storage(error),
        // Under a new identifier there is nothing that could be otherwise.
        other => ImportError::Storage(storage::Error::Corrupt(format!("{other:?}"))),
    })?;
    rows::keep_file(&mut tx, operation.id, file).await?;
    tx.commit().await?;
    Ok(operation)
}

/// What a slice of an operation came to.
pub(super) enum Outcome {
    /// So many vouchers were issued.
    Issued(i64),
    /// It cannot be carried out, and why.
    Failed(String),
}

/// Issues all vouchers of a file that is kept, and lets go of it. It is looked at again: since it was checked a code may have
/// been taken.
pub(super) async fn carry_out(
    tx: &mut Tx,
    writer: &mut Writer<'_>,
    operation: &BulkOperation,
) -> storage::Result<Outcome> {
    let file = rows::file(tx, operation.id).await?.unwrap_or_default();
    let vouchers = match reading::vouchers(tx, &file, writer.currency, writer.now).await? {
        Ok(vouchers) => vouchers,
        Err(errors) => {
            rows::forget_file(tx, operation.id).await?;
            return Ok(Outcome::Failed(told(&errors)));
        }
    };
    let total = i64::try_from(vouchers.len()).unwrap_or(i64::MAX);
    let mut issued = 0_i64;
    for slice in vouchers.chunks(SLICE) {
        let vouchers = slice.iter().map(|one| one.voucher.clone()).collect();
        issued = issued.saturating_add(issue(tx, writer, operation.id, vouchers).await?);
    }
    if issued != total {
        let text = format!("{issued} of {total} vouchers of an import are new");
        return Err(storage::Error::Conflict(text));
    }
    for slice in vouchers.chunks(SLICE) {
        let new: Vec<_> = slice.iter().map(|one| (&one.voucher, &one.tags)).collect();
        tags::tag_new(tx, writer, &new).await?;
    }
    rows::forget_file(tx, operation.id).await?;
    Ok(Outcome::Issued(issued))
}

/// The first error, and how many more there are.
pub(crate) fn told(errors: &[RowError]) -> String {
    match errors {
        [] => RowFault::NoRows.to_string(),
        [one] => one.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}
