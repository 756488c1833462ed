//! What of a closed month is to be paid: what its statements say, where the agreements name the account, and what the
//! book has of it already. Reads, and decides nothing that is not read again under a lock.

use std::collections::BTreeMap;

use sovereign_domain::money::Currency;

use super::approvals::{Approvals, message};
use super::{Payout, destination, method};
use crate::payment::stripe::amounts::same_unit;
use crate::rollup::agreements::{Agreements, PayTo};
use crate::rollup::book::months::MonthRow;
use crate::rollup::book::payout_approvals::{self, ApprovalRow};
use crate::rollup::book::payouts::{self, PayoutRow, State};
use crate::rollup::book::statements::{self, StatementRow};
use crate::rollup::document::StatementDocument;
use crate::rollup::draft::{last_agreement, step};
use crate::rollup::error::RollupError;
use crate::rollup::files;
use crate::storage::Store;

/// The payouts of a closed month, one for each statement.
///
/// # Errors
/// Where the book cannot be read. What is wrong with one payout is that payout's fault.
pub(crate) async fn of_month(
    store: &Store,
    month: &MonthRow,
    agreements: &Agreements,
) -> Result<Vec<Payout>, RollupError> {
    let name = month.name()?;
    let mut tx = store.snapshot().await?;
    let statements = statements::of_month(&mut tx, name).await?;
    let rows = payouts::of_month(&mut tx, name).await?.into_iter();
    let mut rows: BTreeMap<String, PayoutRow> =
        rows.map(|row| (row.statement_id.clone(), row)).collect();
    let mut approvals: BTreeMap<String, Vec<ApprovalRow>> = BTreeMap::new();
    for row in payout_approvals::of_month(&mut tx, name).await? {
        approvals.entry(row.statement_id.clone()).or_default().push(row);
    }
    let all = statements.iter().map(|statement| {
        let approvals = approvals.remove(&statement.id).unwrap_or_default();
        payout(statement, agreements, rows.remove(&statement.id), &approvals)
    });
    Ok(all.collect())
}

fn payout(
    statement: &StatementRow,
    agreements: &Agreements,
    row: Option<PayoutRow>,
    approvals: &[ApprovalRow],
) -> Payout {
    let mut payout = Payout {
        statement: statement.id.clone(),
        sha256: statement.sha256.clone(),
        franchisee: statement.id.split('/').nth(1).unwrap_or_default().to_owned(),
        amount: None,
        masked: String::new(),
        message: None,
        to: None,
        approvals: Approvals::default(),
        row,
        fault: None,
    };
    let document = match files::parse(statement) {
        Ok(document) => document,
        Err(error) => {
            payout.fault = Some(error.to_string());
            return payout;
        }
    };
    if document.id != statement.id {
        payout.fault = Some(format!("the book is off: it has {} in its place", document.id));
        return payout;
    }
    let amount = (document.payout.currency, document.payout.amount_minor);
    payout.amount = Some(amount);
    payout.masked.clone_from(&document.payout.to);
    let account = account(statement, &document, (agreements, payout.row.as_ref()));
    let checked = account.as_ref().map_err(Clone::clone).and_then(|to| check(&payout, to, amount));
    payout.to = account.ok();
    let number = (statement.id.as_str(), statement.sha256.as_str());
    payout.message = payout.to.as_ref().map(|to| message(number, amount, to));
    let approval = agreements.approval.as_ref();
    payout.approvals = Approvals::of(approval, amount, payout.message.as_deref(), approvals);
    // Where nothing is to be paid any more, it does not matter where it would go by now.
    let is_over = payout.is_over();
    payout.fault =
        same_as_paid(&payout, amount).err().or_else(|| checked.err().filter(|_| !is_over));
    payout
}

/// The account of the statement, in full.
///
/// # Errors
/// Where the agreements do not name it any more.
fn account(
    statement: &StatementRow,
    document: &StatementDocument,
    (agreements, row): (&Agreements, Option<&PayoutRow>),
) -> Result<PayTo, String> {
    let (franchisee, currency) = (document.franchisee.as_str(), document.currency);
    let agreement = last_agreement(agreements, (franchisee, currency), document.month);
    let Some(agreement) = agreement else {
        let code = currency.code();
        return Err(format!(
            "the agreements have none with {franchisee} in {code}: write it into the file again"
        ));
    };
    let to = &agreement.payout;
    let (named, wanted) = (to.masked(), &document.payout.to);
    if named != *wanted {
        return Err(format!(
            "the statement goes to {wanted}, and the agreements name {named}: write the statement's account, or pay \
             it by hand and settle it (`sovereign rollup settle`)"
        ));
    }
    match &statement.payout_account_sha256 {
        Some(sha256) if *sha256 == to.account_sha256() => Ok(to.clone()),
        Some(_) => Err(format!(
            "the statement goes to another account of the same ending than the agreements' {named}: write the \
             statement's account, or pay it by hand and settle it (`sovereign rollup settle`)"
        )),
        // An earlier version kept only a part of it: the whole is in its payout, and in the file it was closed with.
        None if row.is_some_and(|row| row.destination == destination(to))
            || document.agreements_sha256 == agreements.sha256 =>
        {
            Ok(to.clone())
        }
        None => Err(format!(
            "an earlier version closed the statement and kept only a part of its account: give the agreements that it \
             was closed with (SHA-256 {}), or pay it by hand and settle it (`sovereign rollup settle`)",
            document.agreements_sha256
        )),
    }
}

/// # Errors
/// Where an amount cannot go there, or the book has it on its way to somewhere else.
fn check(
    payout: &Payout,
    to: &PayTo,
    (currency, amount_minor): (Currency, i64),
) -> Result<(), String> {
    let code = currency.code();
    if let Some(row) = &payout.row
        && (row.destination != destination(to) || row.method() != method(to))
    {
        return Err(
            "the book has it on its way to another account: write that account into the agreements again, or, once \
             it is refused, pay it by hand and settle it (`sovereign rollup settle`)"
                .to_owned(),
        );
    }
    if matches!(to, PayTo::Bank(_)) {
        return Ok(());
    }
    if !same_unit(currency) {
        return Err(format!(
            "Stripe does not take {code}, or not with the decimals of ISO 4217: pay it by bank, or by hand"
        ));
    }
    let step = step(to, currency);
    if amount_minor.checked_rem(step) == Some(0) {
        return Ok(());
    }
    Err(format!("Stripe takes {code} in steps of {step} minor units, and {amount_minor} are due"))
}

/// # Errors
/// Where the book has another amount than the statement says.
fn same_as_paid(payout: &Payout, (currency, amount_minor): (Currency, i64)) -> Result<(), String> {
    let Some(row) = &payout.row else { return Ok(()) };
    if row.amount_minor == amount_minor && row.currency == currency.code() {
        return Ok(());
    }
    let is_paid = row.is(State::Sent) || row.is(State::Settled);
    let (is, of) = (if is_paid { "paid" } else { "on its way" }, &row.currency);
    let said = currency.format(amount_minor);
    Err(format!(
        "the book is off: {} minor units of {of} are {is}, and the statement says {said}",
        row.amount_minor
    ))
}
