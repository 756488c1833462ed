//! What the engine can be asked, and what it answers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::disputes::DisputeState;
use super::quote::CheckoutQuote;
use super::refunds::RefundStatus;
use super::replies::Idempotency;
use super::rows::{OrderStatus, SavedCard};
use super::unpaid::AttemptFailure;
use super::usage::UsageVerdict;
use crate::catalog::{OrderLine, SelectionError};
use crate::checkout::SplitError;
use crate::event::Actor;
use crate::ids::{OrderId, OrganizationId, RefundId};
use crate::policy::PolicyRefusal;
use crate::refund::{DivideError, Wish};
use crate::timestamp::Timestamp;
use crate::usage::UsageEvent;
use crate::voucher::{Code, VoucherRefusal};
use crate::wallet::WalletError;

/// Every action that moves money or a cap.
#[derive(Debug, Clone)]
pub enum Command {
    Checkout(Checkout),
    RedeemVoucher(RedeemVoucher),
    /// A card payment for an order arrived.
    CompleteOrder(CompleteOrder),
    /// A pending order will not be paid; `status` says why.
    CloseOrder {
        order_id: OrderId,
        status: OrderStatus,
        actor: Actor,
    },
    /// The Checkout Session of a pending order was made; its answer can now be stored.
    AttachSession {
        order_id: OrderId,
        session_id: String,
        session_url: String,
    },
    Adjust(Adjust),
    /// Write off what expired in one wallet.
    Expire {
        tenant_id: OrganizationId,
    },
    /// Bill the next month, where it has begun.
    Renew {
        tenant_id: OrganizationId,
    },
    /// Ask again for the payment of a renewal that is due.
    RetryDue {
        order_id: OrderId,
        how: Retry,
        actor: Actor,
    },
    FailAttempt(FailedAttempt),
    /// A saved card was asked for a renewal, and Stripe takes its time.
    AttachIntent {
        order_id: OrderId,
        attempt: i16,
        intent_id: String,
    },
    Cancel(Cancel),
    /// A subscription that was to end with its period goes on.
    Resume {
        tenant_id: OrganizationId,
        actor: Actor,
    },
    ChangeSubscription(ChangeSubscription),
    /// End the subscription of an Organization that was deleted.
    EndOrganization {
        tenant_id: OrganizationId,
        actor: Actor,
    },
    /// Tell a customer without a card that the credit will not cover the next month.
    WarnOfLowCredit {
        tenant_id: OrganizationId,
    },
    /// An administrator gives back what an order was paid with.
    RefundOrder(RefundOrder),
    /// A card was refunded at Stripe, by somebody who did not ask us.
    BookRefund(BookRefund),
    /// A customer's bank takes a payment back, or has given that up.
    ReportDispute(ReportDispute),
    /// A service reports what was used.
    RecordUsage(RecordUsage),
    /// An Organization that was frozen is with another Sovereign from now on.
    MoveAway(MoveAway),
}

/// Who asks for the payment of a renewal again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Its day has come.
    Schedule,
    /// The customer is there, and pays at Stripe what credit does not.
    Customer,
    /// There is more credit than before; it pays all or nothing.
    Credit,
}

/// An attempt at a renewal's payment that came to nothing.
#[derive(Debug, Clone)]
pub struct FailedAttempt {
    pub order_id: OrderId,
    /// Which attempt it was; one that is over already changes nothing.
    pub attempt: i16,
    pub reason: AttemptFailure,
    pub actor: Actor,
}

#[derive(Debug, Clone)]
pub struct Cancel {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    pub at: CancelAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelAt {
    Now,
    /// At once where the period is not paid.
    PeriodEnd,
}

/// Another plan, other add-ons or apps, from now on; what is not named stays. Identifiers or slugs.
#[derive(Debug, Clone)]
pub struct ChangeSubscription {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    pub plan: Option<String>,
    pub addons: Option<Vec<String>>,
    pub apps: Option<Vec<String>>,
    /// One app that comes or goes, of what there is by then; in place of `apps`.
    pub app: Option<AppChange>,
    /// The moment for which the customer was shown what it comes to; `None` = now.
    pub at: Option<Timestamp>,
    /// What it comes to as the customer saw it.
    pub total_minor: Option<i64>,
    /// Only say what it would come to.
    pub preview: bool,
    pub idempotency: Idempotency,
}

/// One app that comes or goes. Identifiers or slugs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppChange {
    Install {
        app: String,
        /// The shareable services that it is to have for itself.
        dedicated: Vec<String>,
    },
    Uninstall {
        app: String,
    },
}

#[derive(Debug, Clone)]
pub struct RefundOrder {
    pub actor: Actor,
    pub order_id: OrderId,
    pub wish: Wish,
    pub reason: String,
    /// Whether the voucher that the order was placed with may be redeemed again.
    pub free_voucher: bool,
    pub idempotency: Idempotency,
}

/// A refund as Stripe reports it, that we have not asked for.
#[derive(Debug, Clone)]
pub struct BookRefund {
    pub order_id: OrderId,
    pub intent_id: String,
    pub stripe_refund_id: String,
    pub amount_minor: i64,
    pub status: RefundStatus,
    pub reason: String,
    pub actor: Actor,
}

/// A dispute as Stripe reports it now.
#[derive(Debug, Clone)]
pub struct ReportDispute {
    pub order_id: OrderId,
    pub intent_id: String,
    pub stripe_dispute_id: String,
    pub amount_minor: i64,
    pub state: DisputeState,
    pub actor: Actor,
}

/// What was used, each report for itself.
#[derive(Debug, Clone)]
pub struct RecordUsage {
    pub actor: Actor,
    pub events: Vec<UsageEvent>,
}

/// An Organization that another Sovereign has received.
#[derive(Debug, Clone)]
pub struct MoveAway {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    pub move_id: Uuid,
    /// The other Sovereign.
    pub to: String,
    /// What it has received, which must be what there is.
    pub balance_minor: i64,
    pub owed_minor: i64,
    /// What it signed, and what is signed for it.
    pub receipt: String,
    pub release: String,
    /// As the release says.
    pub at: Timestamp,
}

/// A card payment as Stripe reports it.
#[derive(Debug, Clone)]
pub struct CompleteOrder {
    pub order_id: OrderId,
    pub intent_id: String,
    pub charge_id: String,
    pub amount_minor: i64,
    /// The card, where it may be asked again.
    pub card: Option<SavedCard>,
    pub actor: Actor,
}

#[derive(Debug, Clone)]
pub struct Checkout {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    /// Identifier or slug, as are the add-ons and apps.
    pub plan: String,
    pub addons: Vec<String>,
    pub apps: Vec<String>,
    pub code: Option<Code>,
    /// The voucher's value as the customer saw it.
    pub promo_value_minor: Option<i64>,
    /// Only say what it would come to.
    pub preview: bool,
    pub idempotency: Idempotency,
}

/// Redeems a further voucher straight into the wallet.
#[derive(Debug, Clone)]
pub struct RedeemVoucher {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    pub code: Code,
    pub promo_value_minor: Option<i64>,
    pub idempotency: Idempotency,
}

/// An administrator grants credit (positive) or takes it back (negative).
#[derive(Debug, Clone)]
pub struct Adjust {
    pub actor: Actor,
    pub tenant_id: OrganizationId,
    pub amount_minor: i64,
    pub promotional: bool,
    /// Days until the granted credit ends; `None` = never.
    pub valid_days: Option<i64>,
    pub reason: String,
}

/// The body of a checkout's answer. `paid_by_credit` is absent where a card is to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_url: Option<String>,
    pub order_id: OrderId,
    #[serde(skip_serializing_if = "core::ops::Not::not", default)]
    pub paid_by_credit: bool,
    /// Available after this order's draw or hold, in whole units.
    pub credit_balance: i64,
    pub credit_balance_minor: i64,
    pub currency: String,
}

/// The body of the answer to a voucher redeemed into the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedeemAnswer {
    pub code: String,
    pub credit_omr: i64,
    pub credit_minor: i64,
    pub credit_balance: i64,
    pub credit_balance_minor: i64,
    pub currency: String,
}

/// What an administrator's refund came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAnswer {
    pub refund_id: RefundId,
    pub order_id: OrderId,
    pub credit_minor: i64,
    pub card_minor: i64,
    pub tax_minor: i64,
}

/// What a change would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangePreview {
    /// For which moment this is so. Sent back with the change, it is the price for an hour.
    pub at: Timestamp,
    pub period_end: Timestamp,
    /// What comes at its part of the price, then what goes, below zero; before tax that is added.
    pub lines: Vec<OrderLine>,
    pub tax_minor: i64,
    /// To pay now; below zero where something is not used.
    pub total_minor: i64,
    /// `total = credit + charge + rounding`, where it is above zero.
    pub credit_minor: i64,
    pub charge_minor: i64,
    pub rounding_minor: i64,
    /// What comes back as credit.
    pub credited_minor: i64,
    /// What is less than a card can be charged, and is paid with the next order.
    pub carried_minor: i64,
    /// What each further month costs, at the prices of today.
    pub month_minor: i64,
    pub month_tax_minor: i64,
    pub currency: String,
}

/// The body of the answer to a change that nothing is left to pay for. `order_id` is absent where it cost
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAnswer {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub order_id: Option<OrderId>,
    /// What came back as credit.
    pub credited_minor: i64,
    pub credit_balance: i64,
    pub credit_balance_minor: i64,
    pub currency: String,
}

/// A body as it is sent and stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    // Before `Checkout`, whose members it has too.
    Change(ChangeAnswer),
    Checkout(CheckoutAnswer),
    Redeem(RedeemAnswer),
    Refund(RefundAnswer),
}

/// What became of a command that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The request has its answer; `replayed` where it is that of an earlier, equal request.
    Answered { answer: Answer, replayed: bool },
    /// The order's credit is held; a card is to pay this much.
    Pending { order_id: OrderId, charge_minor: i64 },
    /// The Organization's own pending order is in the way: end its session, close it, ask again.
    Supersede { order_id: OrderId },
    /// The payment came too late for its order; a refund of it is to be sent.
    Returned { order_id: OrderId },
    /// A month was billed: paid from credit, or due because no card can be asked.
    Billed { order_id: OrderId },
    /// What a change would come to; nothing changed.
    Previewed(Box<ChangePreview>),
    /// What a checkout would come to; nothing changed.
    Quoted(Box<CheckoutQuote>),
    /// What became of each report, in their order.
    UsageRecorded(Vec<UsageVerdict>),
    /// Done, or done before.
    Done,
}

/// Why a command changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such Organization, or the caller is not in it: one answer for both.
    NotAMember,
    /// The caller's role in the Organization may not spend.
    RoleMayNotSpend,
    OrganizationSuspended,
    /// It is on its way to another Sovereign, or there.
    OrganizationMoving,
    /// It is not on its way, or its wallet is not what was exported.
    MoveOutdated,
    Selection(SelectionError),
    /// The Sovereign's policy does not let it be.
    Policy(PolicyRefusal),
    Voucher(VoucherRefusal),
    /// The voucher is worth something else by now.
    VoucherChanged {
        credit_minor: i64,
    },
    AlreadySubscribed,
    /// There is no subscription that this Sovereign bills.
    NotSubscribed,
    /// The subscription's month is not paid; until it is, nothing is changed.
    PaymentDue,
    /// What is asked for is what the subscription holds.
    NothingToChange,
    /// The moment that a change was shown for is in the future, too long ago, or in another period.
    ChangeMoment,
    /// The change comes to something else by now.
    ChangeTotal {
        total_minor: i64,
    },
    /// The same Idempotency-Key came with another body.
    KeyReused,
    /// A card is needed and no processor is configured.
    NoProcessor,
    /// The total is less than a card can be charged.
    BelowMinimum,
    UnknownOrder,
    /// The state an order was to be closed with is no end of an unpaid order.
    NotAnEnd(OrderStatus),
    /// The order ended already, in the named state.
    OrderClosed(OrderStatus),
    /// The card was charged another amount than the order asked for.
    AmountMismatch {
        expected_minor: i64,
    },
    Refund(RefundRefusal),
    Wallet(WalletError),
}

/// Why nothing is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundRefusal {
    /// Only a completed order was paid.
    NotCompleted(OrderStatus),
    Divide(DivideError),
    /// The order was not placed with a voucher, or it may be redeemed again already.
    NoVoucher,
    /// Another order holds credit of the voucher.
    VoucherCreditHeld,
    /// The order has no such card payment.
    NoPayment,
    /// The card was charged by another Sovereign: only that one can refund it.
    PaidElsewhere {
        fqdn: String,
    },
}

impl From<DivideError> for Refusal {
    fn from(error: DivideError) -> Self {
        Self::Refund(RefundRefusal::Divide(error))
    }
}

impl From<RefundRefusal> for Refusal {
    fn from(refusal: RefundRefusal) -> Self {
        Self::Refund(refusal)
    }
}

impl From<WalletError> for Refusal {
    fn from(error: WalletError) -> Self {
        Self::Wallet(error)
    }
}

impl From<SplitError> for Refusal {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::NoProcessor => Self::NoProcessor,
            SplitError::BelowMinimum => Self::BelowMinimum,
        }
    }
}

impl From<VoucherRefusal> for Refusal {
    fn from(refusal: VoucherRefusal) -> Self {
        Self::Voucher(refusal)
    }
}
