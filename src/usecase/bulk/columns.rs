//! The columns of a file of vouchers, and what can be wrong with it.

use std::fmt;

use sovereign_domain::money::MAX_CREDIT_UNITS;
use sovereign_domain::tag::{MAX_TAG_CHARS, MAX_TAGS};
use sovereign_domain::voucher::{MAX_CREDIT_VALID_DAYS, MAX_DESCRIPTION_CHARS, MAX_REDEMPTIONS};

use super::generate::MAX_COUNT;

/// What a column of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Code,
    /// As people write it.
    Credit,
    CreditMinor,
    Currency,
    MaxRedemptions,
    CreditValidDays,
    Description,
    /// By name or identifier.
    Campaign,
    Active,
    CreatedAt,
    RevokedAt,
    /// The list as a file has it, and it follows from other things.
    Status,
    TimesRedeemed,
    Link,
    GrantedMinor,
    SpentMinor,
    ExpiredMinor,
    LastRedeemedAt,
    /// Separated by semicolons or commas.
    Tags,
}

impl Column {
    pub(super) const ALL: [Self; 19] = [
        Self::Code,
        Self::Credit,
        Self::CreditMinor,
        Self::Currency,
        Self::MaxRedemptions,
        Self::CreditValidDays,
        Self::Description,
        Self::Campaign,
        Self::Active,
        Self::CreatedAt,
        Self::RevokedAt,
        Self::Status,
        Self::TimesRedeemed,
        Self::Link,
        Self::GrantedMinor,
        Self::SpentMinor,
        Self::ExpiredMinor,
        Self::LastRedeemedAt,
        Self::Tags,
    ];

    /// As in the first line of a file.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Credit => "credit",
            Self::CreditMinor => "credit_minor",
            Self::Currency => "currency",
            Self::MaxRedemptions => "max_redemptions",
            Self::CreditValidDays => "credit_valid_days",
            Self::Description => "description",
            Self::Campaign => "campaign",
            Self::Active => "active",
            Self::CreatedAt => "created_at",
            Self::RevokedAt => "revoked_at",
            Self::Status => "status",
            Self::TimesRedeemed => "times_redeemed",
            Self::Link => "link",
            Self::GrantedMinor => "granted_minor",
            Self::SpentMinor => "spent_minor",
            Self::ExpiredMinor => "expired_minor",
            Self::LastRedeemedAt => "last_redeemed_at",
            Self::Tags => "tags",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        Self::ALL.into_iter().find(|column| column.as_str() == name)
    }
}

/// What is wrong in a place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFault {
    NotText,
    NoRows,
    TooMany,
    NoCode,
    NoCredit,
    UnknownColumn,
    ColumnTwice,
    /// So many cells, and so many columns.
    Cells(usize, usize),
    Code,
    /// It is or was issued.
    Taken,
    /// It stands in this line already.
    Twice(u64),
    Credit,
    CreditsDiffer,
    /// The Sovereign's, which is another.
    Currency(&'static str),
    MaxRedemptions,
    CreditValidDays,
    Description,
    Campaign,
    Active,
    Moment,
    Tags,
}

impl RowFault {
    /// For programs, and for the texts of pages.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotText => "not-text",
            Self::NoRows => "no-rows",
            Self::TooMany => "too-many",
            Self::NoCode => "no-code",
            Self::NoCredit => "no-credit",
            Self::UnknownColumn => "unknown-column",
            Self::ColumnTwice => "column-twice",
            Self::Cells(..) => "cells",
            Self::Code => "code",
            Self::Taken => "taken",
            Self::Twice(_) => "twice",
            Self::Credit => "credit",
            Self::CreditsDiffer => "credits-differ",
            Self::Currency(_) => "currency",
            Self::MaxRedemptions => "max-redemptions",
            Self::CreditValidDays => "credit-valid-days",
            Self::Description => "description",
            Self::Campaign => "campaign",
            Self::Active => "active",
            Self::Moment => "moment",
            Self::Tags => "tags",
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotText => f.write_str("the file is not UTF-8 text; save it as CSV UTF-8"),
            Self::NoRows => f.write_str("the file has no vouchers in it"),
            Self::TooMany => {
                write!(f, "the file has more than {MAX_COUNT} vouchers; send it in parts")
            }
            Self::NoCode => f.write_str("the first line must name a column code"),
            Self::NoCredit => {
                f.write_str("the first line must name a column credit or credit_minor")
            }
            Self::UnknownColumn => {
                let known = Column::ALL.map(Column::as_str).join(", ");
                write!(f, "no column is called so; known are {known}")
            }
            Self::ColumnTwice => f.write_str("the first line names this column twice"),
            Self::Cells(cells, columns) => {
                write!(f, "the line has {cells} cells, and the first line {columns}")
            }
            Self::Code => f.write_str("must be 3 to 64 letters A to Z, digits, '-', '_' and '.'"),
            Self::Taken => f.write_str("a voucher was issued with this code already"),
            Self::Twice(line) => write!(f, "line {line} has this code already"),
            Self::Credit => write!(f, "must be a whole number from 1 to {MAX_CREDIT_UNITS}"),
            Self::CreditsDiffer => f.write_str("is another amount than credit"),
            Self::Currency(own) => write!(f, "must be {own}, which this Sovereign has"),
            Self::MaxRedemptions => write!(f, "must be 0 (without limit) to {MAX_REDEMPTIONS}"),
            Self::CreditValidDays => write!(f, "must be 0 (for good) to {MAX_CREDIT_VALID_DAYS}"),
            Self::Description => {
                write!(
                    f,
                    "must have at most {MAX_DESCRIPTION_CHARS} characters, and none that control"
                )
            }
            Self::Campaign => f.write_str("must be the name or the identifier of a campaign"),
            Self::Active => f.write_str("must be true or false"),
            Self::Moment => {
                f.write_str("must be a moment that has passed, such as 2027-03-01T00:00:00+04:00")
            }
            Self::Tags => write!(
                f,
                "must be at most {MAX_TAGS} tags of up to {MAX_TAG_CHARS} characters, separated by semicolons"
            ),
        }
    }
}

/// What is wrong in which line and column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// From 1; 0 where it is about the file.
    pub line: u64,
    /// As the first line names it; empty where it is about the whole line.
    pub column: String,
    pub fault: RowFault,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, "{}: ", self.column)?;
        }
        self.fault.fmt(f)
    }
}
