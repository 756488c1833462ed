//! An event as others get it.

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

/// The version of every type's shape there is.
const VERSION: u32 = 1;

/// What an envelope is made of.
pub(super) struct Enclosed<'a> {
    pub(super) id: Uuid,
    pub(super) kind: &'a str,
    pub(super) at: Timestamp,
    /// The Sovereign's domain name.
    pub(super) sovereign: &'a str,
    pub(super) organization: Option<&'a str>,
    /// JSON, as it was written.
    pub(super) data: &'a str,
}

/// The body.
///
/// # Errors
/// Where the data is no JSON.
pub(super) fn enclose(event: &Enclosed<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let data: Value = serde_json::from_str(event.data)?;
    serde_json::to_vec(&json!({
        "id": event.id,
        "type": event.kind,
        "version": VERSION,
        "at": event.at,
        "sovereign": event.sovereign,
        "organization": event.organization,
        "data": data,
    }))
}
