//! Letters that a decision calls for. They are filed with what made them true, and a job sends them.

use super::{Book, Context};
use crate::ids::{LetterId, OrderId, OrganizationId};
use crate::timestamp::Timestamp;

/// What a letter tells an Organization's owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// An order is paid; its invoice has, or will have, a number.
    Receipt,
    /// A month is due and no card can be asked for it: here is where it can be paid.
    PaymentDue,
    /// The card's bank wants its holder to be there: here is where it can be paid.
    ConfirmPayment,
    /// The card was declined: here is where it can be paid with another one.
    PaymentFailed,
    /// A month was not paid in time, and the subscription is suspended until it is.
    Suspended,
    /// The credit will not cover the next month, and there is no card.
    CreditLow,
    /// Some of the credit will expire before it can be spent.
    CreditExpires,
    /// Usage comes near what the Organization lets itself spend.
    UsageNear,
    /// Usage was refused, because it would cost more than that.
    UsageLimit,
    /// The Organization will be deleted, unless somebody takes that back.
    DeletionBegun,
    /// It will be deleted in a few days.
    DeletionSoon,
    /// It will not be deleted after all.
    DeletionUndone,
    /// It has never paid for anything, and its address will be free for others tomorrow.
    AddressFreed,
    /// What it asked for beyond the policy was approved.
    ApprovalGiven,
    /// It was refused.
    ApprovalRefused,
    /// It was approved, and is not any more.
    ApprovalRevoked,
}

impl LetterKind {
    const ALL: [Self; 16] = [
        Self::Receipt,
        Self::PaymentDue,
        Self::ConfirmPayment,
        Self::PaymentFailed,
        Self::Suspended,
        Self::CreditLow,
        Self::CreditExpires,
        Self::UsageNear,
        Self::UsageLimit,
        Self::DeletionBegun,
        Self::DeletionSoon,
        Self::DeletionUndone,
        Self::AddressFreed,
        Self::ApprovalGiven,
        Self::ApprovalRefused,
        Self::ApprovalRevoked,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::PaymentDue => "payment_due",
            Self::ConfirmPayment => "confirm_payment",
            Self::PaymentFailed => "payment_failed",
            Self::Suspended => "suspended",
            Self::CreditLow => "credit_low",
            Self::CreditExpires => "credit_expires",
            Self::UsageNear => "usage_near",
            Self::UsageLimit => "usage_limit",
            Self::DeletionBegun => "deletion_begun",
            Self::DeletionSoon => "deletion_soon",
            Self::DeletionUndone => "deletion_undone",
            Self::AddressFreed => "address_freed",
            Self::ApprovalGiven => "approval_given",
            Self::ApprovalRefused => "approval_refused",
            Self::ApprovalRevoked => "approval_revoked",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A letter to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: LetterId,
    pub kind: LetterKind,
    pub tenant_id: OrganizationId,
    /// The order it is about.
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
}

impl Book {
    pub(super) fn post(
        &mut self,
        kind: LetterKind,
        tenant_id: &OrganizationId,
        order_id: Option<OrderId>,
        context: &mut Context<'_>,
    ) {
        self.changes.letters.push(Letter {
            id: LetterId::next(context.ids),
            kind,
            tenant_id: tenant_id.clone(),
            order_id,
            created_at: context.now,
        });
    }
}
