//! Operations on many vouchers at once: what they do, and how they stand.

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkKind {
    /// Issues vouchers whose codes are made from a pattern.
    Generate,
    /// Issues the vouchers of a file, all of them or none.
    Import,
    /// Changes vouchers that there are.
    Edit,
}

impl BulkKind {
    pub const ALL: [Self; 3] = [Self::Generate, Self::Import, Self::Edit];

    /// As the wire and the database call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Import => "import",
            Self::Edit => "edit",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// How an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkState {
    /// What it would do was looked at; somebody has to begin it.
    Checked,
    /// It is being carried out, or waits for its turn.
    Running,
    Done,
    /// Somebody stopped it. What it made stays.
    Cancelled,
    /// It cannot be carried out; it changed nothing.
    Failed,
}

impl BulkState {
    pub const ALL: [Self; 5] =
        [Self::Checked, Self::Running, Self::Done, Self::Cancelled, Self::Failed];

    /// As the wire and the database call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether there is something to stop.
    #[must_use]
    pub const fn may_be_cancelled(self) -> bool {
        matches!(self, Self::Checked | Self::Running)
    }

    /// Whether it can be begun, or go on where it was stopped. Of an import that was stopped the file is gone.
    #[must_use]
    pub const fn may_be_resumed(self, kind: BulkKind) -> bool {
        match kind {
            BulkKind::Generate | BulkKind::Edit => matches!(self, Self::Checked | Self::Cancelled),
            BulkKind::Import => matches!(self, Self::Checked),
        }
    }
}
