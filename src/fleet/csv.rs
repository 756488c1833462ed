//! A snapshot as CSV: a line for each Sovereign and currency, then one for each currency's total.

use std::collections::BTreeSet;

use sovereign_domain::money::Currency;

use super::snapshot::{Row, Snapshot, Statement, Total};
use super::why::Cell as Of;
use crate::usecase::export::csv::{Cell, cells, head};

const COLUMNS: [&str; 26] = [
    "row",
    "url",
    "sovereign",
    "claims",
    "off",
    "version",
    "commit",
    "schema",
    "api",
    "conformance",
    "checked_at",
    "drifted",
    "vouchers_live",
    "month",
    "currency",
    "credit_outstanding",
    "charges",
    "charged",
    "publisher",
    "statement",
    "due",
    "payout",
    "paid",
    "payout_currency",
    "payout_state",
    "unknown",
];

pub(crate) fn document(snapshot: &Snapshot) -> String {
    let mut written = head(COLUMNS);
    let month = snapshot.month.as_ref().map(|shown| shown.month.to_string()).unwrap_or_default();
    for row in &snapshot.sovereigns {
        for currency in currencies(row) {
            line(&mut written, row, (&month, currency));
        }
    }
    for total in &snapshot.totals {
        total_line(&mut written, total, &month);
    }
    written
}

/// At least one, which may be empty.
fn currencies(row: &Row) -> BTreeSet<&str> {
    let credit = row.credit.iter().map(|credit| credit.currency.as_str());
    let charged = row.charged.iter().map(|charged| charged.currency.as_str());
    let statements = row.statements.iter().map(|statement| statement.currency.as_str());
    let mut found: BTreeSet<&str> = credit.chain(charged).chain(statements).collect();
    if found.is_empty() {
        found.insert("");
    }
    found
}

fn line(written: &mut String, row: &Row, (month, currency): (&str, &str)) {
    let money =
        |minor: Option<i64>| minor.map(|minor| decimal(currency, minor)).unwrap_or_default();
    let [version, commit, schema, api] = runs(row);
    let conformance = row.conformance.as_ref();
    let credit = row.credit.as_ref().filter(|credit| credit.currency == currency);
    let charged = row.charged.iter().find(|charged| charged.currency == currency);
    let statements = row.statements.iter().filter(|one| one.currency == currency);
    // A Sovereign that went to another franchisee has a last one of each: the later one counts here.
    let statement = statements.max_by_key(|one| one.month);
    let unknown: Vec<String> =
        row.unknown.iter().map(|one| format!("{}: {one}", column(one.cell))).collect();
    let texts = [
        "sovereign".to_owned(),
        row.url.clone(),
        row.fqdn.clone(),
        row.claims.clone().unwrap_or_default(),
        row.off.to_string(),
        version,
        commit,
        schema,
        api,
        conformance.map(|one| one.result.clone()).unwrap_or_default(),
        conformance.map(|one| one.checked_at.to_rfc3339()).unwrap_or_default(),
    ];
    let numbers = [
        conformance.map(|one| one.drifted.to_string()).unwrap_or_default(),
        row.vouchers_live.map(|count| count.to_string()).unwrap_or_default(),
    ];
    let amounts = [
        money(credit.map(|credit| credit.outstanding_minor)),
        charged.map(|charged| charged.charges.to_string()).unwrap_or_default(),
        money(charged.map(|charged| charged.charged_minor)),
        money(charged.and_then(|charged| charged.publisher_minor)),
    ];
    let [payout, paid] = paid_out(statement);
    let due = [money(statement.map(|one| one.due_minor)), payout, paid];
    let id = statement.map(|one| one.id.as_str()).unwrap_or_default();
    let unknown = unknown.join("; ");
    let line = texts
        .iter()
        .map(|text| Cell::Text(text))
        .chain(numbers.iter().map(|number| Cell::Number(number)))
        .chain([Cell::Text(month), Cell::Text(currency)])
        .chain(amounts.iter().map(|amount| Cell::Number(amount)))
        .chain([Cell::Text(id)])
        .chain(due.iter().map(|amount| Cell::Number(amount)))
        .chain([Cell::Text(statement.map_or("", |one| one.payout_currency.as_str()))])
        .chain([Cell::Text(statement.and_then(|one| one.payout_state.as_deref()).unwrap_or(""))])
        .chain([Cell::Text(&unknown)]);
    cells(written, line);
}

/// What of a statement is to be paid out yet, and what is paid.
fn paid_out(statement: Option<&Statement>) -> [String; 2] {
    let Some(statement) = statement else { return [String::new(), String::new()] };
    let [all, nothing] =
        [statement.payout_minor, 0].map(|minor| decimal(&statement.payout_currency, minor));
    if statement.is_paid() { [nothing, all] } else { [all, nothing] }
}

/// Version, commit, schema and API; empty where it does not say them.
fn runs(row: &Row) -> [String; 4] {
    let parts = row.runs.clone().map(|runs| [runs.version, runs.commit, runs.schema, runs.api]);
    parts.unwrap_or_default().map(Option::unwrap_or_default)
}

fn total_line(written: &mut String, total: &Total, month: &str) {
    let currency = total.currency.as_str();
    let money = |minor| decimal(currency, minor);
    let (credit, charged) = (money(total.credit_outstanding_minor), money(total.charged_minor));
    let (publisher, due) = (money(total.publisher_minor), money(total.due_minor));
    let (payout, paid) = (money(total.payout_minor), money(total.paid_minor));
    let line = [Cell::Text("total")]
        .into_iter()
        .chain([""; 10].map(Cell::Text))
        .chain([""; 2].map(Cell::Number))
        .chain([Cell::Text(month), Cell::Text(currency)])
        .chain([credit.as_str(), "", &charged, &publisher].map(Cell::Number))
        .chain([Cell::Text("")])
        .chain([due.as_str(), &payout, &paid].map(Cell::Number))
        .chain([Cell::Text(currency), Cell::Text(""), Cell::Text("")]);
    cells(written, line);
}

/// Without the code. A currency that is not known has its minor units.
fn decimal(code: &str, minor: i64) -> String {
    Currency::from_code(code).map_or_else(|_| minor.to_string(), |one| one.decimal(minor))
}

/// What a cell that is not known is called.
const fn column(cell: Of) -> &'static str {
    match cell {
        Of::Version => "version",
        Of::Conformance => "conformance",
        Of::Vouchers => "vouchers_live",
        Of::Credit => "credit_outstanding",
        Of::Charged => "charged",
        Of::Share => "publisher",
        Of::Statement => "statement",
    }
}
