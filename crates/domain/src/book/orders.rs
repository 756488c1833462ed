//! Orders after checkout: how they end unpaid, and the session that pays for one.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::command::{Answer, CheckoutAnswer, Outcome, Refusal};
use super::credit::Line;
use super::letters::LetterKind;
use super::rows::{EntryKind, Hold, HoldState, Order, OrderKind, OrderStatus, RedemptionState};
use super::{Book, Context};
use crate::event::Actor;
use crate::ids::{OrderId, RedemptionId};
use crate::subscription::SubscriptionStatus;
use crate::wallet::LotAmount;

impl Book {
    /// A pending order died unpaid: its holds are voided, its voucher's slot and grant come back. A renewal
    /// does not die of it: it is due until it is paid, or its subscription ends.
    pub(super) fn close_order(
        &mut self,
        order_id: OrderId,
        status: OrderStatus,
        actor: &Actor,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get(&order_id).ok_or(Refusal::UnknownOrder)?.clone();
        if matches!(status, OrderStatus::Pending | OrderStatus::Due | OrderStatus::Completed) {
            return Err(Refusal::NotAnEnd(status));
        }
        match order.status {
            OrderStatus::Pending => {}
            OrderStatus::Completed => return Err(Refusal::OrderClosed(order.status)),
            _ => return Ok(Outcome::Done),
        }
        let status = if order.kind == OrderKind::Renewal { OrderStatus::Due } else { status };
        self.end_unpaid(&order, status, context)?;
        let subscription = self.subscription_owing(order_id);
        if status == OrderStatus::Due
            && subscription.is_some_and(|s| s.status == SubscriptionStatus::Active)
        {
            // Its first attempt: from now on there is a day for the next.
            self.count_failure(order_id, LetterKind::PaymentDue, context);
        }
        self.audit(actor, "order.close", order_id.to_string(), Some(&order.tenant_id), context);
        Ok(Outcome::Done)
    }

    /// Takes back what a pending order set aside, and gives it its new state.
    pub(super) fn end_unpaid(
        &mut self,
        order: &Order,
        status: OrderStatus,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        let order_id = order.id;
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let mut wallet = account.wallet.clone();
        // What expired beside a hold is written off first: the days that a void gives are for what was
        // held, whether the sweep has been here or not.
        let expired = wallet.expire(context.now)?;
        let holds = self.open_holds(order_id);
        for hold in &holds {
            wallet.void(hold.lot_id, hold.amount_minor, context.now)?;
        }
        let redemption = self.reserved_redemption(order_id);
        let taken_back = match redemption.and_then(|id| self.redemptions.get(&id)) {
            None => None,
            Some(redemption) => Some((redemption.lot_id, wallet.take_back(redemption.lot_id)?)),
        };

        self.put_wallet(&order.tenant_id, wallet);
        self.enter_expiry(&order.tenant_id, order.customer_id, expired, context);
        for hold in holds {
            self.changes.change_lot(&order.tenant_id, hold.lot_id);
            self.end_hold(hold, HoldState::Voided, context);
        }
        if let Some((lot_id, (taken_minor, owed_minor))) = taken_back {
            self.changes.change_lot(&order.tenant_id, lot_id);
            let part = LotAmount { lot_id, amount_minor: taken_minor };
            let line = Line { owed_minor, ..Line::taking(EntryKind::Release, part) };
            self.enter(order.customer_id, line, "voucher-released".into(), Some(order_id), context);
        }
        if let Some(id) = redemption {
            self.end_reservation(id, RedemptionState::Released, context);
        }
        self.set_status(order_id, status, context);
        if status == OrderStatus::Due
            && let Some(order) = self.orders.get_mut(&order_id)
        {
            (order.credit_minor, order.charge_minor, order.rounding_minor) =
                (0, order.total_minor, 0);
        }
        Ok(())
    }

    /// Stores the payment intent of a pending order, where it was asked for without the customer.
    pub(super) fn attach_intent(
        &mut self,
        order_id: OrderId,
        attempt: i16,
        intent_id: &str,
        context: &Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get_mut(&order_id).ok_or(Refusal::UnknownOrder)?;
        if order.status != OrderStatus::Pending || order.attempt != attempt {
            return Err(Refusal::OrderClosed(order.status));
        }
        order.intent_id = Some(intent_id.into());
        order.updated_at = context.now;
        self.changes.change_order(order_id);
        Ok(Outcome::Done)
    }

    /// Stores the Checkout Session of a pending order, and with it the request's answer.
    pub(super) fn attach_session(
        &mut self,
        order_id: OrderId,
        session_id: &str,
        session_url: &str,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get_mut(&order_id).ok_or(Refusal::UnknownOrder)?;
        if order.status != OrderStatus::Pending {
            return Err(Refusal::OrderClosed(order.status));
        }
        order.session_id = Some(session_id.into());
        order.updated_at = context.now;
        let account = self.accounts.get(&order.tenant_id).ok_or(Refusal::NotAMember)?;
        let available_minor = account.wallet.available_minor(context.now);
        let answer = Answer::Checkout(CheckoutAnswer {
            session_url: Some(session_url.into()),
            order_id,
            paid_by_credit: false,
            credit_balance: context.currency.whole_units(available_minor),
            credit_balance_minor: available_minor,
            currency: context.currency.code().into(),
        });
        self.changes.change_order(order_id);
        if let Some((key, reply)) =
            self.replies.iter_mut().find(|(_, reply)| reply.order_id == Some(order_id))
        {
            reply.answer = Some(answer.clone());
            if !self.changes.new_replies.contains(key) {
                self.changes.changed_replies.insert(key.clone());
            }
        }
        Ok(Outcome::Answered { answer, replayed: false })
    }

    pub(super) fn set_status(
        &mut self,
        order_id: OrderId,
        status: OrderStatus,
        context: &Context<'_>,
    ) {
        let Some(order) = self.orders.get_mut(&order_id) else { return };
        order.status = status;
        order.updated_at = context.now;
        self.changes.change_order(order_id);
        if let Some(account) = self.accounts.get_mut(&order.tenant_id)
            && account.pending_order == Some(order_id)
        {
            account.pending_order = None;
        }
    }

    pub(super) fn open_holds(&self, order_id: OrderId) -> Vec<Hold> {
        self.holds
            .values()
            .filter(|hold| hold.order_id == order_id && hold.state == HoldState::Open)
            .cloned()
            .collect()
    }

    pub(super) fn end_hold(&mut self, mut hold: Hold, state: HoldState, context: &Context<'_>) {
        hold.state = state;
        hold.closed_at = Some(context.now);
        self.changes.change_hold(hold.id);
        self.holds.insert(hold.id, hold);
    }

    pub(super) fn reserved_redemption(&self, order_id: OrderId) -> Option<RedemptionId> {
        self.redemptions
            .values()
            .find(|r| r.order_id == Some(order_id) && r.state == RedemptionState::Reserved)
            .map(|redemption| redemption.id)
    }

    pub(super) fn end_reservation(
        &mut self,
        id: RedemptionId,
        state: RedemptionState,
        context: &mut Context<'_>,
    ) {
        let Some(redemption) = self.redemptions.get_mut(&id) else { return };
        redemption.state = state;
        redemption.closed_at = Some(context.now);
        let redemption = redemption.clone();
        self.changes.change_redemption(id);
        if state == RedemptionState::Released {
            let code = &redemption.code;
            self.redeemed_by_user.remove(&(redemption.user_id.clone(), code.clone()));
            self.redeemed_by_organization.remove(&(redemption.tenant_id.clone(), code.clone()));
            self.count_redemption(&redemption, false);
        }
        self.emit_redemption(&redemption, state == RedemptionState::Redeemed, context);
    }
}
