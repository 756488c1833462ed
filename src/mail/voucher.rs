//! The letter with a voucher's code, to whoever is to have it.

use super::billing::Values;
use super::letters::{Action, Letter, Words};
use crate::branding::Branding;
use crate::text::{Language, Row};

/// A voucher that somebody is sent.
pub(crate) struct VoucherGift<'a> {
    pub(crate) brand: &'a Branding,
    pub(crate) code: &'a str,
    /// What it is worth, with the currency.
    pub(crate) amount: &'a str,
    /// What it is for; may be empty.
    pub(crate) description: &'a str,
    /// How long the credit lasts; absent = for good.
    pub(crate) credit_valid_days: Option<i64>,
    /// In the sender's words; may be empty.
    pub(crate) message: &'a str,
    /// The voucher's page.
    pub(crate) link: &'a str,
}

impl VoucherGift<'_> {
    pub(crate) fn letter(&self, language: Language) -> Letter {
        let values = Values { brand: self.brand, values: vec![("amount", self.amount)] };
        let lasts = match self.credit_valid_days {
            Some(days) => language.text_with("mail-voucher-lasts", &[("count", days.into())]),
            None => language.text("mail-voucher-lasts-for-good"),
        };
        let description = self.description.split_whitespace().collect::<Vec<_>>().join(" ");
        let rows = if description.is_empty() {
            Vec::new()
        } else {
            vec![Row::new(language.text("mail-voucher-description"), description)]
        };
        let terms = self.brand.terms(language, self.brand.name(language));
        let terms = terms.lines().map(str::trim).filter(|line| !line.is_empty());
        let words = Words {
            language,
            brand: self.brand,
            heading: values.sentence(language, "mail-voucher-heading"),
            body: self.body(language, &values.sentence(language, "mail-voucher-body")),
            code: Some(self.code),
            rows,
            action: Some(Action {
                text: language.text("mail-voucher-link"),
                link: self.link,
                button: language.text("mail-voucher-button"),
            }),
            after: vec![lasts, values.sentence(language, "mail-voucher-why")],
            fine_print: terms.map(str::to_owned).collect(),
        };
        words.letter(values.subject(language, "mail-voucher-subject"))
    }

    /// The sender's words, each line in its own direction, and then ours.
    fn body(&self, language: Language, ours: &str) -> String {
        let line = |line: &str| match line.trim() {
            "" => String::new(),
            line => language.isolated(line),
        };
        let own: Vec<String> = self.message.lines().map(line).collect();
        if own.is_empty() { ours.to_owned() } else { format!("{}\n\n{ours}", own.join("\n")) }
    }
}
