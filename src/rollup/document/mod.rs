//! What a month's statement says: kept in the book, printed, and sent to the franchisee. Version 1.
//!
//! Amounts are whole numbers of the currency's minor unit, and their names end in `_minor`. Members are written in the
//! order they stand in here, so that the same statement is the same text. A member may be added; another version would
//! mean something else.

mod fleet;
mod line;
mod read;
mod sums;
mod terms;

use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::agreements::PayTo;
use crate::pdf::Language;

pub use self::fleet::{FleetAmounts, FleetDocument, FleetRow, FleetTotal, UnassignedTotal};
pub use self::line::{Line, LinesSummary, UnassignedLine};
pub use self::sums::{Counts, SumsDocument};
pub use self::terms::{BaseDocument, FeesDocument, TermsDocument, TierDocument};

/// Of [`StatementDocument`] and [`FleetDocument`].
pub const VERSION: u32 = 1;

/// One franchisee's month in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementDocument {
    pub version: u32,
    /// Such as `2026-11/omantel/OMR`.
    pub id: String,
    pub month: Month,
    /// A slug.
    pub franchisee: String,
    pub name: String,
    /// Who publishes, where the agreements say it.
    pub publisher: Option<String>,
    #[serde(with = "read::language")]
    pub language: Language,
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    /// Decimals of the currency.
    pub exponent: u32,
    /// A name of the IANA database, in which the month begins and ends.
    pub time_zone: String,
    #[serde(deserialize_with = "read::moment")]
    pub period_begins: Timestamp,
    /// The first moment after the month.
    #[serde(deserialize_with = "read::moment")]
    pub period_ends: Timestamp,
    /// The Sovereigns of the agreements, by domain name.
    pub sovereigns: Vec<String>,
    pub agreements: Vec<TermsDocument>,
    pub sums: SumsDocument,
    pub counts: Counts,
    /// Charged, less what went back: the next two are its parts.
    pub net_minor: i64,
    pub publisher_minor: i64,
    pub franchisee_minor: i64,
    pub fixed_fee_minor: i64,
    /// What an earlier statement left: below zero the franchisee owes it.
    pub carried_in_minor: i64,
    /// The next two are its parts.
    pub due_minor: i64,
    pub payout_minor: i64,
    pub carried_out_minor: i64,
    pub payout: PayoutDocument,
    /// What credit of vouchers paid, where it is known.
    pub credit: Vec<CreditDocument>,
    /// Of the file of agreements.
    pub agreements_sha256: String,
    pub lines: LinesSummary,
    #[serde(deserialize_with = "read::moment")]
    pub closed_at: Timestamp,
}

impl StatementDocument {
    /// The number of a statement.
    #[must_use]
    pub fn number(month: Month, franchisee: &str, currency: Currency) -> String {
        format!("{month}/{franchisee}/{}", currency.code())
    }

    /// As it is kept and as `statement.json` has it.
    ///
    /// # Errors
    /// None that a statement can have: all of its members are texts and numbers.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// Where the text is no statement of this version.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        let read: Self = serde_json::from_str(text)?;
        if read.version == VERSION {
            return Ok(read);
        }
        let wrong = format!("{} is of version {}, not {VERSION}", read.id, read.version);
        Err(serde::de::Error::custom(wrong))
    }
}

/// What is paid, in which currency, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutDocument {
    #[serde(deserialize_with = "read::currency")]
    pub currency: Currency,
    pub amount_minor: i64,
    /// What a unit of the statement's currency is in this one, as the agreements state it; absent where they are one.
    pub rate: Option<String>,
    /// The account, in part: [`PayTo::masked`].
    pub to: String,
}

impl PayoutDocument {
    /// A payout in the statement's own currency.
    #[must_use]
    pub fn same(currency: Currency, amount_minor: i64, to: &PayTo) -> Self {
        Self { currency, amount_minor, rate: None, to: to.masked() }
    }
}

/// What credit of vouchers paid on a Sovereign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditDocument {
    pub sovereign: String,
    pub credit_spent_minor: i64,
    /// Whether the publisher's share is taken off it.
    pub in_base: bool,
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
