//! An Organization's wallet: lots of credit, what is held of them, and what is owed.
//!
//! Every change keeps `0 <= held <= balance`, `balance` = what remains in the lots, and for each lot
//! `0 <= held <= remaining <= amount`. Methods either change everything they say or return an error
//! and the caller drops its copy.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use crate::ids::LotId;
use crate::money::checked_sum;
use crate::timestamp::Timestamp;

/// A held lot that expired before its hold was voided stays usable for this long.
pub const GRACE_AFTER_VOID_DAYS: i64 = 7;

/// Where a lot of credit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LotSource {
    Voucher,
    Refund,
    Adjustment,
    Migration,
}

impl LotSource {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voucher => "voucher",
            Self::Refund => "refund",
            Self::Adjustment => "adjustment",
            Self::Migration => "migration",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Voucher, Self::Refund, Self::Adjustment, Self::Migration]
            .into_iter()
            .find(|source| source.as_str() == text)
    }
}

/// Credit granted at one time, for one reason, with one end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    pub id: LotId,
    pub source: LotSource,
    /// The voucher code, or the reason given for an adjustment.
    pub reference: String,
    /// Given free of charge, rather than paid for.
    pub promotional: bool,
    /// Smaller is drawn first.
    pub priority: i16,
    pub amount_minor: i64,
    /// Not drawn yet; what is held is part of it.
    pub remaining_minor: i64,
    pub held_minor: i64,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl Lot {
    #[must_use]
    pub const fn free_minor(&self) -> i64 {
        self.remaining_minor.saturating_sub(self.held_minor)
    }

    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Which of two lots is drawn first: priority, earliest expiry, promotional before paid, oldest,
    /// identifier.
    #[must_use]
    pub fn burn_order(&self, other: &Self) -> Ordering {
        let end = |lot: &Self| lot.expires_at.map_or(i64::MAX, Timestamp::micros);
        self.priority
            .cmp(&other.priority)
            .then_with(|| end(self).cmp(&end(other)))
            .then_with(|| other.promotional.cmp(&self.promotional))
            .then_with(|| self.created_at.cmp(&other.created_at))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// An amount taken from, or held in, one lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotAmount {
    pub lot_id: LotId,
    pub amount_minor: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalletError {
    /// Less credit is available than was asked for.
    Insufficient,
    /// The amounts would leave the range of `i64`.
    Overflow,
    /// The lot is not in this wallet, or holds less than was said.
    LotMismatch,
}

impl fmt::Display for WalletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Insufficient => "not enough credit is available",
            Self::Overflow => "the amount is too large for a wallet",
            Self::LotMismatch => "the lot does not hold this amount",
        })
    }
}

impl core::error::Error for WalletError {}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wallet {
    pub balance_minor: i64,
    pub held_minor: i64,
    /// Spent credit that was taken back afterwards; later grants settle it first.
    pub owed_minor: i64,
    /// Lots with something remaining. Empty lots may be absent, but for those of reserved redemptions,
    /// which a release takes back.
    pub lots: BTreeMap<LotId, Lot>,
}

impl Wallet {
    /// Credit that can be spent at `now`: not held, not expired.
    #[must_use]
    pub fn available_minor(&self, now: Timestamp) -> i64 {
        checked_sum(self.lots.values().filter(|lot| !lot.expired(now)).map(Lot::free_minor))
            .unwrap_or(i64::MAX)
    }

    /// Adds a lot and settles what is owed from it; the settled amount is returned.
    ///
    /// # Errors
    /// [`WalletError::Overflow`].
    pub fn grant(&mut self, lot: Lot) -> Result<i64, WalletError> {
        let id = lot.id;
        self.balance_minor =
            self.balance_minor.checked_add(lot.amount_minor).ok_or(WalletError::Overflow)?;
        let granted = lot.amount_minor;
        self.lots.insert(id, lot);
        self.settle(id, granted)
    }

    /// The lots a draw of `amount_minor` takes from, in burn order, without taking it.
    ///
    /// # Errors
    /// [`WalletError::Insufficient`].
    pub fn plan_draw(
        &self,
        amount_minor: i64,
        now: Timestamp,
    ) -> Result<Vec<LotAmount>, WalletError> {
        let mut lots: Vec<&Lot> =
            self.lots.values().filter(|lot| lot.free_minor() > 0 && !lot.expired(now)).collect();
        lots.sort_by(|a, b| a.burn_order(b));
        let mut left = amount_minor;
        let mut plan = Vec::new();
        for lot in lots {
            if left == 0 {
                break;
            }
            let amount_minor = left.min(lot.free_minor());
            left = sub(left, amount_minor)?;
            plan.push(LotAmount { lot_id: lot.id, amount_minor });
        }
        if left == 0 { Ok(plan) } else { Err(WalletError::Insufficient) }
    }

    /// Draws `amount_minor` and names the lots it took from.
    ///
    /// # Errors
    /// [`WalletError::Insufficient`].
    pub fn draw(
        &mut self,
        amount_minor: i64,
        now: Timestamp,
    ) -> Result<Vec<LotAmount>, WalletError> {
        let plan = self.plan_draw(amount_minor, now)?;
        for part in &plan {
            self.take(part.lot_id, part.amount_minor)?;
        }
        Ok(plan)
    }

    /// Sets `amount_minor` of one lot aside.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot has less to spare.
    pub fn hold(&mut self, lot_id: LotId, amount_minor: i64) -> Result<(), WalletError> {
        let lot = self.lots.get_mut(&lot_id).ok_or(WalletError::LotMismatch)?;
        if amount_minor < 0 || amount_minor > lot.free_minor() {
            return Err(WalletError::LotMismatch);
        }
        lot.held_minor = add(lot.held_minor, amount_minor)?;
        self.held_minor = add(self.held_minor, amount_minor)?;
        Ok(())
    }

    /// Ends a hold and draws `post_minor` of it; the rest is free again.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot does not hold that much.
    pub fn post(
        &mut self,
        lot_id: LotId,
        held_minor: i64,
        post_minor: i64,
    ) -> Result<(), WalletError> {
        if !(0..=held_minor).contains(&post_minor) {
            return Err(WalletError::LotMismatch);
        }
        self.unhold(lot_id, held_minor)?;
        self.take(lot_id, post_minor)
    }

    /// Ends a hold without drawing. A lot that expired meanwhile gets seven more days.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot does not hold that much.
    pub fn void(
        &mut self,
        lot_id: LotId,
        held_minor: i64,
        now: Timestamp,
    ) -> Result<(), WalletError> {
        self.unhold(lot_id, held_minor)?;
        let lot = self.lots.get_mut(&lot_id).ok_or(WalletError::LotMismatch)?;
        if lot.expired(now) {
            lot.expires_at = Some(now.plus_days(GRACE_AFTER_VOID_DAYS));
        }
        Ok(())
    }

    /// Takes a granted lot back whole. Returns what was still in it; the rest, spent already, is owed.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot is unknown or partly held.
    pub fn take_back(&mut self, lot_id: LotId) -> Result<(i64, i64), WalletError> {
        let lot = self.lots.get(&lot_id).ok_or(WalletError::LotMismatch)?;
        if lot.held_minor != 0 {
            return Err(WalletError::LotMismatch);
        }
        let taken = lot.remaining_minor;
        let owed = sub(lot.amount_minor, taken)?;
        self.take(lot_id, taken)?;
        self.owed_minor = add(self.owed_minor, owed)?;
        Ok((taken, owed))
    }

    /// Puts `amount_minor` back into the lot it was drawn or taken from, and settles what is owed from it; the
    /// settled amount is returned. A lot that ends keeps its end, but lasts at least until `at_least`.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot is unknown or never had that much.
    pub fn give_back(
        &mut self,
        lot_id: LotId,
        amount_minor: i64,
        at_least: Timestamp,
    ) -> Result<i64, WalletError> {
        let lot = self.lots.get_mut(&lot_id).ok_or(WalletError::LotMismatch)?;
        let remaining_minor = add(lot.remaining_minor, amount_minor)?;
        if amount_minor < 0 || remaining_minor > lot.amount_minor {
            return Err(WalletError::LotMismatch);
        }
        lot.remaining_minor = remaining_minor;
        lot.expires_at = lot.expires_at.map(|end| end.max(at_least));
        self.balance_minor = add(self.balance_minor, amount_minor)?;
        self.settle(lot_id, amount_minor)
    }

    /// Takes what is left of a lot; `spent_minor` of what is gone is owed. What was taken is returned.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where the lot is unknown, partly held, or never had that much.
    pub fn recall(&mut self, lot_id: LotId, spent_minor: i64) -> Result<i64, WalletError> {
        let lot = self.lots.get(&lot_id).ok_or(WalletError::LotMismatch)?;
        let (taken, gone) = (lot.remaining_minor, sub(lot.amount_minor, lot.remaining_minor)?);
        if lot.held_minor != 0 || !(0..=gone).contains(&spent_minor) {
            return Err(WalletError::LotMismatch);
        }
        self.take(lot_id, taken)?;
        self.owed_minor = add(self.owed_minor, spent_minor)?;
        Ok(taken)
    }

    /// Lowers what is owed by at most `amount_minor`; answers by how much.
    ///
    /// # Errors
    /// [`WalletError::Overflow`].
    pub fn forgive(&mut self, amount_minor: i64) -> Result<i64, WalletError> {
        let forgiven = self.owed_minor.min(amount_minor).max(0);
        self.owed_minor = sub(self.owed_minor, forgiven)?;
        Ok(forgiven)
    }

    /// Pays what is owed from one lot.
    fn settle(&mut self, lot_id: LotId, at_most_minor: i64) -> Result<i64, WalletError> {
        let settled = self.owed_minor.min(at_most_minor);
        if settled > 0 {
            self.take(lot_id, settled)?;
            self.owed_minor = sub(self.owed_minor, settled)?;
        }
        Ok(settled)
    }

    /// Takes everything that remains, expired or not, and forgives what is owed. Nothing may be held.
    ///
    /// # Errors
    /// [`WalletError::LotMismatch`] where something is held.
    pub fn empty(&mut self) -> Result<Vec<LotAmount>, WalletError> {
        if self.held_minor != 0 {
            return Err(WalletError::LotMismatch);
        }
        let filled = self.lots.values().filter(|lot| lot.remaining_minor > 0);
        let parts: Vec<LotAmount> = filled
            .map(|lot| LotAmount { lot_id: lot.id, amount_minor: lot.remaining_minor })
            .collect();
        for part in &parts {
            self.take(part.lot_id, part.amount_minor)?;
        }
        self.owed_minor = 0;
        Ok(parts)
    }

    /// Takes `amount_minor` of available credit back in burn order; what is not there is owed.
    ///
    /// # Errors
    /// [`WalletError::Overflow`].
    pub fn claw_back(
        &mut self,
        amount_minor: i64,
        now: Timestamp,
    ) -> Result<(Vec<LotAmount>, i64), WalletError> {
        let taken = amount_minor.min(self.available_minor(now));
        let owed = sub(amount_minor, taken)?;
        let parts = self.draw(taken, now)?;
        self.owed_minor = add(self.owed_minor, owed)?;
        Ok((parts, owed))
    }

    /// Writes off what expired and is not held.
    ///
    /// # Errors
    /// None in a sound wallet.
    pub fn expire(&mut self, now: Timestamp) -> Result<Vec<LotAmount>, WalletError> {
        let expired: Vec<LotAmount> = self
            .lots
            .values()
            .filter(|lot| lot.expired(now) && lot.free_minor() > 0)
            .map(|lot| LotAmount { lot_id: lot.id, amount_minor: lot.free_minor() })
            .collect();
        for part in &expired {
            self.take(part.lot_id, part.amount_minor)?;
        }
        Ok(expired)
    }

    /// The invariant that is off, if one is. Checked after every decision of the engine.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let lots = || self.lots.values();
        if !lots().all(|l| 0 <= l.held_minor && l.held_minor <= l.remaining_minor) {
            Some("a lot holds more than remains in it")
        } else if !lots().all(|l| l.remaining_minor <= l.amount_minor) {
            Some("more remains in a lot than was granted")
        } else if checked_sum(lots().map(|l| l.remaining_minor)) != Some(self.balance_minor) {
            Some("the balance is not what remains in the lots")
        } else if checked_sum(lots().map(|l| l.held_minor)) != Some(self.held_minor) {
            Some("the wallet does not hold what its lots hold")
        } else if self.owed_minor < 0 {
            Some("the owed amount is negative")
        } else {
            None
        }
    }

    fn take(&mut self, lot_id: LotId, amount_minor: i64) -> Result<(), WalletError> {
        let lot = self.lots.get_mut(&lot_id).ok_or(WalletError::LotMismatch)?;
        if amount_minor < 0 || amount_minor > lot.free_minor() {
            return Err(WalletError::LotMismatch);
        }
        lot.remaining_minor = sub(lot.remaining_minor, amount_minor)?;
        self.balance_minor = sub(self.balance_minor, amount_minor)?;
        Ok(())
    }

    fn unhold(&mut self, lot_id: LotId, held_minor: i64) -> Result<(), WalletError> {
        let lot = self.lots.get_mut(&lot_id).ok_or(WalletError::LotMismatch)?;
        if held_minor < 0 || held_minor > lot.held_minor {
            return Err(WalletError::LotMismatch);
        }
        lot.held_minor = sub(lot.held_minor, held_minor)?;
        self.held_minor = sub(self.held_minor, held_minor)?;
        Ok(())
    }
}

fn add(a: i64, b: i64) -> Result<i64, WalletError> {
    a.checked_add(b).ok_or(WalletError::Overflow)
}

fn sub(a: i64, b: i64) -> Result<i64, WalletError> {
    a.checked_sub(b).ok_or(WalletError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn lot(id: u128, amount_minor: i64) -> Lot {
        Lot {
            id: LotId(Uuid::from_u128(id)),
            source: LotSource::Voucher,
            reference: "CODE".into(),
            promotional: true,
            priority: 100,
            amount_minor,
            remaining_minor: amount_minor,
            held_minor: 0,
            created_at: NOW,
            expires_at: None,
        }
    }

    fn wallet(lots: Vec<Lot>) -> Wallet {
        let mut wallet = Wallet::default();
        for lot in lots {
            wallet.grant(lot).unwrap();
        }
        wallet
    }

    fn taken(parts: &[LotAmount]) -> Vec<(u128, i64)> {
        parts.iter().map(|part| (part.lot_id.0.as_u128(), part.amount_minor)).collect()
    }

    #[test]
    fn lots_burn_in_their_order() {
        let soon = Lot { expires_at: Some(NOW.plus_days(1)), ..lot(1, 10) };
        let later = Lot { expires_at: Some(NOW.plus_days(9)), ..lot(2, 10) };
        let first = Lot { priority: 1, ..lot(3, 10) };
        let paid = Lot { promotional: false, ..lot(4, 10) };
        let old = Lot { created_at: NOW.plus_days(-1), ..lot(5, 10) };
        let plain = lot(6, 10);
        let mut wallet = wallet(vec![plain, paid, later, old, soon, first]);
        let parts = wallet.draw(55, NOW).unwrap();
        assert_eq!(taken(&parts), [(3, 10), (1, 10), (2, 10), (5, 10), (6, 10), (4, 5)]);
        assert_eq!(wallet.available_minor(NOW), 5);
        assert_eq!(wallet.draw(6, NOW), Err(WalletError::Insufficient));
        assert_eq!(wallet.fault(), None);
    }

    #[test]
    fn expired_credit_is_not_spent_even_before_the_sweep() {
        let mut wallet = wallet(vec![Lot { expires_at: Some(NOW), ..lot(1, 10) }, lot(2, 5)]);
        assert_eq!(wallet.available_minor(NOW), 5);
        assert_eq!(wallet.draw(6, NOW), Err(WalletError::Insufficient));
        assert_eq!(taken(&wallet.expire(NOW).unwrap()), [(1, 10)]);
        assert_eq!(wallet.balance_minor, 5);
        assert_eq!(wallet.expire(NOW).unwrap(), []);
    }

    #[test]
    fn a_hold_survives_expiry_and_a_void_gives_seven_days() {
        let end = NOW.plus_days(1);
        let id = LotId(Uuid::from_u128(1));
        let mut held = wallet(vec![Lot { expires_at: Some(end), ..lot(1, 10) }]);
        held.hold(id, 8).unwrap();
        assert_eq!(held.available_minor(NOW), 2);
        assert_eq!(taken(&held.expire(end).unwrap()), [(1, 2)]);

        let mut posted = held.clone();
        posted.post(id, 8, 8).unwrap();
        assert_eq!((posted.balance_minor, posted.held_minor), (0, 0));

        held.void(id, 8, end).unwrap();
        assert_eq!(held.available_minor(end), 8);
        assert_eq!(held.lots[&id].expires_at, Some(end.plus_days(7)));
        assert_eq!(held.fault(), None);
    }

    #[test]
    fn spent_credit_that_is_taken_back_is_owed_and_settled_by_the_next_grant() {
        let mut wallet = wallet(vec![lot(1, 10)]);
        wallet.draw(7, NOW).unwrap();
        assert_eq!(wallet.take_back(LotId(Uuid::from_u128(1))).unwrap(), (3, 7));
        assert_eq!((wallet.balance_minor, wallet.owed_minor), (0, 7));
        assert_eq!(wallet.grant(lot(2, 5)).unwrap(), 5);
        assert_eq!(wallet.grant(lot(3, 5)).unwrap(), 2);
        assert_eq!((wallet.balance_minor, wallet.owed_minor), (3, 0));
        let (parts, owed) = wallet.claw_back(10, NOW).unwrap();
        assert_eq!((taken(&parts), owed), (vec![(3, 3)], 7));
        assert_eq!(wallet.fault(), None);
    }

    #[test]
    fn all_that_there_is_can_be_taken_unless_some_is_held() {
        let old = Lot { expires_at: Some(NOW.plus_days(-1)), ..lot(1, 10) };
        let mut wallet = wallet(vec![old, lot(2, 5)]);
        wallet.owed_minor = 3;
        let mut held = wallet.clone();
        held.hold(LotId(Uuid::from_u128(2)), 1).unwrap();
        assert_eq!(held.empty(), Err(WalletError::LotMismatch));
        assert_eq!(taken(&wallet.empty().unwrap()), [(1, 10), (2, 5)]);
        assert_eq!((wallet.balance_minor, wallet.owed_minor), (0, 0));
        assert_eq!(wallet.fault(), None);
        assert_eq!(wallet.empty().unwrap(), []);
    }

    #[test]
    fn what_comes_back_goes_into_its_lot_and_settles_what_is_owed() {
        let id = LotId(Uuid::from_u128(1));
        let mut wallet = wallet(vec![Lot { expires_at: Some(NOW.plus_days(3)), ..lot(1, 10) }]);
        wallet.draw(8, NOW).unwrap();
        assert_eq!(wallet.give_back(id, 5, NOW.plus_days(30)), Ok(0));
        assert_eq!((wallet.balance_minor, wallet.lots[&id].remaining_minor), (7, 7));
        assert_eq!(wallet.lots[&id].expires_at, Some(NOW.plus_days(30)));
        assert_eq!(wallet.give_back(id, 4, NOW), Err(WalletError::LotMismatch));
        wallet.draw(7, NOW).unwrap();
        wallet.owed_minor = 2;
        assert_eq!(wallet.give_back(id, 5, NOW), Ok(2));
        assert_eq!((wallet.balance_minor, wallet.owed_minor), (3, 0));
        assert_eq!(wallet.lots[&id].expires_at, Some(NOW.plus_days(30)));
        assert_eq!(wallet.fault(), None);
    }

    #[test]
    fn a_hold_cannot_take_what_is_not_there() {
        let id = LotId(Uuid::from_u128(1));
        let mut wallet = wallet(vec![lot(1, 10)]);
        wallet.hold(id, 6).unwrap();
        assert_eq!(wallet.hold(id, 5), Err(WalletError::LotMismatch));
        assert_eq!(wallet.hold(id, -1), Err(WalletError::LotMismatch));
        assert_eq!(wallet.post(id, 7, 7), Err(WalletError::LotMismatch));
        assert_eq!(wallet.post(id, 6, 7), Err(WalletError::LotMismatch));
        assert_eq!(wallet.take_back(id), Err(WalletError::LotMismatch));
    }

    #[test]
    fn balances_refuse_to_overflow() {
        let mut wallet = wallet(vec![lot(1, i64::MAX)]);
        assert_eq!(wallet.grant(lot(2, 1)), Err(WalletError::Overflow));
    }
}
