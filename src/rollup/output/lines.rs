//! `lines.csv`: every movement of a statement, written as it is read from the book.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};
use sovereign_domain::money::Currency;

use crate::hex;
use crate::rollup::document::{Line, LinesSummary};
use crate::usecase::export::csv::{Cell, cells, head};

/// The columns. Each amount stands there twice: as people write it, and in minor units.
pub(super) const COLUMNS: [&str; 21] = [
    "id",
    "kind",
    "charge_id",
    "occurred_at",
    "sovereign",
    "organization",
    "order_id",
    "currency",
    "amount",
    "amount_minor",
    "publisher",
    "publisher_minor",
    "franchisee",
    "franchisee_minor",
    "fee",
    "fee_minor",
    "franchisee_fee",
    "franchisee_fee_minor",
    "agreement",
    "late",
    "note",
];

/// Writes lines and hashes what it writes. Nothing of them is kept.
pub struct LinesCsv<W: Write> {
    writer: W,
    currency: Currency,
    hasher: Sha256,
    count: u64,
    /// The line that is written now.
    text: String,
}

impl<W: Write> LinesCsv<W> {
    /// Begins with the names of the columns; the lines are in one currency.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn new(writer: W, currency: Currency) -> io::Result<Self> {
        let text = head(COLUMNS);
        let mut csv = Self { writer, currency, hasher: Sha256::new(), count: 0, text };
        csv.put()?;
        Ok(csv)
    }

    /// # Errors
    /// Where it cannot be written.
    pub fn line(&mut self, line: &Line) -> io::Result<()> {
        self.text.clear();
        let currency = self.currency;
        let whole = |amount_minor: i64| amount_minor.to_string();
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let parts = [
            line.amount_minor,
            line.publisher_minor,
            line.franchisee_minor,
            line.fee_minor,
            line.franchisee_fee_minor,
        ];
        let amounts =
            parts.map(|amount_minor| (currency.decimal(amount_minor), whole(amount_minor)));
        let (organization, order) = (optional(&line.organization), optional(&line.order_id));
        let note = optional(&line.note);
        // People are told numbers of agreements from one.
        let agreement = line.agreement.saturating_add(1).to_string();
        let at = line.occurred_at.to_rfc3339();
        let before =
            [&line.id, &line.kind, &line.charge_id, &at, &line.sovereign, &organization, &order];
        let before = before.into_iter().map(|text| Cell::Text(text));
        let figures = amounts.iter().flat_map(|(decimal, minor)| [decimal, minor]);
        let late = if line.late { "true" } else { "false" };
        let row = before
            .chain([Cell::Text(currency.code())])
            .chain(figures.map(|figure| Cell::Number(figure)))
            .chain([Cell::Number(&agreement), Cell::Number(late), Cell::Text(&note)]);
        cells(&mut self.text, row);
        self.count = self.count.saturating_add(1);
        self.put()
    }

    /// How many lines there were, and the hash of all that was written.
    ///
    /// # Errors
    /// Where something could not be written until now.
    pub fn finish(mut self) -> io::Result<LinesSummary> {
        self.writer.flush()?;
        let sha256 = hex::encode(&self.hasher.finalize());
        Ok(LinesSummary { count: self.count, sha256 })
    }

    fn put(&mut self) -> io::Result<()> {
        self.hasher.update(self.text.as_bytes());
        self.writer.write_all(self.text.as_bytes())
    }
}
