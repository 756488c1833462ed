//! Refunds: an administrator gives back what an order was paid with, or Stripe says that a card was refunded.
//!
//! A refund counts from the moment it is filed, whatever becomes of its card's part: its credit note stands.
//! Credit never becomes cash: each side gives back what it was paid, and no more.

use alloc::string::{String, ToString};

use super::command::{
    Answer, BookRefund, Outcome, RefundAnswer, RefundOrder, RefundRefusal, Refusal,
};
use super::credit::Line;
use super::give_back::Return;
use super::refunds::{Refund, RefundStatus};
use super::replies::{ReplyKey, Route};
use super::rows::{
    CardPayment, EntryKind, Order, OrderKind, OrderStatus, PaymentPurpose, RedemptionState,
};
use super::{Book, Context};
use crate::checkout::charge_step_minor;
use crate::ids::{LotId, OrderId, PaymentId, RedemptionId, RefundId, UserId};
use crate::refund::{DivideError, Sides, divide, tax_part};
use crate::wallet::Wallet;

/// A voucher's grant that is taken back, so that it may be redeemed again.
struct Recall {
    redemption_id: RedemptionId,
    lot_id: LotId,
    taken_minor: i64,
    owed_minor: i64,
}

impl Book {
    pub(super) fn refund_order(
        &mut self,
        request: &RefundOrder,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let key = ReplyKey::new(&request.actor.user_id, Route::Refund, &request.idempotency);
        if let Some(outcome) = self.replay(&key, &request.idempotency, context)? {
            return Ok(outcome);
        }
        let order = self.orders.get(&request.order_id).ok_or(Refusal::UnknownOrder)?.clone();
        if order.status != OrderStatus::Completed {
            return Err(RefundRefusal::NotCompleted(order.status).into());
        }
        let step_minor = charge_step_minor(context.currency);
        // Where some of it was given as credit, the odd rest is for no card.
        let left = self.refundable(&order).in_steps_of(step_minor);
        let parts = divide(request.wish, self.paid(&order), left, step_minor)?;
        if parts.card_minor > 0 {
            self.require_charged_here(&order)?;
        }
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let returned = self.plan_return(order.id, parts.credit_minor, &mut wallet, context)?;
        let recall = if request.free_voucher {
            Some(self.plan_recall(&order, &returned, &mut wallet)?)
        } else {
            None
        };

        // Nothing can refuse any more.
        self.put_wallet(&order.tenant_id, wallet);
        self.enter_return(&order, returned, context);
        let voucher_freed = recall.is_some();
        if let Some(recall) = recall {
            self.enter_recall(&order, &recall, context);
        }
        let payment = self.payment_of(&order).filter(|_| parts.card_minor > 0);
        let status = match payment {
            Some(_) => RefundStatus::Pending,
            None => RefundStatus::Succeeded,
        };
        let payment_id = payment.map(|payment| payment.id);
        let given = (parts, payment_id, status);
        let about = (request.reason.clone(), &request.actor.user_id);
        let refund = Refund { voucher_freed, ..self.new_refund(&order, given, about, context) };
        let answer = Answer::Refund(RefundAnswer {
            refund_id: refund.id,
            order_id: order.id,
            credit_minor: refund.credit_minor,
            card_minor: refund.card_minor,
            tax_minor: refund.tax_minor,
        });
        self.put_refund(refund);
        self.remember(key, &request.idempotency, None, Some(answer.clone()), context.now);
        let subject = order.id.to_string();
        self.audit(&request.actor, "order.refund", subject, Some(&order.tenant_id), context);
        Ok(Outcome::Answered { answer, replayed: false })
    }

    /// Files a refund that was made at Stripe. One that is known changes nothing.
    pub(super) fn book_refund(
        &mut self,
        made: &BookRefund,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let known =
            |refund: &Refund| refund.stripe_refund_id.as_ref() == Some(&made.stripe_refund_id);
        if self.refunds.values().any(known) {
            return Ok(Outcome::Done);
        }
        let order = self.orders.get(&made.order_id).ok_or(Refusal::UnknownOrder)?.clone();
        let payment = self.payment_by_intent(&made.intent_id).ok_or(RefundRefusal::NoPayment)?;
        if made.amount_minor <= 0 {
            return Err(DivideError::NotPositive.into());
        }
        let uncharged = payment.amount_minor.saturating_sub(self.refunded_minor(payment.id));
        let left_minor = uncharged.saturating_sub(self.credited_minor(order.id));
        if made.amount_minor > left_minor {
            return Err(DivideError::MoreThanIsLeft { left_minor }.into());
        }
        // What the bank took back and Stripe refunded as well is not lost twice.
        let clawed = self.clawed_minor(payment.id);
        let twice = clawed.saturating_sub(uncharged.saturating_sub(made.amount_minor));
        let (payment_id, purpose) = (payment.id, payment.purpose);
        self.ease_disputes(&order, payment_id, twice.max(0), context)?;
        let parts = Sides { credit_minor: 0, card_minor: made.amount_minor };
        let given = (parts, Some(payment_id), made.status);
        let about = (made.reason.clone(), &made.actor.user_id);
        let mut refund = self.new_refund(&order, given, about, context);
        refund.stripe_refund_id = Some(made.stripe_refund_id.clone());
        if purpose == PaymentPurpose::Returned {
            refund.has_note = false;
            refund.tax_minor = 0;
        }
        self.put_refund(refund);
        let subject = order.id.to_string();
        self.audit(&made.actor, "order.refund", subject, Some(&order.tenant_id), context);
        Ok(Outcome::Done)
    }

    /// What an order was paid with.
    pub(super) fn paid(&self, order: &Order) -> Sides {
        let card_minor = self.payment_of(order).map_or(0, |payment| payment.amount_minor);
        Sides { credit_minor: order.credit_minor, card_minor }
    }

    /// What can still be given back of an order. Stripe refunds no card whose payment its bank has taken
    /// back.
    #[must_use]
    pub fn refundable(&self, order: &Order) -> Sides {
        let credit_minor = self.drawn_minor(order.id);
        let card_minor = match self.payment_of(order) {
            Some(payment) if !self.disputed(payment.id) => payment
                .amount_minor
                .saturating_sub(self.refunded_minor(payment.id))
                .saturating_sub(self.credited_minor(order.id))
                .max(0),
            _ => 0,
        };
        Sides { credit_minor, card_minor }
    }

    /// The payment that completed an order.
    fn payment_of(&self, order: &Order) -> Option<&CardPayment> {
        self.payments
            .values()
            .find(|p| p.order_id == order.id && p.purpose == PaymentPurpose::Order)
    }

    /// A payment that an Organization brought along is in another Sovereign's account at Stripe.
    fn require_charged_here(&self, order: &Order) -> Result<(), RefundRefusal> {
        match self.payment_of(order).and_then(|payment| payment.foreign_fqdn.clone()) {
            Some(fqdn) => Err(RefundRefusal::PaidElsewhere { fqdn }),
            None => Ok(()),
        }
    }

    pub(super) fn payment_by_intent(&self, intent_id: &str) -> Option<&CardPayment> {
        self.payments.values().find(|payment| payment.intent_id == intent_id)
    }

    /// What was refunded of a payment, or is to be.
    pub(super) fn refunded_minor(&self, payment_id: PaymentId) -> i64 {
        let refunds = self.refunds.values().filter(|refund| refund.payment_id == Some(payment_id));
        refunds.map(|refund| refund.card_minor).fold(0, i64::saturating_add)
    }

    /// What the card of an order had paid and was given as credit.
    fn credited_minor(&self, order_id: OrderId) -> i64 {
        let refunds = self.refunds.values().filter(|refund| refund.order_id == order_id);
        refunds.map(|refund| refund.credited_minor).fold(0, i64::saturating_add)
    }

    /// Takes back what is left of the voucher's grant, once `returned` is in it. What was spent of it is
    /// owed; what ended or was taken back otherwise is not.
    fn plan_recall(
        &self,
        order: &Order,
        returned: &Return,
        wallet: &mut Wallet,
    ) -> Result<Recall, Refusal> {
        let mut redemptions = self.redemptions.values();
        let redemption = redemptions
            .find(|r| r.order_id == Some(order.id) && r.state == RedemptionState::Redeemed)
            .filter(|_| order.kind == OrderKind::Checkout)
            .ok_or(RefundRefusal::NoVoucher)?;
        let lot_id = redemption.lot_id;
        if wallet.lots.get(&lot_id).is_some_and(|lot| lot.held_minor > 0) {
            return Err(RefundRefusal::VoucherCreditHeld.into());
        }
        let came_back = returned.parts.iter().filter(|returned| returned.part.lot_id == lot_id);
        let spent = self.spent.get(&lot_id).copied().unwrap_or(0);
        let owed_minor = came_back.fold(spent, |spent, returned| {
            let kept = returned.part.amount_minor.saturating_sub(returned.settled_minor);
            spent.saturating_sub(kept)
        });
        let taken_minor = wallet.recall(lot_id, owed_minor)?;
        Ok(Recall { redemption_id: redemption.id, lot_id, taken_minor, owed_minor })
    }

    fn enter_recall(&mut self, order: &Order, recall: &Recall, context: &mut Context<'_>) {
        self.changes.change_lot(&order.tenant_id, recall.lot_id);
        let line = Line {
            kind: EntryKind::Release,
            lot_id: Some(recall.lot_id),
            amount_minor: recall.taken_minor.saturating_neg(),
            owed_minor: recall.owed_minor,
        };
        let reason = String::from("voucher-released");
        self.enter(order.customer_id, line, reason, Some(order.id), context);
        self.end_reservation(recall.redemption_id, RedemptionState::Released, context);
    }

    /// A refund of an order, with its part of the tax, not yet in the book: [`Self::put_refund`] files it.
    pub(super) fn new_refund(
        &self,
        order: &Order,
        (parts, payment_id, status): (Sides, Option<PaymentId>, RefundStatus),
        (reason, requested_by): (String, &UserId),
        context: &mut Context<'_>,
    ) -> Refund {
        let noted = self.refunds.values().filter(|r| r.order_id == order.id && r.has_note);
        let before_minor = noted.map(Refund::total_minor).fold(0, i64::saturating_add);
        let paid_minor = order.credit_minor.saturating_add(order.charge_minor);
        Refund {
            id: RefundId::next(context.ids),
            order_id: order.id,
            payment_id,
            customer_id: order.customer_id,
            tenant_id: order.tenant_id.clone(),
            credit_minor: parts.credit_minor,
            card_minor: parts.card_minor,
            credited_minor: 0,
            tax_minor: tax_part(order.tax_minor, paid_minor, before_minor, parts.total_minor()),
            reason,
            requested_by: requested_by.clone(),
            status,
            stripe_refund_id: None,
            voucher_freed: false,
            has_note: true,
            created_at: context.now,
        }
    }

    pub(super) fn put_refund(&mut self, refund: Refund) {
        self.changes.new_refunds.push(refund.clone());
        self.refunds.insert(refund.id, refund);
    }
}
