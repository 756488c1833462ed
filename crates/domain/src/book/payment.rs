//! How an order's credit is taken: drawn at once, or held until a card has paid the rest.

use alloc::vec::Vec;

use super::rows::{EntryKind, Hold, HoldState, Order};
use super::{Book, Context};
use crate::checkout::Split;
use crate::ids::{HoldId, LotId};
use crate::wallet::{LotAmount, Wallet, WalletError};

impl Book {
    /// Files an order, a new one or one that was due, with its draws or holds; a paid one is completed at once.
    pub(super) fn put_order(&mut self, order: Order, payment: Payment, context: &mut Context<'_>) {
        let id = order.id;
        if self.orders.contains_key(&id) {
            self.changes.change_order(id);
        } else {
            self.changes.new_orders.insert(id);
        }
        match payment {
            Payment::Drawn(parts) => {
                for part in parts {
                    self.changes.change_lot(&order.tenant_id, part.lot_id);
                    self.enter_draw(&order, EntryKind::Draw, part, context);
                }
                self.orders.insert(id, order);
                self.finish_order(id, context);
            }
            Payment::Held(holds) => {
                for held in holds {
                    self.changes.change_lot(&order.tenant_id, held.lot_id);
                    let hold = Hold {
                        id: HoldId::next(context.ids),
                        order_id: id,
                        customer_id: order.customer_id,
                        lot_id: held.lot_id,
                        amount_minor: held.amount_minor,
                        post_minor: held.post_minor,
                        state: HoldState::Open,
                        created_at: context.now,
                        closed_at: None,
                    };
                    self.changes.new_holds.insert(hold.id);
                    self.holds.insert(hold.id, hold);
                }
                if let Some(account) = self.accounts.get_mut(&order.tenant_id) {
                    account.pending_order = Some(id);
                }
                self.orders.insert(id, order);
            }
        }
    }
}

/// How an order's credit is taken.
pub(super) enum Payment {
    Drawn(Vec<LotAmount>),
    Held(Vec<HeldLot>),
}

pub(super) struct HeldLot {
    lot_id: LotId,
    amount_minor: i64,
    post_minor: i64,
}

impl Payment {
    pub(super) fn make(
        wallet: &mut Wallet,
        split: Split,
        reserved_lot: Option<LotId>,
        context: &Context<'_>,
    ) -> Result<Self, WalletError> {
        if split.charge_minor == 0 {
            return wallet.draw(split.credit_minor, context.now).map(Self::Drawn);
        }
        let mut holds: Vec<HeldLot> = wallet
            .plan_draw(split.credit_minor, context.now)?
            .into_iter()
            .map(|part| HeldLot {
                lot_id: part.lot_id,
                amount_minor: part.amount_minor,
                post_minor: part.amount_minor,
            })
            .collect();
        // A reserved voucher's lot is held whole, so that nobody spends what a release takes back.
        if let Some(lot_id) = reserved_lot {
            let free_minor = wallet.lots.get(&lot_id).map_or(0, crate::wallet::Lot::free_minor);
            match holds.iter_mut().find(|held| held.lot_id == lot_id) {
                Some(held) => held.amount_minor = free_minor,
                None if free_minor > 0 => {
                    holds.push(HeldLot { lot_id, amount_minor: free_minor, post_minor: 0 });
                }
                None => {}
            }
        }
        for held in &holds {
            wallet.hold(held.lot_id, held.amount_minor)?;
        }
        Ok(Self::Held(holds))
    }

    /// Whether the order is paid at once.
    pub(super) fn settles(&self) -> bool {
        matches!(self, Self::Drawn(_))
    }
}
