//! What an answer must look like: members, each of a kind. Members besides are allowed, because the contract is added
//! to; those that must not be there are named.

use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;

/// Longer texts are not shown.
const MAX_SHOWN_CHARS: usize = 40;
/// So many members are named.
const MAX_SHOWN_MEMBERS: usize = 6;

/// What a member may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A JSON integer: `10`, neither `10.0` nor `"10"`.
    Int,
    Bool,
    /// Any text, also an empty one.
    Text,
    /// A text that names something: a code, an identifier.
    Name,
    /// RFC 3339 in UTC.
    Time,
    Texts,
    Rows(&'static Shape),
    /// Whatever it is, it is there.
    Any,
}

pub(super) type Member = (&'static str, Kind);

/// An object of the contract. Its members are checked under its name and theirs: `voucher.credit_omr`.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) required: &'static [Member],
    /// They may be absent, and may not be `null`.
    pub(super) optional: &'static [Member],
    pub(super) forbidden: &'static [&'static str],
}

/// How an answer differs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) expected: String,
    pub(super) got: String,
}

/// Hears of each check by its name, and of its fault where it has one.
pub(super) type Tell<'a> = &'a mut dyn FnMut(&str, Option<Fault>);

impl Kind {
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Int => value.is_i64() || value.is_u64(),
            Self::Bool => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::Name => value.as_str().is_some_and(|text| !text.trim().is_empty()),
            Self::Time => value.as_str().is_some_and(is_utc),
            Self::Texts => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Rows(_) => value.is_array(),
            Self::Any => true,
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Int => "an integer",
            Self::Bool => "true or false",
            Self::Text => "a text",
            Self::Name => "a text that is not empty",
            Self::Time => "a time as RFC 3339 in UTC",
            Self::Texts => "an array of texts",
            Self::Rows(_) => "an array",
            Self::Any => "a value",
        }
    }

    fn look(self, name: &str, value: &Value, tell: Tell<'_>) {
        let fault = (!self.fits(value))
            .then(|| Fault { expected: self.expected().to_owned(), got: shown(value) });
        tell(name, fault);
        if let (Self::Rows(shape), Some(rows)) = (self, value.as_array()) {
            for row in rows {
                shape.look(row, tell);
            }
        }
    }
}

impl Shape {
    /// Tells of each member whether it is as it must be.
    pub(super) fn look(&self, value: &Value, tell: Tell<'_>) {
        let Some(members) = value.as_object() else {
            let fault = Fault { expected: "an object".to_owned(), got: shown(value) };
            tell(self.name, Some(fault));
            return;
        };
        let called = |member: &str| format!("{}.{member}", self.name);
        for (member, kind) in self.required {
            if let Some(found) = members.get(*member) {
                kind.look(&called(member), found, tell);
            } else {
                let expected = kind.expected().to_owned();
                tell(&called(member), Some(Fault { expected, got: "no such member".into() }));
            }
        }
        for (member, kind) in self.optional {
            if let Some(found) = members.get(*member) {
                kind.look(&called(member), found, tell);
            }
        }
        for member in self.forbidden {
            // What it is stays unsaid: it may be a secret.
            let fault = members.get(*member).map(|_| Fault {
                expected: "no such member".to_owned(),
                got: "the member is there".to_owned(),
            });
            tell(&called(member), fault);
        }
    }
}

/// Whether a text is a moment, told in UTC.
fn is_utc(text: &str) -> bool {
    (text.ends_with('Z') || text.ends_with("+00:00")) && Timestamp::parse_rfc3339(text).is_some()
}

/// A value in few words. Keys, and what is long, are not repeated.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if is_shown(text) => format!("the text {value}"),
        Value::String(_) => "a text".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(members) if members.is_empty() => "an object without members".to_owned(),
        Value::Object(members) => {
            let named = members.keys().filter(|name| is_shown(name)).take(MAX_SHOWN_MEMBERS);
            let named: Vec<&str> = named.map(String::as_str).collect();
            let more = if members.len() > named.len() { ", …" } else { "" };
            format!("an object of {}{more}", named.join(", "))
        }
    }
}

fn is_shown(text: &str) -> bool {
    let is_secret = ["sk_", "rk_", "whsec_"].iter().any(|prefix| text.contains(prefix));
    text.chars().count() <= MAX_SHOWN_CHARS && !is_secret && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static ENTRY: Shape =
        Shape { name: "entry", required: &[("id", Kind::Name)], optional: &[], forbidden: &[] };
    static SAMPLE: Shape = Shape {
        name: "sample",
        required: &[("count", Kind::Int), ("entries", Kind::Rows(&ENTRY)), ("at", Kind::Time)],
        optional: &[("note", Kind::Text)],
        forbidden: &["secret"],
    };

    fn faults(value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        SAMPLE.look(value, &mut |name, fault| {
            if let Some(fault) = fault {
                found.push(format!("{name}: {} / {}", fault.expected, fault.got));
            }
        });
        found
    }

    #[test]
    fn what_fits_has_no_fault() {
        let at = "2027-03-01T12:00:00Z";
        for value in [
            json!({ "count": 10, "entries": [], "at": at }),
            json!({ "count": -1, "entries": [{ "id": "a", "more": [] }], "at": at, "note": "" }),
            json!({ "count": u64::MAX, "entries": [], "at": "2027-03-01T12:00:00.5+00:00", "x": 1 }),
        ] {
            assert_eq!(faults(&value), Vec::<String>::new());
        }
    }

    #[test]
    fn each_fault_has_the_name_of_its_member() {
        let good = json!({ "count": 1, "entries": [], "at": "2027-03-01T12:00:00Z" });
        for (member, value, said) in [
            ("count", json!("10"), "sample.count: an integer / the text \"10\""),
            ("count", json!(10.0), "sample.count: an integer / 10.0"),
            ("count", json!(null), "sample.count: an integer / null"),
            ("entries", json!({}), "sample.entries: an array / an object without members"),
            ("entries", json!([1]), "entry: an object / 1"),
            (
                "entries",
                json!([{ "id": "" }]),
                "entry.id: a text that is not empty / the text \"\"",
            ),
            ("note", json!(null), "sample.note: a text / null"),
            ("secret", json!("sk_live_1"), "sample.secret: no such member / the member is there"),
            ("count", json!("sk_live_1"), "sample.count: an integer / a text"),
            (
                "at",
                json!("2027-03-01 12:00:00"),
                "sample.at: a time as RFC 3339 in UTC / the text \"2027-03-01 12:00:00\"",
            ),
            (
                "at",
                json!("2027-03-01T12:00:00+04:00"),
                "sample.at: a time as RFC 3339 in UTC / the text \"2027-03-01T12:00:00+04:00\"",
            ),
        ] {
            let mut one = good.clone();
            one[member] = value;
            assert_eq!(faults(&one), [said]);
        }
        let none = json!({ "entries": [], "at": "2027-03-01T12:00:00Z" });
        assert_eq!(faults(&none), ["sample.count: an integer / no such member"]);
        assert_eq!(faults(&json!([])), ["sample: an object / an array of 0"]);
    }

    #[test]
    fn an_object_is_shown_by_its_members() {
        let value = json!({ "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7 });
        assert_eq!(shown(&value), "an object of a, b, c, d, e, f, …");
        assert_eq!(shown(&json!({ "ok": true })), "an object of ok");
        assert_eq!(shown(&json!("x".repeat(41))), "a text");
    }
}
