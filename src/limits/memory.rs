//! Limits in this process's memory: all there is on SQLite. On PostgreSQL, what is known of the shared
//! ones, and what holds while the database does not answer.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::{Ask, Standing};

/// Fewer keys than this are not worth clearing out.
const FEW: usize = 4_096;

#[derive(Default)]
pub(super) struct Memory(Mutex<State>);

#[derive(Default)]
struct State {
    arrivals: HashMap<Uuid, Timestamp>,
    /// How many keys there are when idle ones are looked for: at each doubling, so that whoever comes from
    /// ever new addresses costs no more than they hold.
    clear_at: usize,
}

impl Memory {
    /// How the keys stand, as far as it is known here. Nothing is taken.
    pub(super) fn look(&self, asks: &[Ask], now: Timestamp) -> Vec<Standing> {
        let state = self.state();
        let look = |ask: &Ask| {
            let arrival = state.arrivals.get(&ask.row).copied();
            Standing { arrival, admitted: ask.rate.room(arrival, now) > 0 }
        };
        asks.iter().map(look).collect()
    }

    /// Takes one of each key that is to be taken from.
    pub(super) fn take(&self, asks: &[Ask], now: Timestamp) -> Vec<Standing> {
        let mut state = self.state();
        let mut take = |ask: &Ask| {
            let arrival = state.arrivals.get(&ask.row).copied();
            if !ask.takes {
                return Standing { arrival, admitted: ask.rate.room(arrival, now) > 0 };
            }
            let taken = ask.rate.take(arrival, now, 1);
            state.arrivals.insert(ask.row, taken.arrival);
            Standing { arrival: Some(taken.arrival), admitted: taken.admitted > 0 }
        };
        let standings = asks.iter().map(&mut take).collect();
        state.clear_when_full(now);
        standings
    }

    /// Remembers what the database says.
    pub(super) fn learn(&self, arrivals: impl Iterator<Item = (Uuid, Timestamp)>, now: Timestamp) {
        let mut state = self.state();
        state.arrivals.extend(arrivals);
        state.clear_when_full(now);
    }

    /// Forgets keys that hold nobody up any more.
    pub(super) fn forget_idle(&self, now: Timestamp) {
        self.state().clear(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn clear_when_full(&mut self, now: Timestamp) {
        if self.arrivals.len() > self.clear_at.max(FEW) {
            self.clear(now);
        }
    }

    fn clear(&mut self, now: Timestamp) {
        self.arrivals.retain(|_, arrival| *arrival > now);
        self.arrivals.shrink_to(FEW);
        self.clear_at = self.arrivals.len().saturating_mul(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sovereign_domain::gcra::Rate;

    fn ask(row: u128, takes: bool) -> Ask {
        Ask { row: Uuid::from_u128(row), rate: Rate::new(2, 1_000), takes }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn looking_takes_nothing() {
        let memory = Memory::default();
        for _ in 0..9 {
            assert!(memory.look(&[ask(1, true)], at(0))[0].admitted);
            assert!(memory.take(&[ask(1, false)], at(0))[0].admitted);
        }
        assert!(memory.take(&[ask(1, true), ask(1, true)], at(0)).iter().all(|s| s.admitted));
        assert!(!memory.look(&[ask(1, true)], at(0))[0].admitted);
        assert!(!memory.take(&[ask(1, true)], at(0))[0].admitted);
        assert!(memory.take(&[ask(2, true)], at(0))[0].admitted, "another key");
    }

    #[test]
    fn what_the_database_says_is_known() {
        let memory = Memory::default();
        memory.learn([(Uuid::from_u128(1), at(2))].into_iter(), at(0));
        assert!(!memory.look(&[ask(1, true)], at(0))[0].admitted);
        assert!(memory.look(&[ask(1, true)], at(1))[0].admitted);
    }

    #[test]
    fn idle_keys_are_forgotten_in_time_and_when_there_are_many() {
        let memory = Memory::default();
        memory.take(&[ask(1, true)], at(0));
        memory.forget_idle(at(0));
        assert_eq!(memory.state().arrivals.len(), 1);
        memory.forget_idle(at(1));
        assert_eq!(memory.state().arrivals.len(), 0);
        for row in 0..100_000 {
            memory.take(&[ask(row, true)], at(i64::try_from(row / 100).unwrap()));
        }
        assert!(memory.state().arrivals.len() <= FEW + 1);
    }
}
