//! The document's words, dates, rates and amounts in its language. Digits are Western in both.

use super::clean;
use super::document::{Document, Kind, Period, Status, Tax};

const NUMBER: usize = 48;
const FOOTER: usize = 70;
const NAME: usize = 100;
const LINE: usize = 80;
const DESCRIPTION: usize = 400;
const NOTE: usize = 1_000;

pub(super) fn name(text: &str) -> String {
    clean::name(text, NAME)
}

/// A line of an address.
pub(super) fn line(text: &str) -> String {
    clean::name(text, LINE)
}

/// A number or an identifier, of whatever kind.
pub(super) fn number(text: &str) -> String {
    clean::name(text, NUMBER)
}

/// A voucher's code, however long an adopted one is.
pub(super) fn code(text: &str) -> String {
    clean::name(text, NAME)
}

/// Whose document it is, and which, at the foot of every sheet.
pub(super) fn footer(document: &Document) -> String {
    clean::name(&format!("{} · {}", number(&document.number), document.seller.fqdn), FOOTER)
}

pub(super) fn description(text: &str) -> String {
    clean::name(text, DESCRIPTION)
}

pub(super) fn note(text: &str) -> String {
    clean::sentence(text, NOTE)
}

impl Document {
    pub(super) fn word(&self, name: &str) -> String {
        self.language.text(name)
    }

    pub(super) fn is_credit_note(&self) -> bool {
        matches!(self.kind, Kind::CreditNote { .. })
    }

    /// One word for an invoice, the other for a credit note.
    pub(super) fn either(&self, invoice: &str, credit_note: &str) -> String {
        self.word(if self.is_credit_note() { credit_note } else { invoice })
    }

    pub(super) fn title(&self) -> String {
        // A tax authority asks for these words of those who are registered with it.
        if self.tax.is_some() && self.seller.tax_number.is_some() {
            self.either("invoice-title-tax", "invoice-title-credit-note-tax")
        } else {
            self.either("invoice-title", "invoice-title-credit-note")
        }
    }

    pub(super) fn status(&self) -> String {
        self.word(match self.status {
            Status::Open => "invoice-status-open",
            Status::PastDue => "invoice-status-past-due",
            Status::Paid => "invoice-status-paid",
            Status::Refunded => "invoice-status-refunded",
            Status::PartlyRefunded => "invoice-status-partly-refunded",
            Status::Void => "invoice-status-void",
            Status::Issued => "invoice-status-issued",
        })
    }

    pub(super) fn amount(&self, amount_minor: i64) -> String {
        self.currency.format(amount_minor)
    }

    pub(super) fn period(&self, period: Period) -> String {
        let [first, last] = [period.first, period.last].map(|day| self.language.date(day));
        let values = [("first", first.into()), ("last", last.into())];
        self.language.text_with("invoice-period-days", &values)
    }

    /// A tax's name and rate, in the message of this name.
    pub(super) fn tax_label(&self, message: &str, tax: &Tax) -> String {
        let values =
            [("label", name(&tax.label).into()), ("rate", rate(tax.rate_basis_points).into())];
        self.language.text_with(message, &values)
    }

    pub(super) fn page(&self, page: usize, pages: usize) -> String {
        let values = [("page", page.to_string().into()), ("pages", pages.to_string().into())];
        self.language.text_with("invoice-page", &values)
    }
}

/// A rate of so many basis points in per cent, with as many decimals as it needs.
pub(crate) fn rate(basis_points: u32) -> String {
    let (whole, hundredths) = (basis_points / 100, basis_points % 100);
    match hundredths {
        0 => format!("{whole}%"),
        tenths if tenths % 10 == 0 => format!("{whole}.{}%", tenths / 10),
        _ => format!("{whole}.{hundredths:02}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_the_decimals_they_need() {
        for (rate_basis_points, text) in
            [(500, "5%"), (550, "5.5%"), (525, "5.25%"), (5, "0.05%"), (0, "0%"), (10_000, "100%")]
        {
            assert_eq!(rate(rate_basis_points), text);
        }
    }
}
