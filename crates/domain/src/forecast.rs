//! How long credit will pay for a subscription, and what of it will expire before it can.
//!
//! The months ahead are walked one by one, and each takes its credit as a renewal would: what has expired by
//! then is gone, lots are drawn in the order of every draw, and a card pays the rest where one can be asked.
//! Nothing is known of what will be used, bought or given meanwhile: months cost what they cost now.

use alloc::vec::Vec;

use crate::calendar::{TimeZone, next_anniversary};
use crate::checkout::{ChargeRules, split};
use crate::ids::LotId;
use crate::timestamp::Timestamp;
use crate::wallet::Wallet;

/// The most months that are looked at: fifty years.
pub const MAX_MONTHS: u32 = 600;

/// The payments that a subscription will ask for.
#[derive(Debug, Clone, Copy)]
pub struct Ahead<'a> {
    /// When the first of them is asked for, which is when the month begins that it pays for.
    pub first_at: Timestamp,
    /// When the subscription's first month began or begins: every other is reckoned from here.
    pub anchor_at: Timestamp,
    pub zone: &'a TimeZone,
    /// What the first payment comes to, with tax, and with what is paid beside the month.
    pub first_minor: i64,
    /// What each further month comes to, with tax.
    pub month_minor: i64,
    /// What a card can be charged; `None` where none can be asked, and a month is paid whole or not at all.
    pub rules: Option<ChargeRules>,
}

/// Until when credit alone pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// The end of the last month that it pays whole, of those that are looked at; where it pays none, the
    /// beginning of the first.
    Until(Timestamp),
    /// Nothing is asked for.
    Always,
}

/// What is left of a lot when it expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unused {
    pub lot_id: LotId,
    pub amount_minor: i64,
    pub expires_at: Timestamp,
}

/// What becomes of a wallet's credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    pub covered: Covered,
    /// How many months credit alone pays, one after the other from the first.
    pub months: u32,
    /// What expires before it can be spent, the earliest first.
    pub unused: Vec<Unused>,
}

/// Walks the months from the first payment on. What is held is another order's, and what has expired by `now`
/// nobody's.
#[must_use]
pub fn forecast(wallet: &Wallet, ahead: &Ahead<'_>, now: Timestamp) -> Forecast {
    let mut left = living(wallet, now);
    let mut unused = Vec::new();
    let mut covered = None;
    let (mut at, mut months) = (ahead.first_at, 0_u32);
    let asks = |month: u32| if month == 0 { ahead.first_minor } else { ahead.month_minor };
    for month in 0..MAX_MONTHS {
        take_expired(&mut left, at, &mut unused);
        let price_minor = asks(month);
        let available_minor = left.available_minor(at);
        if covered.is_none() && available_minor < price_minor {
            covered = Some(Covered::Until(at));
        }
        let is_free = month > 0 && ahead.month_minor <= 0;
        if is_free {
            covered = covered.or(Some(Covered::Always));
        }
        // Nothing will be asked for again, or all is spent.
        if is_free || available_minor == 0 && covered.is_some() {
            break;
        }
        let Ok(split) = split(price_minor, available_minor, ahead.rules) else { break };
        if left.draw(split.credit_minor, at).is_err() {
            break;
        }
        if covered.is_none() {
            months = months.saturating_add(1);
        }
        at = next_anniversary(ahead.anchor_at, at, ahead.zone);
    }
    // Nothing is drawn any more.
    take_expired(&mut left, Timestamp::from_micros(i64::MAX), &mut unused);
    unused.sort_by_key(|unused| (unused.expires_at, unused.lot_id));
    Forecast { covered: covered.unwrap_or(Covered::Until(at)), months, unused }
}

/// What expires where no subscription will ask for anything: all that ever does.
#[must_use]
pub fn unused_without_subscription(wallet: &Wallet, now: Timestamp) -> Vec<Unused> {
    let (mut left, mut unused) = (living(wallet, now), Vec::new());
    take_expired(&mut left, Timestamp::from_micros(i64::MAX), &mut unused);
    unused.sort_by_key(|unused| (unused.expires_at, unused.lot_id));
    unused
}

/// The lots that have not expired.
fn living(wallet: &Wallet, now: Timestamp) -> Wallet {
    let mut living = wallet.clone();
    living.lots.retain(|_, lot| !lot.expired(now));
    let of_lots = |amount: fn(&crate::wallet::Lot) -> i64| {
        living.lots.values().map(amount).fold(0_i64, i64::saturating_add)
    };
    let (balance_minor, held_minor) =
        (of_lots(|lot| lot.remaining_minor), of_lots(|lot| lot.held_minor));
    (living.balance_minor, living.held_minor) = (balance_minor, held_minor);
    living
}

/// Takes what is not held of the lots that have expired by then.
fn take_expired(wallet: &mut Wallet, by: Timestamp, unused: &mut Vec<Unused>) {
    // A sound wallet expires; one that is not has nothing more to say.
    for part in wallet.expire(by).unwrap_or_default() {
        let end = wallet.lots.get(&part.lot_id).and_then(|lot| lot.expires_at);
        let Some(expires_at) = end else { continue };
        unused.push(Unused { lot_id: part.lot_id, amount_minor: part.amount_minor, expires_at });
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use uuid::Uuid;

    use super::*;
    use crate::wallet::{Lot, LotSource};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000); // 2027-01-15T08:00:00Z

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn lot(id: u128, amount_minor: i64, days: Option<i64>) -> Lot {
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
            expires_at: days.map(|days| NOW.plus_days(days)),
        }
    }

    fn wallet(lots: Vec<Lot>) -> Wallet {
        let mut wallet = Wallet::default();
        for lot in lots {
            wallet.grant(lot).unwrap();
        }
        wallet
    }

    /// Nine a month from now on, and no card.
    fn ahead() -> Ahead<'static> {
        static UTC: TimeZone = TimeZone::UTC;
        let (first_minor, month_minor) = (9_000, 9_000);
        Ahead { first_at: NOW, anchor_at: NOW, zone: &UTC, first_minor, month_minor, rules: None }
    }

    fn parts(unused: &[Unused]) -> Vec<(u128, i64)> {
        unused.iter().map(|part| (part.lot_id.0.as_u128(), part.amount_minor)).collect()
    }

    #[test]
    fn whole_months_are_covered() {
        let until = |credit_minor| {
            let found = forecast(&wallet(vec![lot(1, credit_minor, None)]), &ahead(), NOW);
            assert!(found.unused.is_empty());
            (found.months, found.covered)
        };
        assert_eq!(until(8_999), (0, Covered::Until(NOW)));
        assert_eq!(until(9_000), (1, Covered::Until(at("2027-02-15T08:00:00Z"))));
        assert_eq!(until(20_000), (2, Covered::Until(at("2027-03-15T08:00:00Z"))));
        assert_eq!(until(9_000 * 12), (12, Covered::Until(at("2028-01-15T08:00:00Z"))));
        let fifty_years = Covered::Until(at("2077-01-15T08:00:00Z"));
        assert_eq!(until(i64::MAX), (MAX_MONTHS, fifty_years));
        let none = forecast(&Wallet::default(), &ahead(), NOW);
        assert_eq!((none.months, none.covered), (0, Covered::Until(NOW)));
    }

    #[test]
    fn lots_that_expire_pay_what_they_can_before() {
        // Two months are paid by day 40; what is left of the lot is gone by the third.
        let found = forecast(&wallet(vec![lot(1, 25_000, Some(40))]), &ahead(), NOW);
        assert_eq!(found.covered, Covered::Until(at("2027-03-15T08:00:00Z")));
        assert_eq!(parts(&found.unused), [(1, 7_000)]);
        assert_eq!(found.unused[0].expires_at, NOW.plus_days(40));
        // What lasts is spared for as long.
        let both = wallet(vec![lot(1, 9_000, None), lot(2, 12_000, Some(40))]);
        let found = forecast(&both, &ahead(), NOW);
        assert_eq!((found.months, parts(&found.unused)), (2, vec![]));
    }

    #[test]
    fn a_lot_that_expires_when_a_month_begins_pays_nothing_of_it() {
        let next = at("2027-02-15T08:00:00Z");
        let mut ending = lot(1, 18_000, None);
        ending.expires_at = Some(next);
        let found = forecast(&wallet(vec![ending.clone()]), &ahead(), NOW);
        assert_eq!((found.months, parts(&found.unused)), (1, vec![(1, 9_000)]));
        ending.expires_at = Some(Timestamp::from_micros(next.micros() + 1));
        let found = forecast(&wallet(vec![ending]), &ahead(), NOW);
        assert_eq!((found.months, parts(&found.unused)), (2, vec![]));
    }

    #[test]
    fn credit_that_does_not_pay_a_month_is_used_beside_a_card_only() {
        let short = wallet(vec![lot(1, 4_000, Some(10))]);
        let alone = forecast(&short, &ahead(), NOW);
        assert_eq!((alone.covered, parts(&alone.unused)), (Covered::Until(NOW), vec![(1, 4_000)]));
        let rules = Some(ChargeRules { minimum_minor: 100, step_minor: 10 });
        let beside = forecast(&short, &Ahead { rules, ..ahead() }, NOW);
        assert_eq!((beside.covered, parts(&beside.unused)), (Covered::Until(NOW), vec![]));
    }

    #[test]
    fn the_first_payment_may_be_another_and_later() {
        let later = Ahead { first_at: NOW.plus_days(20), first_minor: 1_000, ..ahead() };
        let found =
            forecast(&wallet(vec![lot(1, 10_000, None), lot(2, 500, Some(10))]), &later, NOW);
        assert_eq!((found.months, parts(&found.unused)), (2, vec![(2, 500)]));
    }

    #[test]
    fn what_is_held_or_has_expired_is_left_alone() {
        let mut wallet =
            wallet(vec![lot(1, 9_000, Some(5)), lot(2, 9_000, Some(-1)), lot(3, 9_000, None)]);
        wallet.hold(LotId(Uuid::from_u128(1)), 6_000).unwrap();
        let found = forecast(&wallet, &ahead(), NOW);
        assert_eq!((found.months, parts(&found.unused)), (1, vec![]));
        assert_eq!(parts(&unused_without_subscription(&wallet, NOW)), [(1, 3_000)]);
    }

    #[test]
    fn what_costs_nothing_is_covered_without_end() {
        let free = Ahead { first_minor: 0, month_minor: 0, ..ahead() };
        let found = forecast(&wallet(vec![lot(1, 5_000, Some(9))]), &free, NOW);
        assert_eq!((found.covered, parts(&found.unused)), (Covered::Always, vec![(1, 5_000)]));
        let found = forecast(&Wallet::default(), &free, NOW);
        assert_eq!(found.covered, Covered::Always);
    }
}
