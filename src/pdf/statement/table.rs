//! A table over as many sheets as it needs, each with its head.

use super::super::block::{Block, Side, Style};
use super::super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::{Row, Statement, Table, continue_on_new_sheet};

const GAP: f32 = 14.0;
const PADDING: f32 = 3.5;
const FIGURE_MIN: f32 = 82.0;
/// The first column gets no narrower, as long as smaller figures help.
const LABEL_MIN: f32 = 150.0;

/// The columns of a table, and how large its figures are.
struct Layout {
    columns: Vec<Column>,
    size: f32,
}

pub(super) fn write(paper: &mut Paper, statement: &Statement, table: &Table) {
    let layout = layout(paper, table);
    let mut head = Some(set_head(paper, table, &layout));
    paper.space(6.0);
    for row in &table.rows {
        let cells = set_row(paper, row, &layout);
        // The head is not left alone at the foot of a sheet.
        if !paper.fits(height(&cells) + head.as_ref().map_or(0.0, |head| height(head))) {
            continue_on_new_sheet(paper, statement);
            head = Some(set_head(paper, table, &layout));
        }
        if let Some(head) = head.take() {
            put(paper, head, Rule::Strong);
        }
        put(paper, cells, if row.is_sum { Rule::Strong } else { Rule::Light });
    }
    paper.space(12.0);
}

fn layout(paper: &mut Paper, table: &Table) -> Layout {
    let mut chosen = columns(paper, table, Style::FIGURE.size);
    for size in [8.5, 7.5] {
        if chosen.columns.first().is_some_and(|label| label.width >= LABEL_MIN) {
            break;
        }
        chosen = columns(paper, table, size);
    }
    chosen
}

/// Columns of figures are as wide as their widest; the rest is the first one's.
fn columns(paper: &mut Paper, table: &Table, size: f32) -> Layout {
    let mut columns = Vec::new();
    let mut end = TEXT_WIDTH;
    for column in (1..table.heads.len()).rev() {
        let figures = table.rows.iter().filter_map(|row| row.figures.get(column - 1));
        let styled = Style::FIGURE.size(size).bold();
        let widths = figures.map(|figure| paper.typesetter.width(figure, styled));
        // A little more, so that rounding never breaks a figure in two.
        let width = widths.fold(FIGURE_MIN, f32::max) + 1.0;
        columns.push(Column::new(end - width, end));
        end -= width + GAP;
    }
    columns.push(Column::new(0.0, end));
    columns.reverse();
    Layout { columns, size }
}

type Cells = Vec<(Block, Column)>;

fn set_head(paper: &mut Paper, table: &Table, layout: &Layout) -> Cells {
    let heads = table.heads.iter().zip(&layout.columns).enumerate();
    heads
        .map(|(place, (head, column))| {
            let side = if place == 0 { Side::Start } else { Side::Right };
            let style = Style { side, ..Style::LABEL };
            (paper.typesetter.set(head.clone(), style, column.width), *column)
        })
        .collect()
}

fn set_row(paper: &mut Paper, row: &Row, layout: &Layout) -> Cells {
    let weighed = |style: Style| if row.is_sum { style.bold() } else { style };
    let (label, style) = row.label.set(weighed(Style::BODY));
    let figure = weighed(Style::FIGURE.size(layout.size));
    let texts = std::iter::once((label, style))
        .chain(row.figures.iter().map(|text| (text.clone(), figure)));
    texts
        .zip(&layout.columns)
        .map(|((text, style), column)| (paper.typesetter.set(text, style, column.width), *column))
        .collect()
}

fn height(cells: &[(Block, Column)]) -> f32 {
    let tallest = cells.iter().map(|(block, _)| block.height()).fold(0.0, f32::max);
    tallest + 2.0 * PADDING
}

fn put(paper: &mut Paper, cells: Cells, rule: Rule) {
    let height = height(&cells);
    let y = paper.y + PADDING;
    for (block, column) in cells {
        paper.put(block, column, y);
    }
    paper.space(height);
    paper.rule(rule, Column::ALL);
}
