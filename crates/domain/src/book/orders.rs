//! Orders after checkout: how they end, and what a completed one brings.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::command::{Answer, CheckoutAnswer, Outcome, Refusal};
use super::credit::Line;
use super::rows::{EntryKind, Hold, HoldState, Order, OrderStatus, RedemptionState};
use super::{Book, Context};
use crate::event::{Actor, EventData, InvoiceChanged, OrderPlaced, SubscriptionChanged};
use crate::ids::{InvoiceId, OrderId, RedemptionId, SubscriptionId};
use crate::subscription::{Invoice, Period, Subscription, SubscriptionStatus};
use crate::wallet::LotAmount;

impl Book {
    /// A pending order died unpaid: its holds are voided, its voucher's slot and grant come back.
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
        self.audit(actor, "order.close", order_id.to_string(), Some(&order.tenant_id), context);
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

    /// Completes an order whose payment is in the books: subscription, invoice, events.
    pub(super) fn finish_order(&mut self, order_id: OrderId, context: &mut Context<'_>) {
        self.set_status(order_id, OrderStatus::Completed, context);
        let Some(order) = self.orders.get(&order_id).cloned() else { return };
        let subscription = new_subscription(&order, context);
        let invoice = new_invoice(&order, subscription.period, context);
        let mut subdomain = alloc::string::String::new();
        if let Some(account) = self.accounts.get_mut(&order.tenant_id) {
            account.live_subscription = Some(subscription.id);
            subdomain.clone_from(&account.subdomain);
            let same = account.plan_id == order.plan_id
                && account.apps == order.apps
                && account.addons == order.addons;
            if !same {
                account.plan_id.clone_from(&order.plan_id);
                account.apps.clone_from(&order.apps);
                account.addons.clone_from(&order.addons);
                self.changes.organizations.insert(order.tenant_id.clone());
            }
        }
        let tenant_id = order.tenant_id.clone();
        self.emit(Some(&tenant_id), order_event(order, subdomain, context), context);
        self.emit(Some(&tenant_id), subscription_event(&subscription), context);
        self.emit(Some(&tenant_id), invoice_event(&invoice, context), context);
        self.changes.subscriptions.push(subscription);
        self.changes.invoices.push(invoice);
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
            if let Some(voucher) = self.vouchers.get_mut(code) {
                voucher.times_redeemed = voucher.times_redeemed.saturating_sub(1);
                self.changes.vouchers.insert(code.clone());
            }
        }
        self.emit_redemption(&redemption, state == RedemptionState::Redeemed, context);
    }
}

fn new_subscription(order: &Order, context: &mut Context<'_>) -> Subscription {
    Subscription {
        id: SubscriptionId::next(context.ids),
        customer_id: order.customer_id,
        tenant_id: order.tenant_id.clone(),
        order_id: order.id,
        plan_id: order.plan_id.clone(),
        status: SubscriptionStatus::Active,
        period: Period::month(context.now, context.now, context.zone),
        anchor_at: context.now,
        created_at: context.now,
    }
}

fn new_invoice(order: &Order, period: Period, context: &mut Context<'_>) -> Invoice {
    Invoice {
        id: InvoiceId::next(context.ids),
        customer_id: order.customer_id,
        tenant_id: order.tenant_id.clone(),
        order_id: order.id,
        amount_minor: order.total_minor,
        credit_minor: order.credit_minor,
        period,
        created_at: context.now,
    }
}

fn order_event(order: Order, subdomain: alloc::string::String, context: &Context<'_>) -> EventData {
    EventData::OrderPlaced(OrderPlaced {
        id: order.id,
        customer_id: order.customer_id,
        tenant_id: order.tenant_id,
        plan_id: order.plan_id,
        apps: order.apps,
        addons: order.addons,
        amount_omr: context.currency.whole_units(order.total_minor),
        amount_baisa: order.total_minor,
        currency: context.currency.code(),
        status: order.status.as_str(),
        subdomain,
    })
}

fn subscription_event(subscription: &Subscription) -> EventData {
    EventData::SubscriptionCreated(SubscriptionChanged {
        id: subscription.id,
        customer_id: subscription.customer_id,
        tenant_id: subscription.tenant_id.clone(),
        plan_id: subscription.plan_id.clone(),
        status: subscription.status.as_str(),
        current_period_start: subscription.period.start,
        current_period_end: subscription.period.end,
    })
}

fn invoice_event(invoice: &Invoice, context: &Context<'_>) -> EventData {
    EventData::InvoicePaid(InvoiceChanged {
        id: invoice.id,
        customer_id: invoice.customer_id,
        tenant_id: invoice.tenant_id.clone(),
        order_id: Some(invoice.order_id),
        amount_baisa: invoice.amount_minor,
        currency: context.currency.code(),
        status: "paid",
    })
}
