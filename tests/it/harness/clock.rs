//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use sovereign::clock::Clock;
use sovereign_domain::timestamp::Timestamp;

pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    /// Stands at noon of 1 March 2027, UTC.
    pub(crate) fn new() -> Self {
        let start = Timestamp::parse_rfc3339("2027-03-01T12:00:00Z").unwrap();
        Self(AtomicI64::new(start.micros()))
    }

    pub(crate) fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub(crate) fn advance_days(&self, days: i64) {
        self.advance_seconds(days * 86_400);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
