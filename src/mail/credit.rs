//! Letters about credit, to whoever owns the Organization.

use super::billing::Values;
use super::letters::Letter;
use crate::branding::Branding;
use crate::text::{Language, Row};

/// That credit will not cover the next month, and there is no card.
pub(crate) struct CreditLow<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// The day on which the next month begins.
    pub(crate) day: &'a str,
    pub(crate) available: &'a str,
    /// What the next month costs, and what of it is missing, where it is known.
    pub(crate) next: Option<(&'a str, &'a str)>,
    pub(crate) link: &'a str,
}

/// That some of the credit will expire before it can be spent.
pub(crate) struct CreditExpires<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// What will expire in all.
    pub(crate) amount: &'a str,
    /// The day of the first of it.
    pub(crate) day: &'a str,
    /// Each lot with its day, and what will be left of it.
    pub(crate) lots: Vec<Row>,
    /// The page of the wallet.
    pub(crate) link: &'a str,
}

impl CreditLow<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![("organization", self.organization), ("date", self.day)],
        };
        let row = |message, value| Row::new(language.text(message), value);
        let mut rows = vec![row("mail-credit-low-available", self.available)];
        if let Some((price, missing)) = self.next {
            rows.push(row("mail-credit-low-next", price));
            rows.push(Row::strong(language.text("mail-credit-low-missing"), missing));
        }
        let messages =
            ["mail-credit-low-subject", "mail-credit-low-heading", "mail-credit-low-body"];
        values.account_letter(language, messages, rows, self.link, &["mail-credit-low-do"])
    }
}

impl CreditExpires<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![
                ("organization", self.organization),
                ("amount", self.amount),
                ("date", self.day),
            ],
        };
        let messages = [
            "mail-credit-expires-subject",
            "mail-credit-expires-heading",
            "mail-credit-expires-body",
        ];
        values.account_letter(language, messages, self.lots, self.link, &["mail-credit-expires-do"])
    }
}
