//! Changes within a month: what is held, what they cost, and that no more comes back than was paid.

use std::collections::BTreeSet;

use sovereign_domain::book::{
    Account, AppChange, Book, CHANGE_QUOTE_SECONDS, ChangeSubscription, Command, Order, OrderKind,
    Outcome, Refusal,
};
use sovereign_domain::catalog::{LineKind, OrderLine, Quote, SelectionError};
use sovereign_domain::event::EventData;
use sovereign_domain::ids::OrderId;
use sovereign_domain::services::Dedicated;
use sovereign_domain::subscription::{Subscription, SubscriptionStatus};
use sovereign_domain::timestamp::Timestamp;

use super::Check;
use super::needs::{find, price_of, priced_things, things_of};
use crate::model::{Decision, Script, World};

/// A subscription costs what its items cost, and they are what its Organization has.
pub(super) fn check_items(book: &Book, world: &World) -> Check {
    for subscription in book.subscriptions.values() {
        let items = held(subscription, book);
        let sum: i64 = items.iter().map(|item| item.amount_minor).sum();
        ensure!(sum == subscription.price_minor, "{items:?} are not the price of {subscription:?}");
        let account = &book.accounts[&subscription.tenant_id];
        if account.live_subscription == Some(subscription.id) {
            let things = things_of(world, &account.apps, &account.dedicated);
            let has = |item: &OrderLine| {
                let (id, key) = (&item.id, (item.id.clone(), item.for_app.clone()));
                account.plan_id == *id || account.addons.contains(id) || things.contains(&key)
            };
            let all = items.iter().all(has);
            let priced =
                things.iter().filter(|thing| price_of(world, &[(*thing).clone()].into()) != 0);
            let held = |thing: &(String, Option<String>)| {
                items.iter().any(|item| (&item.id, &item.for_app) == (&thing.0, &thing.1))
            };
            let all = all && priced.into_iter().all(held);
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

/// Each app that comes or goes with a change is told, and what it needs and nothing else does; of an order that was
/// placed its own event tells.
pub(super) fn check_told(
    decision: &Decision,
    before: &Book,
    book: &Book,
    script: &Script,
) -> Check {
    let mut told = BTreeSet::new();
    let mut placed = BTreeSet::new();
    for event in &decision.changes.events {
        let tenant_id = event.tenant_id.clone().unwrap();
        let (comes, app) = match &event.data {
            EventData::OrderPlaced(_) => {
                placed.insert(tenant_id);
                continue;
            }
            EventData::AppInstallRequested(app) => (true, app),
            EventData::AppUninstallRequested(app) => (false, app),
            _ => continue,
        };
        let needs: BTreeSet<String> = app.dependencies.iter().cloned().collect();
        ensure!(needs.len() == app.dependencies.len(), "{app:?} names something twice");
        ensure!(told.insert((tenant_id, comes, app.app_slug.clone(), needs)), "{app:?} twice");
    }
    let mut expected = BTreeSet::new();
    for (tenant_id, new) in &book.accounts {
        let old = &before.accounts[tenant_id];
        if old.apps == new.apps || placed.contains(tenant_id) {
            continue;
        }
        // What came has what it was asked with; what went, what it had.
        let gone = old.dedicated.iter().filter(|(app, _)| !new.apps.contains(app));
        let gone = gone.map(|(app, own)| (app.clone(), own.clone()));
        let choices: Dedicated = new.dedicated.clone().into_iter().chain(gone).collect();
        for (comes, without, with) in [(true, &old.apps, &new.apps), (false, &new.apps, &old.apps)]
        {
            // An app of its own is told as one.
            let services = |apps: &[String], of: &[String]| {
                let mut things = things_of(&script.world, of, &choices);
                things.retain(|(id, for_app)| for_app.is_some() || !apps.contains(id));
                things
            };
            for app in with.iter().filter(|app| !without.contains(app)) {
                let mut needs = services(with, std::slice::from_ref(app));
                needs.retain(|thing| !services(without, without).contains(thing));
                let slug = |id: &str| find(&script.world.apps, id).unwrap().slug.clone();
                let needs = needs.iter().map(|thing| slug(&thing.0)).collect();
                expected.insert((tenant_id.clone(), comes, slug(app), needs));
            }
        }
    }
    ensure!(told == expected, "{told:?} was told of {expected:?}");
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
    let (apps, dedicated) = apps(request, account, script)?;
    let quote = script.world.catalog().quote(
        request.plan.as_ref().unwrap_or(&account.plan_id),
        request.addons.as_ref().unwrap_or(&account.addons),
        &apps,
        &Dedicated::new(),
    )?;
    // The apps and what they need are priced anew here.
    let mut lines: Vec<OrderLine> = quote.lines;
    lines.retain(|line| !matches!(line.kind, LineKind::App | LineKind::Service));
    for ((id, for_app), amount_minor) in priced_things(&script.world, &apps, &dedicated) {
        let (kind, name) = (LineKind::App, String::new());
        let (month_minor, gone, usage) = (None, false, None);
        lines.push(OrderLine { kind, id, name, amount_minor, month_minor, for_app, gone, usage });
    }
    Ok(Quote { lines, ..quote })
}

/// The apps that there are to be, and what they have for themselves.
fn apps(
    request: &ChangeSubscription,
    account: &Account,
    script: &Script,
) -> Result<(Vec<String>, Dedicated), SelectionError> {
    let (mut apps, mut dedicated) = (account.apps.clone(), account.dedicated.clone());
    let id_of = |app: &String| find(&script.world.apps, app).map(|item| item.id.clone());
    match &request.app {
        None => apps = request.apps.clone().unwrap_or(apps),
        Some(AppChange::Install { app, dedicated: own }) => {
            let id = id_of(app).ok_or(SelectionError::UnknownApp(0))?;
            let needs: Vec<String> = own.iter().filter_map(id_of).collect();
            if !apps.contains(&id) {
                apps.push(id.clone());
                dedicated.insert(id, needs);
            }
        }
        Some(AppChange::Uninstall { app }) => {
            let id = id_of(app);
            apps.retain(|installed| id.as_ref() != Some(installed));
        }
    }
    Ok((apps, dedicated))
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
    let key = |line: &OrderLine| (line.id.clone(), line.for_app.clone());
    let missing =
        |line: &OrderLine, among: &[OrderLine]| !among.iter().any(|l| key(l) == key(line));
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
