//! JSON shapes in the notation of the wire contract: member names, each with its type.

use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

/// Fails where a member is missing or of another type. `members` reads `"name:type other?:type"`;
/// one with a `?` may be absent, but never null.
///
/// The types are `string`, `text` (a string that is not empty), `uuid`, `time` (RFC 3339 in UTC),
/// `int`, `bool`, `object`, `texts` (an array of strings that are not empty) and `objects`.
#[track_caller]
pub(crate) fn assert_shape(value: &Value, members: &str) {
    assert!(value.is_object(), "not an object: {value}");
    for member in members.split_whitespace() {
        let (name, kind) = member.split_once(':').unwrap();
        let (name, optional) = match name.strip_suffix('?') {
            Some(name) => (name, true),
            None => (name, false),
        };
        match value.get(name) {
            Some(found) => assert!(is(found, kind), "{name} is no {kind}: {value}"),
            None => assert!(optional, "{name} is missing: {value}"),
        }
    }
}

fn is(value: &Value, kind: &str) -> bool {
    let text = value.as_str();
    let all = |test: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(test));
    match kind {
        "string" => text.is_some(),
        "text" => is_text(value),
        "uuid" => text.is_some_and(|text| Uuid::parse_str(text).is_ok()),
        "time" => {
            text.is_some_and(|text| text.ends_with('Z') && Timestamp::parse_rfc3339(text).is_some())
        }
        "int" => value.is_i64() || value.is_u64(),
        "bool" => value.is_boolean(),
        "object" => value.is_object(),
        "texts" => all(is_text),
        "objects" => all(Value::is_object),
        unknown => panic!("{unknown} is no type"),
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// The members called `name` of a list of objects.
#[track_caller]
pub(crate) fn each(list: &Value, name: &str) -> Vec<Value> {
    let items = list.as_array().unwrap_or_else(|| panic!("not a list: {list}"));
    items.iter().map(|item| item[name].clone()).collect()
}
