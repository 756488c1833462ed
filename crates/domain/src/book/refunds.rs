//! Money that goes back.

use alloc::string::String;

use crate::ids::{CustomerId, OrderId, OrganizationId, PaymentId, RefundId, UserId};
use crate::timestamp::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    /// The card's part is still to be sent, or Stripe has not said what became of it.
    Pending,
    Succeeded,
    Failed,
}

impl RefundStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Succeeded, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// What was given back of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub id: RefundId,
    pub order_id: OrderId,
    /// The payment that the card's part goes back from.
    pub payment_id: Option<PaymentId>,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub credit_minor: i64,
    pub card_minor: i64,
    /// What a card had paid and is given as credit, into a lot of its own.
    pub credited_minor: i64,
    /// The part of all three that is tax.
    pub tax_minor: i64,
    pub reason: String,
    pub requested_by: UserId,
    pub status: RefundStatus,
    /// Of the card's part, where Stripe had it before we did.
    pub stripe_refund_id: Option<String>,
    /// Whether the order's voucher may be redeemed again.
    pub voucher_freed: bool,
    /// Whether it amends an invoice. A payment that came too late has none.
    pub has_note: bool,
    pub created_at: Timestamp,
}

impl Refund {
    /// All that is given back; `i64::MAX` where that is more than fits.
    #[must_use]
    pub const fn total_minor(&self) -> i64 {
        self.credit_minor.saturating_add(self.card_minor).saturating_add(self.credited_minor)
    }
}
