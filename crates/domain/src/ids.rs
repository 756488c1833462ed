//! Identifiers. Rows we make carry UUIDs of version 7 (ordered by time, kind to an index); users and
//! Organizations are opaque text, because an adopted database brings its own; each is shared by all that
//! name it, for one checkout names its Organization a dozen times.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where new identifiers come from. Injected, so that a run can be repeated exactly.
pub trait IdSource {
    fn next_id(&mut self) -> Uuid;
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn next(ids: &mut dyn IdSource) -> Self {
                Self(ids.next_id())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }
    )+};
}

uuid_ids! {
    /// A billing account; one for each Organization.
    CustomerId,
    OrderId,
    LotId,
    HoldId,
    /// A line of the credit ledger.
    EntryId,
    RedemptionId,
    SubscriptionId,
    InvoiceId,
    /// A card payment.
    PaymentId,
    RefundId,
    DisputeId,
    AlarmId,
    LetterId,
    UsageTotalId,
    CampaignId,
}

text_ids! {
    /// An Organization ("tenant" on the wire).
    OrganizationId,
    UserId,
}
