//! The upper part of the first sheet: who sells, what this is, who buys, and the facts of the document.

use super::block::{Ink, Runs, Side, Style};
use super::document::{Document, Kind};
use super::paper::{Column, Paper, Rule, TEXT_WIDTH};
use super::words::{line, name, number};

const SELLER: Column = Column::new(0.0, 290.0);
const TITLE: Column = Column::new(300.0, TEXT_WIDTH);
const CUSTOMER: Column = Column::new(0.0, 205.0);
const FACT_NAME: Column = Column::new(220.0, 290.0);
const FACT: Column = Column::new(295.0, TEXT_WIDTH);
const ADDRESS_LINES: usize = 6;

pub(super) fn write(paper: &mut Paper, document: &Document) {
    let top = paper.y;
    write_seller(paper, document);
    let below_seller = paper.y;
    paper.y = top - 4.0;
    let title = Style::LABEL.size(21.0).bold().side(Side::End);
    paper.write(document.title(), title, TITLE);
    let style = Style::BODY.left_to_right().side(Side::End).ink(Ink::Grey);
    paper.write(number(&document.number), style, TITLE);
    paper.y = paper.y.max(below_seller) + 16.0;

    paper.rule(Rule::Light, Column::ALL);
    paper.space(14.0);
    let top = paper.y;
    write_customer(paper, document);
    let below_customer = paper.y;
    paper.y = top;
    for (label, value, style) in facts(document) {
        write_fact(paper, label, value, style);
    }
    paper.y = paper.y.max(below_customer) + 24.0;
}

fn write_seller(paper: &mut Paper, document: &Document) {
    let seller = &document.seller;
    paper.write(name(&seller.name), Style::BODY.size(13.0).bold(), SELLER);
    for address in seller.address.iter().take(ADDRESS_LINES) {
        paper.write(line(address), Style::SMALL, SELLER);
    }
    if seller.fqdn != seller.name {
        paper.write(name(&seller.fqdn), Style::SMALL.left_to_right(), SELLER);
    }
    if let Some(tax_number) = &seller.tax_number {
        let text = labelled(&document.word("invoice-tax-number"), tax_number);
        paper.write(text, Style::LABEL, SELLER);
    }
}

fn write_customer(paper: &mut Paper, document: &Document) {
    let customer = &document.customer;
    let label = document.either("invoice-billed-to", "invoice-credited-to");
    paper.write(label, Style::LABEL, CUSTOMER);
    paper.write(name(&customer.name), Style::BODY.size(11.0).bold(), CUSTOMER);
    if let Some(email) = &customer.email {
        paper.write(name(email), Style::SMALL.left_to_right(), CUSTOMER);
    }
    paper.space(6.0);
    paper.write(document.word("invoice-organization-id"), Style::LABEL, CUSTOMER);
    paper.write(number(&customer.id), Style::SMALL.left_to_right(), CUSTOMER);
}

fn facts(document: &Document) -> Vec<(String, String, Style)> {
    let words = Style { runs: Runs::Document, ..Style::BODY };
    let mut facts =
        vec![(document.word("invoice-issued"), document.language.date(document.issued_on), words)];
    if let Some(period) = document.period {
        facts.push((document.word("invoice-period"), document.period(period), words));
    }
    if let Kind::CreditNote { of } = &document.kind {
        facts.push((document.word("invoice-of"), number(of), Style::BODY.left_to_right()));
    }
    facts.push((document.word("invoice-status"), document.status(), words.bold()));
    facts
}

fn write_fact(paper: &mut Paper, label: String, value: String, style: Style) {
    let top = paper.y;
    paper.write(label, Style::LABEL.size(style.size), FACT_NAME);
    let below = paper.y;
    paper.y = top;
    paper.write(value, style, FACT);
    paper.y = paper.y.max(below) + 3.0;
}

/// A number after its label; it runs from left to right in both languages.
fn labelled(label: &str, value: &str) -> String {
    format!("{label}: \u{2068}{}\u{2069}", number(value))
}
