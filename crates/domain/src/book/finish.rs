//! What a paid order brings: a subscription or a further month of one, its invoice, events.

use alloc::string::String;
use alloc::vec::Vec;

use super::rows::{Order, OrderKind, OrderStatus};
use super::{Account, Book, Context};
use crate::event::{EventData, InvoiceChanged, OrderPlaced, SubscriptionChanged};
use crate::ids::{InvoiceId, OrderId, OrganizationId, SubscriptionId};
use crate::subscription::{Invoice, InvoiceStatus, Period, Subscription, SubscriptionStatus};

impl Book {
    /// Completes an order whose payment is in the books.
    pub(super) fn finish_order(&mut self, order_id: OrderId, context: &mut Context<'_>) {
        self.set_status(order_id, OrderStatus::Completed, context);
        let Some(order) = self.orders.get(&order_id).cloned() else { return };
        match order.kind {
            OrderKind::Checkout => self.begin_subscription(order, context),
            OrderKind::Renewal => self.continue_subscription(order, context),
            OrderKind::Change => self.change_paid(&order, context),
        }
    }

    fn begin_subscription(&mut self, order: Order, context: &mut Context<'_>) {
        let subscription = new_subscription(&order, context);
        let (tenant_id, period) = (order.tenant_id.clone(), subscription.period);
        let selection = (&order.plan_id, &order.addons, &order.apps);
        let subdomain = self.select(&tenant_id, selection, Some(subscription.id));
        let created = EventData::SubscriptionCreated(changed(&subscription));
        self.changes.new_subscriptions.insert(subscription.id);
        self.subscriptions.insert(subscription.id, subscription);
        let invoice = new_invoice(&order, InvoiceStatus::Paid, period, context);
        self.emit(Some(&tenant_id), order_event(order, subdomain, context), context);
        self.emit(Some(&tenant_id), created, context);
        self.put_new_invoice(invoice, context);
    }

    /// A paid month follows the one before it; that of a suspended subscription begins now.
    fn continue_subscription(&mut self, mut order: Order, context: &mut Context<'_>) {
        let Some(subscription) = self.subscription_owing(order.id) else { return };
        let mut subscription = subscription.clone();
        if subscription.status == SubscriptionStatus::Canceled {
            self.last_usage_paid(subscription, &order, context);
            return;
        }
        if subscription.status == SubscriptionStatus::Suspended {
            subscription.anchor_at = context.now;
            order.period = Some(Period::month(context.now, context.now, context.zone));
        }
        if let Some(period) = order.period {
            subscription.period = period;
        }
        subscription.status = SubscriptionStatus::Active;
        subscription.plan_id.clone_from(&order.plan_id);
        subscription.price_as(&order.month_lines());
        subscription.paid_order = Some(order.id);
        subscription.changes = None;
        subscription.due_order = None;
        subscription.failed_attempts = 0;
        subscription.next_attempt_at = None;
        let renewed = EventData::SubscriptionRenewed(changed(&subscription));
        let period = subscription.period;
        self.put_subscription(subscription);
        self.emit(Some(&order.tenant_id), renewed, context);
        self.pay_invoice(&order, period, context);
        self.changes.change_order(order.id);
        self.orders.insert(order.id, order);
    }

    /// Makes a plan, add-ons and apps those of an Organization; answers its subdomain.
    pub(super) fn select(
        &mut self,
        tenant_id: &OrganizationId,
        (plan_id, addons, apps): (&String, &Vec<String>, &Vec<String>),
        live: Option<SubscriptionId>,
    ) -> String {
        let Some(account) = self.accounts.get_mut(tenant_id) else { return String::new() };
        if live.is_some() {
            account.live_subscription = live;
        }
        let same = (&account.plan_id, &account.addons, &account.apps) == (plan_id, addons, apps);
        let subdomain = account.subdomain.clone();
        if !same {
            account.plan_id.clone_from(plan_id);
            account.addons.clone_from(addons);
            account.apps.clone_from(apps);
            self.changes.organizations.insert(tenant_id.clone());
        }
        subdomain
    }

    /// The subscription that an unpaid renewal is due for: a live one, or one that ended with usage to pay.
    pub(super) fn subscription_owing(&self, order_id: OrderId) -> Option<&Subscription> {
        self.subscriptions.values().find(|subscription| subscription.due_order == Some(order_id))
    }

    /// The live subscription of an Organization, where this Sovereign bills it.
    pub(super) fn live_subscription(&self, account: &Account) -> Option<&Subscription> {
        self.subscriptions.get(&account.live_subscription?)
    }

    pub(super) fn put_subscription(&mut self, subscription: Subscription) {
        self.changes.change_subscription(subscription.id);
        self.subscriptions.insert(subscription.id, subscription);
    }

    /// Puts a subscription back, and tells others what it has become.
    pub(super) fn update_subscription(
        &mut self,
        subscription: Subscription,
        context: &mut Context<'_>,
    ) {
        let tenant_id = subscription.tenant_id.clone();
        let change = changed(&subscription);
        let event = match subscription.status {
            SubscriptionStatus::Canceled => EventData::SubscriptionCanceled(change),
            _ => EventData::SubscriptionUpdated(change),
        };
        self.put_subscription(subscription);
        self.emit(Some(&tenant_id), event, context);
    }

    /// Bills an order that is still to be paid.
    pub(super) fn open_invoice(
        &mut self,
        order: &Order,
        period: Period,
        context: &mut Context<'_>,
    ) {
        let invoice = new_invoice(order, InvoiceStatus::Open, period, context);
        self.put_new_invoice(invoice, context);
    }

    /// The paid invoice of an order: the one that is open, where it is of this period, else a new one.
    pub(super) fn pay_invoice(&mut self, order: &Order, period: Period, context: &mut Context<'_>) {
        match self.open_invoice_of(order.id) {
            Some(id) if self.invoices.get(&id).is_some_and(|open| open.period == period) => {
                self.end_invoice(id, InvoiceStatus::Paid, order.credit_minor, context);
                return;
            }
            Some(id) => self.end_invoice(id, InvoiceStatus::Void, 0, context),
            None => {}
        }
        let invoice = new_invoice(order, InvoiceStatus::Paid, period, context);
        self.put_new_invoice(invoice, context);
    }

    /// Voids the open invoice of an order that will not be paid.
    pub(super) fn void_invoice(&mut self, order_id: OrderId, context: &mut Context<'_>) {
        if let Some(id) = self.open_invoice_of(order_id) {
            self.end_invoice(id, InvoiceStatus::Void, 0, context);
        }
    }

    fn open_invoice_of(&self, order_id: OrderId) -> Option<InvoiceId> {
        let mut invoices = self.invoices.values();
        let open = invoices.find(|i| i.order_id == order_id && i.status == InvoiceStatus::Open);
        open.map(|invoice| invoice.id)
    }

    fn end_invoice(
        &mut self,
        id: InvoiceId,
        status: InvoiceStatus,
        credit_minor: i64,
        context: &mut Context<'_>,
    ) {
        let Some(invoice) = self.invoices.get_mut(&id) else { return };
        invoice.status = status;
        invoice.credit_minor = credit_minor;
        let (tenant_id, event) = (invoice.tenant_id.clone(), invoice_event(invoice, context));
        self.changes.change_invoice(id);
        self.emit(Some(&tenant_id), event, context);
    }

    fn put_new_invoice(&mut self, invoice: Invoice, context: &mut Context<'_>) {
        let event = invoice_event(&invoice, context);
        self.emit(Some(&invoice.tenant_id), event, context);
        self.changes.new_invoices.insert(invoice.id);
        self.invoices.insert(invoice.id, invoice);
    }
}

fn new_subscription(order: &Order, context: &mut Context<'_>) -> Subscription {
    Subscription {
        id: SubscriptionId::next(context.ids),
        customer_id: order.customer_id,
        tenant_id: order.tenant_id.clone(),
        order_id: Some(order.id),
        paid_order: Some(order.id),
        changes: None,
        plan_id: order.plan_id.clone(),
        status: SubscriptionStatus::Active,
        period: Period::month(context.now, context.now, context.zone),
        anchor_at: context.now,
        price_minor: order.price_minor(),
        cancel_at_period_end: false,
        due_order: None,
        failed_attempts: 0,
        next_attempt_at: None,
        warned_for: None,
        created_at: context.now,
    }
}

fn new_invoice(
    order: &Order,
    status: InvoiceStatus,
    period: Period,
    context: &mut Context<'_>,
) -> Invoice {
    // What is held may come back yet.
    let credit_minor = if status == InvoiceStatus::Open { 0 } else { order.credit_minor };
    Invoice {
        id: InvoiceId::next(context.ids),
        customer_id: order.customer_id,
        tenant_id: order.tenant_id.clone(),
        order_id: order.id,
        amount_minor: order.total_minor,
        credit_minor,
        status,
        period,
        created_at: context.now,
    }
}

fn order_event(order: Order, subdomain: String, context: &Context<'_>) -> EventData {
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

fn changed(subscription: &Subscription) -> SubscriptionChanged {
    SubscriptionChanged {
        id: subscription.id,
        customer_id: subscription.customer_id,
        tenant_id: subscription.tenant_id.clone(),
        plan_id: subscription.plan_id.clone(),
        status: subscription.status.as_str(),
        current_period_start: subscription.period.start,
        current_period_end: subscription.period.end,
    }
}

fn invoice_event(invoice: &Invoice, context: &Context<'_>) -> EventData {
    let change = InvoiceChanged {
        id: invoice.id,
        customer_id: invoice.customer_id,
        tenant_id: invoice.tenant_id.clone(),
        order_id: Some(invoice.order_id),
        amount_baisa: invoice.amount_minor,
        currency: context.currency.code(),
        status: invoice.status.as_str(),
    };
    match invoice.status {
        InvoiceStatus::Open => EventData::InvoiceCreated(change),
        InvoiceStatus::Paid => EventData::InvoicePaid(change),
        InvoiceStatus::Void => EventData::InvoiceVoided(change),
    }
}
