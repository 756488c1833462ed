//! What happened in a month, as a statement says it.

use serde::{Deserialize, Serialize};
use sovereign_domain::split::Sums;

/// [`Sums`], as they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumsDocument {
    pub charged_minor: i64,
    pub publisher_of_charged_minor: i64,
    pub refunded_minor: i64,
    pub publisher_of_refunded_minor: i64,
    pub disputed_minor: i64,
    pub publisher_of_disputed_minor: i64,
    pub credit_spent_minor: i64,
    pub publisher_of_credit_minor: i64,
    pub fees_minor: i64,
    pub franchisee_of_fees_minor: i64,
}

impl From<Sums> for SumsDocument {
    fn from(sums: Sums) -> Self {
        Self {
            charged_minor: sums.charged_minor,
            publisher_of_charged_minor: sums.publisher_of_charged_minor,
            refunded_minor: sums.refunded_minor,
            publisher_of_refunded_minor: sums.publisher_of_refunded_minor,
            disputed_minor: sums.disputed_minor,
            publisher_of_disputed_minor: sums.publisher_of_disputed_minor,
            credit_spent_minor: sums.credit_spent_minor,
            publisher_of_credit_minor: sums.publisher_of_credit_minor,
            fees_minor: sums.fees_minor,
            franchisee_of_fees_minor: sums.franchisee_of_fees_minor,
        }
    }
}

impl From<SumsDocument> for Sums {
    fn from(sums: SumsDocument) -> Self {
        Self {
            charged_minor: sums.charged_minor,
            publisher_of_charged_minor: sums.publisher_of_charged_minor,
            refunded_minor: sums.refunded_minor,
            publisher_of_refunded_minor: sums.publisher_of_refunded_minor,
            disputed_minor: sums.disputed_minor,
            publisher_of_disputed_minor: sums.publisher_of_disputed_minor,
            credit_spent_minor: sums.credit_spent_minor,
            publisher_of_credit_minor: sums.publisher_of_credit_minor,
            fees_minor: sums.fees_minor,
            franchisee_of_fees_minor: sums.franchisee_of_fees_minor,
        }
    }
}

/// How many movements of each kind there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub charges: i64,
    pub refunds: i64,
    pub refunds_failed: i64,
    pub disputes: i64,
    pub disputes_won: i64,
}
