//! The lines of the document, over as many sheets as they need, each with the table's head.

use super::block::{Block, Runs, Side, Style};
use super::document::Document;
use super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::words::{description, name, number};

const GAP: f32 = 14.0;
const PADDING: f32 = 5.0;
const QUANTITY_MIN: f32 = 46.0;
const AMOUNT_MIN: f32 = 80.0;

struct Columns {
    description: Column,
    quantity: Column,
    amount: Column,
}

/// Columns of figures are as wide as their widest, so that all of them end at one edge.
fn columns(paper: &mut Paper, document: &Document) -> Columns {
    let mut widest = |texts: Vec<String>, least: f32| {
        let widths = texts.iter().map(|text| paper.typesetter.width(text, Style::FIGURE));
        // A little more, so that rounding never breaks a figure in two.
        widths.fold(least, f32::max) + 1.0
    };
    let lines = &document.lines;
    let amounts = lines.iter().map(|line| document.amount(line.amount_minor)).collect();
    let quantities = lines.iter().map(|line| line.quantity.to_string()).collect();
    let (amount, quantity) = (widest(amounts, AMOUNT_MIN), widest(quantities, QUANTITY_MIN));
    let amount = Column::new(TEXT_WIDTH - amount, TEXT_WIDTH);
    let quantity = Column::new(amount.start - GAP - quantity, amount.start - GAP);
    Columns { description: Column::new(0.0, quantity.start - GAP), quantity, amount }
}

pub(super) fn write(paper: &mut Paper, document: &Document) {
    let columns = columns(paper, document);
    let mut head = Some(set_head(paper, document, &columns));
    for line in &document.lines {
        let cells = [
            (description(&line.description), Style::BODY, columns.description),
            (line.quantity.to_string(), Style::FIGURE, columns.quantity),
            (document.amount(line.amount_minor), Style::FIGURE, columns.amount),
        ];
        let row = set(paper, cells);
        // The head is not left alone at the foot of a sheet.
        if !paper.fits(height(&row) + head.as_ref().map_or(0.0, height)) {
            continue_on_new_sheet(paper, document);
            head = Some(set_head(paper, document, &columns));
        }
        if let Some(head) = head.take() {
            put(paper, head, Rule::Strong);
        }
        put(paper, row, Rule::Light);
    }
}

type Row = [(Block, Column); 3];

fn set(paper: &mut Paper, cells: [(String, Style, Column); 3]) -> Row {
    cells.map(|(text, style, column)| (paper.typesetter.set(text, style, column.width), column))
}

fn set_head(paper: &mut Paper, document: &Document, columns: &Columns) -> Row {
    let figure = Style { side: Side::Right, ..Style::LABEL };
    let cells = [
        (document.word("invoice-description"), Style::LABEL, columns.description),
        (document.word("invoice-quantity"), figure, columns.quantity),
        (document.word("invoice-amount"), figure, columns.amount),
    ];
    set(paper, cells)
}

fn height(row: &Row) -> f32 {
    let tallest = row.iter().map(|(block, _)| block.height()).fold(0.0, f32::max);
    tallest + 2.0 * PADDING
}

fn put(paper: &mut Paper, row: Row, rule: Rule) {
    let height = height(&row);
    let y = paper.y + PADDING;
    for (block, column) in row {
        paper.put(block, column, y);
    }
    paper.space(height);
    paper.rule(rule, Column::ALL);
}

/// A new sheet that says of what it is a part.
pub(super) fn continue_on_new_sheet(paper: &mut Paper, document: &Document) {
    paper.new_sheet();
    let top = paper.y;
    let (seller, rest) = (Column::new(0.0, 290.0), Column::new(300.0, TEXT_WIDTH));
    paper.write(name(&document.seller.name), Style::SMALL.bold(), seller);
    let below = paper.y;
    paper.y = top;
    let text = format!("{} \u{2068}{}\u{2069}", document.title(), number(&document.number));
    let style = Style { runs: Runs::Document, side: Side::End, ..Style::SMALL };
    paper.write(text, style, rest);
    paper.y = paper.y.max(below) + 14.0;
}
