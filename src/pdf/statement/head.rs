//! The upper part of the first sheet: who issues it, for whom, and its facts.

use super::super::block::{Ink, Side, Style};
use super::super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::super::words::{line, name, number};
use super::{Fact, Statement};

const ISSUER: Column = Column::new(0.0, 290.0);
const TITLE: Column = Column::new(300.0, TEXT_WIDTH);
const RECIPIENT: Column = Column::new(0.0, 205.0);
const FACT_NAME: Column = Column::new(220.0, 290.0);
const FACT: Column = Column::new(295.0, TEXT_WIDTH);
/// More would leave no room for the tables; the last line says that there are more.
const DETAILS: usize = 12;

pub(super) fn write(paper: &mut Paper, statement: &Statement) {
    let top = paper.y;
    paper.write(name(&statement.issuer), Style::BODY.size(13.0).bold(), ISSUER);
    let below_issuer = paper.y;
    paper.y = top - 4.0;
    let title = Style::LABEL.size(21.0).bold().side(Side::End);
    paper.write(statement.title.clone(), title, TITLE);
    let style = Style::BODY.left_to_right().side(Side::End).ink(Ink::Grey);
    paper.write(number(&statement.number), style, TITLE);
    paper.y = paper.y.max(below_issuer) + 16.0;

    paper.rule(Rule::Light, Column::ALL);
    paper.space(14.0);
    let top = paper.y;
    write_recipient(paper, statement);
    let below_recipient = paper.y;
    paper.y = top;
    for fact in &statement.facts {
        write_fact(paper, fact);
    }
    paper.y = paper.y.max(below_recipient) + 18.0;
}

fn write_recipient(paper: &mut Paper, statement: &Statement) {
    let recipient = &statement.recipient;
    paper.write(recipient.label.clone(), Style::LABEL, RECIPIENT);
    paper.write(name(&recipient.name), Style::BODY.size(11.0).bold(), RECIPIENT);
    let style = Style::SMALL.left_to_right();
    for detail in recipient.details.iter().take(DETAILS) {
        paper.write(line(detail), style, RECIPIENT);
    }
    if recipient.details.len() > DETAILS {
        paper.write("…".to_owned(), style, RECIPIENT);
    }
}

fn write_fact(paper: &mut Paper, fact: &Fact) {
    let top = paper.y;
    paper.write(fact.label.clone(), Style::LABEL.size(Style::BODY.size), FACT_NAME);
    let below = paper.y;
    paper.y = top;
    let (value, style) = fact.value.set(Style::BODY);
    paper.write(value, style, FACT);
    paper.y = paper.y.max(below) + 3.0;
}
