//! What a person has to look at: money that did not go as it should.

use alloc::string::String;

use super::{Book, Context};
use crate::ids::{AlarmId, OrderId, OrganizationId};
use crate::timestamp::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// A payment came for an order that could not be completed any more.
    LatePayment,
    /// A card was charged another amount, or in another currency, than the order asked for.
    AmountMismatch,
    /// Stripe could not send a refund.
    RefundFailed,
    /// A customer's bank took a payment back.
    Dispute,
    /// A month could not be billed.
    Renewal,
    /// Stripe's list and ours differ, and it is not safe to mend that unasked.
    Reconcile,
    /// Events do not arrive where they are sent.
    EventEndpoint,
    /// A private Blueprint's signature does not hold any more.
    Blueprint,
    /// Stripe has news of a payment of an Organization that has moved to another Sovereign.
    MovedAway,
}

impl AlarmKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LatePayment => "late_payment",
            Self::AmountMismatch => "amount_mismatch",
            Self::RefundFailed => "refund_failed",
            Self::Dispute => "dispute",
            Self::Renewal => "renewal",
            Self::Reconcile => "reconcile",
            Self::EventEndpoint => "event_endpoint",
            Self::Blueprint => "blueprint",
            Self::MovedAway => "moved_away",
        }
    }
}

/// An alarm stays open until somebody resolves it; another of the same kind and subject adds to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub id: AlarmId,
    pub kind: AlarmKind,
    /// What it is about, such as Stripe's identifier of a payment intent.
    pub subject: String,
    pub detail: String,
    pub tenant_id: Option<OrganizationId>,
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
}

impl Book {
    pub(super) fn raise(
        &mut self,
        kind: AlarmKind,
        subject: &str,
        detail: String,
        (tenant_id, order_id): (&OrganizationId, Option<OrderId>),
        context: &mut Context<'_>,
    ) {
        self.changes.alarms.push(Alarm {
            id: AlarmId::next(context.ids),
            kind,
            subject: subject.into(),
            detail,
            tenant_id: Some(tenant_id.clone()),
            order_id,
            created_at: context.now,
        });
    }
}
