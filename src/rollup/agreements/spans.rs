//! For how long an agreement holds.

use sovereign_domain::timestamp::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begins: Timestamp,
    /// The first moment after it; `None` where it does not end.
    pub(super) before: Option<Timestamp>,
    pub(super) first_day: String,
    pub(super) last_day: Option<String>,
}

impl Span {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let begins_in = |one: &Self, two: &Self| two.before.is_none_or(|end| one.begins < end);
        begins_in(self, other) && begins_in(other, self)
    }

    /// The days that both have, in words: they overlap.
    pub(super) fn common_days(&self, other: &Self) -> String {
        // Days that are written so sort as they follow each other.
        let first = self.first_day.as_str().max(&other.first_day);
        let ends = [&self.last_day, &other.last_day].into_iter().flatten();
        match ends.min() {
            Some(last) => format!("from {first} to {last}"),
            None => format!("from {first} on"),
        }
    }
}
