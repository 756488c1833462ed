//! Payouts by bank, as a file that a bank takes: CSV, or a credit transfer initiation of ISO 20022 (`pain.001.001.09`).
//!
//! A file says nothing that the book does not: the same payouts are the same bytes, with the same identifier of the
//! message, by which a bank knows a file that it has.

mod csv;
mod pain;
mod text;

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest as _, Sha256};
use sovereign_domain::money::Currency;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use time::Date;

use super::agreements::BankAccount;
use crate::hex;

pub use self::text::Unwritable;
pub(crate) use self::text::latin;

/// Payouts that go to a bank together.
#[derive(Debug, Clone)]
pub struct BankFile {
    pub month: Month,
    pub debtor: Debtor,
    /// On which day the bank is to pay.
    pub execution_date: Date,
    /// When the message was made: for the same bytes, the same moment.
    pub created_at: Timestamp,
    pub payouts: Vec<BankPayout>,
}

/// Who pays, and from which account.
#[derive(Debug, Clone)]
pub struct Debtor {
    pub name: String,
    pub account: BankAccount,
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct BankPayout {
    /// Of the statement, such as `2026-11/omantel/OMR`: it goes with the transfer to the franchisee.
    pub statement: String,
    pub currency: Currency,
    pub amount_minor: i64,
    pub creditor: BankAccount,
}

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BankFileError {
    NoPayouts,
    /// Nothing, less, or more than 18 digits: by statement.
    Amount(String),
    /// A statement is there twice.
    Twice(String),
    /// A statement's number that cannot be a reference.
    Reference(String),
    /// A name has letters that banks do not take.
    Name(Unwritable),
}

impl fmt::Display for BankFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPayouts => write!(f, "nothing is to be paid by bank"),
            Self::Amount(of) => write!(f, "{of}: its amount cannot be transferred"),
            Self::Twice(of) => write!(f, "{of} would be paid twice"),
            Self::Reference(of) => {
                write!(f, "{of:?} cannot be a reference: it has 1 to 35 characters that banks take")
            }
            Self::Name(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl std::error::Error for BankFileError {}

impl From<Unwritable> for BankFileError {
    fn from(error: Unwritable) -> Self {
        Self::Name(error)
    }
}

/// The most digits of an amount in ISO 20022.
const DIGITS: usize = 18;
/// The most characters of a reference there.
const REFERENCE: usize = 35;

impl BankFile {
    /// As CSV, for a bank's own form of import: see `docs/ROLLUP.md` for its columns.
    ///
    /// # Errors
    /// [`BankFileError`].
    pub fn csv(&self) -> Result<String, BankFileError> {
        self.check()?;
        csv::write(self)
    }

    /// As XML of ISO 20022.
    ///
    /// # Errors
    /// [`BankFileError`].
    pub fn pain_001(&self) -> Result<String, BankFileError> {
        self.check()?;
        pain::write(self)
    }

    /// The message's identifier: of the same month and statements it is the same, whatever else is.
    #[must_use]
    pub fn message_id(&self) -> String {
        let statements: BTreeSet<&str> =
            self.payouts.iter().map(|payout| payout.statement.as_str()).collect();
        let mut hasher = Sha256::new();
        for statement in statements {
            hasher.update(statement.as_bytes());
            hasher.update(b"\n");
        }
        let digest = hex::encode(&hasher.finalize());
        format!("ROLLUP-{}-{}", self.month, digest.get(..16).unwrap_or(&digest))
    }

    fn check(&self) -> Result<(), BankFileError> {
        let mut seen = BTreeSet::new();
        for payout in &self.payouts {
            let statement = payout.statement.clone();
            if payout.amount_minor <= 0 || payout.amount_minor.to_string().len() > DIGITS {
                return Err(BankFileError::Amount(statement));
            }
            if !text::is_reference(&statement) || statement.len() > REFERENCE {
                return Err(BankFileError::Reference(statement));
            }
            if !seen.insert(&payout.statement) {
                return Err(BankFileError::Twice(statement));
            }
        }
        if seen.is_empty() { Err(BankFileError::NoPayouts) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
