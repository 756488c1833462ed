//! A summary of everything money touches, without identifiers, to compare one player with another.

use sovereign_domain::book::{Book, OrderStatus, RedemptionState};
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;

use super::Script;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// In the order of the world's Organizations.
    pub(crate) wallets: Vec<WalletSummary>,
    /// How often each was redeemed and for how much, in the order of the world's vouchers.
    pub(crate) vouchers: Vec<(i64, i64)>,
    /// The same of the world's campaigns.
    pub(crate) campaigns: Vec<(i64, i64)>,
    /// In the order they were made; `None` where an order is not there at all.
    pub(crate) orders: Vec<Option<OrderStatus>>,
    /// Sorted.
    pub(crate) redemptions: Vec<RedemptionSummary>,
    /// Sorted.
    pub(crate) subscriptions: Vec<SubscriptionSummary>,
    /// Sorted: order, status, amount, credit, and the period's first moment.
    pub(crate) invoices: Vec<(usize, String, i64, i64, i64)>,
    pub(crate) refunds: Vec<RefundSummary>,
    /// Sorted.
    pub(crate) disputes: Vec<DisputeSummary>,
}

/// Items with what a month of each costs, the orders that paid for them, and what is carried.
pub(crate) type ChangesSummary = (Vec<(String, i64)>, Vec<Option<usize>>, i64);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SubscriptionSummary {
    pub(crate) organization: usize,
    pub(crate) status: String,
    pub(crate) period: (i64, i64),
    pub(crate) price_minor: i64,
    pub(crate) changes: Option<ChangesSummary>,
    pub(crate) cancel_at_period_end: bool,
    pub(crate) failed_attempts: i16,
    pub(crate) next_attempt_at: Option<i64>,
    pub(crate) warned_for: Option<i64>,
    /// The orders that began it, paid for the period, and is due.
    pub(crate) orders: (Option<usize>, Option<usize>, Option<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_field_names, reason = "the unit stands last in every amount's name")]
pub(crate) struct WalletSummary {
    pub(crate) balance_minor: i64,
    pub(crate) held_minor: i64,
    pub(crate) owed_minor: i64,
    pub(crate) available_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RedemptionSummary {
    pub(crate) code: String,
    pub(crate) ordinal: i64,
    pub(crate) organization: usize,
    pub(crate) user: usize,
    /// The campaign it counts in.
    pub(crate) campaign: Option<usize>,
    pub(crate) credit_minor: i64,
    /// As it is stored: [`RedemptionState`] has no order to sort by.
    pub(crate) state: &'static str,
    /// The order it was reserved with.
    pub(crate) order: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RefundSummary {
    pub(crate) order: Option<usize>,
    pub(crate) credit_minor: i64,
    pub(crate) card_minor: i64,
    pub(crate) credited_minor: i64,
    /// Whether Stripe had it first.
    pub(crate) stripe_refund_id: Option<String>,
    pub(crate) voucher_freed: bool,
    pub(crate) has_note: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DisputeSummary {
    pub(crate) stripe_dispute_id: String,
    pub(crate) order: Option<usize>,
    pub(crate) clawed_minor: i64,
    /// As it is stored.
    pub(crate) state: String,
}

fn refunds(book: &Book, script: &Script) -> Vec<RefundSummary> {
    let of = book.refunds.values().map(|refund| RefundSummary {
        order: script.orders.iter().position(|order| *order == refund.order_id),
        credit_minor: refund.credit_minor,
        card_minor: refund.card_minor,
        credited_minor: refund.credited_minor,
        stripe_refund_id: refund.stripe_refund_id.clone(),
        voucher_freed: refund.voucher_freed,
        has_note: refund.has_note,
    });
    let mut refunds: Vec<RefundSummary> = of.collect();
    refunds.sort();
    refunds
}

fn disputes(book: &Book, script: &Script) -> Vec<DisputeSummary> {
    let of = book.disputes.values().map(|dispute| DisputeSummary {
        stripe_dispute_id: dispute.stripe_dispute_id.clone(),
        order: script.orders.iter().position(|order| *order == dispute.order_id),
        clawed_minor: dispute.clawed_minor(),
        state: dispute.state.as_str().to_owned(),
    });
    let mut disputes: Vec<DisputeSummary> = of.collect();
    disputes.sort();
    disputes
}

impl Snapshot {
    pub(crate) fn of(book: &Book, script: &Script) -> Self {
        let world = &script.world;
        let wallets = world.accounts.iter().map(|account| {
            let wallet = &book.accounts[&account.tenant_id].wallet;
            WalletSummary {
                balance_minor: wallet.balance_minor,
                held_minor: wallet.held_minor,
                owed_minor: wallet.owed_minor,
                available_minor: wallet.available_minor(script.now),
            }
        });
        let mut redemptions: Vec<RedemptionSummary> = book
            .redemptions
            .values()
            .map(|redemption| RedemptionSummary {
                code: redemption.code.as_str().into(),
                ordinal: redemption.ordinal,
                organization: world.organization_index(&redemption.tenant_id),
                user: world.user_index(&redemption.user_id),
                campaign: redemption.campaign_id.map(|id| world.campaign_index(id)),
                credit_minor: redemption.credit_minor,
                state: RedemptionState::as_str(redemption.state),
                order: redemption
                    .order_id
                    .and_then(|id| script.orders.iter().position(|order| *order == id)),
            })
            .collect();
        redemptions.sort();
        Self {
            wallets: wallets.collect(),
            vouchers: world
                .vouchers
                .iter()
                .map(|voucher| &book.vouchers[&voucher.code])
                .map(|voucher| (voucher.times_redeemed, voucher.granted_minor))
                .collect(),
            campaigns: world
                .campaigns
                .iter()
                .map(|campaign| &book.campaigns[&campaign.id])
                .map(|campaign| (campaign.redemptions, campaign.granted_minor))
                .collect(),
            orders: script
                .orders
                .iter()
                .map(|id| book.orders.get(id).map(|order| order.status))
                .collect(),
            redemptions,
            subscriptions: subscriptions(book, script),
            invoices: invoices(book, script),
            refunds: refunds(book, script),
            disputes: disputes(book, script),
        }
    }
}

fn subscriptions(book: &Book, script: &Script) -> Vec<SubscriptionSummary> {
    let index = |id: OrderId| script.orders.iter().position(|order| *order == id);
    let summaries = book.subscriptions.values().map(|subscription| SubscriptionSummary {
        organization: script.world.organization_index(&subscription.tenant_id),
        status: subscription.status.as_str().into(),
        period: (subscription.period.start.micros(), subscription.period.end.micros()),
        price_minor: subscription.price_minor,
        changes: subscription.changes.as_ref().map(|changes| {
            let items = changes.items.iter().map(|item| (item.id.clone(), item.amount_minor));
            let carried = changes.carried.iter().map(|line| line.amount_minor).sum();
            (items.collect(), changes.orders.iter().map(|id| index(*id)).collect(), carried)
        }),
        cancel_at_period_end: subscription.cancel_at_period_end,
        failed_attempts: subscription.failed_attempts,
        next_attempt_at: subscription.next_attempt_at.map(Timestamp::micros),
        warned_for: subscription.warned_for.map(Timestamp::micros),
        orders: (
            subscription.order_id.and_then(index),
            subscription.paid_order.and_then(index),
            subscription.due_order.and_then(index),
        ),
    });
    let mut summaries: Vec<_> = summaries.collect();
    summaries.sort();
    summaries
}

fn invoices(book: &Book, script: &Script) -> Vec<(usize, String, i64, i64, i64)> {
    let index = |id: OrderId| script.orders.iter().position(|order| *order == id).unwrap();
    let summaries = book.invoices.values().map(|invoice| {
        let status = invoice.status.as_str().to_owned();
        let start = invoice.period.start.micros();
        (index(invoice.order_id), status, invoice.amount_minor, invoice.credit_minor, start)
    });
    let mut summaries: Vec<_> = summaries.collect();
    summaries.sort();
    summaries
}
