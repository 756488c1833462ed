//! Transfers as CSV.

use super::{BankFile, BankFileError, latin};
use crate::usecase::export::csv::{Cell, cells, head};

const COLUMNS: [&str; 8] = [
    "reference",
    "creditor_name",
    "creditor_iban",
    "creditor_bic",
    "currency",
    "amount",
    "amount_minor",
    "execution_date",
];

pub(super) fn write(file: &BankFile) -> Result<String, BankFileError> {
    let day = file.execution_date.to_string();
    let mut written = head(COLUMNS);
    for payout in &file.payouts {
        let creditor = &payout.creditor;
        cells(
            &mut written,
            [
                Cell::Text(&payout.statement),
                Cell::Text(&latin(&creditor.holder)?),
                Cell::Text(&creditor.iban),
                Cell::Text(&creditor.bic),
                Cell::Text(payout.currency.code()),
                Cell::Number(&payout.currency.decimal(payout.amount_minor)),
                Cell::Number(&payout.amount_minor.to_string()),
                Cell::Text(&day),
            ],
        );
    }
    Ok(written)
}
