//! Letters about what an Organization lets itself spend on usage, to whoever owns it.

use super::billing::Values;
use super::letters::Letter;
use crate::branding::Branding;
use crate::text::{Language, Row};

/// What became of a spending limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsageNews {
    /// Most of it is used.
    Near,
    /// More was not counted, because it would have cost more.
    Reached,
}

/// How what was used stands to the limit.
pub(crate) struct SpendingLimit<'a> {
    pub(crate) news: UsageNews,
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// What was used so far, and what may be: with their currency.
    pub(crate) used: &'a str,
    pub(crate) limit: &'a str,
    pub(crate) link: &'a str,
}

impl UsageNews {
    /// Of the messages for subject, heading, body and what to do.
    const fn messages(self) -> [&'static str; 4] {
        match self {
            Self::Near => [
                "mail-usage-near-subject",
                "mail-usage-near-heading",
                "mail-usage-near-body",
                "mail-usage-near-do",
            ],
            Self::Reached => [
                "mail-usage-limit-subject",
                "mail-usage-limit-heading",
                "mail-usage-limit-body",
                "mail-usage-limit-do",
            ],
        }
    }
}

impl SpendingLimit<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![
                ("organization", self.organization),
                ("used", self.used),
                ("limit", self.limit),
            ],
        };
        let [subject, heading, body, to_do] = self.news.messages();
        let rows = vec![
            Row::new(language.text("mail-usage-used"), self.used),
            Row::strong(language.text("mail-usage-limit"), self.limit),
        ];
        let messages = [subject, heading, body];
        values.account_letter(language, messages, rows, self.link, &[to_do])
    }
}
