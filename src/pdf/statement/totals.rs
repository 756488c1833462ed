//! What is due, what is paid and what is carried over, and the notes below.

use super::super::block::{Style, Typesetter};
use super::super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::super::words::note;
use super::{Statement, Total, continue_on_new_sheet};

const BLOCK: Column = Column::new(175.0, TEXT_WIDTH);
const GAP: f32 = 14.0;
const PADDING: f32 = 2.5;

pub(super) fn write(paper: &mut Paper, statement: &Statement) {
    let amount = amount_column(&mut paper.typesetter, &statement.totals);
    let label = Column::new(BLOCK.start, amount.start - GAP);
    let rows: Vec<_> = statement
        .totals
        .iter()
        .map(|total| {
            let (words, figure) = styles(total.is_sum);
            let label = paper.typesetter.set(note(&total.label), words, label.width);
            let amount = paper.typesetter.set(total.amount.clone(), figure, amount.width);
            let height = label.height().max(amount.height()) + 2.0 * PADDING;
            (label, amount, height, total.is_sum)
        })
        .collect();
    // The sum is not torn from its parts.
    let height: f32 = rows.iter().map(|(_, _, height, _)| height).sum();
    if !paper.fits(height) {
        continue_on_new_sheet(paper, statement);
    }
    for (label_block, amount_block, height, is_sum) in rows {
        if is_sum {
            paper.rule(Rule::Strong, BLOCK);
        }
        let y = paper.y + PADDING;
        paper.put(label_block, label, y);
        paper.put(amount_block, amount, y);
        paper.space(height);
    }
    write_notes(paper, statement);
}

fn styles(is_sum: bool) -> (Style, Style) {
    if is_sum {
        (Style::LABEL.size(11.0).bold(), Style::FIGURE.size(11.0).bold())
    } else {
        (Style::LABEL.size(9.5), Style::FIGURE)
    }
}

fn amount_column(typesetter: &mut Typesetter, totals: &[Total]) -> Column {
    let widths = totals.iter().map(|total| typesetter.width(&total.amount, styles(total.is_sum).1));
    Column::new(TEXT_WIDTH - widths.fold(80.0, f32::max) - 1.0, TEXT_WIDTH)
}

fn write_notes(paper: &mut Paper, statement: &Statement) {
    paper.space(14.0);
    for text in &statement.notes {
        let block = paper.typesetter.set(note(text), Style::LABEL, TEXT_WIDTH);
        if !paper.fits(block.height()) {
            continue_on_new_sheet(paper, statement);
        }
        let (height, y) = (block.height(), paper.y);
        paper.put(block, Column::ALL, y);
        paper.space(height + 4.0);
    }
}
