//! Refunds: money that goes back to a card.

use serde::Deserialize;
use uuid::Uuid;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe};
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::{Metadata, Tags};
use super::words::words;

words! {
    pub enum RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Failed = "failed",
        Canceled = "canceled",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Refund {
    pub id: String,
    pub amount: i64,
    /// In small letters.
    pub currency: String,
    pub status: Option<RefundStatus>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub charge: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub payment_intent: Option<String>,
    pub failure_reason: Option<String>,
    /// Seconds since 1970.
    pub created: i64,
    #[serde(default)]
    pub metadata: Tags,
}

impl Listed for Refund {
    fn id(&self) -> &str {
        &self.id
    }
}

/// What is refunded, by its identifier.
#[derive(Debug, Clone, Copy)]
pub enum RefundOf<'a> {
    PaymentIntent(&'a str),
    Charge(&'a str),
}

impl Form {
    fn refund_of(self, of: RefundOf<'_>) -> Self {
        match of {
            RefundOf::PaymentIntent(id) => self.text("payment_intent", id),
            RefundOf::Charge(id) => self.text("charge", id),
        }
    }
}

#[derive(Debug, Clone)]
pub struct CreateRefund<'a> {
    pub metadata: &'a Metadata,
    pub of: RefundOf<'a>,
    /// Our refund, and which try of it this is.
    pub reference: (Uuid, i16),
    /// At most what is left of the charge.
    pub amount_minor: i64,
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_refund(
        &self,
        refund: &CreateRefund<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<Refund> {
        let form = Form::new()
            .refund_of(refund.of)
            .number("amount", refund.amount_minor)
            .metadata(refund.metadata)
            .refund(refund.reference);
        self.post(&["refunds"], &form, key).await
    }

    /// # Errors
    /// [`super::StripeError`].
    pub async fn refund(&self, id: &str) -> StripeResult<Refund> {
        self.get(&["refunds", id], &Form::new()).await
    }

    /// Refunds of one payment, or of all, newest first.
    #[must_use]
    pub fn refunds(&self, created: Created, of: Option<RefundOf<'_>>) -> List<'_, Refund> {
        let query = Form::new().created(created);
        let query = match of {
            Some(of) => query.refund_of(of),
            None => query,
        };
        List::new(self, &["refunds"], query)
    }
}
