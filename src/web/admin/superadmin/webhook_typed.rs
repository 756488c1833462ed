//! An endpoint as it stands in a form: texts, until they are read.

use super::super::difference::{Difference, differing};
use crate::storage::event_endpoints::EndpointRow;
use crate::usecase::event_endpoints::{ALL_TYPES, Wishes};
use crate::usecase::vouchers::FieldError;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;

/// What an endpoint's form has in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) url: String,
    pub(super) description: String,
    /// Names of types, with blanks or commas between them; empty for all.
    pub(super) types: String,
    pub(super) enabled: bool,
}

impl Typed {
    pub(super) fn of_form(fields: &Fields) -> Self {
        let text = |name| fields.get(name).to_owned();
        Self {
            url: text("url"),
            description: text("description"),
            types: text("types"),
            enabled: fields.find("enabled").is_some(),
        }
    }

    pub(super) fn of(row: &EndpointRow) -> Self {
        let types = row.event_types.as_ref().map(|types| types.0.join(" "));
        Self {
            url: row.url.clone(),
            description: row.description.clone(),
            types: types.unwrap_or_default(),
            enabled: row.enabled,
        }
    }

    /// What the endpoint is to be.
    pub(super) fn wishes(&self) -> Wishes {
        let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | '\u{60c}');
        let names = self.types.split(is_between).filter(|name| !name.is_empty());
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        if names.is_empty() {
            names.push(ALL_TYPES.to_owned());
        }
        Wishes {
            url: Some(self.url.clone()),
            description: Some(self.description.clone()),
            event_types: Some(names),
            enabled: Some(self.enabled),
        }
    }

    /// Every field in which this and `stored` differ.
    pub(super) fn differences(&self, page: &Page, stored: &Self) -> Vec<Difference> {
        let types = |typed: &Self| {
            let mut names = typed.wishes().event_types.unwrap_or_default();
            names.sort_unstable();
            names.dedup();
            match names.join(", ") {
                all if all == ALL_TYPES => page.text("superadmin-webhook-types-all"),
                names => names,
            }
        };
        let sent = |typed: &Self| {
            let is_on =
                if typed.enabled { "superadmin-webhook-on" } else { "superadmin-webhook-off" };
            page.text(is_on)
        };
        let fields = [
            ("superadmin-webhook-url", stored.url.clone(), self.url.clone()),
            (
                "superadmin-webhook-description",
                stored.description.clone(),
                self.description.clone(),
            ),
            ("superadmin-webhook-types", types(stored), types(self)),
            ("superadmin-webhook-enabled", sent(stored), sent(self)),
        ];
        differing(page, fields)
    }
}

/// What is wrong, at the field of the form that it is about.
pub(super) fn fault(page: &Page, error: &FieldError) -> Problems {
    let (field, name) = match error.field {
        "description" => ("description", "superadmin-webhook-description-wrong"),
        "event_types" => ("types", "superadmin-webhook-types-wrong"),
        _ => ("url", "superadmin-webhook-url-wrong"),
    };
    Problems::of(field, page.text(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_people_type_them() {
        let read = |types: &str| {
            let typed = Typed { types: types.to_owned(), ..Typed::default() };
            typed.wishes().event_types.unwrap()
        };
        for typed in [
            "order.placed invoice.paid",
            "order.placed,invoice.paid,",
            " order.placed\u{60c}  invoice.paid",
        ] {
            assert_eq!(read(typed), ["order.placed", "invoice.paid"], "{typed:?}");
        }
        for typed in ["", " ", ",", "*"] {
            assert_eq!(read(typed), ["*"], "{typed:?}");
        }
    }
}
