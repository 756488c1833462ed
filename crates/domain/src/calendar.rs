//! Monthly anniversaries, in the Sovereign's time zone.
//!
//! Each is reckoned from the first moment, never from the one before it: a subscription of 31 January is
//! renewed on 28 February and then on 31 March, and a clock that is put forward moves one of them, not all
//! that follow.

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp as Instant};

use crate::timestamp::Timestamp;

pub use jiff::tz::TimeZone;

/// The anniversary of `anchor` in the month after the one that `from` lies in: on the anchor's day, or on the
/// last one of a shorter month, at its time of day. A time that the clocks leave out that day is the first
/// one after the gap.
#[must_use]
pub fn next_anniversary(anchor: Timestamp, from: Timestamp, zone: &TimeZone) -> Timestamp {
    // Out of the calendar's range only past the year 9999; then nothing is ever due again.
    anniversary(anchor, from, zone).unwrap_or(Timestamp::from_micros(i64::MAX))
}

fn anniversary(anchor: Timestamp, from: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let (first, last) = (local(anchor, zone)?, local(from, zone)?);
    let months_of =
        |at: DateTime| i64::from(at.year()).checked_mul(12)?.checked_add(at.month().into());
    let months = months_of(last)?.checked_sub(months_of(first)?)?.checked_add(1)?;
    let span = Span::new().try_months(months).ok()?;
    let next = first.checked_add(span).ok()?.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_micros(next.timestamp().as_microsecond()))
}

/// The first moment of a day that is written as `2026-12-01`; `None` where it is no day.
#[must_use]
pub fn day_begins(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date: Date = (text.len() == "2026-12-01".len()).then(|| text.parse().ok())??;
    let first = date.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_micros(first.timestamp().as_microsecond()))
}

/// The first moment after a day that is written so; `None` where it is no day, or the last one of the calendar.
#[must_use]
pub fn day_ends(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    day_begins(text, zone)?;
    let next = text.parse::<Date>().ok()?.tomorrow().ok()?.to_zoned(zone.clone()).ok()?;
    Some(Timestamp::from_micros(next.timestamp().as_microsecond()))
}

/// The date that a moment has in a time zone; `None` beyond the calendar.
#[must_use]
pub fn date_in(at: Timestamp, zone: &TimeZone) -> Option<time::Date> {
    let date = local(at, zone)?.date();
    let month = time::Month::try_from(u8::try_from(date.month()).ok()?).ok()?;
    time::Date::from_calendar_date(date.year().into(), month, date.day().try_into().ok()?).ok()
}

/// The time of day that a moment has in a time zone, such as `09:05`; `None` beyond the calendar.
#[must_use]
pub fn minute_in(at: Timestamp, zone: &TimeZone) -> Option<alloc::string::String> {
    let time = local(at, zone)?.time();
    Some(alloc::format!("{:02}:{:02}", time.hour(), time.minute()))
}

fn local(at: Timestamp, zone: &TimeZone) -> Option<DateTime> {
    Some(Instant::from_microsecond(at.micros()).ok()?.to_zoned(zone.clone()).datetime())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn months(anchor: &str, zone: &TimeZone, number: usize) -> Vec<String> {
        let anchor = at(anchor);
        let following = |from: &Timestamp| Some(next_anniversary(anchor, *from, zone));
        let all = core::iter::successors(Some(anchor), following).skip(1).take(number);
        all.map(|moment| moment.to_string()).collect()
    }

    #[test]
    fn short_months_have_their_last_day() {
        let ends = months("2027-01-31T10:00:00Z", &TimeZone::UTC, 3);
        assert_eq!(ends, ["2027-02-28T10:00:00Z", "2027-03-31T10:00:00Z", "2027-04-30T10:00:00Z"]);
        let leap = months("2027-11-29T00:00:00Z", &TimeZone::UTC, 4);
        assert_eq!(leap[2..], ["2028-02-29T00:00:00Z", "2028-03-29T00:00:00Z"]);
        let year = months("2026-12-15T23:59:59.000001Z", &TimeZone::UTC, 1);
        assert_eq!(year, ["2027-01-15T23:59:59.000001Z"]);
    }

    #[test]
    fn the_day_is_the_zones_not_that_of_utc() {
        // 1 February, 02:00 in Muscat.
        let muscat = TimeZone::fixed(jiff::tz::offset(4));
        let ends = months("2027-01-31T22:00:00Z", &muscat, 2);
        assert_eq!(ends, ["2027-02-28T22:00:00Z", "2027-03-31T22:00:00Z"]);
        let date = date_in(at("2027-01-31T22:00:00Z"), &muscat).unwrap();
        assert_eq!(date.to_string(), "2027-02-01");
    }

    #[test]
    fn a_day_begins_in_its_zone() {
        let muscat = TimeZone::fixed(jiff::tz::offset(4));
        assert_eq!(day_begins("2027-02-01", &muscat), Some(at("2027-01-31T20:00:00Z")));
        assert_eq!(day_ends("2027-01-31", &muscat), Some(at("2027-01-31T20:00:00Z")));
        assert_eq!(day_ends("9999-12-31", &muscat), None);
        for bad in ["", "2027-02-29", "2027-2-1", "tomorrow", "20270201", "2027-02-01T10"] {
            assert_eq!(day_begins(bad, &muscat), None, "{bad}");
            assert_eq!(day_ends(bad, &muscat), None, "{bad}");
        }
    }

    #[test]
    fn clocks_that_change_move_one_anniversary() {
        // Rules of the European Union, in POSIX's notation: nothing is read from a database of zones.
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        // 02:30 does not exist on 28 March 2027.
        let ends = months("2027-01-28T01:30:00Z", &berlin, 3);
        assert_eq!(ends, ["2027-02-28T01:30:00Z", "2027-03-28T01:30:00Z", "2027-04-28T00:30:00Z"]);
    }

    #[test]
    fn the_end_of_the_calendar_is_never_reached() {
        let end = next_anniversary(
            at("9999-12-31T00:00:00Z"),
            at("9999-12-31T00:00:00Z"),
            &TimeZone::UTC,
        );
        assert_eq!(end.micros(), i64::MAX);
    }
}
