//! `unassigned.csv`: every movement that no agreement is for, and why.

use std::io::{self, Write};

use sovereign_domain::money::Currency;

use crate::rollup::document::UnassignedLine;
use crate::usecase::export::csv::{Cell, cells, head};

pub(super) const COLUMNS: [&str; 13] = [
    "id",
    "kind",
    "charge_id",
    "occurred_at",
    "reason",
    "sovereign",
    "organization",
    "order_id",
    "currency",
    "amount",
    "amount_minor",
    "fee",
    "fee_minor",
];

/// Writes lines as they are read from the book. Nothing of them is kept.
pub struct UnassignedCsv<W: Write> {
    writer: W,
    text: String,
}

impl<W: Write> UnassignedCsv<W> {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn new(mut writer: W) -> io::Result<Self> {
        let text = head(COLUMNS);
        writer.write_all(text.as_bytes())?;
        Ok(Self { writer, text })
    }

    /// # Errors
    /// Where it cannot be written.
    pub fn line(&mut self, line: &UnassignedLine) -> io::Result<()> {
        self.text.clear();
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let texts = [
            line.id.clone(),
            line.kind.clone(),
            line.charge_id.clone(),
            line.occurred_at.to_rfc3339(),
            line.reason.clone(),
            optional(&line.sovereign),
            optional(&line.organization),
            optional(&line.order_id),
            line.currency.clone(),
        ];
        // How many decimals an unknown currency has, nobody can say.
        let currency = Currency::from_code(&line.currency).ok();
        let decimal = |amount_minor: i64| {
            currency.map(|currency| currency.decimal(amount_minor)).unwrap_or_default()
        };
        let figures = [
            decimal(line.amount_minor),
            line.amount_minor.to_string(),
            decimal(line.fee_minor),
            line.fee_minor.to_string(),
        ];
        let texts = texts.iter().map(|text| Cell::Text(text));
        cells(&mut self.text, texts.chain(figures.iter().map(|figure| Cell::Number(figure))));
        self.writer.write_all(self.text.as_bytes())
    }

    /// # Errors
    /// Where something could not be written until now.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
