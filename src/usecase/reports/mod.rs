//! Reports: what happened on each day of the Sovereign's time zone. The sums that the job `roll-up` wrote are read
//! together with the lines that are newer, in one snapshot: nothing is late, and nothing counted twice.

pub(crate) mod credit;
pub(crate) mod days;
pub(crate) mod file;
pub(crate) mod organizations;
pub(crate) mod redemptions;
pub(crate) mod revenue;
pub(crate) mod voucher;

use sovereign_domain::calendar::{TimeZone, date_in, day_begins, day_ends};
use sovereign_domain::timestamp::Timestamp;
use time::{Date, Duration};

use self::days::Days;
use crate::app::App;
use crate::storage::reports::Span;
use crate::storage::{self, Store, Ts, Tx};
use crate::usecase::rollup::{self, Sums};

/// The most days of a report, today among them.
pub(crate) const MAX_DAYS: i64 = 366;
/// How many there are unless somebody asks for another number.
pub(crate) const DAYS: i64 = 30;

/// Whose report it is, and when it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) store: &'a Store,
    pub(crate) now: Timestamp,
    /// Whose days are told of.
    pub(crate) zone: &'a TimeZone,
}

impl<'a> Scope<'a> {
    pub(crate) fn of(app: &'a App) -> Self {
        Self { store: &app.store, now: app.clock.now(), zone: &app.zone }
    }

    /// The books at this moment; several reports that are shown together are of one.
    ///
    /// # Errors
    /// Where the database fails, or a line of the ledger cannot be read.
    pub(crate) async fn snapshot(self) -> storage::Result<Snapshot<'a>> {
        let mut tx = self.store.snapshot().await?;
        let newer = rollup::newer(&mut tx, self.now).await?;
        Ok(Snapshot { scope: self, tx, newer })
    }
}

/// The books at one moment, with what the lines come to that are not added up yet.
pub(crate) struct Snapshot<'a> {
    scope: Scope<'a>,
    tx: Tx,
    newer: Sums,
}

impl Snapshot<'_> {
    /// For what else is read of that moment.
    pub(crate) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

/// A day, from its first moment to that of the next.
#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    since: Timestamp,
    until: Timestamp,
}

/// The days of a report, the oldest first.
#[derive(Debug)]
struct Period(Vec<Day>);

impl Period {
    fn of(scope: Scope<'_>, days: Days) -> Self {
        let days = match days {
            Days::Between(first, last) => return Self::between(first, last, scope.zone),
            Days::Last(days) => days,
        };
        let today = date_in(scope.now, scope.zone).unwrap_or(Date::MIN);
        let before = Duration::days(days.saturating_sub(1).clamp(0, MAX_DAYS));
        Self::between(today.checked_sub(before).unwrap_or(today), today, scope.zone)
    }

    /// From one day to another, both among them.
    fn between(first: Date, last: Date, zone: &TimeZone) -> Self {
        let dates = std::iter::successors(Some(first), |date| date.next_day());
        let days = dates.take_while(|date| *date <= last).filter_map(|date| {
            let text = date.to_string();
            Some(Day { date, since: day_begins(&text, zone)?, until: day_ends(&text, zone)? })
        });
        Self(days.collect())
    }

    fn begins(&self) -> Timestamp {
        self.0.first().map_or(Timestamp::from_micros(0), |day| day.since)
    }

    fn spans(&self) -> Vec<Span> {
        let days = self.0.iter().zip(0_i64..);
        days.map(|(day, number)| Span { number, since: Ts(day.since), until: Ts(day.until) })
            .collect()
    }

    /// Which day a moment is in.
    fn place(&self, moment: Timestamp) -> Option<usize> {
        let place = self.0.partition_point(|day| day.until <= moment);
        self.0.get(place).filter(|day| day.since <= moment).map(|_| place)
    }

    /// A value for each day, in their order.
    fn each<T>(&self, value: impl Fn(Date) -> T) -> Vec<T> {
        self.0.iter().map(|day| value(day.date)).collect()
    }
}

/// What a database counted by the number of a day.
fn at<T>(days: &mut [T], number: i64) -> Option<&mut T> {
    usize::try_from(number).ok().and_then(|place| days.get_mut(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn each_moment_is_in_one_day() {
        // Clocks are put forward on 28 March 2027.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let period = Period::between(date!(2027 - 03 - 27), date!(2027 - 03 - 29), &zone);
        let at = |text| Timestamp::parse_rfc3339(text).unwrap();
        let places = [
            ("2027-03-26T22:59:59Z", None),
            ("2027-03-26T23:00:00Z", Some(0)),
            ("2027-03-27T22:59:59Z", Some(0)),
            ("2027-03-27T23:00:00Z", Some(1)),
            ("2027-03-28T21:59:59Z", Some(1)),
            ("2027-03-28T22:00:00Z", Some(2)),
            ("2027-03-29T22:00:00Z", None),
        ];
        for (moment, place) in places {
            assert_eq!(period.place(at(moment)), place, "{moment}");
        }
        assert_eq!(period.each(Date::day), [27, 28, 29]);
    }
}
