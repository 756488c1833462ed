//! Places where a test may have the engine stop dead, to kill the process there.
//!
//! `SOVEREIGN_TEST_FAIL_POINT=after_write:3` stops it when the third batch of several commands comes to
//! that place: the process says so on standard error and goes no further. Only batches of several commands
//! count. Nothing of this is in a release.

/// Names a place that a batch of so many commands has come to.
macro_rules! reach {
    ($place:literal, $commands:expr) => {
        #[cfg(debug_assertions)]
        $crate::engine::fail_point::armed::reach($place, $commands);
    };
}
pub(super) use reach;

#[cfg(debug_assertions)]
pub(super) mod armed {
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
    pub(in crate::engine) fn reach(place: &'static str, commands: usize) {
        let Some((armed, passage)) = &*ARMED else { return };
        if armed != place || commands < SEVERAL {
            return;
        }
        if PASSAGES.fetch_add(1, Ordering::Relaxed) + 1 == *passage {
            tracing::error!(commands, "stopped at fail point {place}");
            loop {
                std::thread::park();
            }
        }
    }
}
