//! New identifiers: UUIDs of version 7 (RFC 9562), of the injected clock and a seeded generator.

use std::sync::Arc;

use rand::RngExt as _;
use rand::rngs::StdRng;
use sovereign_domain::ids::IdSource;
use sovereign_domain::timestamp::Timestamp;
use uuid::{Builder, Uuid};

use crate::clock::Clock;

/// Each holder has its own; a fresh one is seeded by the operating system. What one holder makes sorts
/// in the order it was made: a counter stands in the twelve bits behind the milliseconds (RFC 9562,
/// section 6.2, method 1).
pub struct RandomIds {
    clock: Arc<dyn Clock>,
    random: StdRng,
    /// Milliseconds and counter of the last identifier.
    last: (u64, u16),
}

const MAX_COUNT: u16 = 0x0fff;

impl RandomIds {
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, random: rand::make_rng(), last: (0, 0) }
    }
}

impl IdSource for RandomIds {
    fn next_id(&mut self) -> Uuid {
        let now = u64::try_from(self.clock.now().micros() / 1_000).unwrap_or(0);
        let (millis, count) = self.last;
        self.last = match (now > millis, count) {
            (true, _) => (now, 0),
            (false, MAX_COUNT) => (millis + 1, 0),
            (false, count) => (millis, count + 1),
        };
        let (millis, count) = self.last;
        let mut bytes: [u8; 10] = self.random.random();
        let [high, low] = count.to_be_bytes();
        bytes[0] = high;
        bytes[1] = low;
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// Sorts before every identifier of this moment's millisecond, and after every earlier one; before 1970
/// there are none.
pub(crate) fn first_of(moment: Timestamp) -> Uuid {
    let millis = u64::try_from(moment.micros().div_euclid(1_000)).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// The identifier next to this one: what lies between them is nothing.
pub(crate) fn next_to(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    struct Standing(i64);

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0)
        }
    }

    #[test]
    fn moments_bound_their_identifiers() {
        let micros = 1_803_902_400_123_999;
        let mut ids = RandomIds::new(Arc::new(Standing(micros)));
        let bounds = [micros, micros + 1].map(|at| first_of(Timestamp::from_micros(at)));
        for _ in 0..1_000 {
            let id = ids.next_id();
            assert!(bounds[0] <= id && id < bounds[1]);
            assert!(id < next_to(id));
        }
        assert_eq!(bounds[0].to_string(), "01a400f6-367b-7000-8000-000000000000");
        assert_eq!(first_of(Timestamp::from_micros(-1)), first_of(Timestamp::from_micros(0)));
    }

    #[test]
    fn identifiers_sort_as_they_were_made_and_are_version_7() {
        let mut ids = RandomIds::new(Arc::new(SystemClock));
        let made: Vec<Uuid> = (0..20_000).map(|_| ids.next_id()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
    }
}
