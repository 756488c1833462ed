//! Credit that goes back to the lots it was drawn from.
//!
//! What was drawn last comes back first: credit that burns late, such as credit that never ends, is what the
//! customer gets back of a part. A lot keeps its end and lasts thirty days at least. What the customer owes
//! is settled from it first. Whatever gives credit of an order back plans it with [`Book::plan_return`] on a
//! copy of the wallet, and files it with [`Book::enter_return`] and a refund of as much credit, by which the
//! ledger is checked. Its command must be among those whose orders' draws are loaded.

use alloc::vec::Vec;

use super::command::Refusal;
use super::credit::Line;
use super::rows::{EntryKind, Order};
use super::{Book, Context};
use crate::ids::{LotId, OrderId};
use crate::wallet::{LotAmount, Wallet, WalletError};

/// A lot that credit came back to lasts at least so many days from then on.
pub const RETURNED_CREDIT_DAYS: i64 = 30;

/// Credit on its way back, not yet in the book.
#[derive(Debug, Default)]
pub(super) struct Return {
    /// What ended in the wallet before anything came back.
    pub(super) expired: Vec<LotAmount>,
    pub(super) parts: Vec<ReturnedPart>,
}

#[derive(Debug)]
pub(super) struct ReturnedPart {
    pub(super) part: LotAmount,
    /// What was owed, and is settled from it.
    pub(super) settled_minor: i64,
}

impl Book {
    /// What can still go back of the credit that an order drew.
    pub(super) fn drawn_minor(&self, order_id: OrderId) -> i64 {
        let draws = self.draws.get(&order_id).into_iter().flatten();
        draws.map(|part| part.amount_minor).fold(0, i64::saturating_add)
    }

    /// Puts `amount_minor` of an order's credit back into a copy of the wallet.
    pub(super) fn plan_return(
        &self,
        order_id: OrderId,
        amount_minor: i64,
        wallet: &mut Wallet,
        context: &Context<'_>,
    ) -> Result<Return, Refusal> {
        let draws = self.draws.get(&order_id).map(Vec::as_slice).unwrap_or_default();
        give_back(draws, amount_minor, wallet, context)
    }

    /// Files what came back of an order's credit. The wallet was put back before.
    pub(super) fn enter_return(
        &mut self,
        order: &Order,
        returned: Return,
        context: &mut Context<'_>,
    ) {
        for part in &returned.parts {
            self.note_returned(order.id, part.part);
        }
        self.enter_given_back(order, EntryKind::Refund, "order-refund", returned, context);
    }

    /// The ledger lines of credit that came back.
    pub(super) fn enter_given_back(
        &mut self,
        order: &Order,
        kind: EntryKind,
        reason: &str,
        returned: Return,
        context: &mut Context<'_>,
    ) {
        let (tenant_id, customer_id) = (&order.tenant_id, order.customer_id);
        self.enter_expiry(tenant_id, customer_id, returned.expired, context);
        for ReturnedPart { part, settled_minor } in returned.parts {
            self.changes.change_lot(tenant_id, part.lot_id);
            let LotAmount { lot_id, amount_minor } = part;
            let line = Line { kind, lot_id: Some(lot_id), amount_minor, owed_minor: 0 };
            self.enter(customer_id, line, reason.into(), Some(order.id), context);
            self.enter_settlement(customer_id, lot_id, settled_minor, context);
        }
    }

    /// Takes a ledger line of an order as it was recorded; lines come in the order they were written.
    pub fn load_draw(
        &mut self,
        order_id: OrderId,
        kind: EntryKind,
        lot_id: LotId,
        amount_minor: i64,
    ) {
        let part = LotAmount { lot_id, amount_minor: amount_minor.saturating_abs() };
        match kind {
            EntryKind::Draw | EntryKind::Post => self.note_draw(order_id, part),
            EntryKind::Refund => self.note_returned(order_id, part),
            _ => {}
        }
    }

    /// Takes a ledger line of a lot as it was recorded.
    pub fn load_spent(
        &mut self,
        lot_id: LotId,
        kind: EntryKind,
        amount_minor: i64,
        owed_minor: i64,
    ) {
        self.note_spent(Line { kind, lot_id: Some(lot_id), amount_minor, owed_minor });
    }

    /// Takes note of credit that an order drew.
    pub(super) fn note_draw(&mut self, order_id: OrderId, part: LotAmount) {
        if part.amount_minor > 0 {
            self.draws.entry(order_id).or_default().push(part);
        }
    }

    fn note_returned(&mut self, order_id: OrderId, returned: LotAmount) {
        let draws = self.draws.entry(order_id).or_default();
        subtract_last(draws, returned);
    }

    /// Takes note of what a ledger line spends of its lot, or brings back of what was spent.
    pub(super) fn note_spent(&mut self, line: Line) {
        let spent_minor = line.kind.spent_minor(line.amount_minor, line.owed_minor);
        if let Some((lot_id, spent_minor)) = line.lot_id.zip(spent_minor) {
            let spent = self.spent.entry(lot_id).or_default();
            *spent = spent.saturating_add(spent_minor);
        }
    }
}

/// Puts `amount_minor` back into the lots of `draws`, the last one first.
pub(super) fn give_back(
    draws: &[LotAmount],
    amount_minor: i64,
    wallet: &mut Wallet,
    context: &Context<'_>,
) -> Result<Return, Refusal> {
    if amount_minor == 0 {
        return Ok(Return::default());
    }
    // A lot that ended is given days for what comes back, not for what was left in it.
    let mut returned = Return { expired: wallet.expire(context.now)?, parts: Vec::new() };
    let at_least = context.now.plus_days(RETURNED_CREDIT_DAYS);
    let mut left = amount_minor;
    for draw in draws.iter().rev() {
        let amount_minor = left.min(draw.amount_minor);
        if amount_minor > 0 {
            let settled_minor = wallet.give_back(draw.lot_id, amount_minor, at_least)?;
            let part = LotAmount { lot_id: draw.lot_id, amount_minor };
            returned.parts.push(ReturnedPart { part, settled_minor });
            left = left.checked_sub(amount_minor).ok_or(WalletError::Overflow)?;
        }
    }
    if left == 0 { Ok(returned) } else { Err(WalletError::LotMismatch.into()) }
}

/// Takes an amount off the last entries of its lot, and leaves no entry of nothing.
pub(super) fn subtract_last(parts: &mut Vec<LotAmount>, taken: LotAmount) {
    let mut left = taken.amount_minor;
    for part in parts.iter_mut().rev().filter(|part| part.lot_id == taken.lot_id) {
        let amount_minor = left.min(part.amount_minor);
        part.amount_minor = part.amount_minor.saturating_sub(amount_minor);
        left = left.saturating_sub(amount_minor);
    }
    parts.retain(|part| part.amount_minor > 0);
}
