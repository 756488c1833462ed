//! `fleet.csv`: a line for each statement, then one for each currency's total.

use sovereign_domain::money::Currency;

use crate::rollup::document::{FleetAmounts, FleetDocument};
use crate::usecase::export::csv::{Cell, cells, head};

/// Amounts are in the statement's currency, but for the last.
pub(super) const COLUMNS: [&str; 24] = [
    "row",
    "statement",
    "franchisee",
    "name",
    "currency",
    "charges",
    "charged",
    "refunded",
    "disputed",
    "net",
    "publisher",
    "franchisee_part",
    "publisher_of_credit",
    "fees",
    "franchisee_of_fees",
    "fixed_fee",
    "carried_in",
    "due",
    "payout",
    "carried_out",
    "payout_minor",
    "payout_to",
    "payout_currency",
    "payout_amount",
];

#[must_use]
pub fn fleet_csv(fleet: &FleetDocument) -> String {
    let mut written = head(COLUMNS);
    for row in &fleet.statements {
        let names = [&row.id, &row.franchisee, &row.name].map(String::as_str);
        let paid = row.payout_currency.decimal(row.payout_amount_minor);
        let payout = [row.payout_to.as_str(), row.payout_currency.code(), &paid];
        line(&mut written, ("statement", names), row.currency, (&row.amounts, payout));
    }
    for total in &fleet.totals {
        let names = [""; 3];
        line(&mut written, ("total", names), total.currency, (&total.amounts, [""; 3]));
    }
    written
}

fn line(
    written: &mut String,
    (kind, names): (&str, [&str; 3]),
    currency: Currency,
    (amounts, [to, in_currency, paid]): (&FleetAmounts, [&str; 3]),
) {
    let charges = amounts.charges.to_string();
    let decimals = [
        amounts.charged_minor,
        amounts.refunded_minor,
        amounts.disputed_minor,
        amounts.net_minor,
        amounts.publisher_minor,
        amounts.franchisee_minor,
        amounts.publisher_of_credit_minor,
        amounts.fees_minor,
        amounts.franchisee_of_fees_minor,
        amounts.fixed_fee_minor,
        amounts.carried_in_minor,
        amounts.due_minor,
        amounts.payout_minor,
        amounts.carried_out_minor,
    ]
    .map(|amount_minor| currency.decimal(amount_minor));
    let payout_minor = amounts.payout_minor.to_string();
    let row = [Cell::Text(kind)]
        .into_iter()
        .chain(names.map(Cell::Text))
        .chain([Cell::Text(currency.code()), Cell::Number(&charges)])
        .chain(decimals.iter().map(|decimal| Cell::Number(decimal)))
        .chain([Cell::Number(&payout_minor), Cell::Text(to)])
        .chain([Cell::Text(in_currency), Cell::Number(paid)]);
    cells(written, row);
}
