//! What is not known of a Sovereign, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What can be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cell {
    Version,
    Conformance,
    Vouchers,
    Credit,
    Charged,
    Share,
    Statement,
}

/// Why it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// No whole answer came.
    Unreachable,
    NoToken,
    /// The token is not taken.
    Refused,
    /// An answer came that is another one.
    OtherAnswer,
    NotChecked,
    /// The report of conformance does not have it.
    NotInReport,
    NoBook,
    NotInBook,
    NotShared,
    NoAgreement,
    NoStatement,
}

impl Reason {
    /// As it is in JSON.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NoToken => "no_token",
            Self::Refused => "refused",
            Self::OtherAnswer => "other_answer",
            Self::NotChecked => "not_checked",
            Self::NotInReport => "not_in_report",
            Self::NoBook => "no_book",
            Self::NotInBook => "not_in_book",
            Self::NotShared => "not_shared",
            Self::NoAgreement => "no_agreement",
            Self::NoStatement => "no_statement",
        }
    }

    /// Whether the Sovereign itself is why.
    pub(super) const fn is_its_own(self) -> bool {
        matches!(self, Self::Unreachable | Self::Refused | Self::OtherAnswer)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "unreachable",
            Self::NoToken => "no token",
            Self::Refused => "refused",
            Self::OtherAnswer => "another answer",
            Self::NotChecked => "not checked",
            Self::NotInReport => "not in the report",
            Self::NoBook => "no book",
            Self::NotInBook => "not in the book",
            Self::NotShared => "not shared yet",
            Self::NoAgreement => "under no agreement",
            Self::NoStatement => "no statement",
        })
    }
}

/// A reason, and what else there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) reason: Reason,
    pub(super) detail: Option<String>,
}

impl Why {
    pub(super) fn only(reason: Reason) -> Self {
        Self { reason, detail: None }
    }

    pub(super) fn told(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: Some(detail.into()) }
    }

    pub(super) fn of(self, cell: Cell) -> Unknown {
        Unknown { cell, reason: self.reason, detail: self.detail }
    }
}

/// What is not known, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unknown {
    pub(crate) cell: Cell,
    pub(crate) reason: Reason,
    pub(crate) detail: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Some(detail) => write!(f, "{}: {detail}", self.reason),
            None => self.reason.fmt(f),
        }
    }
}
