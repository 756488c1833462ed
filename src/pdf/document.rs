//! What an invoice or a credit note says, as plain data. Whoever fills it in has done the arithmetic;
//! nothing here adds up, converts or rounds.

use sovereign_domain::money::Currency;
use time::Date;

use crate::text::Language;

/// An invoice or a credit note. Amounts are in minor units of `currency`; dates are days of the
/// Sovereign's time zone. A credit note has its amounts positive: its title says that they are credited.
///
/// Text that is too long is cut, with an ellipsis, so that it cannot push the figures off the paper:
/// numbers and identifiers after 48 characters, lines of an address after 80, names, mail addresses and
/// domain names after 100, descriptions after 400, notes after 1,000. A character that the fonts lack,
/// such as an emoji or a Chinese one, is shown as a replacement character.
#[derive(Debug, Clone)]
pub struct Document {
    pub language: Language,
    pub kind: Kind,
    pub number: String,
    pub status: Status,
    pub issued_on: Date,
    pub period: Option<Period>,
    pub seller: Seller,
    pub customer: Customer,
    pub currency: Currency,
    pub lines: Vec<Line>,
    pub subtotal_minor: i64,
    pub tax: Option<Tax>,
    /// What rounding added or, below zero, took away. Shown where it is not zero.
    pub rounding_minor: i64,
    pub total_minor: i64,
    /// Paid by credit; of a credit note, given back as credit.
    pub credit_minor: i64,
    /// Paid by card; of a credit note, refunded to the card.
    pub card_minor: i64,
    /// Still to be paid. A credit note does not show it.
    pub due_minor: i64,
    /// Sentences below the totals, such as the terms of promotional credit. Money within an Arabic
    /// sentence keeps its order between U+2068 and U+2069 (first strong isolate).
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Invoice,
    /// Of the invoice with this number.
    CreditNote {
        of: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Open,
    PastDue,
    Paid,
    Refunded,
    PartlyRefunded,
    Void,
    /// What a credit note is.
    Issued,
}

/// The days a document is for, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    pub last: Date,
}

/// Who sells: the Sovereign.
#[derive(Debug, Clone)]
pub struct Seller {
    pub name: String,
    pub fqdn: String,
    /// Up to six lines are shown.
    pub address: Vec<String>,
    /// With it, a document that shows tax is titled as a tax document.
    pub tax_number: Option<String>,
}

/// Who buys: an Organization.
#[derive(Debug, Clone)]
pub struct Customer {
    pub name: String,
    pub email: Option<String>,
    /// The Organization's identifier.
    pub id: String,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub description: String,
    pub quantity: i64,
    pub amount_minor: i64,
}

#[derive(Debug, Clone)]
pub struct Tax {
    /// Its name where it is owed, such as VAT.
    pub label: String,
    /// 500 is 5 %.
    pub rate_basis_points: u32,
    /// Whether the subtotal has it in it already; else it is added to the subtotal.
    pub included: bool,
    pub amount_minor: i64,
}
