//! Subscriptions: what an Organization has ordered, period after period.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::calendar::{TimeZone, next_anniversary};
use crate::catalog::OrderLine;
use crate::ids::{CustomerId, InvoiceId, OrderId, OrganizationId, SubscriptionId};
use crate::timestamp::Timestamp;

/// What a subscription is doing. All but `Canceled` are live; an Organization has one live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    Active,
    /// A renewal is not paid, and will be asked for again.
    PastDue,
    /// A renewal was not paid in time. Paying it makes the subscription active again.
    Suspended,
    Canceled,
}

impl SubscriptionStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Suspended => "suspended",
            Self::Canceled => "canceled",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::PastDue, Self::Suspended, Self::Canceled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A billing period: from its first moment to the first moment of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Period {
    /// The month that begins at `start`, of a subscription whose first month began at `anchor`.
    #[must_use]
    pub fn month(anchor: Timestamp, start: Timestamp, zone: &TimeZone) -> Self {
        Self { start, end: next_anniversary(anchor, start, zone) }
    }
}

/// What became of a subscription within its period, beside what [`Subscription::paid_order`] has paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodChanges {
    /// What it holds now, a month of each, at the prices that were paid.
    pub items: Vec<OrderLine>,
    /// The orders that paid for more, oldest first.
    pub orders: Vec<OrderId>,
    /// What is less than a card can be charged, and is paid with the next order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<OrderLine>,
}

impl Subscription {
    /// Sets its price to what a month of these costs.
    pub(crate) fn price_as(&mut self, items: &[OrderLine]) {
        self.price_minor = items.iter().map(|item| item.amount_minor).fold(0, i64::saturating_add);
    }

    /// What is to be paid with its next order, beside what that is for.
    #[must_use]
    pub fn carried(&self) -> &[OrderLine] {
        self.changes.as_ref().map_or(&[], |changes| &changes.carried)
    }
}

/// A subscription that this Sovereign bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    /// The order that began it; `None` where an earlier service's cannot be told.
    pub order_id: Option<OrderId>,
    /// The order that paid for the current period; `None` where none of ours or of that service's did.
    pub paid_order: Option<OrderId>,
    /// What was changed since.
    pub changes: Option<PeriodChanges>,
    pub plan_id: String,
    pub status: SubscriptionStatus,
    pub period: Period,
    /// When its first month began: every other is reckoned from here.
    pub anchor_at: Timestamp,
    /// What a month of it costs, before tax that is added. The sum of its items.
    pub price_minor: i64,
    /// It is not renewed any more.
    pub cancel_at_period_end: bool,
    /// The renewal that is not paid yet.
    pub due_order: Option<OrderId>,
    /// How often its payment failed.
    pub failed_attempts: i16,
    pub next_attempt_at: Option<Timestamp>,
    /// The end of the period for which the customer was told that the credit will not cover the next.
    pub warned_for: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What became of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Waits for its payment.
    Open,
    Paid,
    /// It will not be paid, and need not be.
    Void,
}

impl InvoiceStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }
}

/// The bill for one period of a subscription. Numbered later, without gaps, by a job of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub id: InvoiceId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub order_id: OrderId,
    pub amount_minor: i64,
    pub credit_minor: i64,
    pub status: InvoiceStatus,
    pub period: Period,
    pub created_at: Timestamp,
}
