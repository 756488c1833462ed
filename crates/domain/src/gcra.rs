//! How often something may happen: the generic cell rate algorithm (GCRA, ITU-T I.371).
//!
//! Of each key one moment is kept, its theoretical arrival time: when everything admitted so far would
//! have come, had it come evenly. It may lie ahead of now by as much as the burst, and no further. So
//! one number says what a list of all past arrivals would, and a key whose moment has passed needs no row.

use core::time::Duration;

use crate::timestamp::Timestamp;

/// `burst` at once, and then one each `interval`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    burst: u32,
    interval_micros: i64,
}

/// What became of those who came together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub admitted: u32,
    /// The theoretical arrival time from now on.
    pub arrival: Timestamp,
}

impl Rate {
    /// # Panics
    /// Where the burst or the interval is 0; in a constant the compiler finds out.
    #[must_use]
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "32 bits times 1,000"
    )]
    pub const fn new(burst: u32, interval_ms: u32) -> Self {
        assert!(burst > 0 && interval_ms > 0, "a rate admits something, and not everything");
        Self { burst, interval_micros: interval_ms as i64 * 1_000 }
    }

    #[must_use]
    pub const fn burst(self) -> u32 {
        self.burst
    }

    #[must_use]
    pub const fn interval_micros(self) -> i64 {
        self.interval_micros
    }

    /// Admits as many of `wanted` as there is room for.
    #[must_use]
    pub fn take(self, arrival: Option<Timestamp>, now: Timestamp, wanted: u32) -> Taken {
        let admitted = self.room(arrival, now).min(wanted);
        let taken = self.interval_micros.saturating_mul(i64::from(admitted));
        let arrival = self.begin(arrival, now).saturating_add(taken);
        Taken { admitted, arrival: Timestamp::from_micros(arrival) }
    }

    /// How many would be admitted now.
    #[must_use]
    pub fn room(self, arrival: Option<Timestamp>, now: Timestamp) -> u32 {
        let free = self.end(now).saturating_sub(self.begin(arrival, now));
        let room = free.checked_div(self.interval_micros).unwrap_or(0);
        u32::try_from(room).unwrap_or(0)
    }

    /// How long until one is admitted; nothing where there is room.
    #[must_use]
    pub fn wait(self, arrival: Option<Timestamp>, now: Timestamp) -> Duration {
        let next = self.begin(arrival, now).saturating_add(self.interval_micros);
        let micros = next.saturating_sub(self.end(now));
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// Where the next arrival is put. A clock that was set back must not shut anyone out for as long as
    /// it was wrong: nothing counts as further ahead than the burst.
    fn begin(self, arrival: Option<Timestamp>, now: Timestamp) -> i64 {
        arrival.unwrap_or(now).micros().min(self.end(now)).max(now.micros())
    }

    /// How far ahead arrivals may be put.
    fn end(self, now: Timestamp) -> i64 {
        let window = self.interval_micros.saturating_mul(i64::from(self.burst));
        now.micros().saturating_add(window)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn a_burst_and_then_one_each_interval() {
        let rate = Rate::new(3, 2_000);
        let taken = rate.take(None, at(0), 5);
        assert_eq!(taken, Taken { admitted: 3, arrival: at(6 * SECOND) });
        let arrival = Some(taken.arrival);
        assert_eq!(rate.wait(arrival, at(0)), Duration::from_secs(2));
        assert_eq!(rate.take(arrival, at(2 * SECOND - 1), 1).admitted, 0);
        assert_eq!(rate.take(arrival, at(2 * SECOND), 5).admitted, 1);
        assert_eq!(rate.take(arrival, at(60 * SECOND), 5).admitted, 3);
        assert_eq!(rate.wait(None, at(0)), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out() {
        let rate = Rate::new(3, 2_000);
        let arrival = rate.take(None, at(3_600 * SECOND), 3).arrival;
        assert_eq!(rate.wait(Some(arrival), at(0)), Duration::from_secs(2));
        let refused = rate.take(Some(arrival), at(0), 1);
        assert_eq!(rate.take(Some(refused.arrival), at(2 * SECOND), 1).admitted, 1);
    }

    #[test]
    fn the_ends_of_time_do_no_harm() {
        let rate = Rate::new(u32::MAX, u32::MAX);
        for now in [i64::MIN, 0, i64::MAX] {
            for arrival in [None, Some(at(i64::MIN)), Some(at(i64::MAX))] {
                let _ = rate.take(arrival, at(now), u32::MAX);
                let _ = rate.wait(arrival, at(now));
            }
        }
    }

    /// A rate, and arrivals: how long after the one before, and how many together.
    fn history() -> impl Strategy<Value = (Rate, Vec<(i64, u32)>)> {
        let rate = (1..20_u32, 1..5_000_u32).prop_map(|(burst, ms)| Rate::new(burst, ms));
        let arrivals = prop::collection::vec((0..4 * SECOND, 1..8_u32), 1..60);
        (rate, arrivals)
    }

    proptest! {
        /// Whatever comes: in no window are there more than the burst and one for each interval.
        #[test]
        fn no_window_has_more_than_it_may((rate, arrivals) in history()) {
            let (mut now, mut arrival, mut admitted) = (0, None, Vec::new());
            for (after, wanted) in arrivals {
                now += after;
                let taken = rate.take(arrival, at(now), wanted);
                arrival = Some(taken.arrival);
                admitted.push((now, i64::from(taken.admitted)));
            }
            for (first, (begun, _)) in admitted.iter().enumerate() {
                let mut sum = 0;
                for (now, count) in &admitted[first..] {
                    sum += count;
                    let may = i64::from(rate.burst()) + (now - begun) / rate.interval_micros();
                    prop_assert!(sum <= may, "{sum} of {may}");
                }
            }
        }

        /// Who is refused and waits as told is admitted, and a microsecond earlier is not.
        #[test]
        fn the_wait_is_exact((rate, arrivals) in history()) {
            let (mut now, mut arrival) = (0, None);
            for (after, wanted) in arrivals {
                now += after;
                arrival = Some(rate.take(arrival, at(now), wanted).arrival);
                let wait = i64::try_from(rate.wait(arrival, at(now)).as_micros()).unwrap();
                prop_assert!(rate.room(arrival, at(now + wait)) >= 1);
                prop_assert!(wait == 0 || rate.room(arrival, at(now + wait - 1)) == 0);
            }
        }

        /// Those who come together are as many as if they had come one by one.
        #[test]
        fn together_is_one_by_one((rate, arrivals) in history()) {
            let (mut now, mut together, mut single) = (0, None, None);
            for (after, wanted) in arrivals {
                now += after;
                let taken = rate.take(together, at(now), wanted);
                together = Some(taken.arrival);
                let mut admitted = 0;
                for _ in 0..wanted {
                    let taken = rate.take(single, at(now), 1);
                    single = Some(taken.arrival);
                    admitted += taken.admitted;
                }
                prop_assert_eq!((taken.admitted, together), (admitted, single));
            }
        }
    }
}
