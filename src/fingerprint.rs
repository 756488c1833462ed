//! Digests: of what an API is, made from its OpenAPI document and equal where the same routes have the same shapes,
//! whoever computes it; and of what can be set of something, for whoever changes what somebody else may have changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// Which version it is and where it is served says nothing of what it takes and answers.
const LEFT_OUT: [&str; 2] = ["info", "servers"];

/// The digest of an OpenAPI document, as sixteen hexadecimal digits. Spaces and the order of members make no
/// difference.
pub(crate) fn of_api(document: &Map<String, Value>) -> String {
    let parts = document.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()));
    let mut text = String::new();
    write_object(parts, &mut text);
    crate::hex::encode(&Sha256::digest(text.as_bytes())[..8])
}

/// The digest of what can be set of something, as entity tags and the forms of pages have it.
pub(crate) fn of_state(state: &Value) -> String {
    const BYTES: usize = 12;
    let mut text = String::new();
    write(state, &mut text);
    crate::hex::encode(&Sha256::digest(text.as_bytes())[..BYTES])
}

/// Whether something with this digest is one of those that may be replaced; anything may, where none are named.
pub(crate) fn fits(replaces: Option<&[String]>, digest: &str) -> bool {
    replaces.is_none_or(|known| known.iter().any(|one| one == digest))
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => write_object(members.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}

/// The members by name: documents that differ in their order only are the same.
fn write_object<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let sorted: BTreeMap<&String, &Value> = members.collect();
    text.push('{');
    for (name, value) in sorted {
        let _ = write!(text, "{}:", Value::from(name.as_str()));
        write(value, text);
        text.push(',');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn digest(document: &Value) -> String {
        of_api(document.as_object().unwrap())
    }

    #[test]
    fn neither_order_nor_place_nor_version_counts() {
        let one = json!({
            "info": { "version": "1" }, "paths": { "/a": { "get": {}, "put": {} } }, "tags": [],
        });
        let same = json!({
            "tags": [], "paths": { "/a": { "put": {}, "get": {} } }, "servers": [{ "url": "/" }],
        });
        assert_eq!(digest(&one), digest(&same));
        assert_eq!(digest(&one).len(), 16);
    }

    #[test]
    fn what_may_be_replaced_is_what_was_named() {
        let (one, other) = (of_state(&json!({ "a": 1 })), of_state(&json!({ "a": 2 })));
        assert_ne!(one, other);
        assert!(fits(None, &one) && fits(Some(&[other.clone(), one.clone()]), &one));
        assert!(!fits(Some(&[other]), &one) && !fits(Some(&[]), &one));
    }

    #[test]
    fn every_difference_of_a_shape_counts() {
        let documents = [
            json!({ "paths": { "/a": ["x", "y"] } }),
            json!({ "paths": { "/a": ["y", "x"] } }),
            json!({ "paths": { "/a": ["x", ["y"]] } }),
            json!({ "paths": { "/b": ["x", "y"] } }),
            json!({ "paths": { "/a": ["x", "y"], "/b": null } }),
            json!({ "paths": { "/a": "[\"x\",\"y\"]" } }),
        ];
        let mut digests: Vec<String> = documents.iter().map(digest).collect();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), documents.len());
    }
}
