//! Writes the files for a bank that the book has: those that were never written, and those that were, the same to the
//! byte.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sovereign_domain::calendar::date_in;
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use time::Date;

use super::bank_files::{batch, debtor};
use super::digest;
use crate::fail_point::reach;
use crate::rollup::agreements::{Agreements, BankAccount};
use crate::rollup::bank::{BankFile, BankPayout};
use crate::rollup::book::bank_batches::{self, BatchRow};
use crate::rollup::book::payouts::{self, PayoutRow, State};
use crate::rollup::error::RollupError;
use crate::rollup::output::Replacement;
use crate::storage::{Error, Store, Ts};

/// The files of a batch, by what their names end in.
const KINDS: [&str; 2] = ["csv", "xml"];

/// A file of payouts, as it was written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The message's identifier.
    pub(crate) message_id: String,
    pub(crate) payouts: i64,
    pub(crate) execution_date: String,
    /// Whether it was never written before, as far as the book and the directory know: the bank cannot have it.
    pub(crate) is_new: bool,
    pub(crate) csv: PathBuf,
    pub(crate) xml: PathBuf,
}

/// What came of writing them.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) written: Vec<Written>,
    /// Why others are not.
    pub(crate) refused: Vec<String>,
}

/// Writes the files of a month that the book has into a directory, which is made where there is none: the same bytes
/// each time. Only their owner may read them. One that was never written, and whose day of execution is over, takes
/// another `day`; one that has its name in the directory stays as it is.
///
/// # Errors
/// Where a file cannot be written, or is not in the book as it was.
pub(crate) async fn write(
    store: &Store,
    (month, agreements): (Month, &Agreements),
    (out, day): (&Path, Option<Date>),
    now: Timestamp,
) -> Result<Files, RollupError> {
    let mut tx = store.read().await?;
    let batches = bank_batches::of_month(&mut tx, month).await?;
    let rows = payouts::of_month(&mut tx, month).await?;
    drop(tx);
    let today = date_in(now, &agreements.zone).map(|day| day.to_string()).unwrap_or_default();
    let mut files = Files::default();
    for batch in batches {
        // A run that was killed may have put its files in place, and somebody given one to the bank, before the book had
        // that they are written.
        let is_new = is_unwritten(&batch.id, &rows) && !is_in_place(&batch.id, out);
        // Days are written so that they sort.
        let batch = if is_new && batch.execution_date < today {
            match again(store, (month, agreements), (&batch, day), now).await {
                Ok(batch) => batch,
                Err(RollupError::Refused(why)) => {
                    files.refused.push(why);
                    continue;
                }
                Err(error) => return Err(error),
            }
        } else {
            batch
        };
        files.written.push(write_batch(store, batch, (out, is_new), now).await?);
    }
    Ok(files)
}

fn is_unwritten(batch_id: &str, rows: &[PayoutRow]) -> bool {
    let mut theirs = rows.iter().filter(|row| row.batch_id.as_deref() == Some(batch_id));
    theirs.any(|row| row.is(State::Intended))
}

/// Whether one of a batch's files has its name already; where that cannot be told, it has.
fn is_in_place(batch_id: &str, out: &Path) -> bool {
    KINDS.into_iter().any(|kind| place(batch_id, (out, kind)).try_exists().unwrap_or(true))
}

fn place(batch_id: &str, (out, kind): (&Path, &str)) -> PathBuf {
    out.join(format!("{batch_id}.{kind}"))
}

async fn write_batch(
    store: &Store,
    batch: BatchRow,
    (out, is_new): (&Path, bool),
    now: Timestamp,
) -> Result<Written, RollupError> {
    std::fs::create_dir_all(out).map_err(RollupError::at(out))?;
    let [csv, xml] = KINDS;
    let csv = write_one(&batch.id, (out, csv), (&batch.csv, &batch.csv_sha256))?;
    reach!("bank_file");
    let xml = write_one(&batch.id, (out, xml), (&batch.xml, &batch.xml_sha256))?;
    reach!("bank_file");
    let mut tx = store.begin().await?;
    payouts::batch_is_written(&mut tx, &batch.id, Ts(now)).await?;
    tx.commit().await?;
    let BatchRow { id, payouts, execution_date, .. } = batch;
    Ok(Written { message_id: id, payouts, execution_date, is_new, csv, xml })
}

/// Makes a batch again for another day: of the same payouts, and so with the same identifier.
///
/// # Errors
/// Where no day is given, or there is nothing to pay from.
async fn again(
    store: &Store,
    (month, agreements): (Month, &Agreements),
    (stale, day): (&BatchRow, Option<Date>),
    now: Timestamp,
) -> Result<BatchRow, RollupError> {
    let (id, over) = (&stale.id, &stale.execution_date);
    let Some(execution_date) = day else {
        return Err(RollupError::refused(format!(
            "{id} was never written, and its day of execution, {over}, is over: give another one with --execution-date"
        )));
    };
    let debtor = debtor(agreements)?;
    let mut tx = store.begin().await?;
    payouts::lock_month(&mut tx, month).await?;
    let rows = payouts::of_month(&mut tx, month).await?;
    if !is_unwritten(id, &rows) {
        return Err(Error::Conflict(format!("bank_batches: another process wrote {id}")).into());
    }
    let theirs = rows.iter().filter(|row| row.batch_id.as_ref() == Some(id));
    let payouts = theirs.map(payout).collect::<Result<Vec<_>, _>>()?;
    let made = batch(&BankFile { month, debtor, execution_date, created_at: now, payouts })?;
    if made.id != *id {
        return Err(Error::corrupt("bank_batches", format!("{id} has other payouts")).into());
    }
    bank_batches::replace(&mut tx, &made).await?;
    tx.commit().await?;
    Ok(made)
}

/// A payout as the book has it: its destination is IBAN, BIC and holder.
fn payout(row: &PayoutRow) -> Result<BankPayout, Error> {
    let corrupt = |what: &str| Error::corrupt("payouts", format!("{}: {what}", row.statement_id));
    let mut parts = row.destination.splitn(3, ' ').map(str::to_owned);
    let (Some(iban), Some(bic), Some(holder)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(corrupt("goes to no account of a bank"));
    };
    let currency =
        Currency::from_code(&row.currency).map_err(|error| corrupt(&error.to_string()))?;
    Ok(BankPayout {
        statement: row.statement_id.clone(),
        currency,
        amount_minor: row.amount_minor,
        creditor: BankAccount { holder, iban, bic },
    })
}

fn write_one(
    id: &str,
    (out, kind): (&Path, &str),
    (text, sha256): (&str, &str),
) -> Result<PathBuf, RollupError> {
    if digest(text) != sha256 {
        let what = format!("the {kind} of {id} is not what it was made as");
        return Err(Error::corrupt("bank_batches", what).into());
    }
    // A name in this directory, and no way out of it.
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(Error::corrupt("bank_batches", format!("{id:?} is no name of a file")).into());
    }
    let path = place(id, (out, kind));
    let mut file = Replacement::create_private(&path).map_err(RollupError::at(&path))?;
    file.write_all(text.as_bytes()).map_err(RollupError::at(&path))?;
    file.commit().map_err(RollupError::at(&path))?;
    Ok(path)
}
