//! A card payment for an order arrives: in time, twice, or too late.

use alloc::format;
use alloc::string::{String, ToString};

use super::alarms::AlarmKind;
use super::command::{CompleteOrder, Outcome, Refusal};
use super::letters::LetterKind;
use super::refunds::{Refund, RefundStatus};
use super::rows::{
    CardPayment, EntryKind, HoldState, Order, OrderKind, OrderStatus, PaymentPurpose, Redemption,
    RedemptionState,
};
use super::{Book, Context};
use crate::ids::{OrderId, PaymentId, RefundId};
use crate::voucher::Voucher;
use crate::wallet::{LotAmount, Wallet};

impl Book {
    /// Completes the order that a card paid for. A payment that is known changes nothing; one that the order
    /// has no use for any more goes back.
    pub(super) fn complete_order(
        &mut self,
        paid: &CompleteOrder,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get(&paid.order_id).ok_or(Refusal::UnknownOrder)?.clone();
        if paid.amount_minor <= 0 {
            return Err(Refusal::AmountMismatch { expected_minor: order.charge_minor });
        }
        if let Some(known) = self.payments.values().find(|p| p.intent_id == paid.intent_id) {
            return Ok(match known.purpose {
                PaymentPurpose::Order => Outcome::Done,
                PaymentPurpose::Returned => Outcome::Returned { order_id: order.id },
            });
        }
        match order.status {
            OrderStatus::Pending if paid.amount_minor != order.charge_minor => {
                Err(Refusal::AmountMismatch { expected_minor: order.charge_minor })
            }
            OrderStatus::Pending => self.complete_pending(&order, paid, context),
            OrderStatus::Completed => Ok(self.give_payment_back(&order, paid, context)),
            _ => Ok(self.complete_late(&order, paid, context)),
        }
    }

    /// In time: holds are posted, the voucher is redeemed.
    fn complete_pending(
        &mut self,
        order: &Order,
        paid: &CompleteOrder,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        let holds = self.open_holds(order.id);
        for hold in &holds {
            wallet.post(hold.lot_id, hold.amount_minor, hold.post_minor)?;
        }

        self.put_wallet(&order.tenant_id, wallet);
        for hold in holds {
            self.changes.change_lot(&order.tenant_id, hold.lot_id);
            if hold.post_minor > 0 {
                let part = LotAmount { lot_id: hold.lot_id, amount_minor: hold.post_minor };
                self.enter_draw(order, EntryKind::Post, part, context);
            }
            self.end_hold(hold, HoldState::Posted, context);
        }
        if let Some(id) = self.reserved_redemption(order.id) {
            self.end_reservation(id, RedemptionState::Redeemed, context);
        }
        self.take_payment(order, paid, PaymentPurpose::Order, context);
        self.finish_paid(order, paid, context);
        Ok(Outcome::Done)
    }

    /// Too late: the order had ended. Where its voucher can be redeemed again and the credit is still there,
    /// it is completed after all; else the payment goes back.
    fn complete_late(
        &mut self,
        order: &Order,
        paid: &CompleteOrder,
        context: &mut Context<'_>,
    ) -> Outcome {
        let Some(revived) = self.revive(order, paid, context) else {
            return self.give_payment_back(order, paid, context);
        };
        let Revived { wallet, draws, regrant, credit_minor } = revived;
        self.put_wallet(&order.tenant_id, wallet);
        if let Some(regrant) = regrant {
            self.put_regrant(regrant, context);
        }
        for part in draws {
            self.changes.change_lot(&order.tenant_id, part.lot_id);
            self.enter_draw(order, EntryKind::Draw, part, context);
        }
        if let Some(order) = self.orders.get_mut(&order.id) {
            order.credit_minor = credit_minor;
            order.charge_minor = paid.amount_minor;
            order.rounding_minor =
                order.total_minor.saturating_sub(credit_minor).saturating_sub(paid.amount_minor);
        }
        self.take_payment(order, paid, PaymentPurpose::Order, context);
        self.finish_paid(order, paid, context);
        Outcome::Done
    }

    fn finish_paid(&mut self, order: &Order, paid: &CompleteOrder, context: &mut Context<'_>) {
        if let Some(card) = &paid.card {
            self.changes.cards.insert(order.customer_id, card.clone());
        }
        self.finish_order(order.id, context);
        self.post(LetterKind::Receipt, &order.tenant_id, Some(order.id), context);
        let subject = order.id.to_string();
        self.audit(&paid.actor, "order.complete", subject, Some(&order.tenant_id), context);
    }

    /// What completing an ended order would come to, where nothing stands in its way.
    fn revive(
        &self,
        order: &Order,
        paid: &CompleteOrder,
        context: &Context<'_>,
    ) -> Option<Revived> {
        let account = self.accounts.get(&order.tenant_id)?;
        let has_place = match order.kind {
            OrderKind::Checkout => account.live_subscription.is_none(),
            OrderKind::Renewal => self.subscription_owing(order.id).is_some(),
            OrderKind::Change => false,
        };
        if !has_place
            || account.status == crate::organization::OrganizationStatus::Deleted
            || account.place.is_away()
            || account.pending_order.is_some()
            || order.status == OrderStatus::Cancelled
        {
            return None;
        }
        let mut wallet = account.wallet.clone();
        let regrant = match &order.code {
            None => None,
            Some(_) => Some(self.regrant(order, &mut wallet, context)?),
        };
        let rest = order.total_minor.checked_sub(paid.amount_minor)?;
        let credit_minor = if order.status == OrderStatus::Due {
            rest.max(0)
        } else if paid.amount_minor == order.charge_minor {
            order.credit_minor
        } else {
            return None;
        };
        let draws = wallet.draw(credit_minor, context.now).ok()?;
        Some(Revived { wallet, draws, regrant, credit_minor })
    }

    /// Redeems the voucher of an ended order again, into the lot it had, if every rule still allows it.
    fn regrant(
        &self,
        order: &Order,
        wallet: &mut Wallet,
        context: &Context<'_>,
    ) -> Option<Regrant> {
        let mut redemption = self
            .redemptions
            .values()
            .find(|r| r.order_id == Some(order.id) && r.state == RedemptionState::Released)?
            .clone();
        let voucher = self.vouchers.get(&redemption.code)?;
        let by_user = (redemption.user_id.clone(), redemption.code.clone());
        let by_organization = (redemption.tenant_id.clone(), redemption.code.clone());
        // It comes back with the credit it had.
        let as_it_was = Voucher { credit_minor: redemption.credit_minor, ..voucher.clone() };
        if as_it_was.refusal(self.campaign_of(voucher), context.now).is_some()
            || self.campaign_limit(voucher, &redemption.tenant_id, &redemption.user_id).is_some()
            || self.redeemed_by_user.contains_key(&by_user)
            || self.redeemed_by_organization.contains_key(&by_organization)
            || wallet.lots.get(&redemption.lot_id)?.expired(context.now)
        {
            return None;
        }
        let granted = redemption.credit_minor;
        let settled_minor = wallet.give_back(redemption.lot_id, granted, context.now).ok()?;
        redemption.state = RedemptionState::Redeemed;
        redemption.campaign_id = voucher.campaign_id;
        redemption.ordinal = voucher.times_redeemed.saturating_add(1);
        redemption.cap = voucher.max_redemptions;
        redemption.closed_at = Some(context.now);
        Some(Regrant { redemption, settled_minor })
    }

    fn put_regrant(&mut self, regrant: Regrant, context: &mut Context<'_>) {
        let Regrant { redemption, settled_minor } = regrant;
        self.count_redemption(&redemption, true);
        self.changes.change_lot(&redemption.tenant_id, redemption.lot_id);
        self.enter_regrant(&redemption, settled_minor, context);
        self.emit_redemption(&redemption, true, context);
        self.changes.change_redemption(redemption.id);
        self.index_redemption(redemption);
    }

    /// Files a payment that its order has no use for, and the refund that sends it back.
    fn give_payment_back(
        &mut self,
        order: &Order,
        paid: &CompleteOrder,
        context: &mut Context<'_>,
    ) -> Outcome {
        let payment_id = self.take_payment(order, paid, PaymentPurpose::Returned, context);
        self.put_refund(Refund {
            id: RefundId::next(context.ids),
            order_id: order.id,
            payment_id: Some(payment_id),
            customer_id: order.customer_id,
            tenant_id: order.tenant_id.clone(),
            credit_minor: 0,
            card_minor: paid.amount_minor,
            credited_minor: 0,
            tax_minor: 0,
            reason: "late_payment".into(),
            requested_by: paid.actor.user_id.clone(),
            status: RefundStatus::Pending,
            stripe_refund_id: None,
            voucher_freed: false,
            has_note: false,
            created_at: context.now,
        });
        let amount = context.currency.format(paid.amount_minor);
        let account = self.accounts.get(&order.tenant_id);
        let moved = account.and_then(|account| account.moved_to.as_ref());
        let moved = moved.map_or_else(String::new, |to| {
            format!("; Organization {} has moved to {to} since", order.tenant_id)
        });
        let detail = format!(
            "{amount} was paid for an order that was {} already; it is refunded{moved}",
            order.status.as_str(),
        );
        let about = (&order.tenant_id, Some(order.id));
        self.raise(AlarmKind::LatePayment, &paid.intent_id, detail, about, context);
        let subject = order.id.to_string();
        self.audit(&paid.actor, "payment.return", subject, Some(&order.tenant_id), context);
        Outcome::Returned { order_id: order.id }
    }

    fn take_payment(
        &mut self,
        order: &Order,
        paid: &CompleteOrder,
        purpose: PaymentPurpose,
        context: &mut Context<'_>,
    ) -> PaymentId {
        let id = PaymentId::next(context.ids);
        let order_id: OrderId = order.id;
        let payment = CardPayment {
            id,
            order_id,
            customer_id: order.customer_id,
            tenant_id: order.tenant_id.clone(),
            intent_id: paid.intent_id.clone(),
            charge_id: paid.charge_id.clone(),
            amount_minor: paid.amount_minor,
            purpose,
            created_at: context.now,
            foreign_fqdn: None,
        };
        self.changes.new_payments.insert(id);
        self.payments.insert(id, payment);
        id
    }
}

/// An ended order that can be completed after all.
struct Revived {
    wallet: Wallet,
    draws: alloc::vec::Vec<LotAmount>,
    regrant: Option<Regrant>,
    credit_minor: i64,
}

/// A voucher's grant that comes back with its order.
struct Regrant {
    redemption: Redemption,
    settled_minor: i64,
}
