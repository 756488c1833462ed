//! A snapshot as people read it in a terminal: a line for each thing that is off, a table of all Sovereigns, and what
//! they come to.

use super::snapshot::{Row, Snapshot, Total, amount};
use super::why::{Cell, Unknown};

/// What is off, a line each, with why.
pub(crate) fn lines(snapshot: &Snapshot) -> Vec<String> {
    snapshot.sovereigns.iter().flat_map(lines_of).collect()
}

fn lines_of(row: &Row) -> Vec<String> {
    let url = &row.url;
    let mut lines: Vec<String> = Vec::new();
    if let Some(claims) = &row.claims {
        let name = &row.fqdn;
        lines.push(format!(
            "{url}: claims to be {claims}, and stands for {name}: what it answers is in no total; correct the file"
        ));
    }
    if !row.also_at.is_empty() {
        let (name, others) = (&row.fqdn, row.also_at.join(", "));
        lines.push(format!("{url}: {name} is at {others} as well: its figures count once"));
    }
    for one in row.unknown.iter().filter(|one| one.detail.is_some()) {
        let line = format!("{url}: {one}");
        // One that does not answer has the same reason in each cell.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let Some(conformance) = row.conformance.as_ref().filter(|one| !one.is_conforming()) else {
        return lines;
    };
    if let Some(error) = &conformance.error {
        lines.push(format!("{url}: {}: {error}", conformance.result));
    }
    let failures = conformance.failures.iter().map(|failure| {
        let request = failure.request.as_deref().unwrap_or("-");
        let (name, expected, got) = (&failure.name, &failure.expected, &failure.got);
        format!("{url}: {name}: {request}: expected {expected}; got {got}")
    });
    lines.extend(failures);
    lines
}

/// A head, a row for each Sovereign, and one for each currency.
pub(crate) fn rows(snapshot: &Snapshot) -> Vec<Vec<String>> {
    let gross = match &snapshot.month {
        Some(shown) => format!("GROSS {}", shown.month),
        None => "GROSS".to_owned(),
    };
    let head = ["SOVEREIGN", "VERSION", "CONFORMANCE", "VOUCHERS", "CREDIT", &gross];
    let head = head.into_iter().chain(["SHARE", "LAST STATEMENT"]);
    let head: Vec<String> = head.map(str::to_owned).collect();
    let mut rows = vec![head];
    rows.extend(snapshot.sovereigns.iter().map(row));
    rows.extend(snapshot.totals.iter().map(total));
    rows
}

fn row(row: &Row) -> Vec<String> {
    let or_why = |cell: Cell, known: Option<String>| known.unwrap_or_else(|| why(row, cell));
    let runs = row.runs.as_ref().map(|runs| {
        let commit = runs.commit.as_deref().unwrap_or("unknown");
        let commit: String = commit.chars().take(12).collect();
        format!("{} {commit}", runs.version.as_deref().unwrap_or("unknown"))
    });
    let conformance = row.conformance.as_ref().map(|conformance| match conformance.drifted {
        0 => conformance.result.clone(),
        drifted => format!("{} ({drifted})", conformance.result),
    });
    let credit = row.credit.as_ref();
    let charged = row.charged.iter().map(|one| amount(&one.currency, one.charged_minor));
    let shares = row.charged.iter().filter_map(|one| {
        one.publisher_minor.map(|publisher_minor| amount(&one.currency, publisher_minor))
    });
    let statements = row
        .statements
        .iter()
        .map(|one| format!("{}: {}", one.id, amount(&one.currency, one.due_minor)));
    vec![
        name(row),
        or_why(Cell::Version, runs),
        or_why(Cell::Conformance, conformance),
        or_why(Cell::Vouchers, row.vouchers_live.map(|count| count.to_string())),
        or_why(Cell::Credit, credit.map(|one| amount(&one.currency, one.outstanding_minor))),
        or_why(Cell::Charged, joined(charged)),
        or_why(Cell::Share, joined(shares)),
        or_why(Cell::Statement, joined(statements)),
    ]
}

fn name(row: &Row) -> String {
    match &row.claims {
        Some(claims) => format!("{} (claims to be {claims})", row.fqdn),
        None if row.also_at.is_empty() => row.fqdn.clone(),
        None => format!("{} (not the only one)", row.fqdn),
    }
}

fn total(total: &Total) -> Vec<String> {
    let code = &total.currency;
    let none = String::new;
    vec![
        format!("TOTAL {code}"),
        none(),
        none(),
        none(),
        amount(code, total.credit_outstanding_minor),
        amount(code, total.charged_minor),
        amount(code, total.publisher_minor),
        amount(code, total.due_minor),
    ]
}

fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Why a cell has nothing in it, in few words.
fn why(row: &Row, cell: Cell) -> String {
    let found = row.unknown.iter().find(|one: &&Unknown| one.cell == cell);
    found.map_or_else(|| "-".to_owned(), |one| one.reason.to_string())
}
