//! `statement.pdf`: a statement in the franchisee's language.

use anyhow::Context as _;
use sovereign_domain::calendar::{TimeZone, date_in};

use super::words;
use crate::pdf::Language;
use crate::pdf::statement::{Fact, Recipient, Row, Statement, Table, Text, Total, render};
use crate::rollup::document::StatementDocument;

/// The statement as a PDF file. The same statement is the same bytes.
///
/// # Errors
/// Where a sum leaves the range of `i64`, or the file would not be PDF/A.
pub fn statement_pdf(document: &StatementDocument, language: Language) -> anyhow::Result<Vec<u8>> {
    let writer = Writer { document, language };
    render(&writer.statement().with_context(|| format!("printing {}", document.id))?)
}

struct Writer<'a> {
    document: &'a StatementDocument,
    language: Language,
}

impl Writer<'_> {
    fn statement(&self) -> anyhow::Result<Statement> {
        let document = self.document;
        let zone = TimeZone::get(&document.time_zone).unwrap_or(TimeZone::UTC);
        let issued_on = date_in(document.closed_at, &zone).context("it is closed on no day")?;
        let mut tables = vec![self.agreements(), self.movements()?];
        if !document.credit.is_empty() {
            tables.push(self.credit());
        }
        let issuer = document.publisher.clone();
        Ok(Statement {
            language: self.language,
            title: self.word("statement-title"),
            number: document.id.clone(),
            issued_on,
            issuer: issuer.unwrap_or_else(|| self.word("statement-publisher")),
            recipient: Recipient {
                label: self.word("statement-franchisee"),
                name: document.name.clone(),
                details: document.sovereigns.clone(),
            },
            facts: self.facts(issued_on),
            tables,
            totals: self.totals()?,
            notes: words::notes(document, self.language),
        })
    }

    fn word(&self, name: &str) -> String {
        self.language.text(name)
    }

    fn amount(&self, amount_minor: i64) -> String {
        self.document.currency.format(amount_minor)
    }

    fn facts(&self, issued_on: time::Date) -> Vec<Fact> {
        let document = self.document;
        let month = document.month;
        let days = [month.first_day(), month.last_day()].map(|day| self.language.date(day));
        let [first, last] = days;
        let period = [("first", first.into()), ("last", last.into())];
        let words = |label: &str, value: String| Fact {
            label: self.word(label),
            value: Text::Words(value),
        };
        let name = |label: &str, value: &str| Fact {
            label: self.word(label),
            value: Text::Name(value.to_owned()),
        };
        vec![
            words("invoice-period", self.language.text_with("invoice-period-days", &period)),
            words("invoice-issued", self.language.date(issued_on)),
            name("statement-currency", document.currency.code()),
            name("statement-paid-to", &document.payout.to),
        ]
    }

    fn agreements(&self) -> Table {
        let heads =
            ["statement-agreements", "statement-charged-under", "statement-publishers-part"];
        let rows = self.document.agreements.iter().map(|terms| Row {
            label: Text::Words(words::terms(terms, self.document.currency, self.language)),
            figures: [terms.charged_minor, terms.publisher_of_charged_minor]
                .map(|amount_minor| self.amount(amount_minor))
                .into(),
            is_sum: false,
        });
        Table { heads: heads.map(|name| self.word(name)).into(), rows: rows.collect() }
    }

    fn movements(&self) -> anyhow::Result<Table> {
        let StatementDocument { sums, counts, .. } = self.document;
        let heads = [
            "statement-movements",
            "invoice-amount",
            "statement-publishers-part",
            "statement-franchisees-part",
        ];
        let count = [("count", counts.charges.to_string().into())];
        let charged = self.language.text_with("statement-charged", &count);
        let refunds = self.with_less(
            ("statement-refunded", "statement-refunded-less"),
            (counts.refunds, counts.refunds_failed),
        );
        let disputes = self.with_less(
            ("statement-disputed", "statement-disputed-less"),
            (counts.disputes, counts.disputes_won),
        );
        let back = |amount_minor: i64| amount_minor.checked_neg().context("out of range");
        let rows = vec![
            self.parts(charged, sums.charged_minor, sums.publisher_of_charged_minor)?,
            self.parts(
                refunds,
                back(sums.refunded_minor)?,
                back(sums.publisher_of_refunded_minor)?,
            )?,
            self.parts(
                disputes,
                back(sums.disputed_minor)?,
                back(sums.publisher_of_disputed_minor)?,
            )?,
            Row {
                is_sum: true,
                ..self.parts(
                    self.word("statement-net"),
                    self.document.net_minor,
                    self.document.publisher_minor,
                )?
            },
        ];
        Ok(Table { heads: heads.map(|name| self.word(name)).into(), rows })
    }

    /// One message where nothing came back of what went, the other where something did.
    fn with_less(&self, (all, less): (&str, &str), (count, back): (i64, i64)) -> String {
        let count = ("count", count.to_string().into());
        if back == 0 {
            return self.language.text_with(all, &[count]);
        }
        self.language.text_with(less, &[count, ("back", back.to_string().into())])
    }

    /// An amount and both parts of it.
    fn parts(&self, label: String, amount_minor: i64, publisher_minor: i64) -> anyhow::Result<Row> {
        let franchisee_minor = amount_minor.checked_sub(publisher_minor).context("out of range")?;
        let figures = [amount_minor, publisher_minor, franchisee_minor];
        Ok(Row {
            label: Text::Words(label),
            figures: figures.map(|amount_minor| self.amount(amount_minor)).into(),
            is_sum: false,
        })
    }

    fn credit(&self) -> Table {
        let heads = ["statement-credit", "statement-credit-spent"];
        let rows = self.document.credit.iter().map(|credit| Row {
            label: Text::Name(credit.sovereign.clone()),
            figures: vec![self.amount(credit.credit_spent_minor)],
            is_sum: false,
        });
        Table { heads: heads.map(|name| self.word(name)).into(), rows: rows.collect() }
    }

    fn totals(&self) -> anyhow::Result<Vec<Total>> {
        let document = self.document;
        let sums = &document.sums;
        let mut totals = vec![self.total("statement-part-of-net", document.franchisee_minor)];
        let less = [
            ("statement-part-of-credit", sums.publisher_of_credit_minor),
            ("statement-part-of-fees", sums.franchisee_of_fees_minor),
            ("statement-fixed-fee", document.fixed_fee_minor),
        ];
        for (label, amount_minor) in less.into_iter().filter(|(_, amount)| *amount != 0) {
            let less_minor = amount_minor.checked_neg().context("out of range")?;
            totals.push(self.total(label, less_minor));
        }
        if document.carried_in_minor != 0 {
            totals.push(self.total("statement-carried-in", document.carried_in_minor));
        }
        let sum = |total: Total| Total { is_sum: true, ..total };
        totals.push(sum(self.total("statement-due", document.due_minor)));
        totals.push(sum(self.total("statement-payout", document.payout_minor)));
        totals.extend(self.converted());
        totals.push(self.total("statement-carried-out", document.carried_out_minor));
        Ok(totals)
    }

    fn total(&self, label: &str, amount_minor: i64) -> Total {
        Total { label: self.word(label), amount: self.amount(amount_minor), is_sum: false }
    }

    /// The payout in the currency that it is paid in, where that is another one.
    fn converted(&self) -> Option<Total> {
        let payout = &self.document.payout;
        let rate = payout.rate.as_deref()?;
        Some(Total {
            label: words::rate((self.document.currency, payout.currency), rate, self.language),
            amount: payout.currency.format(payout.amount_minor),
            is_sum: false,
        })
    }
}
