//! What a run has seen, so that a test can say that every kind of outcome was met.

use std::collections::BTreeMap;

use sovereign_domain::book::{
    AppChange, Book, Command, EntryKind, HoldState, OrderKind, OrderStatus, Outcome,
    RedemptionState,
};
use sovereign_domain::timestamp::Timestamp;

use crate::model::{Decision, Observed, Step};

#[derive(Debug, Default, Clone)]
pub(crate) struct Tally(BTreeMap<String, u64>);

impl Tally {
    pub(crate) fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (name, count) in other.0 {
            *self.0.entry(name).or_default() += count;
        }
    }

    pub(super) fn count(
        &mut self,
        step: &Step,
        decision: &Decision,
        observed: &Observed,
        before: &Book,
        book: &Book,
        now: Timestamp,
    ) {
        let command = name(&decision.command);
        self.see(format!("{command} {}", word(observed)));
        if *step == Step::Retry && matches!(observed, Observed::Paid { replayed: false, .. }) {
            self.see("retry paid".into());
        }
        if *step == Step::Retry
            && matches!(observed, Observed::Pending { .. })
            && !decision.changes.new_orders.is_empty()
        {
            self.see("retry pending".into());
        }
        self.count_entries(decision, book, now);
        self.count_holds(decision, book);
        self.count_lots(decision, before, book);
        self.count_late(decision, before, book);
        for id in &decision.changes.changed_subscriptions {
            let (old, new) = (&before.subscriptions[id], &book.subscriptions[id]);
            self.see(format!("{} subscription now {}", old.status.as_str(), new.status.as_str()));
        }
        for letter in &decision.changes.letters {
            self.see(format!("letter {}", letter.kind.as_str()));
        }
        self.count_back(decision, before, book);
        for id in &decision.changes.changed_orders {
            let (old, new) = (&before.orders[id], &book.orders[id]);
            if new.kind == OrderKind::Change && old.status != new.status {
                self.see(format!("change order {}", new.status.as_str()));
            }
        }
        for id in &decision.changes.changed_subscriptions {
            let (old, new) = (&before.subscriptions[id], &book.subscriptions[id]);
            if !new.carried().is_empty() {
                self.see("change carried".into());
            } else if !old.carried().is_empty() && new.period != old.period {
                self.see("renewal with what was carried".into());
            }
        }
        self.count_apps(decision, before, book);
        self.count_quote(decision, before);
        for refund in &decision.changes.new_refunds {
            if refund.credited_minor > 0 {
                let both = if refund.credit_minor > 0 { " and credit" } else { "" };
                self.see(format!("credit back of a card{both}"));
            }
        }
        for id in &decision.changes.new_orders {
            let order = &book.orders[id];
            if order.rounding_minor != 0 {
                self.see("order rounded".into());
            }
            if order.credit_minor > 0 && order.charge_minor > 0 {
                self.see("order split".into());
            }
            if order.total_minor == 0 && order.code.is_some() {
                self.see("order of nothing with a code".into());
            }
        }
        for id in &decision.changes.new_redemptions {
            let new = &book.redemptions[id];
            if new.cap > 0 && new.ordinal == new.cap {
                self.see("redemption of the last slot".into());
            }
            let released = |state| state == RedemptionState::Released;
            if before.redemptions.values().any(|old| {
                released(old.state) && old.code == new.code && old.user_id == new.user_id
            }) {
                self.see("redemption after a release".into());
            }
        }
    }

    fn count_quote(&mut self, decision: &Decision, before: &Book) {
        let (Command::Checkout(request), Ok(Outcome::Quoted(quote))) =
            (&decision.command, &decision.result)
        else {
            return;
        };
        if before.accounts[&request.tenant_id].pending_order.is_some() {
            self.see("quote beside a pending order".into());
        }
        let months = match quote.cover.months() {
            None => "always",
            Some(0) => "nothing",
            Some(1) => "a month",
            Some(_) => "months",
        };
        self.see(format!("quote that covers {months}"));
    }

    fn count_apps(&mut self, decision: &Decision, before: &Book, book: &Book) {
        let Command::ChangeSubscription(request) = &decision.command else { return };
        let (Some(app), false) = (&request.app, request.preview) else { return };
        let apps = |book: &Book| book.accounts[&request.tenant_id].apps.clone();
        if decision.result.is_err() || apps(before) == apps(book) {
            return;
        }
        let own = |book: &Book| book.accounts[&request.tenant_id].dedicated.clone();
        match app {
            AppChange::Install { .. } if own(before) != own(book) => {
                self.see("app installed with its own".into());
            }
            AppChange::Install { .. } => self.see("app installed".into()),
            AppChange::Uninstall { .. } => self.see("app uninstalled".into()),
        }
    }

    fn count_entries(&mut self, decision: &Decision, book: &Book, now: Timestamp) {
        let entries = &decision.changes.entries;
        for entry in entries {
            self.see(format!("entry {}", entry.kind.as_str()));
            if entry.owed_minor > 0 {
                self.see(format!("entry {} owed", entry.kind.as_str()));
            }
            let lot = entry.lot_id.and_then(|id| {
                book.accounts.values().find_map(|account| account.wallet.lots.get(&id))
            });
            if entry.kind == EntryKind::Post && lot.is_some_and(|lot| lot.expired(now)) {
                self.see("entry post after expiry".into());
            }
        }
        if entries.iter().filter(|entry| entry.kind == EntryKind::Draw).count() > 1 {
            self.see("draw from several lots".into());
        }
    }

    fn count_holds(&mut self, decision: &Decision, book: &Book) {
        for id in &decision.changes.changed_holds {
            let hold = &book.holds[id];
            self.see(format!("hold {}", hold.state.as_str()));
            if hold.state == HoldState::Posted && hold.post_minor < hold.amount_minor {
                self.see("hold posted in part".into());
            }
        }
        if decision.changes.new_holds.len() > 1 {
            self.see("holds on several lots".into());
        }
    }

    fn count_late(&mut self, decision: &Decision, before: &Book, book: &Book) {
        for id in &decision.changes.changed_orders {
            let old = before.orders.get(id).map(|order| order.status);
            let late = old.is_some_and(|old| old != OrderStatus::Pending);
            if late && book.orders[id].status == OrderStatus::Completed {
                self.see("order completed late".into());
            }
        }
        for id in &decision.changes.changed_redemptions {
            if before.redemptions[id].state == RedemptionState::Released {
                self.see("redemption that came back".into());
            }
        }
    }

    fn count_back(&mut self, decision: &Decision, before: &Book, book: &Book) {
        for refund in &decision.changes.new_refunds {
            if refund.credit_minor > 0 && refund.card_minor > 0 {
                self.see("refund of both sides".into());
            }
            if refund.voucher_freed {
                self.see("refund that frees its voucher".into());
            }
            let earlier = before.refunds.values().any(|old| old.order_id == refund.order_id);
            if earlier {
                self.see("refund of an order that was refunded".into());
            }
        }
        for id in &decision.changes.changed_disputes {
            let (Some(old), new) = (before.disputes.get(id), &book.disputes[id]) else { continue };
            if new.clawed_minor() < old.clawed_minor() {
                self.see(format!("dispute {} eased", new.state.as_str()));
            }
        }
        for id in &decision.changes.new_disputes {
            if book.disputes[id].clawed_minor() > 0 {
                self.see("dispute that took something".into());
            }
        }
    }

    fn count_lots(&mut self, decision: &Decision, before: &Book, book: &Book) {
        for (tenant_id, lot_id) in &decision.changes.changed_lots {
            let old = before.accounts[tenant_id].wallet.lots[lot_id].expires_at;
            let lot = &book.accounts[tenant_id].wallet.lots[lot_id];
            if old != lot.expires_at && lot.remaining_minor > 0 {
                self.see("lot given grace".into());
            }
        }
        for (tenant_id, lot_id) in &decision.changes.new_lots {
            if book.accounts[tenant_id].wallet.lots[lot_id].remaining_minor == 0 {
                self.see("lot settled whole".into());
            }
        }
    }

    fn see(&mut self, name: String) {
        *self.0.entry(name).or_default() += 1;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|(name, count)| writeln!(f, "{count:>9}  {name}"))
    }
}

fn name(command: &Command) -> &'static str {
    match command {
        Command::Checkout(c) if c.preview => "quote",
        Command::Checkout(_) => "checkout",
        Command::RedeemVoucher(_) => "redeem",
        Command::CompleteOrder(_) => "complete",
        Command::CloseOrder { .. } => "close",
        Command::AttachSession { .. } => "attach",
        Command::Adjust(_) => "adjust",
        Command::Expire { .. } => "expire",
        Command::Renew { .. } => "renew",
        Command::RetryDue { .. } => "retry due",
        Command::FailAttempt(_) => "fail",
        Command::AttachIntent { .. } => "attach intent",
        Command::Cancel(_) => "cancel",
        Command::Resume { .. } => "resume",
        Command::EndOrganization { .. } => "end",
        Command::WarnOfLowCredit { .. } => "warn",
        Command::ChangeSubscription(_) => "change",
        Command::RefundOrder(_) => "refund",
        Command::BookRefund(_) => "book refund",
        Command::ReportDispute(_) => "dispute",
        Command::RecordUsage(_) => "usage",
        Command::MoveAway(_) => "move",
    }
}

/// The outcome without its numbers.
fn word(observed: &Observed) -> String {
    let replay = |replayed: &bool| if *replayed { " replayed" } else { "" };
    match observed {
        Observed::NoCommand => "nothing".into(),
        Observed::Paid { replayed, .. } => format!("paid{}", replay(replayed)),
        Observed::Session { replayed, .. } => format!("session{}", replay(replayed)),
        Observed::Redeemed { replayed, .. } => format!("redeemed{}", replay(replayed)),
        Observed::Refunded { replayed, .. } => format!("refunded{}", replay(replayed)),
        Observed::Changed { order, credited_minor, replayed, .. } => {
            let how = match (order, credited_minor) {
                (Some(_), _) => "paid",
                (None, 0) => "done",
                (None, _) => "credited",
            };
            format!("{how}{}", replay(replayed))
        }
        Observed::Previewed { .. } => "previewed".into(),
        Observed::Quoted(_) => "quoted".into(),
        Observed::Pending { .. } => "pending".into(),
        Observed::Supersede { .. } => "supersede".into(),
        Observed::Returned { .. } => "returned".into(),
        Observed::Billed { .. } => "billed".into(),
        Observed::Recorded(_) => "recorded".into(),
        Observed::Done => "done".into(),
        Observed::Refused(refusal) => {
            let end = refusal.find([' ', '{']).unwrap_or(refusal.len());
            format!("refused {}", refusal[..end].trim_end_matches("(0)").trim_end_matches("(1)"))
        }
    }
}
