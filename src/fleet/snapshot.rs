//! What was found of the fleet at one moment, as it is written to a file and read again. Version 1.
//!
//! Amounts are whole numbers of the currency's minor unit, and their names end in `_minor`. A member may be added;
//! another version would mean something else. docs/FLEET.md describes the members.

use serde::{Deserialize, Deserializer, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;

use super::why::Unknown;
use crate::rollup::document::TierDocument;

/// Of [`Snapshot`].
pub(crate) const VERSION: u64 = 1;

/// The whole fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) version: u64,
    #[serde(deserialize_with = "moment")]
    pub(crate) made_at: Timestamp,
    /// The month of the book that is shown; `None` where there is none.
    pub(crate) month: Option<ShownMonth>,
    pub(crate) counts: Counts,
    /// By currency.
    pub(crate) totals: Vec<Total>,
    /// In the order of the fleet's file.
    pub(crate) sovereigns: Vec<Row>,
    /// Domain names that the book or the agreements have and the fleet's file does not.
    pub(crate) not_in_fleet: Vec<String>,
}

/// A month of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownMonth {
    pub(crate) month: Month,
    /// `reading`, `read`, `shared` or `closed`.
    pub(crate) state: String,
}

/// How many Sovereigns there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) sovereigns: usize,
    pub(crate) conforming: usize,
    pub(crate) off: usize,
    /// Of which no conformance is known.
    pub(crate) not_checked: usize,
}

/// What is known of all Sovereigns, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Total {
    pub(crate) currency: String,
    pub(crate) credit_outstanding_minor: i64,
    pub(crate) charged_minor: i64,
    pub(crate) publisher_minor: i64,
    /// Of the statements of the month, each once.
    pub(crate) due_minor: i64,
    /// What of them is to be paid out in this currency, and is not yet.
    pub(crate) payout_minor: i64,
    /// What of them is paid out.
    #[serde(default)]
    pub(crate) paid_minor: i64,
}

/// A Sovereign. What is absent is in `unknown`, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) url: String,
    /// Its domain name: as the fleet's file says it, else that of its address.
    pub(crate) fqdn: String,
    /// Another one that it says it is of: what it answers is in no total.
    #[serde(default)]
    pub(crate) claims: Option<String>,
    /// Other addresses of the same name.
    #[serde(default)]
    pub(crate) also_at: Vec<String>,
    /// Whether it was not reached, does not conform, does not answer what it should, or is not known to be the one.
    pub(crate) off: bool,
    pub(crate) runs: Option<Runs>,
    pub(crate) conformance: Option<Conformance>,
    pub(crate) vouchers_live: Option<i64>,
    pub(crate) credit: Option<Credit>,
    /// By currency.
    pub(crate) charged: Vec<Takings>,
    /// The agreements of the month.
    pub(crate) agreed: Vec<Agreed>,
    /// The last ones of its franchisees, of those up to the month.
    pub(crate) statements: Vec<Statement>,
    pub(crate) unknown: Vec<Unknown>,
}

/// What it says that it runs; `None` where it does not say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Runs {
    pub(crate) version: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) api: Option<String>,
}

/// What checks of conformance came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conformance {
    /// `conforming`, `drift`, `unreachable` or `stopped`.
    pub(crate) result: String,
    #[serde(deserialize_with = "moment")]
    pub(crate) checked_at: Timestamp,
    pub(crate) passed: usize,
    pub(crate) drifted: usize,
    pub(crate) skipped: usize,
    /// The first of those that drifted.
    pub(crate) failures: Vec<Failure>,
    /// Why it was not checked to the end.
    pub(crate) error: Option<String>,
}

impl Conformance {
    pub(crate) fn is_conforming(&self) -> bool {
        self.result == "conforming"
    }
}

/// A check that drifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) name: String,
    pub(crate) request: Option<String>,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// What customers have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Credit {
    pub(crate) currency: String,
    pub(crate) outstanding_minor: i64,
}

/// What cards were charged in the month, as far as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Takings {
    pub(crate) currency: String,
    pub(crate) charges: i64,
    pub(crate) charged_minor: i64,
    /// The publisher's part; `None` where it is not shared yet, or no agreement is for it.
    pub(crate) publisher_minor: Option<i64>,
}

/// What holds for it in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Agreed {
    pub(crate) franchisee: String,
    pub(crate) name: String,
    pub(crate) currency: String,
    /// One tier, where the share is the same of every charge.
    pub(crate) share: Vec<TierDocument>,
}

/// A statement in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    /// Such as `2026-11/omantel/OMR`.
    pub(crate) id: String,
    pub(crate) month: Month,
    pub(crate) franchisee: String,
    pub(crate) name: String,
    pub(crate) currency: String,
    pub(crate) due_minor: i64,
    pub(crate) payout_currency: String,
    /// In that currency.
    pub(crate) payout_minor: i64,
    /// `nothing_due`, `due`, `intended`, `sent`, `failed` or `settled`; absent in snapshots from before.
    #[serde(default)]
    pub(crate) payout_state: Option<String>,
    /// How many Sovereigns it is about.
    pub(crate) sovereigns: usize,
    #[serde(deserialize_with = "moment")]
    pub(crate) closed_at: Timestamp,
}

impl Statement {
    /// Whether it is paid out, as far as the book knows.
    pub(crate) fn is_paid(&self) -> bool {
        matches!(self.payout_state.as_deref(), Some("sent" | "settled"))
    }
}

impl Snapshot {
    /// As it is kept.
    ///
    /// # Errors
    /// None that a snapshot can have: all of its members are texts and numbers.
    pub(crate) fn to_json(&self) -> serde_json::Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// An amount with the currency's decimals and code.
pub(crate) fn amount(code: &str, amount_minor: i64) -> String {
    match Currency::from_code(code) {
        Ok(currency) => currency.format(amount_minor),
        Err(_) => format!("{amount_minor} {code}"),
    }
}

/// A share without needless decimals: 17.5 of 1750.
pub(crate) fn percent(share_bp: i64) -> String {
    let (whole, rest) = (share_bp / 100, share_bp % 100);
    match rest {
        0 => whole.to_string(),
        rest if rest % 10 == 0 => format!("{whole}.{}", rest / 10),
        rest => format!("{whole}.{rest:02}"),
    }
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom(format!("{text:?} is no moment"));
    Timestamp::parse_rfc3339(&text).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_amounts_are_exact() {
        for (share_bp, text) in [(0, "0"), (2_000, "20"), (1_750, "17.5"), (1_205, "12.05")] {
            assert_eq!(percent(share_bp), text);
        }
        assert_eq!(amount("OMR", 12_345), "12.345 OMR");
        assert_eq!(amount("USD", -5), "-0.05 USD");
        assert_eq!(amount("???", 7), "7 ???");
    }
}
