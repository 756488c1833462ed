//! The steps a sequence is made of.

use sovereign_domain::book::{AttemptFailure, CancelAt, DisputeState, OrderStatus, Retry};
use sovereign_domain::refund::Wish;

/// One thing that happens. Indexes are those of the [`World`](super::World); one past its end names
/// something that does not exist. `nth` orders are counted back from the newest, which is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    AdvanceClock {
        seconds: i64,
    },
    Checkout(CheckoutStep),
    /// Asks what a checkout would come to.
    Quote(CheckoutStep),
    Redeem(RedeemStep),
    /// Sends the last checkout or redemption again, exactly as it was.
    Retry,
    /// Closes the order that the last checkout found in its way, as the program does before it
    /// asks again. Does nothing where no order is in the way.
    Supersede,
    Complete {
        nth: u8,
    },
    Close {
        nth: u8,
        status: OrderStatus,
    },
    AttachSession {
        nth: u8,
    },
    Adjust {
        organization: u8,
        amount_minor: i64,
        valid_days: Option<i64>,
    },
    Expire {
        organization: u8,
    },
    /// An administrator edits the voucher's row. Not a command of the engine, like the ones below.
    Refund(RefundStep),
    /// The card of an order is refunded at Stripe's dashboard: its refund of that number.
    BookRefund {
        nth: u8,
        number: u8,
        amount_minor: i64,
    },
    /// What Stripe says of an order's dispute of that number.
    Dispute {
        nth: u8,
        number: u8,
        amount_minor: i64,
        state: DisputeState,
    },
    /// An administrator edits the voucher's row. Not a command of the engine, like the five below.
    EditVoucher {
        voucher: u8,
        credit_minor: i64,
        active: bool,
        cap: i64,
    },
    RevokeVoucher {
        voucher: u8,
    },
    ResurrectVoucher {
        voucher: u8,
    },
    /// The voucher joins a campaign; one past the last of them is none.
    MoveVoucher {
        voucher: u8,
        campaign: u8,
    },
    EditCampaign {
        campaign: u8,
        active: bool,
        budget_minor: i64,
        /// From now on, in seconds; it may be over before.
        window: Option<(i64, i64)>,
        per_customer: i64,
    },
    Renew {
        organization: u8,
    },
    RetryDue {
        nth: u8,
        how: Retry,
    },
    FailAttempt {
        nth: u8,
        reason: AttemptFailure,
    },
    Cancel {
        user: u8,
        organization: u8,
        at: CancelAt,
    },
    Resume {
        user: u8,
        organization: u8,
    },
    WarnOfLowCredit {
        organization: u8,
    },
    Change(ChangeStep),
    /// A card processor is configured, or no longer.
    SetProcessor {
        on: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckoutStep {
    pub(crate) user: u8,
    pub(crate) organization: u8,
    /// References: even ones are the identifier of item `n / 2`, odd ones its slug.
    pub(crate) plan: u8,
    pub(crate) addons: Vec<u8>,
    pub(crate) apps: Vec<u8>,
    pub(crate) voucher: Option<u8>,
    pub(crate) promo_value: PromoValue,
    pub(crate) key: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedeemStep {
    pub(crate) user: u8,
    pub(crate) organization: u8,
    pub(crate) voucher: u8,
    pub(crate) promo_value: PromoValue,
    pub(crate) key: Option<u8>,
}

/// Another plan, other add-ons or apps; `None` leaves what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeStep {
    pub(crate) user: u8,
    pub(crate) organization: u8,
    pub(crate) plan: Option<u8>,
    pub(crate) addons: Option<Vec<u8>>,
    pub(crate) apps: Option<Vec<u8>>,
    pub(crate) app: Option<AppStep>,
    /// How long ago its price was shown, and whether it was another one.
    pub(crate) shown_seconds_ago: Option<i64>,
    pub(crate) shown_wrong: bool,
    pub(crate) preview: bool,
    pub(crate) key: Option<u8>,
}

/// One app that comes, perhaps with a database of its own, or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppStep {
    Install { app: u8, own: bool },
    Uninstall { app: u8 },
}

/// An administrator gives back what an order was paid with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefundStep {
    pub(crate) nth: u8,
    pub(crate) wish: Wish,
    pub(crate) free_voucher: bool,
    pub(crate) key: Option<u8>,
}

/// What the request says the voucher was worth when the customer saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PromoValue {
    Absent,
    Right,
    Wrong,
}
