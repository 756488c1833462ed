//! Letters about what was decided of a request for an approval, to whoever owns the Organization.

use super::billing::Values;
use super::letters::Letter;
use crate::branding::Branding;
use crate::text::{Language, Row};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApprovalNews {
    Given,
    Refused,
    /// It was given before.
    Revoked,
}

/// A request and what became of it.
pub(crate) struct Approval<'a> {
    pub(crate) news: ApprovalNews,
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// With commas between; absent where none were asked for.
    pub(crate) apps: Option<&'a str>,
    pub(crate) tiers: Option<&'a str>,
    /// What a month may cost, with its currency.
    pub(crate) monthly: Option<&'a str>,
    /// The day on which it ends by itself.
    pub(crate) until: Option<&'a str>,
    /// What whoever decided wrote.
    pub(crate) note: Option<&'a str>,
    pub(crate) link: &'a str,
}

impl ApprovalNews {
    /// Of the messages for subject, heading, body and what to do.
    const fn messages(self) -> [&'static str; 4] {
        match self {
            Self::Given => [
                "mail-approval-given-subject",
                "mail-approval-given-heading",
                "mail-approval-given-body",
                "mail-approval-given-do",
            ],
            Self::Refused => [
                "mail-approval-refused-subject",
                "mail-approval-refused-heading",
                "mail-approval-refused-body",
                "mail-approval-refused-do",
            ],
            Self::Revoked => [
                "mail-approval-revoked-subject",
                "mail-approval-revoked-heading",
                "mail-approval-revoked-body",
                "mail-approval-revoked-do",
            ],
        }
    }
}

impl Approval<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values =
            Values { brand: self.brand, values: vec![("organization", self.organization)] };
        let [subject, heading, body, to_do] = self.news.messages();
        let facts = [
            ("mail-approval-apps", self.apps),
            ("mail-approval-tiers", self.tiers),
            ("mail-approval-monthly", self.monthly),
            ("mail-approval-until", self.until),
            ("mail-approval-note", self.note),
        ];
        let row = |(name, value): (&str, Option<&str>)| Some(Row::new(language.text(name), value?));
        let rows = facts.into_iter().filter_map(row).collect();
        let messages = [subject, heading, body];
        values.account_letter(language, messages, rows, self.link, &[to_do])
    }
}
