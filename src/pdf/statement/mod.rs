//! Statements of account: an invoice's look, with tables of several columns of figures.
//!
//! As of invoices, whoever fills one in has done the arithmetic and found the words; nothing here adds up or
//! rounds, and the same statement is the same bytes.

mod head;
mod table;
mod totals;

use time::Date;

use super::block::{Runs, Side, Style};
use super::paper::{Column, FOOTER, Paper, TEXT_WIDTH};
use super::{Language, clean, words, write_sheets};

pub(crate) struct Statement {
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) number: String,
    pub(crate) issued_on: Date,
    /// Who issues it.
    pub(crate) issuer: String,
    pub(crate) recipient: Recipient,
    pub(crate) facts: Vec<Fact>,
    pub(crate) tables: Vec<Table>,
    pub(crate) totals: Vec<Total>,
    /// Sentences below. What keeps its own direction is between U+2068 and U+2069.
    pub(crate) notes: Vec<String>,
}

/// Whom it is for.
pub(crate) struct Recipient {
    /// What it is to the issuer.
    pub(crate) label: String,
    pub(crate) name: String,
    /// Names of it that run from left to right, each on a line.
    pub(crate) details: Vec<String>,
}

pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: Text,
}

/// Which way a text runs.
pub(crate) enum Text {
    /// As the language does.
    Words(String),
    /// From left to right: names of accounts, domain names.
    Name(String),
}

/// The first column is of text, all others of figures.
pub(crate) struct Table {
    pub(crate) heads: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) label: Text,
    pub(crate) figures: Vec<String>,
    /// Of what is above.
    pub(crate) is_sum: bool,
}

pub(crate) struct Total {
    pub(crate) label: String,
    pub(crate) amount: String,
    pub(crate) is_sum: bool,
}

/// The statement as a PDF file of A4 sheets.
///
/// # Errors
/// Where the file would not be PDF/A, which only a flaw of ours can cause.
pub(crate) fn render(statement: &Statement) -> anyhow::Result<Vec<u8>> {
    let mut paper = Paper::new(statement.language == Language::Arabic);
    head::write(&mut paper, statement);
    for table in &statement.tables {
        table::write(&mut paper, statement, table);
    }
    totals::write(&mut paper, statement);
    write_footers(&mut paper, statement);
    let title = format!("{} {}", statement.title, words::number(&statement.number));
    let head = (title.as_str(), words::name(&statement.issuer), statement.language);
    write_sheets(head, statement.issued_on, paper.sheets.len(), |number, surface| {
        if let Some(sheet) = paper.sheets.get(number) {
            sheet.draw(surface);
        }
    })
}

fn write_footers(paper: &mut Paper, statement: &Statement) {
    let pages = paper.sheets.len();
    let of = clean::name(&format!("{} · {}", statement.number, statement.issuer), 70);
    for sheet in 0..pages {
        let column = Column::new(0.0, 380.0);
        let style = Style::SMALL.left_to_right().size(7.5);
        let block = paper.typesetter.set(of.clone(), style, column.width);
        paper.put_on(sheet, block, column, FOOTER);
        let values =
            [("page", (sheet + 1).to_string().into()), ("pages", pages.to_string().into())];
        let column = Column::new(390.0, TEXT_WIDTH);
        let style = Style::LABEL.size(7.5).side(Side::End);
        let text = statement.language.text_with("invoice-page", &values);
        let block = paper.typesetter.set(text, style, column.width);
        paper.put_on(sheet, block, column, FOOTER);
    }
}

/// A new sheet that says of what it is a part.
fn continue_on_new_sheet(paper: &mut Paper, statement: &Statement) {
    paper.new_sheet();
    let top = paper.y;
    paper.write(words::name(&statement.issuer), Style::SMALL.bold(), Column::new(0.0, 290.0));
    let below = paper.y;
    paper.y = top;
    let number = words::number(&statement.number);
    let text = format!("{} \u{2068}{number}\u{2069}", statement.title);
    let style = Style { runs: Runs::Document, side: Side::End, ..Style::SMALL };
    paper.write(text, style, Column::new(300.0, TEXT_WIDTH));
    paper.y = paper.y.max(below) + 14.0;
}

impl Text {
    /// Made fit for paper, and how it is set.
    fn set(&self, style: Style) -> (String, Style) {
        match self {
            Self::Words(text) => (words::note(text), Style { runs: Runs::Document, ..style }),
            Self::Name(text) => (words::description(text), style.left_to_right()),
        }
    }
}
