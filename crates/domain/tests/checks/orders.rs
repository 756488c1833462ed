//! Orders: what they cost, how they are paid, and what must exist beside one in each of its states.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::book::{
    Book, Changes, Checkout, Command, HoldState, Order, OrderKind, OrderStatus, Outcome,
    RedemptionState,
};
use sovereign_domain::catalog::Item;
use sovereign_domain::event::EventData;
use sovereign_domain::ids::OrderId;
use sovereign_domain::subscription::InvoiceStatus;

use super::Check;
use super::needs::{find, price_of, things_of};
use crate::model::{Decision, Script};

/// What was announced so far, to be compared with what is.
#[derive(Debug, Default)]
pub(super) struct Orders {
    placed: BTreeSet<OrderId>,
    redeemed_events: usize,
    released_events: usize,
}

impl Orders {
    /// Adds what one decision announced.
    pub(super) fn record(
        &mut self,
        decision: &Decision,
        before: &Book,
        book: &Book,
        script: &Script,
    ) -> Check {
        let changes = &decision.changes;
        check_new(decision, book, script)?;
        check_outcome(decision, before, book)?;
        self.record_events(changes)?;
        // A redemption that comes back with its order is not released any more.
        let came_back = changes.changed_redemptions.iter().filter(|id| {
            before.redemptions[id].state == RedemptionState::Released
                && book.redemptions[id].state == RedemptionState::Redeemed
        });
        self.released_events -= came_back.count();
        // One that was freed with a refund is not redeemed any more.
        let freed = changes.changed_redemptions.iter().filter(|id| {
            before.redemptions[id].state == RedemptionState::Redeemed
                && book.redemptions[id].state == RedemptionState::Released
        });
        self.redeemed_events -= freed.count();
        let only_session = matches!(
            decision.command,
            Command::AttachSession { .. } | Command::AttachIntent { .. }
        );
        ensure!(
            changes.is_empty() || only_session || !changes.audit.is_empty(),
            "a change without a line in the audit log"
        );
        Ok(())
    }

    fn record_events(&mut self, changes: &Changes) -> Check {
        let mut subscriptions = 0;
        let mut invoices = 0;
        for event in &changes.events {
            match &event.data {
                EventData::OrderPlaced(order) => {
                    ensure!(order.status == "completed", "{order:?} was placed before it was paid");
                    ensure!(self.placed.insert(order.id), "{order:?} was placed twice");
                }
                EventData::VoucherRedeemed(_) => self.redeemed_events += 1,
                EventData::VoucherReleased(_) => self.released_events += 1,
                EventData::SubscriptionCreated(_) => subscriptions += 1,
                EventData::InvoiceCreated(_)
                | EventData::InvoicePaid(_)
                | EventData::InvoiceVoided(_) => invoices += 1,
                EventData::SubscriptionRenewed(_)
                | EventData::SubscriptionUpdated(_)
                | EventData::SubscriptionCanceled(_)
                // Looked at with the changes.
                | EventData::AppInstallRequested(_)
                | EventData::AppUninstallRequested(_) => {}
                other => return Err(format!("{other:?} is no event of the engine")),
            }
        }
        ensure!(
            (subscriptions, invoices)
                == (
                    changes.new_subscriptions.len(),
                    changes.new_invoices.len() + changes.changed_invoices.len()
                ),
            "events and rows differ: {changes:?}"
        );
        Ok(())
    }

    /// Every order, and everything that belongs to one.
    pub(super) fn check(&self, book: &Book, script: &Script) -> Check {
        let mut open: BTreeMap<OrderId, i128> = BTreeMap::new();
        for hold in book.holds.values().filter(|hold| hold.state == HoldState::Open) {
            *open.entry(hold.order_id).or_default() += i128::from(hold.post_minor);
        }
        let mut pending = BTreeMap::new();
        for order in book.orders.values() {
            check_amounts(order, script)?;
            if order.status == OrderStatus::Pending {
                let second = pending.insert(&order.tenant_id, order.id);
                ensure!(second.is_none(), "{order:?} is a second pending order");
                let posts = open.remove(&order.id).unwrap_or(0);
                ensure!(
                    posts == i128::from(order.credit_minor),
                    "holds would post {posts} for {order:?}"
                );
            }
            self.check_bought(order, book)?;
        }
        ensure!(open.is_empty(), "open holds of orders that are not pending: {open:?}");
        for account in book.accounts.values() {
            ensure!(
                account.pending_order.as_ref() == pending.get(&account.tenant_id),
                "{pending:?} is not the pending order of {account:?}"
            );
        }
        self.check_redemptions(book)
    }

    /// What comes with an order's completion, and what stands beside one that is to be paid.
    fn check_bought(&self, order: &Order, book: &Book) -> Check {
        let completed = order.status == OrderStatus::Completed;
        let first = order.kind == OrderKind::Checkout;
        ensure!(
            (completed && first) == self.placed.contains(&order.id),
            "what was placed is a completed checkout: {order:?}"
        );
        let begun = book.subscriptions.values().filter(|s| s.order_id == Some(order.id)).count();
        ensure!(begun == usize::from(completed && first), "{begun} subscriptions of {order:?}");
        let waits = order.kind == OrderKind::Renewal
            && matches!(order.status, OrderStatus::Pending | OrderStatus::Due);
        let wanted = match order.status {
            OrderStatus::Completed => Some(InvoiceStatus::Paid),
            _ if waits => Some(InvoiceStatus::Open),
            _ => None,
        };
        let mut invoices = book
            .invoices
            .values()
            .filter(|i| i.order_id == order.id && i.status != InvoiceStatus::Void);
        let invoice = invoices.next();
        ensure!(
            invoice.map(|invoice| invoice.status) == wanted && invoices.next().is_none(),
            "{invoice:?} is the invoice of {order:?}"
        );
        let amounts = invoice.map(|invoice| (invoice.amount_minor, invoice.credit_minor));
        ensure!(
            !completed || amounts == Some((order.total_minor, order.credit_minor)),
            "{invoice:?} is not {order:?}"
        );
        Ok(())
    }

    fn check_redemptions(&self, book: &Book) -> Check {
        let (mut redeemed, mut released) = (0, 0);
        for redemption in book.redemptions.values() {
            let status = redemption.order_id.map(|id| book.orders[&id].status);
            let right = match redemption.state {
                RedemptionState::Reserved => status == Some(OrderStatus::Pending),
                RedemptionState::Redeemed => {
                    redeemed += 1;
                    status.is_none_or(|status| status == OrderStatus::Completed)
                }
                RedemptionState::Released => {
                    released += 1;
                    let freed = book.refunds.values().any(|refund| {
                        Some(refund.order_id) == redemption.order_id && refund.voucher_freed
                    });
                    status.is_some_and(|status| match status {
                        OrderStatus::Pending => false,
                        OrderStatus::Completed => freed,
                        _ => true,
                    })
                }
            };
            ensure!(right, "{redemption:?} is of a {status:?} order");
        }
        ensure!(
            (redeemed, released) == (self.redeemed_events, self.released_events),
            "redeemed and released are {redeemed} and {released}, not what events said: {self:?}"
        );
        Ok(())
    }
}

/// A new order is what was asked for, at the catalog's price.
fn check_new(decision: &Decision, book: &Book, script: &Script) -> Check {
    let changes = &decision.changes;
    for id in &changes.new_orders {
        // Those of renewals and changes are looked at with their subscriptions.
        if matches!(decision.command, Command::Renew { .. } | Command::ChangeSubscription(_)) {
            continue;
        }
        let Command::Checkout(request) = &decision.command else {
            return Err(format!("{:?} makes an order", decision.command));
        };
        let order = &book.orders[id];
        let (plan, addons, apps, price) = quote(request, book, script);
        ensure!(
            (&order.plan_id, &order.addons, &order.apps, order.total_minor)
                == (&plan, &addons, &apps, price),
            "{order:?} is not {request:?}"
        );
        ensure!(
            (&order.tenant_id, &order.user_id, &order.code, order.created_at)
                == (&request.tenant_id, &request.actor.user_id, &request.code, script.now),
            "{order:?} is not {request:?}"
        );
        let status =
            if order.charge_minor == 0 { OrderStatus::Completed } else { OrderStatus::Pending };
        ensure!(order.status == status, "{order:?} should be {status:?}");
        ensure!(
            order.charge_minor == 0 || script.processor,
            "{order:?} waits for a card nobody can charge"
        );
    }
    Ok(())
}

fn quote(
    request: &Checkout,
    book: &Book,
    script: &Script,
) -> (String, Vec<String>, Vec<String>, i64) {
    let world = &script.world;
    let mut price = 0;
    let mut ids = |items: &[Item], references: &[String]| {
        let mut ids: Vec<String> = Vec::new();
        for reference in references {
            let item = items.iter().find(|i| i.id == *reference || i.slug == *reference).unwrap();
            if !ids.contains(&item.id) {
                price += item.price_minor;
                ids.push(item.id.clone());
            }
        }
        ids
    };
    let plan = ids(&world.plans, std::slice::from_ref(&request.plan)).remove(0);
    let addons = ids(&world.addons, &request.addons);
    let dedicated = &book.accounts[&request.tenant_id].dedicated;
    price += price_of(world, &things_of(world, &request.apps, dedicated));
    let mut apps: Vec<String> = Vec::new();
    for app in &request.apps {
        let id = &find(&world.apps, app).unwrap().id;
        if !apps.contains(id) {
            apps.push(id.clone());
        }
    }
    (plan, addons, apps, price)
}

/// `total = credit + charge + rounding`, and the charge is one a card can be charged.
fn check_amounts(order: &Order, script: &Script) -> Check {
    let Order { total_minor: total, credit_minor: credit, charge_minor: charge, .. } = *order;
    let rules = script.world.charge_rules;
    // Nothing is asked from a card for a renewal that is due.
    let asked = matches!(order.status, OrderStatus::Pending | OrderStatus::Completed)
        || order.kind != OrderKind::Renewal;
    ensure!(
        total == credit + charge + order.rounding_minor && credit >= 0 && charge >= 0,
        "the parts of {order:?} are not its total"
    );
    ensure!(
        !asked || charge == 0 || (charge >= rules.minimum_minor && charge % rules.step_minor == 0),
        "no card can be charged for {order:?}"
    );
    ensure!(order.rounding_minor == 0 || credit == 0, "{order:?} rounds with credit to shift");
    ensure!(order.rounding_minor.abs() * 2 <= rules.step_minor, "{order:?} rounds too far");
    Ok(())
}

/// What an outcome says about orders is so.
fn check_outcome(decision: &Decision, before: &Book, book: &Book) -> Check {
    match (&decision.command, &decision.result) {
        (Command::CompleteOrder(paid), Ok(Outcome::Returned { order_id })) => {
            let old = &before.orders[order_id];
            ensure!(book.orders[order_id] == *old, "{old:?} changed, and its payment goes back");
            let back: Vec<_> = decision.changes.new_refunds.iter().map(|r| r.card_minor).collect();
            let known = before.payments.values().any(|p| p.intent_id == paid.intent_id);
            let waits = old.status == OrderStatus::Pending;
            ensure!(known || !waits, "{old:?} had use for its payment");
            let expected = if known { vec![] } else { vec![paid.amount_minor] };
            ensure!(back == expected, "{back:?} goes back of {paid:?}");
        }
        (Command::CompleteOrder(paid), Ok(_)) => {
            let order = &book.orders[&paid.order_id];
            ensure!(order.status == OrderStatus::Completed, "{order:?} is not completed");
            let mut paid_by_card = book.payments.values().filter(|p| p.order_id == order.id);
            let right = paid_by_card.next().is_some_and(|p| p.amount_minor == order.charge_minor);
            ensure!(right && paid_by_card.next().is_none(), "{order:?} has another payment");
        }
        (Command::CloseOrder { order_id, status, .. }, Ok(_)) => {
            let (old, new) = (before.orders[order_id].status, book.orders[order_id].status);
            let renewal = book.orders[order_id].kind == OrderKind::Renewal;
            let expected = match old {
                OrderStatus::Pending if renewal => OrderStatus::Due,
                OrderStatus::Pending => *status,
                other => other,
            };
            ensure!(new == expected && new != OrderStatus::Completed, "closing left it {new:?}");
        }
        (Command::Checkout(request), Ok(Outcome::Supersede { order_id })) => {
            let account = &book.accounts[&request.tenant_id];
            ensure!(account.pending_order == Some(*order_id), "{order_id} is not in the way");
        }
        (Command::Checkout(_), Ok(Outcome::Pending { order_id, .. })) => {
            let status = book.orders[order_id].status;
            ensure!(status == OrderStatus::Pending, "{order_id} is {status:?}, not pending");
        }
        _ => {}
    }
    Ok(())
}
