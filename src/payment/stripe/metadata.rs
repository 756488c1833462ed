//! Whose an object is: one Stripe account may serve many Sovereigns.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::form::Form;

const SOVEREIGN: &str = "sovereign";
const ORGANIZATION: &str = "organization";
const ORDER_ID: &str = "order_id";
const REFUND: &str = "refund";

/// What every object says that is made for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The Sovereign's domain name.
    pub sovereign: String,
    /// The Organization's identifier.
    pub organization: String,
    pub order_id: Uuid,
}

/// What an object says that is taken over from another service, and so has no order.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The Sovereign's domain name.
    pub sovereign: &'a str,
    /// The Organization's identifier.
    pub organization: &'a str,
}

impl Form {
    /// Puts the metadata on the object itself.
    pub(super) fn metadata(self, metadata: &Metadata) -> Self {
        self.metadata_at("metadata", metadata)
    }

    /// Puts it on an object that Stripe makes out of this one.
    pub(super) fn metadata_at(self, name: &str, metadata: &Metadata) -> Self {
        self.text(format!("{name}[{SOVEREIGN}]"), &metadata.sovereign)
            .text(format!("{name}[{ORGANIZATION}]"), &metadata.organization)
            .text(format!("{name}[{ORDER_ID}]"), metadata.order_id.to_string())
    }

    /// Says which of our refunds one at Stripe is, and which try of it.
    pub(super) fn refund(self, (id, attempt): (Uuid, i16)) -> Self {
        self.text(format!("metadata[{REFUND}]"), format!("{id}.{attempt}"))
    }

    pub(super) fn owner(self, owner: Owner<'_>) -> Self {
        self.text(format!("metadata[{SOVEREIGN}]"), owner.sovereign)
            .text(format!("metadata[{ORGANIZATION}]"), owner.organization)
    }

    /// For what belongs to the whole Sovereign and to no order.
    pub(super) fn sovereign(self, fqdn: &str) -> Self {
        self.text(format!("metadata[{SOVEREIGN}]"), fqdn)
    }
}

/// The metadata of an object that Stripe answers: anybody's, and perhaps none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The domain name of the Sovereign that made it.
    #[must_use]
    pub fn sovereign(&self) -> Option<&str> {
        self.0.get(SOVEREIGN).map(String::as_str)
    }

    /// Whether this Sovereign made it.
    #[must_use]
    pub fn is_of(&self, fqdn: &str) -> bool {
        self.sovereign() == Some(fqdn)
    }

    #[must_use]
    pub fn organization(&self) -> Option<&str> {
        self.0.get(ORGANIZATION).map(String::as_str)
    }

    /// `None` also where it is no identifier.
    #[must_use]
    pub fn order_id(&self) -> Option<Uuid> {
        self.0.get(ORDER_ID)?.parse().ok()
    }

    /// Which of our refunds it is, and which try of it; `None` also where it is neither.
    #[must_use]
    pub fn refund(&self) -> Option<(Uuid, i16)> {
        let (id, attempt) = self.0.get(REFUND)?.split_once('.')?;
        Some((id.parse().ok()?, attempt.parse().ok()?))
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(deserializer)?.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_say_whose_an_object_is() {
        let order_id = Uuid::from_u128(7);
        let json = format!(
            r#"{{"sovereign":"a.example","organization":"o","order_id":"{order_id}","refund":"{order_id}.2"}}"#
        );
        let tags: Tags = serde_json::from_str(&json).unwrap();
        assert!(tags.is_of("a.example") && !tags.is_of("b.example"));
        assert_eq!((tags.organization(), tags.order_id()), (Some("o"), Some(order_id)));
        assert_eq!(tags.refund(), Some((order_id, 2)));
        for none in ["null", "{}", r#"{"order_id":"7"}"#] {
            let tags: Tags = serde_json::from_str(none).unwrap();
            assert!(!tags.is_of("a.example") && !tags.is_of(""), "{none}");
            assert_eq!((tags.order_id(), tags.refund()), (None, None), "{none}");
        }
    }
}
