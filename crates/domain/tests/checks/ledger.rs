//! The ledger, added up anew: what the wallets and lots say must be the sum of its lines.

use std::collections::{BTreeMap, BTreeSet};

use sovereign_domain::book::{
    Book, EntryKind, HoldState, LedgerEntry, OrderStatus, PaymentPurpose,
};
use sovereign_domain::ids::{CustomerId, EntryId, LotId, OrderId};
use sovereign_domain::timestamp::Timestamp;

use super::Check;

/// What the lines of one account or one lot add up to. Wide, so that the check cannot overflow where
/// the checked code must not.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    amount: i128,
    owed: i128,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    ids: BTreeSet<EntryId>,
    accounts: BTreeMap<CustomerId, Sums>,
    lots: BTreeMap<LotId, Sums>,
    /// Draws and posts of each order.
    paid: BTreeMap<OrderId, i128>,
    /// What refunds gave back of each order.
    returned: BTreeMap<OrderId, i128>,
    /// What a card had paid of each order and was given as credit.
    credited: BTreeMap<OrderId, i128>,
    /// What each dispute took, by the reason of its lines.
    disputed: BTreeMap<(OrderId, String), i128>,
    /// What was spent of each lot, and has not come back.
    spent: BTreeMap<LotId, i128>,
}

impl Ledger {
    /// Adds the lines of one decision.
    pub(super) fn record(&mut self, entries: &[LedgerEntry], book: &Book, now: Timestamp) -> Check {
        for entry in entries {
            check_line(entry, now)?;
            ensure!(self.ids.insert(entry.id), "the line {entry:?} has the identifier of another");
            let (amount, owed) = (i128::from(entry.amount_minor), i128::from(entry.owed_minor));
            let account = self.accounts.entry(entry.customer_id).or_default();
            account.amount += amount;
            account.owed += owed;
            if let Some(lot_id) = entry.lot_id {
                // Again only where its release took all of it back.
                let known = self.lots.get(&lot_id);
                let empty = known.is_none_or(|sums| (sums.amount, sums.owed) == (0, 0));
                ensure!(
                    if entry.kind == EntryKind::Grant { empty } else { known.is_some() },
                    "{entry:?}: a lot is granted once"
                );
                let lot = self.lots.entry(lot_id).or_default();
                lot.amount += amount;
                lot.owed += owed;
            }
            if let Some(order_id) = entry.order_id {
                self.record_of_order(order_id, entry);
            }
            self.record_spending(entry, book)?;
        }
        Ok(())
    }

    fn record_of_order(&mut self, order_id: OrderId, entry: &LedgerEntry) {
        let amount = i128::from(entry.amount_minor);
        match entry.kind {
            EntryKind::Draw | EntryKind::Post => *self.paid.entry(order_id).or_default() += amount,
            EntryKind::Refund => *self.returned.entry(order_id).or_default() += amount,
            EntryKind::Grant if entry.reason == "plan_change" => {
                *self.credited.entry(order_id).or_default() += amount;
            }
            _ if entry.reason.starts_with("dispute:") => {
                let of = (order_id, entry.reason.clone());
                *self.disputed.entry(of).or_default() += i128::from(entry.owed_minor) - amount;
            }
            _ => {}
        }
    }

    /// Of a voucher that may be redeemed again nothing is left, and what was spent of it is owed.
    fn record_spending(&mut self, entry: &LedgerEntry, book: &Book) -> Check {
        let Some(lot_id) = entry.lot_id else { return Ok(()) };
        let spent = self.spent.entry(lot_id).or_default();
        match entry.kind {
            EntryKind::Release => {
                let order = entry.order_id.and_then(|id| book.orders.get(&id));
                let recalled = order.is_some_and(|order| order.status == OrderStatus::Completed);
                let left = self.lots[&lot_id].amount;
                ensure!(
                    !recalled || (i128::from(entry.owed_minor), left) == (*spent, 0),
                    "{spent} was spent, and {left} is left, where {entry:?}"
                );
                *spent -= i128::from(entry.owed_minor);
            }
            EntryKind::Grant
            | EntryKind::Expiry
            | EntryKind::ClawBack
            | EntryKind::Reversal
            | EntryKind::Moved => {}
            _ => *spent -= i128::from(entry.amount_minor),
        }
        Ok(())
    }

    /// Every wallet against the lines.
    pub(super) fn check(&self, book: &Book) -> Check {
        let mut held: BTreeMap<LotId, i128> = BTreeMap::new();
        for hold in book.holds.values().filter(|hold| hold.state == HoldState::Open) {
            *held.entry(hold.lot_id).or_default() += i128::from(hold.amount_minor);
        }
        for account in book.accounts.values() {
            let wallet = &account.wallet;
            let sums = self.accounts.get(&account.customer_id).copied().unwrap_or_default();
            ensure!(
                0 <= wallet.held_minor && wallet.held_minor <= wallet.balance_minor,
                "0 <= held <= balance: {wallet:?}"
            );
            ensure!(i128::from(wallet.balance_minor) == sums.amount, "{sums:?} is not {wallet:?}");
            ensure!(
                i128::from(wallet.owed_minor) == sums.owed && wallet.owed_minor >= 0,
                "{sums:?} is not {wallet:?}"
            );
            let mut held_of_account = 0;
            for (id, lot) in &wallet.lots {
                ensure!(
                    *id == lot.id
                        && 0 <= lot.held_minor
                        && lot.held_minor <= lot.remaining_minor
                        && lot.remaining_minor <= lot.amount_minor,
                    "0 <= held <= remaining <= amount: {lot:?}"
                );
                let lines = self.lots.get(id).map(|sums| sums.amount);
                ensure!(
                    lines == Some(i128::from(lot.remaining_minor)),
                    "the lines of {lot:?} add up to {lines:?}"
                );
                let holds = held.remove(id).unwrap_or(0);
                ensure!(i128::from(lot.held_minor) == holds, "holds of {holds} are not {lot:?}");
                held_of_account += holds;
            }
            ensure!(
                i128::from(wallet.held_minor) == held_of_account,
                "holds of {held_of_account} are not {wallet:?}"
            );
        }
        ensure!(held.is_empty(), "holds of lots that are in no wallet: {held:?}");
        Ok(())
    }

    /// Every order against the lines that paid for it.
    pub(super) fn check_orders(&self, book: &Book) -> Check {
        for order in book.orders.values() {
            let credit = match order.status {
                OrderStatus::Completed => i128::from(order.credit_minor),
                _ => 0,
            };
            let paid = self.paid.get(&order.id).copied().unwrap_or(0);
            ensure!(paid == -credit, "the draws and posts add up to {paid} for {order:?}");
        }
        ensure!(
            self.paid.keys().all(|id| book.orders.contains_key(id)),
            "a draw for an order that is not there"
        );
        self.check_money_back(book)?;
        // A grant that is released with its order leaves nothing behind, of credit or of debt.
        for redemption in book.redemptions.values().filter(|r| r.closed_at.is_some()) {
            let order = redemption.order_id.map(|id| book.orders[&id].status);
            if redemption.state == sovereign_domain::book::RedemptionState::Released
                && order != Some(OrderStatus::Completed)
            {
                let sums = self.lots.get(&redemption.lot_id).copied().unwrap_or_default();
                ensure!((sums.amount, sums.owed) == (0, 0), "{sums:?} is left of {redemption:?}");
            }
        }
        Ok(())
    }
}

impl Ledger {
    /// Nothing goes back that was not paid, and nothing goes back twice.
    fn check_money_back(&self, book: &Book) -> Check {
        for order in book.orders.values() {
            let refunds = book.refunds.values().filter(|r| r.order_id == order.id);
            let credit: i128 = refunds.clone().map(|refund| i128::from(refund.credit_minor)).sum();
            let credited: i128 = refunds.map(|refund| i128::from(refund.credited_minor)).sum();
            let granted = self.credited.get(&order.id).copied().unwrap_or(0);
            ensure!(credited == granted, "{granted} was granted for {credited} of {order:?}");
            ensure!(credited <= i128::from(order.charge_minor), "{credited} came of {order:?}");
            let returned = self.returned.get(&order.id).copied().unwrap_or(0);
            ensure!(credit == returned, "{returned} came back for {credit} of {order:?}");
            ensure!(credit <= i128::from(order.credit_minor), "{credit} came back of {order:?}");
        }
        let mut disputed = self.disputed.clone();
        for dispute in book.disputes.values() {
            let lines = disputed.remove(&(dispute.order_id, dispute.ledger_reason()));
            let clawed = i128::from(dispute.clawed_minor());
            ensure!(lines.unwrap_or(0) == clawed, "{lines:?} was taken for {dispute:?}");
            ensure!(
                clawed <= i128::from(dispute.amount_minor)
                    && (clawed == 0 || dispute.state.money_is_gone()),
                "{clawed} was taken for {dispute:?}"
            );
        }
        ensure!(disputed.is_empty(), "lines of disputes that are not there: {disputed:?}");
        for payment in book.payments.values() {
            let refunds = book.refunds.values().filter(|r| r.payment_id == Some(payment.id));
            let refunded: i128 = refunds.map(|refund| i128::from(refund.card_minor)).sum();
            let credited = match payment.purpose {
                PaymentPurpose::Order => self.credited.get(&payment.order_id).copied(),
                PaymentPurpose::Returned => None,
            };
            ensure!(
                refunded + credited.unwrap_or(0) <= i128::from(payment.amount_minor),
                "{refunded} was refunded and {credited:?} given as credit of {payment:?}"
            );
            let disputes = book.disputes.values().filter(|d| d.payment_id == payment.id);
            let clawed: i128 = disputes.map(|dispute| i128::from(dispute.clawed_minor())).sum();
            ensure!(
                refunded + clawed <= i128::from(payment.amount_minor),
                "{refunded} was refunded and {clawed} taken back of {payment:?}"
            );
        }
        Ok(())
    }
}

/// What a line may look like by itself.
fn check_line(entry: &LedgerEntry, now: Timestamp) -> Check {
    let LedgerEntry { kind, amount_minor: amount, owed_minor: owed, .. } = *entry;
    let debt_alone = (kind == EntryKind::ClawBack && amount == 0 && owed > 0)
        || (kind == EntryKind::Reversal && amount == 0 && owed < 0);
    ensure!(entry.lot_id.is_some() != debt_alone, "{entry:?} must name its lot");
    let right = match kind {
        EntryKind::Grant => amount >= 0 && owed == 0,
        EntryKind::Draw | EntryKind::Post => amount < 0 && owed == 0 && entry.order_id.is_some(),
        EntryKind::Refund => amount > 0 && owed == 0 && entry.order_id.is_some(),
        EntryKind::Expiry => amount < 0 && owed == 0,
        EntryKind::Release => amount <= 0 && owed >= 0 && entry.order_id.is_some(),
        EntryKind::ClawBack => debt_alone || (amount < 0 && owed == 0),
        EntryKind::Reversal => debt_alone || (amount > 0 && owed == 0 && entry.order_id.is_some()),
        EntryKind::Settlement => amount < 0 && owed == amount,
        // Nothing moves here: tests/moves has some that do.
        EntryKind::Moved => false,
    };
    ensure!(right, "{entry:?} has a sign no such line has");
    ensure!(entry.created_at == now, "{entry:?} was not made at {now}");
    Ok(())
}
