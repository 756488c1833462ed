//! The lines of a statement, and those that are nobody's, as they are read from the book: some thousands at a time.

use std::io::Write;
use std::path::Path;

use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::book::months::{MonthRow, Place};
use super::book::movements::{self, FileRow};
use super::document::{Line, UnassignedLine};
use super::error::RollupError;
use super::movement::Kind;
use super::output::{LinesCsv, UnassignedCsv};
use crate::storage::{Error, Tx};

/// The most that are in memory at once.
const PAGE: i64 = 5_000;

fn is_full(count: usize) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= PAGE)
}

/// Writes the lines of a statement; `path` is where they go, for whoever is told that it failed.
///
/// # Errors
/// Where the book cannot be read, or a line not be written.
pub(crate) async fn write<W: Write>(
    tx: &mut Tx,
    month: &MonthRow,
    (franchisee, currency): (&str, Currency),
    (csv, path): (&mut LinesCsv<W>, &Path),
) -> Result<(), RollupError> {
    let mut place = Place::first();
    loop {
        let key = (franchisee, currency.code());
        let rows = movements::of_statement(tx, &month.month, key, &place, PAGE).await?;
        let next = rows.last().map(FileRow::place).filter(|_| is_full(rows.len()));
        for row in rows {
            csv.line(&line(row, month.begins_at.0)?).map_err(RollupError::at(path))?;
        }
        match next {
            Some(next) => place = next,
            None => return Ok(()),
        }
    }
}

/// Writes what is nobody's.
///
/// # Errors
/// As [`write`].
pub(crate) async fn write_unassigned<W: Write>(
    tx: &mut Tx,
    month: &MonthRow,
    (csv, path): (&mut UnassignedCsv<W>, &Path),
) -> Result<(), RollupError> {
    let mut place = Place::first();
    loop {
        let rows = movements::unassigned(tx, &month.month, &place, PAGE).await?;
        let next = rows.last().map(FileRow::place).filter(|_| is_full(rows.len()));
        for row in rows {
            csv.line(&unassigned(row)?).map_err(RollupError::at(path))?;
        }
        match next {
            Some(next) => place = next,
            None => return Ok(()),
        }
    }
}

pub(crate) fn kind_of(text: &str) -> Result<Kind, RollupError> {
    Kind::parse(text).ok_or_else(|| Error::corrupt("movements", format!("kind {text:?}")).into())
}

fn line(row: FileRow, begins: Timestamp) -> Result<Line, RollupError> {
    let kind = kind_of(&row.kind)?;
    let unshared = || Error::corrupt("movements", format!("{} is not shared", row.id));
    let part_minor = row.publisher_minor.ok_or_else(unshared)?;
    let franchisee_fee_minor = row.franchisee_fee_minor.ok_or_else(unshared)?;
    let agreement = row.agreement.and_then(|number| usize::try_from(number).ok());
    let agreement = agreement.ok_or_else(unshared)?;
    let too_large = || RollupError::too_large(&row.id);
    let amount_minor = kind.signed(row.amount_minor);
    // The part of what goes back counts what goes back as above zero.
    let publisher_minor = match kind {
        Kind::Charge => part_minor,
        _ => part_minor.checked_neg().ok_or_else(too_large)?,
    };
    let franchisee_minor = amount_minor.checked_sub(publisher_minor).ok_or_else(too_large)?;
    let occurred_at = row.occurred_at.0;
    Ok(Line {
        id: row.id,
        kind: row.kind,
        charge_id: row.charge_id,
        occurred_at,
        sovereign: row.sovereign.unwrap_or_default(),
        organization: row.organization,
        order_id: row.order_id,
        amount_minor,
        publisher_minor,
        franchisee_minor,
        fee_minor: row.fee_minor,
        franchisee_fee_minor,
        agreement,
        late: occurred_at < begins,
        note: row.note,
    })
}

fn unassigned(row: FileRow) -> Result<UnassignedLine, RollupError> {
    let kind = kind_of(&row.kind)?;
    Ok(UnassignedLine {
        id: row.id,
        kind: row.kind,
        charge_id: row.charge_id,
        occurred_at: row.occurred_at.0,
        sovereign: row.sovereign,
        organization: row.organization,
        order_id: row.order_id,
        currency: row.currency,
        amount_minor: kind.signed(row.amount_minor),
        fee_minor: row.fee_minor,
        reason: row.unassigned.unwrap_or_default(),
    })
}
