//! What the publisher agreed with each franchisee: a file of the publisher's, in TOML.
//!
//! It is read whole or not at all. All that is wrong with it is said at once, each with the agreement it is in,
//! and what to do. `docs/ROLLUP.md` describes the members.

mod accounts;
mod approval;
mod bank_codes;
mod check;
mod draft;
mod errors;
mod file;
mod fqdn;
mod members;
mod rates;
mod spans;
mod terms;

use std::collections::BTreeMap;

use sovereign_domain::calendar::TimeZone;
use sovereign_domain::money::Currency;
use sovereign_domain::split::{Base, FeesBorneBy, Month, Share};
use sovereign_domain::timestamp::Timestamp;

use crate::pdf::Language;

pub use self::accounts::{BankAccount, PayTo};
pub(crate) use self::approval::public_key;
pub use self::approval::{Approval, PublicKey};
pub use self::errors::{AgreementsError, Place, Problem};
pub use self::rates::{Rate, Rates};

/// All agreements, and what else is the publisher's to say.
#[derive(Debug, Clone)]
pub struct Agreements {
    /// Where months begin.
    pub zone: TimeZone,
    /// Its name in the IANA database.
    pub zone_name: String,
    pub publisher: Publisher,
    /// In the order of the file.
    pub list: Vec<Agreement>,
    pub approval: Option<Approval>,
    pub rates: Rates,
    /// With which Sovereigns sign, by domain name.
    pub sovereign_keys: BTreeMap<String, Vec<PublicKey>>,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// The places in the list of a Sovereign's agreements.
    by_sovereign: BTreeMap<String, Vec<usize>>,
}

/// Who publishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publisher {
    /// As statements and transfers say it.
    pub name: Option<String>,
    /// What transfers are paid from.
    pub bank: Option<BankAccount>,
}

/// What holds for a franchisee's Sovereigns in one currency, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its place in the file, from 0. People are told it from 1.
    pub number: usize,
    /// A slug.
    pub franchisee: String,
    pub name: String,
    /// Domain names.
    pub sovereigns: Vec<String>,
    pub currency: Currency,
    pub valid_from: Timestamp,
    /// The first moment at which it holds no more.
    pub valid_before: Option<Timestamp>,
    /// The first and the last day, such as `2026-01-01`.
    pub first_day: String,
    pub last_day: Option<String>,
    pub share: Share,
    pub base: Base,
    pub fees: FeesBorneBy,
    /// A month.
    pub fixed_fee_minor: i64,
    pub payout: PayTo,
    pub payout_currency: Currency,
    /// Of the statement.
    pub language: Language,
}

impl Agreement {
    /// Whether it holds at a moment.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_before.is_none_or(|before| at < before)
    }

    /// Whether it holds at any moment from one up to, and without, another.
    fn holds_within(&self, (begins, ends): (Timestamp, Timestamp)) -> bool {
        self.valid_from < ends && self.valid_before.is_none_or(|before| begins < before)
    }
}

/// Why a movement of money is under no agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unassigned {
    /// It does not say which Sovereign it is of.
    NoMetadata,
    /// No agreement names that Sovereign.
    UnknownSovereign,
    /// One does, in another currency or for another time.
    NoAgreement,
}

impl Unassigned {
    pub const ALL: [Self; 3] = [Self::NoMetadata, Self::UnknownSovereign, Self::NoAgreement];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoMetadata => "no_metadata",
            Self::UnknownSovereign => "unknown_sovereign",
            Self::NoAgreement => "no_agreement",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

impl Agreements {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, AgreementsError> {
        file::read(bytes)
    }

    /// The agreement that holds for a Sovereign's money in this currency at a moment.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(
        &self,
        sovereign: Option<&str>,
        currency: Currency,
        at: Timestamp,
    ) -> Result<&Agreement, Unassigned> {
        let sovereign = sovereign.filter(|name| !name.is_empty()).ok_or(Unassigned::NoMetadata)?;
        let places = self.by_sovereign.get(sovereign).ok_or(Unassigned::UnknownSovereign)?;
        let mut all = places.iter().filter_map(|place| self.list.get(*place));
        all.find(|agreement| agreement.currency == currency && agreement.holds(at))
            .ok_or(Unassigned::NoAgreement)
    }

    /// By its place in the file, from 0.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Agreement> {
        self.list.get(number)
    }

    /// The agreements that hold at any time of a month, in the order of the file.
    pub fn in_force(&self, month: Month) -> impl Iterator<Item = &Agreement> {
        let within = (month.begins(&self.zone), month.ends(&self.zone));
        self.list.iter().filter(move |agreement| agreement.holds_within(within))
    }

    /// The agreement whose fixed fee, payout and language count for a franchisee's month: the one that holds last
    /// in it, of several the one that began last, of several of those the last in the file.
    #[must_use]
    pub fn last_in_force(
        &self,
        franchisee: &str,
        currency: Currency,
        month: Month,
    ) -> Option<&Agreement> {
        let ends = month.ends(&self.zone);
        self.in_force(month)
            .filter(|agreement| agreement.franchisee == franchisee)
            .filter(|agreement| agreement.currency == currency)
            .max_by_key(|agreement| {
                let until = agreement.valid_before.map_or(ends, |before| before.min(ends));
                (until, agreement.valid_from, agreement.number)
            })
    }
}

/// The places in the list of each Sovereign's agreements.
fn by_sovereign(list: &[Agreement]) -> BTreeMap<String, Vec<usize>> {
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, agreement) in list.iter().enumerate() {
        for sovereign in &agreement.sovereigns {
            found.entry(sovereign.clone()).or_default().push(place);
        }
    }
    found
}

#[cfg(test)]
mod tests;
