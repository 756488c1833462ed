//! Places where a test may have the program stop dead, to kill the process there.
//!
//! `SOVEREIGN_TEST_FAIL_POINT=session_created:1` stops whatever comes to that place first: the process says so
//! on standard error, and that thread goes no further. Of the engine's places only batches of several commands
//! count, so that a test's own preparations do not. Nothing of this is in a release.

/// Names a place that the program has come to; of the engine's, with a batch of so many commands.
macro_rules! reach {
    ($place:literal) => {
        #[cfg(debug_assertions)]
        $crate::fail_point::armed::reach($place);
    };
    ($place:literal, $commands:expr) => {
        #[cfg(debug_assertions)]
        $crate::fail_point::armed::reach_with($place, $commands);
    };
}
pub(crate) use reach;

#[cfg(debug_assertions)]
pub(crate) mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    const VARIABLE: &str = "SOVEREIGN_TEST_FAIL_POINT";
    /// Commands of a batch that counts.
    const SEVERAL: usize = 4;

    /// The place that the environment names, and at which passage to stop.
    static ARMED: LazyLock<Option<(String, u32)>> = LazyLock::new(|| {
        let value = std::env::var(VARIABLE).ok()?;
        let armed = value
            .split_once(':')
            .and_then(|(place, passage)| Some((place.to_owned(), passage.parse().ok()?)));
        if armed.is_none() {
            tracing::error!("{VARIABLE} must be a place and a number, such as after_write:3");
        }
        armed
    });
    static PASSAGES: AtomicU32 = AtomicU32::new(0);

    /// Goes no further where the environment says so.
    pub(crate) fn reach(place: &'static str) {
        let Some((armed, passage)) = &*ARMED else { return };
        if armed != place {
            return;
        }
        if PASSAGES.fetch_add(1, Ordering::Relaxed) + 1 == *passage {
            say(place);
            loop {
                std::thread::park();
            }
        }
    }

    /// Past the log, which some commands keep quieter than others.
    #[expect(clippy::print_stderr, reason = "only a test that armed it can read this")]
    fn say(place: &str) {
        eprintln!("stopped at fail point {place}");
    }

    /// As [`reach`], with a batch of commands.
    pub(crate) fn reach_with(place: &'static str, commands: usize) {
        if commands >= SEVERAL {
            reach(place);
        }
    }
}
