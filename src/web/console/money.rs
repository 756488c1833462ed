//! What a change costs, as the console's pages write it.

use sovereign_domain::book::ChangePreview;

use super::super::page::Page;
use crate::text::Row;
use crate::usecase::bill;

/// What a month costs: an amount, or that it is included.
pub(super) fn a_month(page: &Page, amount_minor: i64) -> String {
    if amount_minor == 0 {
        return page.text("console-included");
    }
    page.text_with_amount("console-a-month", amount_minor)
}

/// In one line: what a change costs now, or gives back.
pub(super) fn now(page: &Page, preview: &ChangePreview) -> String {
    let (name, amount_minor) = match preview {
        change if change.credited_minor > 0 => ("console-now-back", change.credited_minor),
        change if change.carried_minor > 0 => ("console-now-later", change.carried_minor),
        change if change.total_minor > 0 => ("console-now-pay", change.total_minor),
        _ => return page.text("console-now-nothing"),
    };
    page.text_with_amount(name, amount_minor)
}

/// A change as a bill: what comes, what goes, and what pays it.
pub(super) fn bill(page: &Page, preview: &ChangePreview) -> Vec<Row> {
    let lines = preview.lines.iter();
    let mut rows: Vec<Row> = lines
        .map(|line| Row::new(bill::named(line, page.language), page.amount(line.amount_minor)))
        .collect();
    if preview.tax_minor != 0 {
        rows.push(Row::new(page.text("invoice-tax-name"), page.amount(preview.tax_minor)));
    }
    let mut add = |name: &str, amount_minor: i64| {
        if amount_minor > 0 {
            rows.push(Row::new(page.text(name), page.amount(amount_minor)));
        }
    };
    add("bill-from-credit", preview.credit_minor);
    add("console-bill-later", preview.carried_minor);
    let (name, amount_minor) = match preview.credited_minor {
        0 if preview.charge_minor == 0 => ("console-bill-nothing", 0),
        0 => ("console-bill-card", preview.charge_minor),
        back => ("console-bill-back", back),
    };
    rows.push(Row::strong(page.text(name), page.amount(amount_minor)));
    rows
}
