//! The rows that only the engine writes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::catalog::{LineKind, OrderLine};
use crate::ids::{
    CampaignId, CustomerId, EntryId, HoldId, LotId, OrderId, OrganizationId, PaymentId,
    RedemptionId, UserId,
};
use crate::subscription::Period;
use crate::tax::TaxRules;
use crate::timestamp::Timestamp;
use crate::voucher::Code;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    /// Waits for a card payment; its credit is held.
    Pending,
    /// A renewal whose payment failed, between two attempts; nothing is held for it.
    Due,
    Completed,
    /// The Checkout Session ran out.
    Expired,
    /// The payment failed for good, or the session could not be made.
    Failed,
    /// The customer gave it up.
    Cancelled,
    /// A newer checkout of the same Organization took its place.
    Superseded,
}

impl OrderStatus {
    const ALL: [Self; 7] = [
        Self::Pending,
        Self::Due,
        Self::Completed,
        Self::Expired,
        Self::Failed,
        Self::Cancelled,
        Self::Superseded,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Due => "due",
            Self::Completed => "completed",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// What an order is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderKind {
    /// The first month of a subscription.
    Checkout,
    /// A further month of it.
    Renewal,
    /// The rest of a month with another plan, or with other add-ons.
    Change,
}

impl OrderKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Renewal => "renewal",
            Self::Change => "change",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Checkout, Self::Renewal, Self::Change].into_iter().find(|kind| kind.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub kind: OrderKind,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub user_id: UserId,
    pub plan_id: String,
    pub apps: Vec<String>,
    pub addons: Vec<String>,
    pub lines: Vec<OrderLine>,
    /// The rules of the day it was made, and the part of the total that is tax.
    pub tax: TaxRules,
    pub tax_minor: i64,
    /// `total = credit + charge + rounding`
    pub total_minor: i64,
    pub credit_minor: i64,
    pub charge_minor: i64,
    pub rounding_minor: i64,
    pub status: OrderStatus,
    pub code: Option<Code>,
    pub session_id: Option<String>,
    /// Of a payment that was asked for without the customer.
    pub intent_id: Option<String>,
    /// Which request for payment this is, from 1.
    pub attempt: i16,
    /// The time it pays for, where that is settled before it is paid.
    pub period: Option<Period>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Order {
    /// What it pays for a month of. What was used is no part of it.
    #[must_use]
    pub fn month_lines(&self) -> Vec<OrderLine> {
        let monthly =
            |line: &&OrderLine| line.month_minor.is_none() && line.kind != LineKind::Usage;
        self.lines.iter().filter(monthly).cloned().collect()
    }

    /// The sum of its lines: the total before tax that was added.
    #[must_use]
    pub const fn price_minor(&self) -> i64 {
        if self.tax.included {
            self.total_minor
        } else {
            self.total_minor.saturating_sub(self.tax_minor)
        }
    }
}

/// What became of a card payment that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentPurpose {
    Order,
    /// It came when its order could not be completed any more, and goes back.
    Returned,
}

impl PaymentPurpose {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Returned => "returned",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Order, Self::Returned].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// A card payment that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPayment {
    pub id: PaymentId,
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    /// Stripe's payment intent, and the charge it came to.
    pub intent_id: String,
    pub charge_id: String,
    pub amount_minor: i64,
    pub purpose: PaymentPurpose,
    pub created_at: Timestamp,
    /// The Sovereign in whose account at Stripe it is; `None` where that is this one's.
    pub foreign_fqdn: Option<String>,
}

/// A card that further payments may be asked from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCard {
    pub payment_method_id: String,
    pub brand: String,
    pub last4: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    Open,
    Posted,
    Voided,
}

impl HoldState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Posted => "posted",
            Self::Voided => "voided",
        }
    }
}

/// Credit of one lot set aside for one pending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub id: HoldId,
    pub order_id: OrderId,
    pub customer_id: CustomerId,
    pub lot_id: LotId,
    /// Held: for the lot of a reserved voucher all of it, so that a release finds it whole.
    pub amount_minor: i64,
    /// Drawn when the order completes; at most the amount.
    pub post_minor: i64,
    pub state: HoldState,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedemptionState {
    /// Its order waits for a payment; the cap slot is taken.
    Reserved,
    Redeemed,
    /// The order died unpaid; the slot is free again and the customer may redeem again.
    Released,
}

impl RedemptionState {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Redeemed => "redeemed",
            Self::Released => "released",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Reserved, Self::Redeemed, Self::Released]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    pub id: RedemptionId,
    pub code: Code,
    pub customer_id: CustomerId,
    pub tenant_id: OrganizationId,
    pub user_id: UserId,
    pub order_id: Option<OrderId>,
    pub lot_id: LotId,
    /// The one it counts in.
    pub campaign_id: Option<CampaignId>,
    pub credit_minor: i64,
    pub state: RedemptionState,
    /// Which redemption of the voucher this was, and the cap of that moment: proof that nothing was
    /// accepted at or above it.
    pub ordinal: i64,
    pub cap: i64,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// Why a line stands in the credit ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Grant,
    /// Credit that paid at once.
    Draw,
    /// Credit that a refund gave back.
    Refund,
    /// Credit that was held and paid when the card did.
    Post,
    Expiry,
    /// A reserved grant taken back with its order.
    Release,
    ClawBack,
    /// Taken back for a dispute, and given back when it was won.
    Reversal,
    /// What was owed, taken from a later grant.
    Settlement,
    /// Left with its Organization for another Sovereign.
    Moved,
}

impl EntryKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Draw => "draw",
            Self::Refund => "refund",
            Self::Post => "post",
            Self::Expiry => "expiry",
            Self::Release => "release",
            Self::ClawBack => "claw_back",
            Self::Reversal => "reversal",
            Self::Settlement => "settlement",
            Self::Moved => "moved",
        }
    }
}

impl EntryKind {
    /// What a line of this kind spends of its lot, or (below zero) brings back of what was spent: draws and
    /// settled debts, and what undoes them. `None` where it does neither. Grants, expiry and what is taken
    /// back are no spending.
    #[must_use]
    pub const fn spent_minor(self, amount_minor: i64, owed_minor: i64) -> Option<i64> {
        match self {
            Self::Draw | Self::Post | Self::Refund | Self::Settlement => {
                Some(amount_minor.saturating_neg())
            }
            Self::Release => Some(owed_minor.saturating_neg()),
            Self::Grant | Self::Expiry | Self::ClawBack | Self::Reversal | Self::Moved => None,
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Grant,
            Self::Draw,
            Self::Refund,
            Self::Post,
            Self::Expiry,
            Self::Release,
            Self::ClawBack,
            Self::Reversal,
            Self::Settlement,
            Self::Moved,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// One line of the ledger; it is never changed. A movement over several lots is several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    pub id: EntryId,
    pub customer_id: CustomerId,
    /// `None` only for what is owed alone: with no credit left to take, or owed no more.
    pub lot_id: Option<LotId>,
    pub kind: EntryKind,
    /// Positive adds credit, negative takes it.
    pub amount_minor: i64,
    /// What this line adds to (or settles of) the amount owed.
    pub owed_minor: i64,
    pub reason: String,
    pub order_id: Option<OrderId>,
    pub created_at: Timestamp,
}
