//! The time that is compared.

use sovereign_domain::timestamp::Timestamp;

const DAY_SECONDS: i64 = 86_400;
/// How far back the daily job looks: each day is compared seven times, so that a failure of days is made up.
const DAYS: i64 = 7;
/// What is younger may still be on its way from Stripe to here, or back.
const PATIENCE_SECONDS: i64 = 600;

/// From `from` on, and before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Window {
    /// What the daily job compares.
    pub(crate) fn default_at(now: Timestamp) -> Self {
        Self::of(None, None, now)
    }

    /// With one end given, or both.
    pub(crate) fn of(from: Option<Timestamp>, until: Option<Timestamp>, now: Timestamp) -> Self {
        Self {
            from: from.unwrap_or_else(|| now.plus_days(-DAYS)),
            until: until.unwrap_or_else(|| now.plus_seconds(-PATIENCE_SECONDS)),
        }
    }

    /// Reads a day, which begins at midnight UTC, or a moment (RFC 3339).
    pub(crate) fn parse(text: &str) -> Option<Timestamp> {
        Timestamp::parse_rfc3339(text)
            .or_else(|| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")))
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(self) -> bool {
        self.from >= self.until
    }

    /// The window in pieces of a day, oldest first. Stripe counts in whole seconds, and so do they.
    pub(super) fn slices(self) -> impl Iterator<Item = Self> {
        let mut from = self.from;
        std::iter::from_fn(move || {
            let slice = Self { from, until: from.plus_seconds(DAY_SECONDS).min(self.until) };
            from = slice.until;
            (!slice.is_empty()).then_some(slice)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Window::parse(text).unwrap()
    }

    #[test]
    fn days_and_moments_are_read() {
        assert_eq!(at("2026-10-01"), at("2026-10-01T00:00:00Z"));
        assert_eq!(at("2026-10-01T04:00:00+04:00"), at("2026-10-01"));
        for bad in ["", "2026-13-01", "yesterday", "2026-10-01T00:00:00"] {
            assert_eq!(Window::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn slices_cover_the_window_once() {
        let window = Window { from: at("2026-10-01"), until: at("2026-10-03T06:00:00Z") };
        let slices: Vec<Window> = window.slices().collect();
        let ends: Vec<Timestamp> = slices.iter().map(|slice| slice.until).collect();
        assert_eq!(ends, [at("2026-10-02"), at("2026-10-03"), window.until]);
        let begins: Vec<Timestamp> = slices.iter().map(|slice| slice.from).collect();
        assert_eq!(begins, [window.from, at("2026-10-02"), at("2026-10-03")]);
        let none = Window { from: window.until, until: window.from };
        assert!(none.is_empty() && none.slices().next().is_none());
    }

    #[test]
    fn the_usual_window_is_a_week_and_leaves_out_what_is_new() {
        let now = at("2026-10-08");
        let usual = Window::default_at(now);
        assert_eq!((usual.from, usual.until), (at("2026-10-01"), at("2026-10-07T23:50:00Z")));
    }
}
