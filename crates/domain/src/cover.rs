//! How far credit goes: for how many months it pays alone, and until when.

use alloc::vec::Vec;

use crate::calendar::{TimeZone, next_anniversary};
use crate::money::checked_sum;
use crate::timestamp::Timestamp;
use crate::wallet::{Lot, Wallet};

/// More months are not reckoned: prices do not stay for so long.
pub const MAX_MONTHS: u32 = 240;

/// For how long credit pays alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// A card pays a part of the first month.
    Nothing,
    /// So many months, the first one included; the next begins at `until`.
    Months { months: u32, until: Timestamp },
    /// The months cost nothing.
    Always,
}

impl Cover {
    /// The first moment that credit does not pay for; `None` where it pays for none, or for all.
    #[must_use]
    pub const fn until(self) -> Option<Timestamp> {
        match self {
            Self::Months { until, .. } => Some(until),
            Self::Nothing | Self::Always => None,
        }
    }

    /// How many months credit pays alone; `None` where there is nothing to pay.
    #[must_use]
    pub const fn months(self) -> Option<u32> {
        match self {
            Self::Nothing => Some(0),
            Self::Months { months, .. } => Some(months),
            Self::Always => None,
        }
    }
}

/// For how long the credit in `wallet` pays alone for months that cost `month_minor`, where it has paid for the
/// one that begins at `start`. Each further month is drawn on its anniversary, from what has not ended by then.
#[must_use]
pub fn cover(wallet: &Wallet, month_minor: i64, start: Timestamp, zone: &TimeZone) -> Cover {
    if month_minor <= 0 {
        return Cover::Always;
    }
    let mut lots: Vec<&Lot> = wallet.lots.values().filter(|lot| lot.free_minor() > 0).collect();
    lots.sort_by(|a, b| a.burn_order(b));
    let mut left: Vec<(&Lot, i64)> = lots.into_iter().map(|lot| (lot, lot.free_minor())).collect();
    let (mut months, mut until) = (1, next_anniversary(start, start, zone));
    while months < MAX_MONTHS && pay(&mut left, month_minor, until) {
        months = months.saturating_add(1);
        until = next_anniversary(start, until, zone);
    }
    Cover::Months { months, until }
}

/// Takes a month's price, or nothing where there is not so much.
fn pay(left: &mut [(&Lot, i64)], month_minor: i64, at: Timestamp) -> bool {
    left.iter_mut().filter(|(lot, _)| lot.expired(at)).for_each(|(_, free)| *free = 0);
    let available = checked_sum(left.iter().map(|(_, free)| *free)).unwrap_or(i64::MAX);
    if available < month_minor {
        return false;
    }
    let mut wanted = month_minor;
    for (_, free) in left {
        let taken = wanted.min(*free);
        *free = free.saturating_sub(taken);
        wanted = wanted.saturating_sub(taken);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use uuid::Uuid;

    use crate::ids::LotId;
    use crate::wallet::LotSource;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn wallet(lots: &[(i64, Option<&str>)]) -> Wallet {
        let mut wallet = Wallet::default();
        for (number, (amount_minor, end)) in lots.iter().enumerate() {
            let id = LotId(Uuid::from_u128(u128::try_from(number).unwrap()));
            let lot = Lot {
                id,
                source: LotSource::Voucher,
                reference: "CODE".into(),
                promotional: true,
                priority: 100,
                amount_minor: *amount_minor,
                remaining_minor: *amount_minor,
                held_minor: 0,
                created_at: at("2027-01-01T00:00:00Z"),
                expires_at: end.map(at),
            };
            wallet.grant(lot).unwrap();
        }
        wallet
    }

    fn covered(lots: &[(i64, Option<&str>)], month_minor: i64) -> (u32, alloc::string::String) {
        let start = at("2027-01-31T10:00:00Z");
        match cover(&wallet(lots), month_minor, start, &TimeZone::UTC) {
            Cover::Months { months, until } => (months, until.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whole_months_count_from_the_first_one_by_its_anniversaries() {
        assert_eq!(covered(&[], 9_000), (1, "2027-02-28T10:00:00Z".into()));
        assert_eq!(covered(&[(8_999, None)], 9_000), (1, "2027-02-28T10:00:00Z".into()));
        assert_eq!(covered(&[(9_000, None)], 9_000), (2, "2027-03-31T10:00:00Z".into()));
        assert_eq!(covered(&[(20_000, None)], 9_000), (3, "2027-04-30T10:00:00Z".into()));
        assert_eq!(covered(&[(4_500, None), (4_500, None)], 9_000).0, 2);
    }

    #[test]
    fn the_day_is_that_of_the_time_zone() {
        let muscat = TimeZone::fixed(jiff::tz::offset(4));
        // 1 February, 02:00 in Muscat.
        let start = at("2027-01-31T22:00:00Z");
        let cover = cover(&wallet(&[(9_000, None)]), 9_000, start, &muscat);
        let until = at("2027-03-31T22:00:00Z");
        assert_eq!(cover, Cover::Months { months: 2, until });
    }

    #[test]
    fn credit_that_ends_before_its_month_pays_for_none() {
        let before = Some("2027-02-28T10:00:00Z");
        let after = Some("2027-02-28T10:00:00.000001Z");
        assert_eq!(covered(&[(90_000, before)], 9_000).0, 1);
        // What ends first is spent first; the rest of it is gone by the month after.
        assert_eq!(covered(&[(90_000, after)], 9_000).0, 2);
        assert_eq!(covered(&[(12_000, after), (15_000, None)], 9_000).0, 3);
        assert_eq!(covered(&[(5_000, after), (13_000, None)], 9_000).0, 3);
    }

    #[test]
    fn what_is_held_pays_for_nothing_and_what_is_free_goes_on() {
        let mut held = wallet(&[(9_000, None)]);
        held.hold(LotId(Uuid::from_u128(0)), 1).unwrap();
        let start = at("2027-01-31T10:00:00Z");
        assert_eq!(cover(&held, 9_000, start, &TimeZone::UTC).months(), Some(1));
        assert_eq!(cover(&held, 0, start, &TimeZone::UTC), Cover::Always);
        let (months, _) = covered(&[(i64::MAX, None)], 1);
        assert_eq!(months, MAX_MONTHS);
    }
}
