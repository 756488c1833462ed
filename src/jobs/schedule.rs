//! When a job is due again.

use sovereign_domain::timestamp::Timestamp;

const DAY_SECONDS: i64 = 86_400;
/// After its first failure a job is tried again this soon, if it is not due sooner anyway.
const FIRST_RETRY_SECONDS: i64 = 60;
/// However often it fails, it is tried this often at least.
const MAX_RETRY_SECONDS: i64 = 3_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// This many seconds after the last run began.
    Every(i64),
    /// Each day at this second of the day (UTC).
    Daily(i64),
}

impl Schedule {
    #[must_use]
    pub const fn every_minutes(minutes: i64) -> Self {
        Self::Every(minutes * 60)
    }

    /// Each day at this time (UTC).
    #[must_use]
    pub const fn daily_at(hour: i64, minute: i64) -> Self {
        Self::Daily(hour * 3_600 + minute * 60)
    }

    /// Seconds between two runs.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Every(seconds) => seconds,
            Self::Daily(_) => DAY_SECONDS,
        }
    }

    /// When the run after one that went well is due: never before that one finished.
    #[must_use]
    pub fn next(self, started_at: Timestamp, finished_at: Timestamp) -> Timestamp {
        match self {
            Self::Every(seconds) => {
                let next = started_at.plus_seconds(seconds);
                if next > finished_at { next } else { finished_at }
            }
            Self::Daily(second) => {
                let now = finished_at.seconds();
                let today = now.div_euclid(DAY_SECONDS) * DAY_SECONDS + second;
                let next = if today > now { today } else { today + DAY_SECONDS };
                Timestamp::from_seconds(next)
            }
        }
    }

    /// When a job that has now failed `failures` times in a row is tried again: each time it waits twice as
    /// long.
    #[must_use]
    pub fn retry(self, finished_at: Timestamp, failures: i64) -> Timestamp {
        let first = self.seconds().min(FIRST_RETRY_SECONDS);
        let most =
            self.seconds().saturating_mul(2).clamp(2 * FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS);
        let doublings = u32::try_from(failures.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
        finished_at.plus_seconds(first.saturating_mul(1_i64 << doublings).min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn an_interval_counts_from_the_start_of_a_run() {
        let minute = Schedule::every_minutes(1);
        let start = at("2027-03-01T12:00:00Z");
        assert_eq!(minute.next(start, start.plus_seconds(2)), at("2027-03-01T12:01:00Z"));
        let late = start.plus_seconds(75);
        assert_eq!(minute.next(start, late), late, "it took longer than a minute");
    }

    #[test]
    fn a_daily_job_runs_at_its_time() {
        let daily = Schedule::daily_at(2, 30);
        for (finished, next) in [
            ("2027-02-28T02:29:59Z", "2027-02-28T02:30:00Z"),
            ("2027-02-28T02:30:00Z", "2027-03-01T02:30:00Z"),
            ("2027-02-28T23:59:59Z", "2027-03-01T02:30:00Z"),
            ("1969-12-31T12:00:00Z", "1970-01-01T02:30:00Z"),
        ] {
            let finished = at(finished);
            assert_eq!(daily.next(finished.plus_seconds(-600), finished), at(next));
        }
    }

    #[test]
    fn retries_wait_twice_as_long_each_time_up_to_a_bound() {
        let now = at("2027-03-01T12:00:00Z");
        let waits = |schedule: Schedule| {
            [1, 2, 3, 4, 7, 8, i64::MAX]
                .map(|failures| schedule.retry(now, failures).seconds() - now.seconds())
        };
        assert_eq!(waits(Schedule::Every(5)), [5, 10, 20, 40, 120, 120, 120]);
        assert_eq!(waits(Schedule::every_minutes(1)), [60, 120, 120, 120, 120, 120, 120]);
        assert_eq!(waits(Schedule::daily_at(3, 0)), [60, 120, 240, 480, 3_600, 3_600, 3_600]);
    }
}
