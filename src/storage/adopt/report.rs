//! What an adoption found, and what it did or would do about it.

use serde::Serialize;

from_row! {
    /// Something a person should know of.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Finding {
        /// One of the kinds that docs/ADOPTION.md explains.
        pub kind: String,
        /// The row, by its identifier or code; for a schema that does not fit, table and column.
        pub subject: String,
        pub detail: String,
        /// Nothing is adopted while this stands.
        pub refuses: bool,
    }
}

/// How many rows a table has after the adoption, and had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rows {
    pub table: &'static str,
    pub before: i64,
    pub after: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub currency: String,
    pub rows: Vec<Rows>,
    /// All customers together: what their lines come to.
    pub balance_before_minor: i64,
    /// All wallets together: balance less what is owed.
    pub balance_after_minor: i64,
    pub owed_minor: i64,
    /// All vouchers together.
    pub redeemed_before: i64,
    pub redeemed_after: i64,
    pub findings: Vec<Finding>,
}

impl Report {
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.findings.iter().any(|finding| finding.refuses)
    }

    pub(crate) fn refuse(&mut self, kind: &str, subject: &str, detail: &str) {
        self.find(kind, subject, detail, true);
    }

    pub(super) fn note(&mut self, kind: &str, subject: &str, detail: &str) {
        self.find(kind, subject, detail, false);
    }

    fn find(&mut self, kind: &str, subject: &str, detail: &str, refuses: bool) {
        self.findings.push(Finding {
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            refuses,
        });
    }
}
