//! A Sovereign of the fleet, in the reader's language.

use crate::fleet::snapshot::{self, Agreed, Conformance, Row, Statement};
use crate::fleet::why::Cell;
use crate::text::unbroken;
use crate::web::page::Page;

/// What is known of something, each on a line; or, where nothing is, why.
pub(super) struct Known {
    pub(super) texts: Vec<String>,
    pub(super) why: String,
}

/// What checks of conformance came to.
pub(super) struct Checked {
    pub(super) result: String,
    pub(super) is_good: bool,
    pub(super) at: String,
}

/// A row.
pub(super) struct Shown {
    pub(super) fqdn: String,
    /// Another name that it says it is of.
    pub(super) claims: Option<String>,
    /// Other addresses of the same name.
    pub(super) also_at: Vec<String>,
    pub(super) url: String,
    pub(super) is_off: bool,
    pub(super) version: Known,
    pub(super) conformance: Option<Checked>,
    /// Why nothing is known of it.
    pub(super) unchecked: String,
    pub(super) vouchers: Known,
    pub(super) credit: Known,
    pub(super) charged: Known,
    pub(super) share: Known,
    pub(super) statement: Known,
    pub(super) build: Vec<(String, String)>,
    pub(super) failures: Vec<Failure>,
    pub(super) more_failures: Option<String>,
    pub(super) agreed: Vec<(String, String)>,
    pub(super) statements: Vec<ShownStatement>,
    /// What is not known, and what was said.
    pub(super) unknown: Vec<(String, String)>,
}

/// A check that drifted.
pub(super) struct Failure {
    pub(super) name: String,
    pub(super) request: String,
    pub(super) expected: String,
    pub(super) got: String,
}

pub(super) struct ShownStatement {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) due: String,
    pub(super) payout: String,
    /// How far it is, where the snapshot says it.
    pub(super) payout_state: Option<String>,
    pub(super) closed: String,
    pub(super) sovereigns: String,
}

/// An amount in its own currency.
pub(super) fn amount(page: &Page, currency: &str, amount_minor: i64) -> String {
    page.digits.write(&unbroken(&snapshot::amount(currency, amount_minor)))
}

pub(super) fn shown(page: &Page, row: &Row) -> Shown {
    let known = |cell: Cell, texts: Vec<String>| Known { texts, why: why(page, row, cell) };
    let charged = row.charged.iter().map(|one| amount(page, &one.currency, one.charged_minor));
    let shares = row.charged.iter();
    let shares = shares.filter_map(|one| Some(amount(page, &one.currency, one.publisher_minor?)));
    let credit = row.credit.iter();
    let credit = credit.map(|one| amount(page, &one.currency, one.outstanding_minor));
    let vouchers = row.vouchers_live.iter().map(|count| page.digits.write(&count.to_string()));
    let due = row.statements.iter().map(|one| amount(page, &one.currency, one.due_minor));
    let version = row.runs.iter().filter_map(|runs| runs.version.clone());
    let conformance = row.conformance.as_ref();
    Shown {
        fqdn: row.fqdn.clone(),
        claims: row.claims.clone(),
        also_at: row.also_at.clone(),
        url: row.url.clone(),
        is_off: row.off,
        version: known(Cell::Version, version.collect()),
        conformance: conformance.map(|one| checked(page, one)),
        unchecked: why(page, row, Cell::Conformance),
        vouchers: known(Cell::Vouchers, vouchers.collect()),
        credit: known(Cell::Credit, credit.collect()),
        charged: known(Cell::Charged, charged.collect()),
        share: known(Cell::Share, shares.collect()),
        statement: known(Cell::Statement, due.collect()),
        build: build(page, row),
        failures: conformance.map(failures).unwrap_or_default(),
        more_failures: conformance.and_then(|one| more_failures(page, one)),
        agreed: row.agreed.iter().map(|one| agreed(page, one)).collect(),
        statements: row.statements.iter().map(|one| statement(page, one)).collect(),
        unknown: unknown(page, row),
    }
}

/// Why something is not known, in few words.
fn why(page: &Page, row: &Row, cell: Cell) -> String {
    let found = row.unknown.iter().find(|one| one.cell == cell);
    let reason = found.map_or("unsaid", |one| one.reason.as_str());
    page.text(&format!("superadmin-fleet-why-{}", reason.replace('_', "-")))
}

/// What was said of what is not known, each once.
fn unknown(page: &Page, row: &Row) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for one in &row.unknown {
        let Some(detail) = one.detail.clone() else { continue };
        let line = (why(page, row, one.cell), detail);
        if !found.contains(&line) {
            found.push(line);
        }
    }
    let error = row.conformance.as_ref().and_then(|one| one.error.clone());
    found.extend(error.map(|error| (page.text("superadmin-fleet-not-finished"), error)));
    found
}

fn checked(page: &Page, conformance: &Conformance) -> Checked {
    let known = ["conforming", "drift", "unreachable", "stopped"];
    let result = conformance.result.as_str();
    let text = if known.contains(&result) {
        page.text(&format!("superadmin-fleet-is-{result}"))
    } else {
        result.to_owned()
    };
    let at = page.moment(conformance.checked_at);
    Checked { result: text, is_good: conformance.is_conforming(), at }
}

/// What it says that it runs.
fn build(page: &Page, row: &Row) -> Vec<(String, String)> {
    let Some(runs) = &row.runs else { return Vec::new() };
    let parts = [
        ("superadmin-commit", &runs.commit),
        ("superadmin-schema", &runs.schema),
        ("superadmin-fleet-api", &runs.api),
    ];
    let said = parts.into_iter().filter_map(|(name, part)| Some((page.text(name), part.clone()?)));
    said.collect()
}

fn failures(conformance: &Conformance) -> Vec<Failure> {
    let failures = conformance.failures.iter().map(|failure| Failure {
        name: failure.name.clone(),
        request: failure.request.clone().unwrap_or_default(),
        expected: failure.expected.clone(),
        got: failure.got.clone(),
    });
    failures.collect()
}

/// Those that the snapshot does not have.
fn more_failures(page: &Page, conformance: &Conformance) -> Option<String> {
    let more = conformance.drifted.checked_sub(conformance.failures.len())?;
    let more = i64::try_from(more).ok().filter(|more| *more > 0)?;
    Some(page.count("superadmin-fleet-more-failures", more))
}

/// Whose it is, and the publisher's share.
fn agreed(page: &Page, agreed: &Agreed) -> (String, String) {
    let tiers = agreed.share.iter().map(|tier| {
        let share = format!("{} %", snapshot::percent(tier.share_bp));
        match tier.up_to_minor {
            Some(minor) => format!("{share} ≤ {}", snapshot::amount(&agreed.currency, minor)),
            None => share,
        }
    });
    let tiers: Vec<String> = tiers.collect();
    let share = format!("{}: {}", agreed.currency, tiers.join(" · "));
    (agreed.name.clone(), page.digits.write(&unbroken(&share)))
}

fn statement(page: &Page, statement: &Statement) -> ShownStatement {
    ShownStatement {
        id: statement.id.clone(),
        name: statement.name.clone(),
        due: amount(page, &statement.currency, statement.due_minor),
        payout: amount(page, &statement.payout_currency, statement.payout_minor),
        payout_state: statement.payout_state.as_deref().map(|state| payout_state(page, state)),
        closed: page.moment(statement.closed_at),
        sovereigns: page.digits.write(&statement.sovereigns.to_string()),
    }
}

/// How far a payout is.
fn payout_state(page: &Page, state: &str) -> String {
    let known = ["nothing_due", "due", "intended", "sent", "failed", "settled"];
    if !known.contains(&state) {
        return page.language.isolated(state);
    }
    let state = state.replace('_', "-");
    page.text(&format!("superadmin-fleet-payout-is-{state}"))
}
