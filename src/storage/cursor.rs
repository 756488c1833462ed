//! Where a page of a list that is read newest first ended.

use sovereign_domain::timestamp::Timestamp;

/// The last row of a page: of several rows of one moment, `key` tells which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) key: String,
}

impl Cursor {
    /// Before every row: the end of the calendar.
    pub(crate) fn newest() -> Self {
        Self { created_at: Timestamp::from_seconds(253_402_300_799), key: String::new() }
    }
}
