//! What is not used of a period comes back as credit.
//!
//! It comes from the orders that paid for the period, the newest first: credit goes back to its lots, and
//! what a card paid becomes credit of its own, which never ends. No card is refunded for a change, and never
//! more comes back than was paid and has not come back yet.

use alloc::vec::Vec;

use super::command::Refusal;
use super::credit::paid_lot;
use super::give_back::Return;
use super::refunds::{Refund, RefundStatus};
use super::rows::Order;
use super::{Book, Context};
use crate::ids::{OrganizationId, UserId};
use crate::refund::{Sides, Wish, divide};
use crate::subscription::Subscription;
use crate::wallet::{Lot, Wallet};

/// The reason of the refunds, and of the credit that a card had paid for.
pub const UNUSED: &str = "plan_change";

/// Credit on its way back, not yet in the book.
pub(super) struct Unused {
    tenant_id: OrganizationId,
    wallet: Wallet,
    parts: Vec<UnusedPart>,
}

/// What comes back of one order.
struct UnusedPart {
    order: Order,
    sides: Sides,
    returned: Return,
    /// What its card had paid, and what of that settles what was owed.
    lot: Option<(Lot, i64)>,
}

impl Unused {
    pub(super) fn total_minor(&self) -> i64 {
        let parts = self.parts.iter().map(|part| part.sides.total_minor());
        parts.fold(0, i64::saturating_add)
    }
}

impl Book {
    /// Plans the return of `amount_minor`, or of what is left to return, from a subscription's period.
    pub(super) fn plan_unused(
        &self,
        subscription: &Subscription,
        amount_minor: i64,
        context: &mut Context<'_>,
    ) -> Result<Unused, Refusal> {
        let tenant_id = subscription.tenant_id.clone();
        let account = self.accounts.get(&tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let mut parts = Vec::new();
        let mut left_minor = amount_minor;
        let changes = subscription.changes.iter().flat_map(|changes| changes.orders.iter().rev());
        for order_id in changes.chain(&subscription.paid_order) {
            let Some(order) = self.orders.get(order_id) else { continue };
            let refundable = self.refundable(order);
            let amount_minor = left_minor.min(refundable.total_minor());
            if amount_minor <= 0 {
                continue;
            }
            let wish = Wish { amount_minor: Some(amount_minor), ..Wish::default() };
            // Credit is given to the minor unit.
            let sides = divide(wish, self.paid(order), refundable, 1)?;
            let returned = self.plan_return(order.id, sides.credit_minor, &mut wallet, context)?;
            let lot = match sides.card_minor {
                0 => None,
                card_minor => {
                    let lot = paid_lot(UNUSED.into(), card_minor, context);
                    let settled_minor = wallet.grant(lot.clone())?;
                    Some((lot, settled_minor))
                }
            };
            left_minor = left_minor.saturating_sub(amount_minor);
            parts.push(UnusedPart { order: order.clone(), sides, returned, lot });
        }
        Ok(Unused { tenant_id, wallet, parts })
    }

    /// Files what comes back, with a refund of each order that it comes from.
    pub(super) fn enter_unused(
        &mut self,
        unused: Unused,
        requested_by: &UserId,
        context: &mut Context<'_>,
    ) {
        let Unused { tenant_id, wallet, parts } = unused;
        if parts.is_empty() {
            return;
        }
        self.put_wallet(&tenant_id, wallet);
        for UnusedPart { order, sides, returned, lot } in parts {
            self.enter_return(&order, returned, context);
            if let Some((lot, settled_minor)) = lot {
                let customer_id = order.customer_id;
                let (reason, order_id) = (UNUSED.into(), Some(order.id));
                self.enter_grant(&tenant_id, customer_id, &lot, reason, order_id, context);
                self.enter_settlement(customer_id, lot.id, settled_minor, context);
            }
            let given = (sides, None, RefundStatus::Succeeded);
            let refund = self.new_refund(&order, given, (UNUSED.into(), requested_by), context);
            let credited_minor = refund.card_minor;
            self.put_refund(Refund { card_minor: 0, credited_minor, ..refund });
        }
    }
}
