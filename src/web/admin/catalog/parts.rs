//! What the form of an entry consists of: a field for each member that its kind has, one for its price, and one for its
//! place in the list.

use serde_json::{Map, Value, json};
use sovereign_domain::money::Currency;

use super::super::typed::{plain, whole};
use crate::storage::catalog::texts;
use crate::usecase::catalog::Kind;
use crate::usecase::catalog_members::{self as members, Absent, MAX_PRICE_UNITS, Shape};

pub(super) const SLUG: &str = "slug";
pub(super) const PRICE: &str = "price";
pub(super) const PLACE: &str = "sort_order";
pub(super) const PORT: &str = "http_port";
/// What a box says that is ticked.
pub(super) const ON: &str = "yes";
pub(super) const MAX_PLACE: i64 = 1_000_000;

/// How a field is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// A month's price, in the Sovereign's currency.
    Price,
    Place,
    Member(Shape),
}

/// A field of the form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) reading: Reading,
    pub(super) absent: Absent,
}

/// What fields belong together, from top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Reads,
    Costs,
    Runs,
    Goes,
}

impl Group {
    pub(super) const ALL: [Self; 4] = [Self::Reads, Self::Costs, Self::Runs, Self::Goes];

    /// The name of what it is called.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Reads => "admin-catalog-reads",
            Self::Costs => "admin-catalog-costs",
            Self::Runs => "admin-catalog-runs",
            Self::Goes => "admin-catalog-goes",
        }
    }
}

/// The fields of a kind, from top to bottom.
pub(super) fn parts(kind: Kind) -> Vec<Part> {
    let price = Part { name: PRICE, reading: Reading::Price, absent: Absent::Refused };
    let place = Part { name: PLACE, reading: Reading::Place, absent: Absent::Left };
    let members = members::members(kind).iter();
    let members = members.map(|&(name, shape, absent)| Part {
        name,
        reading: Reading::Member(shape),
        absent,
    });
    let price = kind.is_priced().then_some(price).into_iter();
    let mut parts: Vec<Part> = price.chain(members).chain([place]).collect();
    parts.sort_by_key(Part::group);
    parts
}

impl Part {
    pub(super) fn group(&self) -> Group {
        match self.name {
            PRICE | PLACE | "discount" | "free" | "included" | "stripe_price_id" | "tier" => {
                Group::Costs
            }
            "apps" | "bundle_id" | "dependencies" | "recommended_size" | "related_apps"
            | "suggested_apps" => Group::Goes,
            "config_schema" | "cpu_milli" | "deployable" | "disk_gb" | "helm_chart"
            | "helm_repo" | "helm_values" | "helm_version" | PORT | "kind" | "ram_mb"
            | "shareable" | "system" => Group::Runs,
            _ => Group::Reads,
        }
    }

    /// Which member of an entry it sets.
    pub(super) fn member(&self) -> &'static str {
        if self.name == PRICE { "price_minor" } else { self.name }
    }

    pub(super) fn is_flag(&self) -> bool {
        matches!(self.reading, Reading::Member(Shape::Flag))
    }

    /// Whether a new entry must have it.
    pub(super) fn is_needed(&self) -> bool {
        matches!(self.absent, Absent::Refused)
    }

    /// What a new entry has of it where nobody says.
    pub(super) fn usual(&self) -> &'static str {
        match self.absent {
            Absent::Is(text) => text,
            Absent::Yes => ON,
            Absent::Zero => "0",
            Absent::Refused | Absent::Left | Absent::No | Absent::NoTexts | Absent::NoMembers => "",
        }
    }

    /// What `text` says; `None` where this cannot be so.
    pub(super) fn value(&self, text: &str, currency: Currency) -> Option<Value> {
        match self.reading {
            Reading::Price => {
                let price_minor = currency.read_decimal(&plain(text))?;
                (price_minor <= most_minor(currency)).then(|| json!(price_minor))
            }
            Reading::Place => {
                let place = whole(text).filter(|place| (0..=MAX_PLACE).contains(place))?;
                Some(json!(place))
            }
            Reading::Member(shape) => {
                let value = members::checked(self.name, shape, &self.said(shape, text)?).ok()?;
                // Nothing answers there.
                (self.name != PORT || value != json!(0)).then_some(value)
            }
        }
    }

    fn said(&self, shape: Shape, text: &str) -> Option<Value> {
        Some(match shape {
            Shape::Flag => json!(text == ON),
            Shape::Whole(_) if text.is_empty() && self.usual() == "0" => json!(0),
            Shape::Whole(_) => json!(whole(text)?),
            Shape::Texts => json!(lines(text)),
            Shape::Object => Value::Object(object(text).ok()?),
            Shape::Line(_) | Shape::Text(_) | Shape::Colour | Shape::OneOf(_) => json!(text),
        })
    }

    /// What a form has in it where a document has `value`.
    pub(super) fn text(&self, value: Option<&Value>) -> String {
        let Some(value) = value else { return self.usual().to_owned() };
        let Reading::Member(shape) = self.reading else { return String::new() };
        match shape {
            Shape::Flag if value.as_bool() == Some(true) => ON.to_owned(),
            Shape::Whole(_) if value.is_number() => value.to_string(),
            Shape::Flag | Shape::Whole(_) => String::new(),
            Shape::Texts => texts(value).join("\n"),
            Shape::Object if value.as_object().is_none_or(Map::is_empty) => String::new(),
            Shape::Object => serde_json::to_string_pretty(value).unwrap_or_default(),
            Shape::Line(_) | Shape::Text(_) | Shape::Colour | Shape::OneOf(_) => {
                value.as_str().unwrap_or_default().trim().replace("\r\n", "\n")
            }
        }
    }

    /// Whether two texts say the same.
    pub(super) fn is_same(&self, one: &str, other: &str, currency: Currency) -> bool {
        let value = |text: &str| self.value(text, currency);
        one == other || value(one).is_some_and(|read| value(other) == Some(read))
    }
}

/// The highest price of a month.
pub(super) fn most_minor(currency: Currency) -> i64 {
    currency.units_to_minor(MAX_PRICE_UNITS).unwrap_or(i64::MAX)
}

/// An object as it is written in JSON; nothing is one without members.
pub(super) fn object(text: &str) -> serde_json::Result<Map<String, Value>> {
    if text.is_empty() { Ok(Map::new()) } else { serde_json::from_str(text) }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: Kind, name: &str) -> Part {
        parts(kind).into_iter().find(|part| part.name == name).expect(name)
    }

    fn read(kind: Kind, name: &str, text: &str) -> Option<Value> {
        part(kind, name).value(text, Currency::from_code("OMR").unwrap())
    }

    #[test]
    fn what_people_type_is_read() {
        for (name, text, value) in [
            ("name", "Wiki", Some(json!("Wiki"))),
            ("name", "", None),
            ("ram_mb", "١٬٠٢٤", Some(json!(1_024))),
            ("ram_mb", "", Some(json!(0))),
            ("ram_mb", "much", None),
            ("http_port", "0", None),
            ("http_port", "", None),
            ("http_port", "3000", Some(json!(3_000))),
            ("tags", " one \n\ntwo", Some(json!(["one", "two"]))),
            ("helm_values", "", Some(json!({}))),
            ("helm_values", "{\"a\": [1]}", Some(json!({ "a": [1] }))),
            ("helm_values", "[1]", None),
            ("helm_values", "{\"a\": \"\\u0000\"}", None),
            ("icon_bg", "teal", None),
            ("tier", "gold", None),
            ("popular", "yes", Some(json!(true))),
            ("popular", "", Some(json!(false))),
            ("sort_order", "7", Some(json!(7))),
            ("sort_order", "-1", None),
        ] {
            assert_eq!(read(Kind::App, name, text), value, "{name} {text:?}");
        }
        for (text, value) in [
            ("1,000.5", Some(json!(1_000_500))),
            ("٢٫٥", Some(json!(2_500))),
            ("1000000", Some(json!(1_000_000_000))),
            ("1000000.001", None),
            ("1.2345", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(read(Kind::Plan, PRICE, text), value, "{text:?}");
        }
    }

    #[test]
    fn a_form_has_what_a_document_has() {
        for (name, value, text) in [
            ("features", json!(["One", "Two"]), "One\nTwo"),
            ("config_schema", json!({}), ""),
            ("config_schema", json!({ "type": "object" }), "{\n  \"type\": \"object\"\n}"),
            ("ram_mb", json!(512), "512"),
            ("deployable", json!(true), ON),
            ("deployable", json!(false), ""),
            ("tagline", json!(" Pages "), "Pages"),
        ] {
            let part = part(Kind::App, name);
            assert_eq!(part.text(Some(&value)), text, "{name}");
            let currency = Currency::from_code("OMR").unwrap();
            assert!(part.is_same(text, &part.text(Some(&value)), currency), "{name}");
        }
        assert_eq!(part(Kind::App, "tier").text(None), "basic");
        assert_eq!(part(Kind::App, "free").text(None), ON);
    }

    #[test]
    fn groups_follow_each_other() {
        for kind in [Kind::Plan, Kind::Addon, Kind::App, Kind::Industry, Kind::Bundle] {
            let all = parts(kind);
            assert!(all.is_sorted_by_key(Part::group), "{kind:?}");
            assert_eq!(all.first().map(|part| part.name), Some("name"), "{kind:?}");
            assert_eq!(all.iter().any(|part| part.name == PRICE), kind.is_priced(), "{kind:?}");
        }
    }
}
