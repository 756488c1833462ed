//! What is to be done next with a move.

use crate::storage::moves::{EXPORTED, FROZEN, MOVED};

/// The next step, and where it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextStep {
    /// Here: write the bundle, or abort.
    Export,
    /// There: import the bundle; then here: confirm its receipt, or abort.
    Confirm,
    /// There: activate it with the release.
    ActivateThere,
    /// Here: activate it with the source's release, or drop it.
    Activate,
    /// There: drop what has arrived.
    DropThere,
}

impl NextStep {
    /// Of a move in this state; `None` where it has ended.
    pub(crate) fn of(state: &str) -> Option<Self> {
        match state {
            FROZEN => Some(Self::Export),
            EXPORTED => Some(Self::Confirm),
            MOVED => Some(Self::ActivateThere),
            "arriving" => Some(Self::Activate),
            "aborted" => Some(Self::DropThere),
            _ => None,
        }
    }

    /// For programs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Confirm => "confirm",
            Self::ActivateThere => "activate_there",
            Self::Activate => "activate",
            Self::DropThere => "drop_there",
        }
    }
}
