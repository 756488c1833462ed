//! What an entry of the catalog consists of: each member, what it may be, and what it is where nobody says.
//!
//! Pure. Members that are not in a table are ignored, because clients send whole objects back; what an entry
//! has besides is left as it is. A member that ends in `_ar` is what Arabic readers see in place of the other one;
//! without it they see that. References are looked up in `catalog_references.rs`.

use serde_json::{Map, Value, json};
use sovereign_domain::money::Currency;
use uuid::Uuid;

use super::catalog::Kind;
use super::vouchers::FieldError;

/// The longest list, and the longest text in one.
const MAX_ENTRIES: usize = 100;
const MAX_ENTRY: usize = 200;
const MAX_SLUG: usize = 40;
/// A month of anything costs at most so many whole units.
pub(crate) const MAX_PRICE_UNITS: i64 = 1_000_000;
/// The cluster's own release, and a path that is read before a slug.
const RESERVED_APPS: [&str; 2] = ["vcluster", "search"];

/// What a member may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// So many characters on one line.
    Line(usize),
    /// So many characters, on any number of lines.
    Text(usize),
    Flag,
    /// Whole numbers from 0.
    Whole(i64),
    Texts,
    Object,
    /// `#` and six hexadecimal digits.
    Colour,
    OneOf(&'static [&'static str]),
}

/// What it is where nobody says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Absent {
    Refused,
    Left,
    Is(&'static str),
    Yes,
    No,
    Zero,
    NoTexts,
    NoMembers,
}

pub(crate) type Member = (&'static str, Shape, Absent);

const PLAN: &[Member] = &[
    ("name", Shape::Line(100), Absent::Refused),
    ("name_ar", Shape::Line(100), Absent::Left),
    ("description", Shape::Text(2_000), Absent::Is("")),
    ("description_ar", Shape::Text(2_000), Absent::Left),
    ("cpu", Shape::Line(50), Absent::Is("")),
    ("memory", Shape::Line(50), Absent::Is("")),
    ("storage", Shape::Line(50), Absent::Is("")),
    ("popular", Shape::Flag, Absent::No),
    ("features", Shape::Texts, Absent::NoTexts),
    ("features_ar", Shape::Texts, Absent::Left),
    ("stripe_price_id", Shape::Line(200), Absent::Left),
];
const ADDON: &[Member] = &[
    ("name", Shape::Line(100), Absent::Refused),
    ("name_ar", Shape::Line(100), Absent::Left),
    ("description", Shape::Text(2_000), Absent::Is("")),
    ("description_ar", Shape::Text(2_000), Absent::Left),
    ("included", Shape::Flag, Absent::No),
    ("category", Shape::Line(50), Absent::Is("")),
];
const APP: &[Member] = &[
    ("name", Shape::Line(100), Absent::Refused),
    ("name_ar", Shape::Line(100), Absent::Left),
    ("tagline", Shape::Line(200), Absent::Is("")),
    ("tagline_ar", Shape::Line(200), Absent::Left),
    ("description", Shape::Text(10_000), Absent::Is("")),
    ("description_ar", Shape::Text(10_000), Absent::Left),
    ("category", Shape::Line(50), Absent::Is("")),
    ("tags", Shape::Texts, Absent::NoTexts),
    ("icon", Shape::Line(200), Absent::Is("")),
    ("icon_bg", Shape::Colour, Absent::Is("#64748b")),
    ("website", Shape::Line(500), Absent::Is("")),
    ("license", Shape::Line(100), Absent::Is("")),
    ("featured", Shape::Flag, Absent::No),
    ("popular", Shape::Flag, Absent::No),
    ("free", Shape::Flag, Absent::Yes),
    ("features", Shape::Texts, Absent::NoTexts),
    ("features_ar", Shape::Texts, Absent::Left),
    ("related_apps", Shape::Texts, Absent::NoTexts),
    ("dependencies", Shape::Texts, Absent::NoTexts),
    ("system", Shape::Flag, Absent::No),
    ("kind", Shape::OneOf(&["app", "service"]), Absent::Is("app")),
    ("tier", Shape::OneOf(&["included", "basic", "standard", "premium"]), Absent::Is("basic")),
    ("shareable", Shape::Flag, Absent::No),
    ("config_schema", Shape::Object, Absent::NoMembers),
    ("deployable", Shape::Flag, Absent::No),
    ("ram_mb", Shape::Whole(10_000_000), Absent::Zero),
    ("cpu_milli", Shape::Whole(10_000_000), Absent::Zero),
    ("disk_gb", Shape::Whole(10_000_000), Absent::Zero),
    ("helm_chart", Shape::Line(100), Absent::Is("")),
    ("helm_repo", Shape::Line(500), Absent::Is("")),
    ("helm_version", Shape::Line(100), Absent::Left),
    ("helm_values", Shape::Object, Absent::Left),
    ("http_port", Shape::Whole(65_535), Absent::Left),
];
const INDUSTRY: &[Member] = &[
    ("name", Shape::Line(100), Absent::Refused),
    ("name_ar", Shape::Line(100), Absent::Left),
    ("emoji", Shape::Line(20), Absent::Is("")),
    ("description", Shape::Text(2_000), Absent::Is("")),
    ("description_ar", Shape::Text(2_000), Absent::Left),
    ("suggested_apps", Shape::Texts, Absent::NoTexts),
    ("bundle_id", Shape::Line(200), Absent::Is("")),
];
const BUNDLE: &[Member] = &[
    ("name", Shape::Line(100), Absent::Refused),
    ("name_ar", Shape::Line(100), Absent::Left),
    ("tagline", Shape::Line(200), Absent::Is("")),
    ("tagline_ar", Shape::Line(200), Absent::Left),
    ("apps", Shape::Texts, Absent::NoTexts),
    ("discount", Shape::Whole(100), Absent::Zero),
    ("recommended_size", Shape::Line(200), Absent::Is("")),
];

pub(crate) const fn members(kind: Kind) -> &'static [Member] {
    match kind {
        Kind::Plan => PLAN,
        Kind::Addon => ADDON,
        Kind::App => APP,
        Kind::Industry => INDUSTRY,
        Kind::Bundle => BUNDLE,
    }
}

/// What an entry is to be: what is given, else what it was, else what it is where nobody says.
///
/// # Errors
/// The first member that is missing or cannot be that.
pub(crate) fn merged(
    kind: Kind,
    given: &Map<String, Value>,
    before: Option<&Value>,
) -> Result<Map<String, Value>, FieldError> {
    let mut document = before.and_then(Value::as_object).cloned().unwrap_or_default();
    document.shift_remove("slug");
    for &(name, shape, absent) in members(kind) {
        match given.get(name).filter(|value| !value.is_null()) {
            Some(value) => {
                document.insert(name.to_owned(), checked(name, shape, value)?);
            }
            None if document.contains_key(name) => {}
            None => {
                if let Some(value) = default(name, absent)? {
                    document.insert(name.to_owned(), value);
                }
            }
        }
    }
    if kind == Kind::App {
        check_app(&document)?;
    }
    Ok(document)
}

fn default(name: &'static str, absent: Absent) -> Result<Option<Value>, FieldError> {
    Ok(Some(match absent {
        Absent::Refused => return Err(FieldError::new(name, format!("{name} must be there"))),
        Absent::Left => return Ok(None),
        Absent::Is(text) => json!(text),
        Absent::Yes => json!(true),
        Absent::No => json!(false),
        Absent::Zero => json!(0),
        Absent::NoTexts => json!([]),
        Absent::NoMembers => json!({}),
    }))
}

pub(crate) fn checked(
    name: &'static str,
    shape: Shape,
    value: &Value,
) -> Result<Value, FieldError> {
    let wrong = |what: String| FieldError::new(name, format!("{name} must be {what}"));
    let line = |text: &str| !text.chars().any(char::is_control);
    let lines = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    let least = usize::from(name == "name");
    let sized = |text: &str, most| (least..=most).contains(&text.chars().count());
    match shape {
        Shape::Line(most) => {
            let text = value.as_str().map(str::trim).filter(|text| line(text) && sized(text, most));
            let what = || wrong(format!("a text of {least} to {most} characters on one line"));
            text.map(|text| json!(text)).ok_or_else(what)
        }
        Shape::Text(most) => {
            let text = value.as_str().filter(|text| lines(text) && sized(text, most));
            text.map(|text| json!(text))
                .ok_or_else(|| wrong(format!("a text of at most {most} characters")))
        }
        Shape::Flag => {
            value.as_bool().map(|flag| json!(flag)).ok_or_else(|| wrong("true or false".to_owned()))
        }
        Shape::Whole(most) => whole(value)
            .filter(|number| (0..=most).contains(number))
            .map(|number| json!(number))
            .ok_or_else(|| wrong(format!("a whole number from 0 to {most}"))),
        Shape::Texts => texts(name, value),
        Shape::Object => {
            // A NUL has no place in a row.
            let usable = value.is_object() && !value.to_string().contains("\\u0000");
            let what = || wrong("an object, without a NUL in it".to_owned());
            usable.then(|| value.clone()).ok_or_else(what)
        }
        Shape::Colour => {
            let digits = value.as_str().and_then(|text| text.strip_prefix('#'));
            let six = digits.is_some_and(|digits| {
                digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit())
            });
            let what = || wrong("# and six hexadecimal digits, such as #21759b".to_owned());
            six.then(|| value.clone()).ok_or_else(what)
        }
        Shape::OneOf(all) => {
            let known = value.as_str().is_some_and(|text| all.contains(&text));
            known.then(|| value.clone()).ok_or_else(|| wrong(format!("one of: {}", all.join(", "))))
        }
    }
}

fn texts(name: &'static str, value: &Value) -> Result<Value, FieldError> {
    let list = value.as_array().filter(|list| list.len() <= MAX_ENTRIES).ok_or_else(|| {
        FieldError::new(name, format!("{name} must be a list of at most {MAX_ENTRIES} texts"))
    })?;
    for (index, entry) in list.iter().enumerate() {
        let usable = entry.as_str().is_some_and(|text| {
            !text.trim().is_empty()
                && text.chars().count() <= MAX_ENTRY
                && !text.chars().any(char::is_control)
        });
        if !usable {
            let detail = format!("{name}[{index}] must be a text of 1 to {MAX_ENTRY} characters");
            return Err(FieldError::new(name, detail));
        }
    }
    Ok(value.clone())
}

/// `5.0` is a whole number as well: JSON knows no other numbers.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers below 2^53 get there")]
fn whole(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let exact = |number: &f64| number.fract() == 0.0 && number.abs() < EXACT;
    value.as_i64().or_else(|| value.as_f64().filter(exact).map(|number| number as i64))
}

/// What can be deployed says from where, in names that can stand in a manifest.
fn check_app(document: &Map<String, Value>) -> Result<(), FieldError> {
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    if document.get("http_port").and_then(Value::as_i64) == Some(0) {
        return Err(FieldError::new("http_port", "http_port must be a number from 1 to 65535"));
    }
    let deployable = document.get("deployable").and_then(Value::as_bool) == Some(true);
    if !deployable && text("helm_chart").is_empty() && text("helm_repo").is_empty() {
        return Ok(());
    }
    let version = Some(text("helm_version")).filter(|version| !version.is_empty());
    let (chart, repository) = (text("helm_chart"), text("helm_repo"));
    crate::provision::manifests::check_chart(text("name"), chart, repository, version)
        .map_err(|(field, detail)| FieldError::new(field, detail))
}

/// A slug, which an entry is known by for good.
///
/// # Errors
/// Where there is none, or it cannot be a name in a manifest.
pub(crate) fn slug(kind: Kind, given: &Map<String, Value>) -> Result<String, FieldError> {
    let text = given.get("slug").and_then(Value::as_str).unwrap_or_default();
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let usable = (1..=MAX_SLUG).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(inner)
        && Uuid::parse_str(text).is_err()
        && (kind != Kind::App || !RESERVED_APPS.contains(&text));
    if usable {
        return Ok(text.to_owned());
    }
    let detail = format!(
        "slug must be 1 to {MAX_SLUG} of a-z, 0-9 and '-', start with a letter and not end in '-'; \
         no app is called {}",
        RESERVED_APPS.join(" or ")
    );
    Err(FieldError::new("slug", detail))
}

/// The slug never changes; one that is sent back is as good as none.
///
/// # Errors
/// Where another one is sent.
pub(crate) fn same_slug(given: &Map<String, Value>, slug: &str) -> Result<(), FieldError> {
    match given.get("slug").filter(|value| !value.is_null()) {
        Some(value) if value != slug => {
            let detail = format!("slug is {slug} for good; add an entry of the other name instead");
            Err(FieldError::new("slug", detail))
        }
        _ => Ok(()),
    }
}

/// A month's price in minor units, from `price_minor` or `price_omr`.
///
/// Clients send back what they read, and older ones know `price_omr` only: of two that disagree, the one
/// that is as it was before is not meant.
///
/// # Errors
/// Where there is none, or one is no price, or both were changed and disagree.
pub(crate) fn price(
    given: &Map<String, Value>,
    before_minor: Option<i64>,
    currency: Currency,
) -> Result<i64, FieldError> {
    let most_minor = currency.units_to_minor(MAX_PRICE_UNITS).unwrap_or(i64::MAX);
    let minor = number(given, "price_minor", most_minor)?;
    let units = number(given, "price_omr", MAX_PRICE_UNITS)?;
    let units = units.map(|units| {
        let too_large = || FieldError::new("price_omr", "price_omr is too large");
        Ok((units, currency.units_to_minor(units).ok_or_else(too_large)?))
    });
    match (minor, units.transpose()?) {
        (None, None) => before_minor.ok_or_else(|| {
            FieldError::new(
                "price_omr",
                "price_omr, or price_minor, must be there: a month's price",
            )
        }),
        (Some(minor), None) => Ok(minor),
        (None, Some((_, of_units))) => Ok(of_units),
        (Some(minor), Some((units, _))) if currency.whole_units(minor) == units => Ok(minor),
        (Some(minor), Some((_, of_units))) if before_minor == Some(minor) => Ok(of_units),
        (Some(minor), Some((units, _)))
            if before_minor.is_some_and(|before| currency.whole_units(before) == units) =>
        {
            Ok(minor)
        }
        (Some(_), Some(_)) => Err(FieldError::new(
            "price_omr",
            "price_omr and price_minor disagree; send the one that is meant",
        )),
    }
}

/// The place in the list, where one is given.
///
/// # Errors
/// Where it is no number.
pub(crate) fn position(given: &Map<String, Value>) -> Result<Option<i32>, FieldError> {
    let position = number(given, "sort_order", 1_000_000)?;
    Ok(position.and_then(|position| i32::try_from(position).ok()))
}

fn number(
    given: &Map<String, Value>,
    name: &'static str,
    most: i64,
) -> Result<Option<i64>, FieldError> {
    let Some(value) = given.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let found = whole(value).filter(|number| (0..=most).contains(number));
    let wrong = || FieldError::new(name, format!("{name} must be a whole number from 0 to {most}"));
    found.map(Some).ok_or_else(wrong)
}
