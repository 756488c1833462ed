//! The form of an entry, made from what its kind consists of: `templates/web/admin/catalog_form.html` shows it.

use super::parts::{Group, Part, Reading, parts};
use super::typed::Typed;
use super::words;
use super::wrong::Wrong;
use crate::usecase::catalog::Kind;
use crate::usecase::catalog_members::Shape;
use crate::web::page::Page;

/// Fields that belong together.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) fields: Vec<Field>,
}

/// A field, in the reader's language.
pub(super) struct Field {
    /// Its name, too.
    pub(super) id: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) value: String,
    /// HTML of ours.
    pub(super) attributes: String,
    /// What is to be chosen from: each value, what it is called, and whether it is the one.
    pub(super) choices: Vec<(String, String, bool)>,
    /// Why it cannot be as it is, in English, as the API says it.
    pub(super) reason: Option<String>,
    control: Control,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    Line,
    Area,
    Choice,
    Box,
}

impl Field {
    fn new(page: &Page, part: &Part, (typed, wrong): (&Typed, &Wrong)) -> Self {
        let value = typed.text(part.name).to_owned();
        Self {
            id: part.name,
            label: words::label(page, part.name),
            hint: words::hint(page, part),
            attributes: attributes(part),
            choices: choices(page, part, &value),
            reason: wrong.reason(part.name),
            control: control(part),
            value,
        }
    }

    pub(super) fn is_area(&self) -> bool {
        self.control == Control::Area
    }

    pub(super) fn is_choice(&self) -> bool {
        self.control == Control::Choice
    }

    pub(super) fn is_box(&self) -> bool {
        self.control == Control::Box
    }
}

/// All of the form but the slug.
pub(super) fn sections(page: &Page, kind: Kind, form: (&Typed, &Wrong)) -> Vec<Section> {
    let parts = parts(kind);
    let of_group = |group: Group| {
        let fields = parts.iter().filter(|part| part.group() == group);
        let fields: Vec<Field> = fields.map(|part| Field::new(page, part, form)).collect();
        (!fields.is_empty()).then(|| Section { title: page.text(group.title()), fields })
    };
    Group::ALL.into_iter().filter_map(of_group).collect()
}

const fn control(part: &Part) -> Control {
    match part.reading {
        Reading::Member(Shape::Flag) => Control::Box,
        Reading::Member(Shape::OneOf(_)) => Control::Choice,
        Reading::Member(Shape::Text(_) | Shape::Texts | Shape::Object) => Control::Area,
        Reading::Member(Shape::Line(_) | Shape::Whole(_) | Shape::Colour)
        | Reading::Price
        | Reading::Place => Control::Line,
    }
}

/// What was taken over from elsewhere may be none of those that can be chosen, and stays.
fn choices(page: &Page, part: &Part, value: &str) -> Vec<(String, String, bool)> {
    let Reading::Member(Shape::OneOf(all)) = part.reading else { return Vec::new() };
    let other = Some(value).filter(|value| !value.is_empty() && !all.contains(value));
    let values = other.into_iter().chain(all.iter().copied());
    values.map(|one| (one.to_owned(), words::choice(page, one), one == value)).collect()
}

/// Whether people write it as machines read it.
fn is_code(name: &str) -> bool {
    matches!(
        name,
        "apps"
            | "bundle_id"
            | "category"
            | "dependencies"
            | "helm_chart"
            | "helm_repo"
            | "helm_version"
            | "icon"
            | "recommended_size"
            | "related_apps"
            | "stripe_price_id"
            | "suggested_apps"
            | "website"
    )
}

fn attributes(part: &Part) -> String {
    const SHORT: &str =
        "class=\"short\" type=\"text\" dir=\"ltr\" autocomplete=\"off\" translate=\"no\"";
    const LINE: &str = "type=\"text\" autocomplete=\"off\" translate=\"no\"";
    const CODE: &str = "dir=\"ltr\" autocapitalize=\"none\" spellcheck=\"false\"";
    let written = match part.name {
        name if name.ends_with("_ar") => "dir=\"rtl\" lang=\"ar\"",
        name if is_code(name) => CODE,
        _ => "dir=\"auto\"",
    };
    let needed = if part.is_needed() { " required" } else { "" };
    match part.reading {
        Reading::Price => format!("{SHORT} inputmode=\"decimal\" maxlength=\"30\"{needed}"),
        Reading::Place | Reading::Member(Shape::Whole(_)) => {
            format!("{SHORT} inputmode=\"numeric\" maxlength=\"20\"")
        }
        Reading::Member(shape) => match shape {
            Shape::Line(most) => format!("{LINE} {written} maxlength=\"{most}\"{needed}"),
            Shape::Colour => {
                format!("{SHORT} autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"7\"")
            }
            Shape::Text(most) => format!("rows=\"4\" {written} maxlength=\"{most}\""),
            Shape::Texts => format!("rows=\"4\" {written}"),
            Shape::Object => format!("rows=\"6\" {CODE}"),
            Shape::Flag | Shape::OneOf(_) | Shape::Whole(_) => String::new(),
        },
    }
}
