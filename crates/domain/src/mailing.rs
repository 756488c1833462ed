//! Mailings, which send a voucher's code of its own to each address: how they stand, and how each address does.

/// How a mailing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailingState {
    /// Codes are being made, or letters sent.
    Running,
    /// Somebody stopped it. What was sent is sent.
    Cancelled,
    /// Every address has its letter, or cannot have one.
    Done,
}

impl MailingState {
    pub const ALL: [Self; 3] = [Self::Running, Self::Cancelled, Self::Done];

    /// As the wire and the database call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What became of the letter to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressState {
    /// It waits for its code, or for its turn, or for another try.
    Waiting,
    /// The mail server took it.
    Sent,
    /// The mail server will not take it, or there is nothing to send.
    Failed,
}

impl AddressState {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    /// As the wire and the database call it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
