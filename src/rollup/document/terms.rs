//! An agreement as a statement says it.

use serde::{Deserialize, Serialize};
use sovereign_domain::split::{Base, FeesBorneBy, Tier};

use super::read;
use crate::rollup::agreements::Agreement;

/// An agreement of the month, and what came under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsDocument {
    /// Its place in the file from 0; written from 1.
    #[serde(with = "read::from_one")]
    pub number: usize,
    /// Its first and its last day, such as `2026-01-01`.
    pub valid_from: String,
    pub valid_to: Option<String>,
    /// One tier, where the share is the same of every charge.
    pub share: Vec<TierDocument>,
    pub base: BaseDocument,
    pub stripe_fees: FeesDocument,
    pub fixed_fee_minor: i64,
    pub charges: i64,
    pub charged_minor: i64,
    pub publisher_of_charged_minor: i64,
}

impl TermsDocument {
    /// An agreement that nothing came under yet.
    #[must_use]
    pub fn of(agreement: &Agreement) -> Self {
        let tiers = agreement.share.tiers().iter();
        let tier =
            |tier: &Tier| TierDocument { up_to_minor: tier.up_to_minor, share_bp: tier.share_bp };
        Self {
            number: agreement.number,
            valid_from: agreement.first_day.clone(),
            valid_to: agreement.last_day.clone(),
            share: tiers.map(tier).collect(),
            base: agreement.base.into(),
            stripe_fees: agreement.fees.into(),
            fixed_fee_minor: agreement.fixed_fee_minor,
            charges: 0,
            charged_minor: 0,
            publisher_of_charged_minor: 0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierDocument {
    /// Where it ends in the volume of the month; the last has no end.
    pub up_to_minor: Option<i64>,
    /// In hundredths of a per cent.
    pub share_bp: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BaseDocument {
    Charged,
    ListPrice,
}

impl From<Base> for BaseDocument {
    fn from(base: Base) -> Self {
        match base {
            Base::Charged => Self::Charged,
            Base::ListPrice => Self::ListPrice,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeesDocument {
    Publisher,
    Franchisee,
    Shared,
}

impl From<FeesBorneBy> for FeesDocument {
    fn from(fees: FeesBorneBy) -> Self {
        match fees {
            FeesBorneBy::Publisher => Self::Publisher,
            FeesBorneBy::Franchisee => Self::Franchisee,
            FeesBorneBy::Shared => Self::Shared,
        }
    }
}
