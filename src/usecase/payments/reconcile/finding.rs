//! What a comparison finds.

use uuid::Uuid;

use crate::storage::reconcile::OrderRow;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A card was charged for an order of ours, and nothing here knows of it.
    PaidNotHere,
    /// A payment is written here that Stripe does not have, or that failed there.
    PaidNotThere,
    /// The amount or the currency is another one there than here.
    AmountDiffers,
    /// One order was paid twice.
    DuplicatePayment,
    /// A charge has our name and names no order that is here.
    OrphanCharge,
    /// A charge of one of our customers has nobody's name.
    UnnamedCharge,
    /// A session that can still be paid has our name and names no order that is here.
    OrphanSession,
    /// An order waits here whose session has ended there.
    SessionEnded,
    /// An order waits here whose session Stripe does not have.
    SessionGone,
    RefundNotHere,
    RefundNotThere,
    /// A refund has failed there and succeeded here, or the other way round.
    RefundStateDiffers,
    DisputeNotHere,
    DisputeNotThere,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PaidNotHere => "paid_not_here",
            Self::PaidNotThere => "paid_not_there",
            Self::AmountDiffers => "amount_differs",
            Self::DuplicatePayment => "duplicate_payment",
            Self::OrphanCharge => "orphan_charge",
            Self::UnnamedCharge => "unnamed_charge",
            Self::OrphanSession => "orphan_session",
            Self::SessionEnded => "session_ended",
            Self::SessionGone => "session_gone",
            Self::RefundNotHere => "refund_not_here",
            Self::RefundNotThere => "refund_not_there",
            Self::RefundStateDiffers => "refund_state_differs",
            Self::DisputeNotHere => "dispute_not_here",
            Self::DisputeNotThere => "dispute_not_there",
        }
    }
}

/// What is safe to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Repair {
    /// Nothing, unasked.
    None,
    /// Ask Stripe what became of this payment, as its event would have.
    Pay { intent_id: String, charge_id: String },
    /// Ask Stripe what became of the order's session.
    Settle,
    /// Close the order: nobody can pay it any more.
    GiveUp,
    /// Take down what Stripe has sent back of this payment, as its event would have.
    Refunds { intent_id: String },
    /// Take the dispute down, likewise.
    Dispute { intent_id: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    /// Stripe's identifier; ours of what Stripe has no name for.
    pub(crate) subject: String,
    /// For people.
    pub(crate) detail: String,
    pub(crate) order_id: Option<Uuid>,
    pub(crate) tenant_id: Option<String>,
    pub(super) repair: Repair,
}

impl Finding {
    pub(super) fn new(kind: Kind, subject: &str, detail: String) -> Self {
        let subject = subject.to_owned();
        Self { kind, subject, detail, order_id: None, tenant_id: None, repair: Repair::None }
    }

    pub(super) fn of(mut self, order_id: Uuid, tenant_id: &str) -> Self {
        self.order_id = Some(order_id);
        self.tenant_id = Some(tenant_id.to_owned());
        self
    }

    pub(super) fn of_order(self, order: &OrderRow) -> Self {
        self.of(order.id, &order.tenant_id)
    }

    pub(super) fn mended_by(mut self, repair: Repair) -> Self {
        self.repair = repair;
        self
    }
}
