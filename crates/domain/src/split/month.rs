//! A month, as statements are of one.

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};
use time::Date;

use crate::calendar::{TimeZone, date_in, day_begins};
use crate::timestamp::Timestamp;

/// A month of the calendar, written `2026-11`: from 1970-01, before which no moment is counted, to 9998-12, after which
/// the calendar ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    /// From 1.
    month: u8,
}

/// The text is no month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAMonth(pub String);

impl fmt::Display for NotAMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a month: write year and month, such as 2026-11", self.0)
    }
}

impl core::error::Error for NotAMonth {}

const FIRST_YEAR: u16 = 1970;
const LAST_YEAR: u16 = 9998;

impl Month {
    /// `None` where the month is not from 1 to 12, or the year out of range.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Self> {
        let is_one = (FIRST_YEAR..=LAST_YEAR).contains(&year) && (1..=12).contains(&month);
        is_one.then_some(Self { year, month })
    }

    /// The month that a moment lies in; `None` out of range.
    #[must_use]
    pub fn containing(at: Timestamp, zone: &TimeZone) -> Option<Self> {
        let date = date_in(at, zone)?;
        Self::new(u16::try_from(date.year()).ok()?, date.month().into())
    }

    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// From 1 for January.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The month after it; the last one is followed by itself.
    #[must_use]
    pub fn next(self) -> Self {
        let (year, month) = self.following();
        Self::new(year, month).unwrap_or(self)
    }

    /// The month before it; the first one is preceded by itself.
    #[must_use]
    pub fn previous(self) -> Self {
        let (year, month) = match self.month {
            1 => (self.year.saturating_sub(1), 12),
            month => (self.year, month.saturating_sub(1)),
        };
        Self::new(year, month).unwrap_or(self)
    }

    /// Its first moment in a time zone.
    #[must_use]
    pub fn begins(self, zone: &TimeZone) -> Timestamp {
        first_moment((self.year, self.month), zone)
    }

    /// The first moment after it.
    #[must_use]
    pub fn ends(self, zone: &TimeZone) -> Timestamp {
        first_moment(self.following(), zone)
    }

    #[must_use]
    pub fn first_day(self) -> Date {
        first_day((self.year, self.month))
    }

    #[must_use]
    pub fn last_day(self) -> Date {
        let following = first_day(self.following());
        following.previous_day().unwrap_or(following)
    }

    /// Of the last month, it is in the year that has no other.
    fn following(self) -> (u16, u8) {
        match self.month {
            12 => (self.year.saturating_add(1), 1),
            month => (self.year, month.saturating_add(1)),
        }
    }
}

fn first_moment((year, month): (u16, u8), zone: &TimeZone) -> Timestamp {
    // Of these years, every month begins within the calendar.
    let begins = day_begins(&format!("{year:04}-{month:02}-01"), zone);
    begins.unwrap_or(Timestamp::from_micros(i64::MAX))
}

fn first_day((year, month): (u16, u8)) -> Date {
    let month = time::Month::try_from(month).unwrap_or(time::Month::January);
    Date::from_calendar_date(year.into(), month, 1).unwrap_or(Date::MAX)
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        read(text).ok_or_else(|| NotAMonth(text.into()))
    }
}

fn read(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (year.len(), month.len()) != (4, 2) || !digits(year) || !digits(month) {
        return None;
    }
    Month::new(year.parse().ok()?, month.parse().ok()?)
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_month_is_read_as_it_is_written() {
        for text in ["1970-01", "2026-11", "9998-12"] {
            assert_eq!(month(text).to_string(), text);
        }
        for wrong in [
            "",
            "2026",
            "2026-00",
            "2026-13",
            "2026-1",
            "26-11",
            "2026-11-01",
            "+026-11",
            "٢٠٢٦-١١",
        ] {
            assert_eq!(wrong.parse::<Month>(), Err(NotAMonth(wrong.into())));
        }
        for out_of_range in ["1969-12", "9999-01"] {
            assert!(out_of_range.parse::<Month>().is_err(), "{out_of_range}");
        }
        let said = "2026-13".parse::<Month>().unwrap_err().to_string();
        assert_eq!(said, "\"2026-13\" is not a month: write year and month, such as 2026-11");
    }

    #[test]
    fn months_follow_each_other() {
        assert_eq!(month("2026-12").next(), month("2027-01"));
        assert_eq!(month("2027-01").previous(), month("2026-12"));
        assert_eq!(month("2027-02").next().previous(), month("2027-02"));
        assert!(month("2026-12") < month("2027-01") && month("2026-09") < month("2026-10"));
        assert_eq!(month("9998-12").next(), month("9998-12"));
        assert_eq!(month("1970-01").previous(), month("1970-01"));
    }

    #[test]
    fn a_month_is_the_zones() {
        let muscat = TimeZone::fixed(jiff::tz::offset(4));
        let november = month("2026-11");
        assert_eq!(november.begins(&muscat), at("2026-10-31T20:00:00Z"));
        assert_eq!(november.ends(&muscat), at("2026-11-30T20:00:00Z"));
        assert_eq!(november.ends(&muscat), november.next().begins(&muscat));
        assert_eq!(Month::containing(at("2026-11-30T19:59:59.999999Z"), &muscat), Some(november));
        assert_eq!(Month::containing(at("2026-11-30T20:00:00Z"), &muscat), Some(november.next()));
        assert_eq!(november.ends(&TimeZone::UTC), at("2026-12-01T00:00:00Z"));
        assert_eq!(month("9998-12").ends(&TimeZone::UTC), at("9999-01-01T00:00:00Z"));
    }

    #[test]
    fn a_month_has_its_days() {
        let days = |text: &str| (month(text).first_day(), month(text).last_day());
        let written = |(first, last): (Date, Date)| (first.to_string(), last.to_string());
        assert_eq!(written(days("2028-02")), ("2028-02-01".into(), "2028-02-29".into()));
        assert_eq!(written(days("2026-12")), ("2026-12-01".into(), "2026-12-31".into()));
    }
}
