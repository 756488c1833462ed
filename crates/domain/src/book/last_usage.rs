//! What was used until a subscription ended: a last order of it, paid from credit, else asked for as any
//! renewal is. The subscription has ended all the same; it only keeps what is due.

use alloc::format;
use alloc::string::ToString;

use super::alarms::AlarmKind;
use super::renew::due_order;
use super::rows::Order;
use super::{Book, Context};
use crate::catalog::Quote;
use crate::event::Actor;
use crate::ids::{OrderId, OrganizationId};
use crate::money::checked_sum;
use crate::subscription::{Period, Subscription};
use crate::usage;

impl Book {
    /// The order for what was used and is not paid, with what was on the renewal that `ended` with the
    /// subscription. `None` where that costs nothing.
    pub(super) fn last_usage(
        &self,
        subscription: &mut Subscription,
        ended: Option<OrderId>,
        context: &mut Context<'_>,
    ) -> Option<Order> {
        let tenant_id = &subscription.tenant_id;
        let account = self.accounts.get(tenant_id)?;
        let lines = usage::lines(self.unpaid_usage(tenant_id, ended))?;
        let sum_minor = checked_sum(lines.iter().map(|line| line.amount_minor))?;
        let taxed = context.tax.on(sum_minor).filter(|taxed| taxed.total_minor > 0)?;
        let Period { start, end } = subscription.period;
        let period = Period { start, end: end.max(context.now) };
        let (plan_id, addons, apps) =
            (account.plan_id.clone(), account.addons.clone(), account.apps.clone());
        let quote = Quote { plan_id, addons, apps, lines, total_minor: sum_minor };
        let order = due_order(account, quote, taxed, period, context);
        subscription.due_order = Some(order.id);
        subscription.failed_attempts = 0;
        // A job asks the card, which nobody may do while the books are open.
        subscription.next_attempt_at = Some(context.now);
        Some(order)
    }

    /// Files the last order, and pays it where credit covers it whole.
    pub(super) fn put_last_usage(
        &mut self,
        order: Order,
        ended: Option<OrderId>,
        context: &mut Context<'_>,
    ) {
        let (order_id, tenant_id) = (order.id, order.tenant_id.clone());
        if let Some(period) = order.period {
            self.open_invoice(&order, period, context);
        }
        self.bill_usage(&tenant_id, ended, order_id);
        self.changes.new_orders.insert(order_id);
        self.orders.insert(order_id, order.clone());
        let subject = order_id.to_string();
        let actor = Actor::system("renewals");
        self.audit(&actor, "subscription.bill_usage", subject, Some(&tenant_id), context);
        let available_minor =
            self.accounts.get(&tenant_id).map_or(0, |a| a.wallet.available_minor(context.now));
        if available_minor >= order.total_minor {
            // Where the wallet refuses after all nothing has changed, and it is asked for as it is due.
            let _ = self.ask(order, context);
        }
    }

    /// The last order is paid: nothing is due any more.
    pub(super) fn last_usage_paid(
        &mut self,
        mut subscription: Subscription,
        order: &Order,
        context: &mut Context<'_>,
    ) {
        subscription.due_order = None;
        subscription.failed_attempts = 0;
        subscription.next_attempt_at = None;
        self.put_subscription(subscription);
        if let Some(period) = order.period {
            self.pay_invoice(order, period, context);
        }
    }

    /// Nobody asks for it any more: somebody should know.
    pub(super) fn raise_last_usage(
        &mut self,
        order_id: OrderId,
        tenant_id: &OrganizationId,
        context: &mut Context<'_>,
    ) {
        let Some(order) = self.orders.get(&order_id) else { return };
        let detail = format!(
            "{} for what was used until the subscription ended was not paid; its owner has the link to \
             pay it",
            context.currency.format(order.total_minor)
        );
        let about = (tenant_id, Some(order_id));
        self.raise(AlarmKind::Renewal, &order_id.to_string(), detail, about, context);
    }
}
