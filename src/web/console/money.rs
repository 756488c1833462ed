//! Amounts and days, as the console's pages write them.

use sovereign_domain::book::ChangePreview;
use sovereign_domain::calendar::date_in;
use sovereign_domain::timestamp::Timestamp;

use super::super::page::Page;
use crate::app::App;
use crate::text::{Row, unbroken};
use crate::usecase::bill;

pub(super) fn money(app: &App, amount_minor: i64) -> String {
    unbroken(&app.facts.currency.format(amount_minor))
}

/// What a month costs: an amount, or that it is included.
pub(super) fn a_month(app: &App, page: &Page, amount_minor: i64) -> String {
    if amount_minor == 0 {
        return page.text("console-included");
    }
    let amount = page.language.isolated(&money(app, amount_minor));
    page.text_with("console-a-month", "amount", &amount)
}

/// The day of a moment, where the Sovereign is.
pub(super) fn day(app: &App, page: &Page, at: Timestamp) -> String {
    date_in(at, &app.zone).map_or_else(|| at.to_string(), |day| unbroken(&page.language.date(day)))
}

/// In one line: what a change costs now, or gives back.
pub(super) fn now(app: &App, page: &Page, preview: &ChangePreview) -> String {
    let (name, amount_minor) = match preview {
        change if change.credited_minor > 0 => ("console-now-back", change.credited_minor),
        change if change.carried_minor > 0 => ("console-now-later", change.carried_minor),
        change if change.total_minor > 0 => ("console-now-pay", change.total_minor),
        _ => return page.text("console-now-nothing"),
    };
    page.text_with(name, "amount", &page.language.isolated(&money(app, amount_minor)))
}

/// A change as a bill: what comes, what goes, and what pays it.
pub(super) fn bill(app: &App, page: &Page, preview: &ChangePreview) -> Vec<Row> {
    let money = |amount_minor| money(app, amount_minor);
    let lines = preview.lines.iter();
    let mut rows: Vec<Row> = lines
        .map(|line| Row::new(bill::named(line, page.language), money(line.amount_minor)))
        .collect();
    if preview.tax_minor != 0 {
        rows.push(Row::new(page.text("invoice-tax-name"), money(preview.tax_minor)));
    }
    let mut add = |name: &str, amount_minor: i64| {
        if amount_minor > 0 {
            rows.push(Row::new(page.text(name), money(amount_minor)));
        }
    };
    add("bill-from-credit", preview.credit_minor);
    add("console-bill-later", preview.carried_minor);
    let (name, amount_minor) = match preview.credited_minor {
        0 => ("console-bill-card", preview.charge_minor),
        back => ("console-bill-back", back),
    };
    rows.push(Row::strong(page.text(name), money(amount_minor)));
    rows
}
