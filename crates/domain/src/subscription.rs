//! Subscriptions: what an Organization has ordered, period after period.

use serde::Serialize;

use crate::ids::{CustomerId, InvoiceId, OrderId, OrganizationId, SubscriptionId};
use crate::timestamp::Timestamp;

/// What a subscription is doing. All but `Canceled` are live; an Organization has one live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    Active,
    PastDue,
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
}

/// A billing period: from its first moment to the first moment of the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Period {
    /// The first month, from the moment of the order.
    #[must_use]
    pub fn first(start: Timestamp) -> Self {
        Self { start, end: start.plus_months(1, start.day_of_month()) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub order_id: OrderId,
    pub plan_id: alloc::string::String,
    pub status: SubscriptionStatus,
    pub period: Period,
    /// The day of the month its periods start on, where the month has it.
    pub anchor_day: u8,
    pub created_at: Timestamp,
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
    pub period: Period,
    pub created_at: Timestamp,
}
