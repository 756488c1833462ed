//! Pays by a file for a bank: puts payouts into it. A payout goes into one file; a file that the book has is only ever
//! written again.

use std::collections::BTreeMap;

use sovereign_domain::calendar::date_in;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::digest;
use super::{Payout, destination};
use crate::fail_point::reach;
use crate::rollup::agreements::{Agreements, PayTo};
use crate::rollup::bank::{BankFile, BankFileError, BankPayout, Debtor};
use crate::rollup::book::bank_batches::{self, BatchRow};
use crate::rollup::book::payouts::{self, Method, NewPayout, PayoutRow};
use crate::rollup::error::RollupError;
use crate::storage::{Error, Store, Ts};

pub(super) const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// On which day a bank is to pay: the one that is given, or today.
///
/// # Errors
/// Where it is no day, or over.
pub(crate) fn execution_date(
    given: Option<&str>,
    agreements: &Agreements,
    now: Timestamp,
) -> Result<Date, String> {
    let today = date_in(now, &agreements.zone).ok_or("the machine's clock is off")?;
    let Some(text) = given else { return Ok(today) };
    let day = Date::parse(text, DAY).map_err(|_| format!("{text:?} is no day: 2026-12-07"))?;
    if day < today {
        return Err(format!("{day} is over: name today, {today}, or a later day"));
    }
    Ok(day)
}

/// Puts what is ready into a new file; the book has it before it is anywhere else. Answers whether anything was.
///
/// # Errors
/// Where a bank would not take it, or the book cannot be read or written.
pub(crate) async fn make(
    store: &Store,
    (month, agreements): (Month, &Agreements),
    payouts: &[Payout],
    (execution_date, now): (Date, Timestamp),
) -> Result<bool, RollupError> {
    let mut tx = store.begin().await?;
    payouts::lock_month(&mut tx, month).await?;
    // Others may have put some of them into a file since they were read.
    let begun: BTreeMap<String, PayoutRow> = payouts::of_month(&mut tx, month)
        .await?
        .into_iter()
        .map(|row| (row.statement_id.clone(), row))
        .collect();
    let ready = payouts.iter().filter(|payout| payout.is_ready(Method::Bank));
    let new: Vec<BankPayout> = ready
        .filter(|payout| !begun.contains_key(&payout.statement))
        .filter_map(transfer)
        .collect();
    if new.is_empty() {
        return Ok(false);
    }
    let debtor = debtor(agreements)?;
    let file = BankFile { month, debtor, execution_date, created_at: now, payouts: new };
    let batch = batch(&file)?;
    bank_batches::insert(&mut tx, &batch).await?;
    for payout in &file.payouts {
        let destination = destination(&PayTo::Bank(payout.creditor.clone()));
        let new = NewPayout {
            statement_id: &payout.statement,
            method: Method::Bank,
            amount_minor: payout.amount_minor,
            currency: payout.currency,
            destination: &destination,
            batch_id: Some(&batch.id),
            intended_at: Ts(now),
        };
        if !payouts::insert(&mut tx, new).await? {
            let of = &payout.statement;
            return Err(Error::Conflict(format!("payouts: another process is at {of}")).into());
        }
    }
    tx.commit().await?;
    reach!("bank_batch");
    Ok(true)
}

fn transfer(payout: &Payout) -> Option<BankPayout> {
    let (currency, amount_minor) = payout.amount?;
    let Some(PayTo::Bank(creditor)) = &payout.to else { return None };
    let (statement, creditor) = (payout.statement.clone(), creditor.clone());
    Some(BankPayout { statement, currency, amount_minor, creditor })
}

pub(super) fn debtor(agreements: &Agreements) -> Result<Debtor, RollupError> {
    let publisher = &agreements.publisher;
    match (&publisher.name, &publisher.bank) {
        (Some(name), Some(account)) => Ok(Debtor { name: name.clone(), account: account.clone() }),
        _ => Err(RollupError::refused(
            "the agreements do not say what a bank is to pay from: write `name` and `bank` in [publisher]",
        )),
    }
}

pub(super) fn batch(file: &BankFile) -> Result<BatchRow, RollupError> {
    let refused = |error: BankFileError| RollupError::refused(error.to_string());
    let (csv, xml) = (file.csv().map_err(refused)?, file.pain_001().map_err(refused)?);
    Ok(BatchRow {
        id: file.message_id(),
        month: file.month.to_string(),
        created_at: Ts(file.created_at),
        execution_date: file.execution_date.to_string(),
        payouts: i64::try_from(file.payouts.len()).unwrap_or(i64::MAX),
        csv_sha256: digest(&csv),
        csv,
        xml_sha256: digest(&xml),
        xml,
    })
}
