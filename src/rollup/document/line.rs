//! Movements of money, one by one. They are in no document: there are too many.

use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;

/// The file of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesSummary {
    pub count: u64,
    /// Of the file's bytes, in hexadecimal.
    pub sha256: String,
}

/// A movement of money on a statement. Charges, and money that came back, are above zero; what went back is below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The processor's, of the movement.
    pub id: String,
    /// `charge`, `refund`, `refund_failed`, `dispute` or `dispute_won`.
    pub kind: String,
    pub charge_id: String,
    pub occurred_at: Timestamp,
    pub sovereign: String,
    pub organization: Option<String>,
    pub order_id: Option<String>,
    /// The next two are its parts.
    pub amount_minor: i64,
    pub publisher_minor: i64,
    pub franchisee_minor: i64,
    /// What Stripe took, and what of it the franchisee bears.
    pub fee_minor: i64,
    pub franchisee_fee_minor: i64,
    /// Its place in the file of agreements, from 0.
    pub agreement: usize,
    /// It is of a month that was closed when it came.
    pub late: bool,
    pub note: Option<String>,
}

/// A movement of money that no agreement is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnassignedLine {
    pub id: String,
    pub kind: String,
    pub charge_id: String,
    pub occurred_at: Timestamp,
    /// As the charge's metadata says.
    pub sovereign: Option<String>,
    pub organization: Option<String>,
    pub order_id: Option<String>,
    /// An ISO 4217 code, as the processor said it.
    pub currency: String,
    pub amount_minor: i64,
    pub fee_minor: i64,
    /// `no_metadata`, `unknown_sovereign` or `no_agreement`.
    pub reason: String,
}
