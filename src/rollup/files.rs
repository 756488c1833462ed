//! Writes the files of a closed month from the book: the same bytes each time.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use sovereign_domain::split::Month;

use super::book::months::MonthRow;
use super::book::movements;
use super::book::statements::{self, StatementRow};
use super::document::{FleetDocument, StatementDocument, UnassignedTotal};
use super::error::RollupError;
use super::lines::{self, kind_of};
use super::output::{self, LINES_CSV, LinesCsv, Replacement, UNASSIGNED_CSV, UnassignedCsv};
use crate::fail_point::reach;
use crate::hex;
use crate::storage::{Error, Store, Tx};

/// Writes all files of a month into a directory, which is made where there is none; answers the fleet's summary.
///
/// # Errors
/// Where the book cannot be read, or a file not be written.
pub(crate) async fn write(
    store: &Store,
    month: &MonthRow,
    out: &Path,
) -> Result<FleetDocument, RollupError> {
    let mut tx = store.snapshot().await?;
    let rows = statements::of_month(&mut tx, month.name()?).await?;
    for row in &rows {
        write_statement(&mut tx, month, row, out).await?;
        reach!("rollup_file");
    }
    let fleet = summary_of(&mut tx, month, &rows).await?;
    output::write_fleet(out, &fleet).map_err(RollupError::at(out))?;
    reach!("rollup_file");
    let path = out.join(UNASSIGNED_CSV);
    let mut file = Replacement::create(&path).map_err(RollupError::at(&path))?;
    let mut csv = UnassignedCsv::new(&mut file).map_err(RollupError::at(&path))?;
    lines::write_unassigned(&mut tx, month, (&mut csv, &path)).await?;
    csv.finish().map_err(RollupError::at(&path))?;
    file.commit().map_err(RollupError::at(&path))?;
    reach!("rollup_written");
    Ok(fleet)
}

async fn write_statement(
    tx: &mut Tx,
    month: &MonthRow,
    row: &StatementRow,
    out: &Path,
) -> Result<(), RollupError> {
    let document = parse(row)?;
    let directory = output::folder(out, &document.franchisee, document.currency);
    std::fs::create_dir_all(&directory).map_err(RollupError::at(&directory))?;
    let path = directory.join(LINES_CSV);
    let mut file = Replacement::create(&path).map_err(RollupError::at(&path))?;
    let mut csv = LinesCsv::new(&mut file, document.currency).map_err(RollupError::at(&path))?;
    let key = (document.franchisee.as_str(), document.currency);
    lines::write(tx, month, key, (&mut csv, &path)).await?;
    let written = csv.finish().map_err(RollupError::at(&path))?;
    if written != document.lines {
        return Err(RollupError::refused(format!(
            "the book is off: the lines of {} are not those that it was closed with",
            document.id
        )));
    }
    file.commit().map_err(RollupError::at(&path))?;
    output::write_statement(&directory, &row.document, &document)
        .map_err(RollupError::at(&directory))
}

/// A statement as the book has it, where it is as it was written.
///
/// # Errors
/// Where it is not.
pub(crate) fn parse(row: &StatementRow) -> Result<StatementDocument, RollupError> {
    if hex::encode(&Sha256::digest(&row.document)) != row.sha256 {
        let what = format!("{} is not what it was closed with", row.id);
        return Err(Error::corrupt("statements", what).into());
    }
    let read = StatementDocument::parse(&row.document);
    read.map_err(|error| Error::corrupt("statements", format!("{}: {error}", row.id)).into())
}

/// The fleet's summary of a closed month.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn summary(store: &Store, month: &MonthRow) -> Result<FleetDocument, RollupError> {
    let mut tx = store.snapshot().await?;
    let rows = statements::of_month(&mut tx, month.name()?).await?;
    summary_of(&mut tx, month, &rows).await
}

async fn summary_of(
    tx: &mut Tx,
    month: &MonthRow,
    rows: &[StatementRow],
) -> Result<FleetDocument, RollupError> {
    let name: Month = month.name()?;
    let documents: Vec<StatementDocument> = rows.iter().map(parse).collect::<Result<_, _>>()?;
    let unassigned = unassigned(tx, month).await?;
    let closed_at = month.closed_at.ok_or_else(|| Error::corrupt("months", "is not closed"))?;
    let of = (month.agreements_sha256.clone().unwrap_or_default(), closed_at.0);
    FleetDocument::of(name, &documents, unassigned, of)
        .ok_or_else(|| RollupError::too_large(&month.month))
}

/// What is nobody's, by why and in which currency.
///
/// # Errors
/// Where the book cannot be read.
pub(crate) async fn unassigned(
    tx: &mut Tx,
    month: &MonthRow,
) -> Result<Vec<UnassignedTotal>, RollupError> {
    let mut totals: BTreeMap<(String, String), (i64, i64)> = BTreeMap::new();
    for row in movements::unassigned_sums(tx, &month.month).await? {
        let too_large = || RollupError::too_large(&month.month);
        let signed = kind_of(&row.kind)?.signed(row.amount_minor);
        let (movements, amount_minor) = totals.entry((row.whose, row.currency)).or_default();
        *movements = movements.saturating_add(row.movements);
        *amount_minor = amount_minor.checked_add(signed).ok_or_else(too_large)?;
    }
    let totals = totals.into_iter().map(|((reason, currency), (movements, amount_minor))| {
        UnassignedTotal { reason, currency, movements, amount_minor }
    });
    Ok(totals.collect())
}
