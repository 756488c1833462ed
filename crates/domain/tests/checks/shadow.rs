//! What a database would hold: only what the changes name is ever written to it. Where it differs
//! from the book afterwards, a change was not announced; for a refusal, something was not undone.

use std::collections::BTreeMap;

use sovereign_domain::book::{
    Book, CampaignCount, Changes, Dispute, HoldState, OrderKind, OrderStatus, RedemptionState,
};
use sovereign_domain::campaign::{Campaign, counted_in};
use sovereign_domain::ids::{CampaignId, OrderId};
use sovereign_domain::subscription::{InvoiceStatus, SubscriptionStatus};
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::wallet::LotAmount;

use super::Check;
use crate::model::World;

#[derive(Debug)]
pub(crate) struct Shadow {
    /// Its indexes of redemptions stay empty; `vouchers` checks those of the book.
    pub(crate) book: Book,
    counts: BTreeMap<(CampaignId, Timestamp), CampaignCount>,
}

impl Shadow {
    pub(crate) fn new(world: &World) -> Self {
        Self { book: world.book(), counts: BTreeMap::new() }
    }

    /// Follows the steps that are no commands.
    pub(crate) fn copy_edits(&mut self, book: &Book) {
        for (code, voucher) in &book.vouchers {
            let mine = self.book.vouchers.get_mut(code).unwrap();
            mine.credit_minor = voucher.credit_minor;
            mine.active = voucher.active;
            mine.max_redemptions = voucher.max_redemptions;
            mine.deleted_at = voucher.deleted_at;
            mine.campaign_id = voucher.campaign_id;
        }
        for (id, campaign) in &book.campaigns {
            let mine = self.book.campaigns.get_mut(id).unwrap();
            let (granted_minor, redemptions) = (mine.granted_minor, mine.redemptions);
            *mine = Campaign { granted_minor, redemptions, ..campaign.clone() };
        }
    }

    /// Writes the changes of a decision or of a batch of them.
    pub(crate) fn write(&mut self, changes: &Changes, book: &Book) -> Check {
        ensure!(all_empty(changes) == changes.is_empty(), "is_empty() is not so: {changes:?}");
        self.write_wallets(changes, book)?;
        self.write_subscriptions(changes, book)?;
        self.write_orders(changes, book)?;
        self.write_holds_and_redemptions(changes, book)?;
        for id in &changes.new_payments {
            let known = self.book.payments.insert(*id, book.payments[id].clone());
            ensure!(known.is_none(), "{id} is new or not");
        }
        self.write_money_back(changes, book)?;
        for key in changes.new_replies.iter().chain(&changes.changed_replies) {
            let known = self.book.replies.insert(key.clone(), book.replies[key].clone());
            ensure!(known.is_some() != changes.new_replies.contains(key), "{key:?} is new or not");
        }
        Ok(())
    }

    /// # Errors
    /// Where the book holds something else than was written.
    pub(crate) fn check(&self, book: &Book) -> Check {
        let mine = &self.book;
        ensure!(
            mine.vouchers == book.vouchers,
            "{:?}\nis not written as\n{:?}",
            mine.vouchers,
            book.vouchers
        );
        ensure!(
            mine.campaigns == book.campaigns,
            "{:?}\nis not written as\n{:?}",
            mine.campaigns,
            book.campaigns
        );
        self.check_counts(book)?;
        ensure!(
            mine.accounts == book.accounts,
            "{:?}\nis not written as\n{:?}",
            mine.accounts,
            book.accounts
        );
        ensure!(
            mine.orders == book.orders,
            "{:?}\nis not written as\n{:?}",
            mine.orders,
            book.orders
        );
        ensure!(mine.holds == book.holds, "{:?}\nis not written as\n{:?}", mine.holds, book.holds);
        ensure!(
            mine.redemptions == book.redemptions,
            "{:?}\nis not written as\n{:?}",
            mine.redemptions,
            book.redemptions
        );
        ensure!(
            mine.replies == book.replies,
            "{:?}\nis not written as\n{:?}",
            mine.replies,
            book.replies
        );
        ensure!(mine.payments == book.payments, "a payment is not written");
        ensure!(
            mine.subscriptions == book.subscriptions,
            "{:?}\nis not written as\n{:?}",
            mine.subscriptions,
            book.subscriptions
        );
        ensure!(
            mine.invoices == book.invoices,
            "{:?}\nis not written as\n{:?}",
            mine.invoices,
            book.invoices
        );
        ensure!(mine.refunds == book.refunds, "a refund is not written");
        ensure!(
            mine.disputes == book.disputes,
            "{:?}\nis not written as\n{:?}",
            mine.disputes,
            book.disputes
        );
        ensure!(drawn(mine) == drawn(book), "the recorded draws are others: {:?}", book.draws);
        ensure!(mine.spent == book.spent, "what was spent is not recorded: {:?}", book.spent);
        ensure!(mine.members == book.members, "the members changed");
        Ok(())
    }

    /// What is counted by the quarter of an hour is what is live of it.
    fn check_counts(&self, book: &Book) -> Check {
        let mut live: BTreeMap<(CampaignId, Timestamp), CampaignCount> = BTreeMap::new();
        for redemption in book.redemptions.values() {
            let is_live = redemption.state != RedemptionState::Released;
            let Some(id) = redemption.campaign_id.filter(|_| is_live) else { continue };
            let count = live.entry((id, counted_in(redemption.created_at))).or_default();
            count.redemptions += 1;
            count.granted_minor += redemption.credit_minor;
        }
        let mut counted = self.counts.clone();
        counted.retain(|_, count| *count != CampaignCount::default());
        ensure!(counted == live, "{counted:?}\nis counted of\n{live:?}");
        Ok(())
    }

    fn write_wallets(&mut self, changes: &Changes, book: &Book) -> Check {
        for id in &changes.wallets {
            let (mine, theirs) =
                (&mut self.book.accounts.get_mut(id).unwrap().wallet, &book.accounts[id].wallet);
            mine.balance_minor = theirs.balance_minor;
            mine.held_minor = theirs.held_minor;
            mine.owed_minor = theirs.owed_minor;
        }
        for (tenant_id, lot_id) in changes.new_lots.iter().chain(&changes.changed_lots) {
            let new = changes.new_lots.contains(&(tenant_id.clone(), *lot_id));
            let lot = book.accounts[tenant_id].wallet.lots[lot_id].clone();
            let lots = &mut self.book.accounts.get_mut(tenant_id).unwrap().wallet.lots;
            if let Some(old) = lots.get(lot_id) {
                let mut expected = old.clone();
                expected.remaining_minor = lot.remaining_minor;
                expected.held_minor = lot.held_minor;
                expected.expires_at = lot.expires_at;
                ensure!(expected == lot, "{old:?} may not become {lot:?}");
            }
            ensure!(lots.insert(*lot_id, lot).is_none() == new, "{lot_id} is new or not");
        }
        for id in &changes.organizations {
            let mine = self.book.accounts.get_mut(id).unwrap();
            let theirs = &book.accounts[id];
            mine.plan_id.clone_from(&theirs.plan_id);
            mine.apps.clone_from(&theirs.apps);
            mine.addons.clone_from(&theirs.addons);
            mine.dedicated.clone_from(&theirs.dedicated);
        }
        for code in &changes.vouchers {
            let mine = self.book.vouchers.get_mut(code).unwrap();
            mine.times_redeemed = book.vouchers[code].times_redeemed;
            mine.granted_minor = book.vouchers[code].granted_minor;
        }
        for id in &changes.campaigns {
            let mine = self.book.campaigns.get_mut(id).unwrap();
            mine.granted_minor = book.campaigns[id].granted_minor;
            mine.redemptions = book.campaigns[id].redemptions;
        }
        for ((id, since), count) in &changes.campaign_counts {
            let mine = self.counts.entry((*id, *since)).or_default();
            mine.redemptions += count.redemptions;
            mine.granted_minor += count.granted_minor;
        }
        Ok(())
    }

    fn write_subscriptions(&mut self, changes: &Changes, book: &Book) -> Check {
        // Changed rows first: a batch may end one subscription and begin the next.
        for id in changes.changed_subscriptions.iter().chain(&changes.new_subscriptions) {
            let subscription = book.subscriptions[id].clone();
            let new = changes.new_subscriptions.contains(id);
            let live = self.book.accounts.get_mut(&subscription.tenant_id).unwrap();
            if subscription.status != SubscriptionStatus::Canceled {
                let before = live.live_subscription.replace(*id);
                let second = before.is_some_and(|before| before != *id);
                ensure!(!second, "{subscription:?} is a second one");
            } else if live.live_subscription == Some(*id) {
                live.live_subscription = None;
            }
            let old = self.book.subscriptions.insert(*id, subscription);
            ensure!(old.is_none() == new, "{id} is new or not");
            let over = old.is_some_and(|old| old.status == SubscriptionStatus::Canceled);
            ensure!(!over, "{id} had ended");
        }
        for id in changes.changed_invoices.iter().chain(&changes.new_invoices) {
            let invoice = book.invoices[id].clone();
            let new = changes.new_invoices.contains(id);
            let old = self.book.invoices.insert(*id, invoice.clone());
            ensure!(old.is_none() == new, "{id} is new or not");
            if let Some(old) = old {
                let mut expected = old.clone();
                expected.status = invoice.status;
                expected.credit_minor = invoice.credit_minor;
                ensure!(
                    expected == invoice && old.status == InvoiceStatus::Open,
                    "{old:?} may not become {invoice:?}"
                );
            }
        }
        Ok(())
    }

    fn write_orders(&mut self, changes: &Changes, book: &Book) -> Check {
        // Changed rows first: a batch may end one pending order and make the next.
        for id in changes.changed_orders.iter().chain(&changes.new_orders) {
            let order = book.orders[id].clone();
            let old = self.book.orders.get(id);
            ensure!(old.is_none() == changes.new_orders.contains(id), "{id} is new or not");
            if let Some(old) = old {
                let mut expected = old.clone();
                expected.status = order.status;
                expected.session_id.clone_from(&order.session_id);
                expected.updated_at = order.updated_at;
                if order.kind == OrderKind::Renewal {
                    expected.attempt = order.attempt;
                    expected.period = order.period;
                    expected.credit_minor = order.credit_minor;
                    expected.charge_minor = order.charge_minor;
                    expected.rounding_minor = order.rounding_minor;
                }
                let due = old.status == OrderStatus::Due;
                let revived = order.status == OrderStatus::Completed
                    && !matches!(old.status, OrderStatus::Completed | OrderStatus::Cancelled);
                ensure!(
                    expected == order && (old.status == OrderStatus::Pending || revived || due),
                    "{old:?} may not become {order:?}"
                );
            }
            self.note_pending(*id, order.status, book)?;
            self.book.orders.insert(*id, order);
        }
        Ok(())
    }

    /// What the loader makes of rows and ledger lines must be what the book has.
    fn write_money_back(&mut self, changes: &Changes, book: &Book) -> Check {
        for refund in &changes.new_refunds {
            let known = self.book.refunds.insert(refund.id, refund.clone());
            ensure!(known.is_none(), "{refund:?} is no new one");
        }
        for id in changes.new_disputes.iter().chain(&changes.changed_disputes) {
            let new = changes.new_disputes.contains(id);
            let (old, dispute) = (self.book.disputes.get(id), &book.disputes[id]);
            ensure!(old.is_none() == new, "{id} is new or not");
            let (taken, owed_minor) =
                old.map_or((Vec::new(), 0), |old| (old.taken.clone(), old.owed_minor));
            let dispute = Dispute { taken, owed_minor, ..dispute.clone() };
            self.book.disputes.insert(*id, dispute);
        }
        for entry in &changes.entries {
            let (kind, amount) = (entry.kind, entry.amount_minor);
            if let Some(lot_id) = entry.lot_id {
                self.book.load_spent(lot_id, kind, amount, entry.owed_minor);
                if let Some(order_id) = entry.order_id {
                    self.book.load_draw(order_id, kind, lot_id, amount);
                }
            }
            let mut disputes = self.book.disputes.values_mut();
            let dispute = disputes
                .find(|d| Some(d.order_id) == entry.order_id && d.ledger_reason() == entry.reason);
            if let Some(dispute) = dispute {
                dispute.load_line(kind, entry.lot_id, amount, entry.owed_minor);
            }
        }
        Ok(())
    }

    fn note_pending(&mut self, id: OrderId, status: OrderStatus, book: &Book) -> Check {
        let pending =
            &mut self.book.accounts.get_mut(&book.orders[&id].tenant_id).unwrap().pending_order;
        if status == OrderStatus::Pending {
            let before = pending.replace(id);
            ensure!(before.is_none_or(|before| before == id), "{id} is a second pending order");
        } else if *pending == Some(id) {
            *pending = None;
        }
        Ok(())
    }

    fn write_holds_and_redemptions(&mut self, changes: &Changes, book: &Book) -> Check {
        for id in changes.new_holds.iter().chain(&changes.changed_holds) {
            let hold = book.holds[id].clone();
            let old = self.book.holds.get(id);
            ensure!(old.is_none() == changes.new_holds.contains(id), "{id} is new or not");
            if let Some(old) = old {
                let mut expected = old.clone();
                expected.state = hold.state;
                expected.closed_at = hold.closed_at;
                ensure!(
                    expected == hold && old.state == HoldState::Open,
                    "{old:?} may not become {hold:?}"
                );
            }
            self.book.holds.insert(*id, hold);
        }
        for id in changes.new_redemptions.iter().chain(&changes.changed_redemptions) {
            let redemption = book.redemptions[id].clone();
            let old = self.book.redemptions.get(id);
            ensure!(old.is_none() == changes.new_redemptions.contains(id), "{id} is new or not");
            if let Some(old) = old {
                let mut expected = old.clone();
                expected.state = redemption.state;
                expected.closed_at = redemption.closed_at;
                // A batch may release it, bring it back into a place of its own, and release it again.
                let (was, is) = (old.state, redemption.state);
                let ended = is != RedemptionState::Reserved;
                if ended && was != RedemptionState::Redeemed {
                    expected.ordinal = redemption.ordinal;
                    expected.cap = redemption.cap;
                    expected.campaign_id = redemption.campaign_id;
                }
                ensure!(
                    expected == redemption
                        && (was == RedemptionState::Reserved
                            || (ended && redemption.closed_at >= old.closed_at)),
                    "{old:?} may not become {redemption:?}"
                );
            }
            self.book.redemptions.insert(*id, redemption);
        }
        Ok(())
    }
}

/// The draws of orders that have some left.
fn drawn(book: &Book) -> BTreeMap<OrderId, &[LotAmount]> {
    let draws = book.draws.iter().filter(|(_, parts)| !parts.is_empty());
    draws.map(|(id, parts)| (*id, &parts[..])).collect()
}

fn all_empty(changes: &Changes) -> bool {
    let Changes {
        vouchers,
        campaigns,
        campaign_counts,
        wallets,
        organizations,
        new_lots,
        changed_lots,
        new_orders,
        changed_orders,
        new_redemptions,
        changed_redemptions,
        new_holds,
        changed_holds,
        entries,
        new_subscriptions,
        changed_subscriptions,
        touched_subscriptions,
        new_invoices,
        changed_invoices,
        new_replies,
        changed_replies,
        events,
        audit,
        new_payments,
        cards,
        new_refunds,
        new_disputes,
        changed_disputes,
        alarms,
        letters,
        new_usage_totals,
        changed_usage_totals,
        new_usage_events,
        usage_limits,
        departures,
    } = changes;
    vouchers.is_empty()
        && campaigns.is_empty()
        && campaign_counts.is_empty()
        && new_usage_totals.is_empty()
        && changed_usage_totals.is_empty()
        && new_usage_events.is_empty()
        && usage_limits.is_empty()
        && wallets.is_empty()
        && organizations.is_empty()
        && new_lots.is_empty()
        && changed_lots.is_empty()
        && new_orders.is_empty()
        && changed_orders.is_empty()
        && new_redemptions.is_empty()
        && changed_redemptions.is_empty()
        && new_holds.is_empty()
        && changed_holds.is_empty()
        && entries.is_empty()
        && new_subscriptions.is_empty()
        && changed_subscriptions.is_empty()
        && touched_subscriptions.is_empty()
        && new_invoices.is_empty()
        && changed_invoices.is_empty()
        && new_replies.is_empty()
        && changed_replies.is_empty()
        && events.is_empty()
        && audit.is_empty()
        && new_payments.is_empty()
        && cards.is_empty()
        && new_refunds.is_empty()
        && new_disputes.is_empty()
        && changed_disputes.is_empty()
        && alarms.is_empty()
        && letters.is_empty()
        && departures.is_empty()
}
