//! What one step of a job came to.

/// What a step of a job came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// How many things were done.
    pub count: usize,
    /// Whether there is more to do at once.
    pub more: bool,
}

impl Done {
    /// All there was to do.
    #[must_use]
    pub const fn all(count: usize) -> Self {
        Self { count, more: false }
    }

    /// Of a step that does at most `limit` things: as many as that mean that there may be more.
    #[must_use]
    pub fn up_to(limit: u16, count: usize) -> Self {
        Self { count, more: count >= limit.into() }
    }
}
