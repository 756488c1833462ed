//! Subscriptions: what is due, when it is asked for again, and that no time is paid for twice.

use sovereign_domain::book::{
    Account, Book, Command, Order, OrderKind, OrderStatus, RETRY_AFTER_DAYS, Retry,
};
use sovereign_domain::ids::OrderId;
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::subscription::{Subscription, SubscriptionStatus};

use super::Check;
use super::needs::{price_of, things_of};
use crate::model::{Decision, Script};

/// How every subscription, and every renewal, stands.
pub(super) fn check(book: &Book) -> Check {
    for subscription in book.subscriptions.values() {
        let account = &book.accounts[&subscription.tenant_id];
        let live = account.live_subscription == Some(subscription.id);
        let ended = subscription.status == SubscriptionStatus::Canceled;
        ensure!(live != ended, "{subscription:?} is live or ended: {account:?}");
        let due = subscription.due_order.map(|id| &book.orders[&id]);
        let waits = |order: &Order| {
            order.kind == OrderKind::Renewal
                && matches!(order.status, OrderStatus::Pending | OrderStatus::Due)
        };
        ensure!(due.is_none_or(waits), "{due:?} is not due for {subscription:?}");
        let right = match subscription.status {
            SubscriptionStatus::Active => {
                due.is_none_or(|order| order.status == OrderStatus::Pending)
                    && subscription.failed_attempts == 0
            }
            SubscriptionStatus::PastDue => due.is_some() && subscription.next_attempt_at.is_some(),
            SubscriptionStatus::Suspended => subscription.next_attempt_at.is_none(),
            SubscriptionStatus::Canceled => due.is_none(),
        };
        ensure!(right, "{subscription:?} has {due:?}");
        ensure!(subscription.period.start < subscription.period.end, "{subscription:?}");
    }
    for order in book.orders.values() {
        if order.kind == OrderKind::Renewal
            && matches!(order.status, OrderStatus::Pending | OrderStatus::Due)
        {
            let of = book.subscriptions.values().filter(|s| s.due_order == Some(order.id));
            ensure!(of.count() == 1, "{order:?} is due for nobody");
        }
    }
    Ok(())
}

/// What a decision did to subscriptions.
pub(super) fn check_decision(
    decision: &Decision,
    before: &Book,
    book: &Book,
    script: &Script,
) -> Check {
    for id in &decision.changes.changed_subscriptions {
        let (old, new) = (&before.subscriptions[id], &book.subscriptions[id]);
        ensure!(
            new.period == old.period || new.period.start >= old.period.end,
            "{new:?} pays again for what {old:?} has paid"
        );
        ensure!(
            new.period == old.period
                || new.period.start == old.period.end
                || new.period.start == script.now
                || old.due_order.is_some(),
            "{new:?} leaves time out after {old:?}"
        );
        check_schedule(old, new, script)?;
    }
    if let Command::RetryDue { order_id, how, .. } = &decision.command {
        return check_whose_attempt(*order_id, *how, before, book, script);
    }
    let Command::Renew { tenant_id } = &decision.command else { return Ok(()) };
    for id in &decision.changes.new_orders {
        let order = &book.orders[id];
        let account = &before.accounts[tenant_id];
        let old = &before.subscriptions[&account.live_subscription.unwrap()];
        let paused = old.status == SubscriptionStatus::Suspended
            && account.status != OrganizationStatus::Suspended;
        ensure!(
            (paused || old.period.end <= script.now) && old.due_order.is_none(),
            "{order:?} comes too early for {old:?}"
        );
        ensure!(!old.cancel_at_period_end, "{old:?} was to end");
        ensure!(
            (&order.plan_id, &order.apps, &order.addons)
                == (&account.plan_id, &account.apps, &account.addons)
                && order.total_minor == price(order, account, script) + carried(old),
            "{order:?} is not what {account:?} has"
        );
    }
    Ok(())
}

/// Days 1, 3, 5 and 7 after the first failure, then no more.
fn check_schedule(old: &Subscription, new: &Subscription, script: &Script) -> Check {
    if new.failed_attempts <= old.failed_attempts {
        return Ok(());
    }
    ensure!(new.failed_attempts == old.failed_attempts + 1, "{old:?} failed twice at once");
    let days = RETRY_AFTER_DAYS.get(usize::try_from(old.failed_attempts).unwrap());
    let next = days.map(|days| script.now.plus_days(*days));
    let status =
        if days.is_some() { SubscriptionStatus::PastDue } else { SubscriptionStatus::Suspended };
    ensure!((new.next_attempt_at, new.status) == (next, status), "{old:?} became {new:?}");
    Ok(())
}

/// While an attempt waits for a card, its day tells whether the customer pays or the saved card is asked.
fn check_whose_attempt(
    order_id: OrderId,
    how: Retry,
    before: &Book,
    book: &Book,
    script: &Script,
) -> Check {
    let is = |book: &Book, status| book.orders.get(&order_id).is_some_and(|o| o.status == status);
    let begun = is(before, OrderStatus::Due) && is(book, OrderStatus::Pending);
    let subscription = book.subscriptions.values().find(|s| s.due_order == Some(order_id));
    let Some(subscription) = subscription.filter(|_| begun) else { return Ok(()) };
    let day_has_come = subscription.next_attempt_at.is_some_and(|at| at <= script.now);
    ensure!(day_has_come == (how == Retry::Schedule), "{how:?} leaves {subscription:?}");
    Ok(())
}

fn carried(subscription: &Subscription) -> i64 {
    subscription.carried().iter().map(|line| line.amount_minor).sum()
}

fn price(order: &Order, account: &Account, script: &Script) -> i64 {
    let world = &script.world;
    let plans = world.plans.iter().filter(|item| item.id == order.plan_id);
    let addons = world.addons.iter().filter(|item| order.addons.contains(&item.id));
    let apps = price_of(world, &things_of(world, &order.apps, &account.dedicated));
    plans.chain(addons).map(|item| item.price_minor).sum::<i64>() + apps
}
