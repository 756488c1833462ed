//! Changes within a month: what is held, what they cost, and that no more comes back than was paid.

use sovereign_domain::book::{
    Book, CHANGE_QUOTE_SECONDS, ChangeSubscription, Command, Order, OrderKind, Outcome, Refusal,
};
use sovereign_domain::catalog::{OrderLine, Quote, SelectionError};
use sovereign_domain::ids::OrderId;
use sovereign_domain::subscription::{Subscription, SubscriptionStatus};
use sovereign_domain::timestamp::Timestamp;

use super::Check;
use crate::model::{Decision, Script};

/// A subscription costs what its items cost, and they are what its Organization has.
pub(super) fn check_items(book: &Book) -> Check {
    for subscription in book.subscriptions.values() {
        let items = held(subscription, book);
        let sum: i64 = items.iter().map(|item| item.amount_minor).sum();
        ensure!(sum == subscription.price_minor, "{items:?} are not the price of {subscription:?}");
        let account = &book.accounts[&subscription.tenant_id];
        if account.live_subscription == Some(subscription.id) {
            let has = |id: &String| {
                account.plan_id == *id || account.addons.contains(id) || account.apps.contains(id)
            };
            let all = items.iter().all(|item| has(&item.id));
            let addons = account.addons.iter().all(|id| items.iter().any(|item| item.id == *id));
            ensure!(all && addons, "{account:?} has not {items:?}");
        }
        for id in subscription.changes.iter().flat_map(|changes| &changes.orders) {
            let order = &book.orders[id];
            let (end, kind) = (order.period.map(|period| period.end), order.kind);
            ensure!(
                (end, kind) == (Some(subscription.period.end), OrderKind::Change),
                "{order:?} changes nothing of {subscription:?}"
            );
        }
    }
    Ok(())
}

pub(super) fn check(decision: &Decision, before: &Book, book: &Book, script: &Script) -> Check {
    let Command::ChangeSubscription(request) = &decision.command else { return Ok(()) };
    let (total_minor, order, credited_minor) = match &decision.result {
        Ok(Outcome::Answered { answer, replayed: false }) => match answer {
            sovereign_domain::book::Answer::Change(answer) => {
                let order = answer.order_id.map(|id| &book.orders[&id]);
                (order.map(|order| order.total_minor), order, answer.credited_minor)
            }
            other => return Err(format!("{other:?} answers no change")),
        },
        Ok(Outcome::Pending { order_id, .. }) if !before.orders.contains_key(order_id) => {
            let order = &book.orders[order_id];
            (Some(order.total_minor), Some(order), 0)
        }
        Ok(Outcome::Previewed(preview)) => {
            (Some(preview.total_minor), None, preview.credited_minor)
        }
        _ => return Ok(()),
    };
    let subscription = subscription(request, before).unwrap();
    let quote = quote(request, before, script).unwrap();
    let net = net(request, subscription, &quote, before, script);
    ensure!(total_minor.is_none_or(|total| total == net), "{total_minor:?} is not {net}");
    ensure!(
        order.is_none_or(|order| is_order(order, request, &quote, script)),
        "{order:?} is not {request:?}"
    );
    let left = refundable(subscription, before);
    let expected = (-net).clamp(0, left);
    ensure!(credited_minor == expected, "{credited_minor} came back of {expected}");
    let rules = script.world.charge_rules;
    let available = before.accounts[&request.tenant_id].wallet.available_minor(script.now);
    if !request.preview && net > 0 && order.is_none() {
        let carried = book.subscriptions[&subscription.id].carried();
        let sum: i64 = carried.iter().map(|line| line.amount_minor).sum();
        ensure!(sum == net, "{carried:?} is carried of {net}");
        ensure!(net < rules.minimum_minor && available < net, "{net} could have been paid");
    }
    if !request.preview && net <= 0 {
        let given: i64 = decision
            .changes
            .new_refunds
            .iter()
            .map(|refund| refund.credit_minor + refund.credited_minor)
            .sum();
        let to_cards = decision.changes.new_refunds.iter().any(|refund| refund.card_minor != 0);
        ensure!(given == expected && !to_cards, "{given} was given back of {expected}");
    }
    Ok(())
}

/// Whether a change was refused for a reason of its own.
pub(super) fn refusal(
    decision: &Decision,
    refusal: &Refusal,
    before: &Book,
    script: &Script,
) -> bool {
    let Command::ChangeSubscription(request) = &decision.command else { return false };
    let Some(subscription) = subscription(request, before) else {
        return *refusal == Refusal::NotSubscribed;
    };
    if subscription.status != SubscriptionStatus::Active || subscription.due_order.is_some() {
        return *refusal == Refusal::PaymentDue;
    }
    if let Some(at) = request.at {
        let oldest = script.now.plus_seconds(-CHANGE_QUOTE_SECONDS);
        if at > script.now || at < oldest || at < subscription.period.start {
            return *refusal == Refusal::ChangeMoment;
        }
    }
    let quote = match quote(request, before, script) {
        Ok(quote) => quote,
        Err(error) => return *refusal == Refusal::Selection(error),
    };
    let account = &before.accounts[&request.tenant_id];
    if (&quote.plan_id, &quote.addons, &quote.apps)
        == (&account.plan_id, &account.addons, &account.apps)
    {
        return *refusal == Refusal::NothingToChange;
    }
    let net = net(request, subscription, &quote, before, script);
    let available = account.wallet.available_minor(script.now);
    match refusal {
        Refusal::ChangeTotal { total_minor } => {
            *total_minor == net && request.total_minor.is_some_and(|seen| seen != net)
        }
        Refusal::NoProcessor => net > available && !script.processor,
        // Wallets at the end of the range.
        Refusal::Wallet(_) => account.wallet.balance_minor > i64::MAX - 100_000,
        _ => false,
    }
}

fn subscription<'a>(request: &ChangeSubscription, book: &'a Book) -> Option<&'a Subscription> {
    let account = book.accounts.get(&request.tenant_id)?;
    book.subscriptions.get(&account.live_subscription?)
}

fn quote(
    request: &ChangeSubscription,
    book: &Book,
    script: &Script,
) -> Result<Quote, SelectionError> {
    let account = &book.accounts[&request.tenant_id];
    script.world.catalog().quote(
        request.plan.as_ref().unwrap_or(&account.plan_id),
        request.addons.as_ref().unwrap_or(&account.addons),
        request.apps.as_ref().unwrap_or(&account.apps),
    )
}

/// What a subscription holds, a month of each.
fn held(subscription: &Subscription, book: &Book) -> Vec<OrderLine> {
    match &subscription.changes {
        Some(changes) => changes.items.clone(),
        None => book.orders[&subscription.paid_order.unwrap()].month_lines(),
    }
}

/// Each thing that comes or goes at its part of a month, rounded once.
fn net(
    request: &ChangeSubscription,
    subscription: &Subscription,
    quote: &Quote,
    book: &Book,
    script: &Script,
) -> i64 {
    let at = request.at.unwrap_or(script.now);
    let seconds = |from: Timestamp, until: Timestamp| until.seconds() - from.seconds();
    let whole = seconds(subscription.period.start, subscription.period.end);
    let left = seconds(at, subscription.period.end).max(0);
    let part = |amount: i64| {
        let (amount, left, whole) = (i128::from(amount), i128::from(left), i128::from(whole));
        let (below, rest) = (amount * left / whole, amount * left % whole);
        let up = 2 * rest > whole || (2 * rest == whole && below % 2 == 1);
        i64::try_from(below + i128::from(up)).unwrap()
    };
    let held = held(subscription, book);
    let missing = |line: &OrderLine, among: &[OrderLine]| !among.iter().any(|l| l.id == line.id);
    let come = quote.lines.iter().filter(|line| missing(line, &held));
    let gone = held.iter().filter(|line| missing(line, &quote.lines));
    let carried = subscription.carried().iter().map(|line| line.amount_minor);
    carried.sum::<i64>() + come.map(|line| part(line.amount_minor)).sum::<i64>()
        - gone.map(|line| part(line.amount_minor)).sum::<i64>()
}

fn is_order(order: &Order, request: &ChangeSubscription, quote: &Quote, script: &Script) -> bool {
    let lines: i64 = order.lines.iter().map(|line| line.amount_minor).sum();
    order.kind == OrderKind::Change
        && (&order.plan_id, &order.addons, &order.apps)
            == (&quote.plan_id, &quote.addons, &quote.apps)
        && (&order.tenant_id, &order.user_id) == (&request.tenant_id, &request.actor.user_id)
        && order.total_minor == lines
        && order.total_minor > 0
        && order.created_at == script.now
        && order.period.map(|period| period.start) == Some(request.at.unwrap_or(script.now))
}

/// What is left to give back of a period: what was paid for it, and has not gone back yet.
fn refundable(subscription: &Subscription, book: &Book) -> i64 {
    let changes = subscription.changes.iter().flat_map(|changes| &changes.orders);
    let left = |id: &OrderId| {
        let order = &book.orders[id];
        let back = |credit: bool| -> i64 {
            let refunds = book.refunds.values().filter(|refund| refund.order_id == *id);
            refunds
                .map(|r| if credit { r.credit_minor } else { r.card_minor + r.credited_minor })
                .sum()
        };
        let payments = book.payments.values().filter(|payment| payment.order_id == *id);
        let kept = payments.filter(|payment| {
            payment.purpose == sovereign_domain::book::PaymentPurpose::Order
                && !book.disputes.values().any(|dispute| {
                    dispute.payment_id == payment.id && dispute.state.money_is_gone()
                })
        });
        let card: i64 = kept.map(|payment| payment.amount_minor - back(false)).sum();
        order.credit_minor - back(true) + card.max(0)
    };
    changes.chain(&subscription.paid_order).map(left).sum()
}
