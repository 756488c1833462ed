//! Letters about an Organization's life, to whoever owns it.

use super::billing::Values;
use super::letters::Letter;
use crate::branding::Branding;
use crate::text::Language;

/// What has happened, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LifeNews {
    /// It will be deleted, unless somebody takes that back.
    DeletionBegun,
    /// The same, a few days before.
    DeletionSoon,
    /// It will not be deleted after all.
    DeletionUndone,
    /// It has never paid for anything, and its address will be free for others.
    AddressFreed,
}

/// What becomes of an Organization.
pub(crate) struct Life<'a> {
    pub(crate) news: LifeNews,
    pub(crate) brand: &'a Branding,
    pub(crate) organization: &'a str,
    /// The first part of its address.
    pub(crate) slug: &'a str,
    /// The day on which it ends.
    pub(crate) day: &'a str,
    /// Whether only the operator can take its deletion back.
    pub(crate) by_operator: bool,
    pub(crate) link: &'a str,
}

impl LifeNews {
    /// Of the messages for subject, heading and body.
    const fn messages(self) -> [&'static str; 3] {
        match self {
            Self::DeletionBegun => [
                "mail-deletion-begun-subject",
                "mail-deletion-begun-heading",
                "mail-deletion-begun-body",
            ],
            Self::DeletionSoon => [
                "mail-deletion-soon-subject",
                "mail-deletion-soon-heading",
                "mail-deletion-soon-body",
            ],
            Self::DeletionUndone => [
                "mail-deletion-undone-subject",
                "mail-deletion-undone-heading",
                "mail-deletion-undone-body",
            ],
            Self::AddressFreed => [
                "mail-address-freed-subject",
                "mail-address-freed-heading",
                "mail-address-freed-body",
            ],
        }
    }

    /// What its reader can do about it.
    const fn advice(self, by_operator: bool) -> &'static [&'static str] {
        match (self, by_operator) {
            (Self::DeletionBegun | Self::DeletionSoon, true) => {
                &["mail-deletion-export", "mail-deletion-operator"]
            }
            (Self::DeletionBegun | Self::DeletionSoon, false) => {
                &["mail-deletion-export", "mail-deletion-restore"]
            }
            (Self::DeletionUndone, _) => &["mail-deletion-billing"],
            (Self::AddressFreed, _) => &["mail-address-freed-do"],
        }
    }
}

impl Life<'_> {
    pub(crate) fn letter(self, language: Language) -> Letter {
        let values = Values {
            brand: self.brand,
            values: vec![
                ("organization", self.organization),
                ("slug", self.slug),
                ("date", self.day),
            ],
        };
        let to_do = self.news.advice(self.by_operator);
        values.account_letter(language, self.news.messages(), Vec::new(), self.link, to_do)
    }
}
