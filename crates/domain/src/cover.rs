//! How far credit goes: for how many months it pays alone, and until when.

use crate::calendar::{TimeZone, next_anniversary};
use crate::forecast::{Ahead, Covered, forecast};
use crate::timestamp::Timestamp;
use crate::wallet::Wallet;

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
    let ahead = Ahead {
        first_at: next_anniversary(start, start, zone),
        anchor_at: start,
        zone,
        first_minor: month_minor,
        month_minor,
        rules: None,
    };
    let found = forecast(wallet, &ahead, start);
    match found.covered {
        Covered::Until(until) => Cover::Months { months: found.months.saturating_add(1), until },
        Covered::Always => Cover::Always,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use uuid::Uuid;

    use crate::forecast::MAX_MONTHS;
    use crate::ids::LotId;
    use crate::wallet::{Lot, LotSource};

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
        assert_eq!(months, MAX_MONTHS + 1);
    }
}
