//! What the lines come to, what was paid and how, and the notes below.

use super::block::{Style, Typesetter};
use super::document::Document;
use super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::table::continue_on_new_sheet;
use super::words::note;

const BLOCK: Column = Column::new(215.0, TEXT_WIDTH);
const GAP: f32 = 14.0;
const PADDING: f32 = 3.5;

/// How much a row weighs.
#[derive(Clone, Copy, PartialEq)]
enum Weight {
    Plain,
    /// A part of the row above.
    Part,
    /// The sum of what is above, below a rule.
    Sum,
}

struct Row {
    label: String,
    amount: String,
    weight: Weight,
}

pub(super) fn write(paper: &mut Paper, document: &Document) {
    let rows = rows(document);
    let amount = amount_column(&mut paper.typesetter, &rows);
    let label = Column::new(BLOCK.start, amount.start - GAP);
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (words, figure) = styles(row.weight);
            let label = paper.typesetter.set(row.label, words, label.width);
            let amount = paper.typesetter.set(row.amount, figure, amount.width);
            let height = label.height().max(amount.height()) + 2.0 * PADDING;
            (label, amount, height, row.weight)
        })
        .collect();
    // The sum is not torn from its parts.
    let height: f32 = rows.iter().map(|(_, _, height, _)| height).sum();
    if !paper.fits(height + 10.0) {
        continue_on_new_sheet(paper, document);
    }
    paper.space(10.0);
    for (label_block, amount_block, height, weight) in rows {
        if weight == Weight::Sum {
            paper.rule(Rule::Strong, BLOCK);
        }
        let y = paper.y + PADDING;
        paper.put(label_block, label, y);
        paper.put(amount_block, amount, y);
        paper.space(height);
    }
    write_notes(paper, document);
}

fn styles(weight: Weight) -> (Style, Style) {
    match weight {
        Weight::Plain => (Style::LABEL.size(9.5), Style::FIGURE),
        Weight::Part => (Style::LABEL, Style::FIGURE.size(8.5)),
        Weight::Sum => (Style::LABEL.size(11.0).bold(), Style::FIGURE.size(11.0).bold()),
    }
}

fn amount_column(typesetter: &mut Typesetter, rows: &[Row]) -> Column {
    let widths = rows.iter().map(|row| typesetter.width(&row.amount, styles(row.weight).1));
    Column::new(TEXT_WIDTH - widths.fold(80.0, f32::max) - 1.0, TEXT_WIDTH)
}

fn rows(document: &Document) -> Vec<Row> {
    let row = |label: String, amount_minor: i64, weight: Weight| Row {
        label,
        amount: document.amount(amount_minor),
        weight,
    };
    let mut rows = Vec::new();
    let added_tax = document.tax.as_ref().filter(|tax| !tax.included);
    if added_tax.is_some() || document.rounding_minor != 0 {
        rows.push(row(document.word("invoice-subtotal"), document.subtotal_minor, Weight::Plain));
    }
    if let Some(tax) = added_tax {
        let label = document.tax_label("invoice-tax", tax);
        rows.push(row(label, tax.amount_minor, Weight::Plain));
    }
    if document.rounding_minor != 0 {
        rows.push(row(document.word("invoice-rounding"), document.rounding_minor, Weight::Plain));
    }
    let total = document.either("invoice-total", "invoice-total-credited");
    rows.push(row(total, document.total_minor, Weight::Sum));
    if let Some(tax) = document.tax.as_ref().filter(|tax| tax.included) {
        let label = document.tax_label("invoice-tax-included", tax);
        rows.push(row(label, tax.amount_minor, Weight::Part));
    }
    if document.credit_minor != 0 {
        let label = document.either("invoice-paid-by-credit", "invoice-returned-as-credit");
        rows.push(row(label, document.credit_minor, Weight::Plain));
    }
    if document.card_minor != 0 {
        let label = document.either("invoice-paid-by-card", "invoice-refunded-to-card");
        rows.push(row(label, document.card_minor, Weight::Plain));
    }
    if !document.is_credit_note() {
        rows.push(row(document.word("invoice-due"), document.due_minor, Weight::Sum));
    }
    rows
}

fn write_notes(paper: &mut Paper, document: &Document) {
    paper.space(22.0);
    for text in &document.notes {
        let style = Style::LABEL;
        let block = paper.typesetter.set(note(text), style, TEXT_WIDTH);
        if !paper.fits(block.height()) {
            continue_on_new_sheet(paper, document);
        }
        let (height, y) = (block.height(), paper.y);
        paper.put(block, Column::ALL, y);
        paper.space(height + 4.0);
    }
}
