//! What the fields of an entry are called, and what is to be said of them, in the reader's language.

use super::parts::{MAX_PLACE, ON, PLACE, PORT, PRICE, Part, Reading, most_minor};
use crate::usecase::catalog_members::Shape;
use crate::web::page::Page;

/// What a field is called.
pub(super) fn label(page: &Page, name: &str) -> String {
    if name == PRICE {
        return page.text_with("admin-catalog-field-price", "code", page.currency.code());
    }
    page.text(&of_field(name))
}

fn of_field(name: &str) -> String {
    format!("admin-catalog-field-{}", name.replace('_', "-"))
}

/// How it is filled in; empty where that is plain.
pub(super) fn hint(page: &Page, part: &Part) -> String {
    let name = match part.name {
        PLACE => "admin-catalog-place-hint",
        "apps" | "dependencies" | "related_apps" | "suggested_apps" => "admin-catalog-slugs-hint",
        "bundle_id" | "recommended_size" => "admin-catalog-slug-of-hint",
        "cpu" | "memory" | "storage" => "admin-catalog-size-hint",
        "discount" => "admin-catalog-discount-hint",
        "helm_repo" => "admin-catalog-repository-hint",
        "helm_version" => "admin-catalog-version-hint",
        PORT => "admin-catalog-port-hint",
        "tier" => "admin-catalog-tier-hint",
        name if name.ends_with("_ar") => "admin-catalog-arabic-hint",
        _ => match part.reading {
            Reading::Member(Shape::Texts) => "admin-catalog-lines-hint",
            Reading::Member(Shape::Object) => "admin-catalog-object-hint",
            _ => return String::new(),
        },
    };
    page.text(name)
}

/// A tier of apps; one that nobody translated as it is.
pub(super) fn tier(page: &Page, slug: &str) -> String {
    match slug {
        "included" => page.text("admin-catalog-tier-included"),
        "basic" => page.text("admin-catalog-tier-basic"),
        "standard" => page.text("admin-catalog-tier-standard"),
        "premium" => page.text("admin-catalog-tier-premium"),
        other => other.to_owned(),
    }
}

/// One of those that can be chosen.
pub(super) fn choice(page: &Page, value: &str) -> String {
    match value {
        "app" => page.text("admin-catalog-kind-app"),
        "service" => page.text("admin-catalog-kind-service"),
        other => tier(page, other),
    }
}

/// What stands in a field, for a comparison.
pub(super) fn shown(page: &Page, part: &Part, text: &str) -> String {
    match part.reading {
        Reading::Member(Shape::Flag) => {
            page.text(if text == ON { "admin-yes" } else { "admin-no" })
        }
        Reading::Member(Shape::OneOf(_)) => choice(page, text),
        _ => text.to_owned(),
    }
}

/// That a field cannot be as it is filled in.
pub(super) fn wrong(page: &Page, part: &Part) -> String {
    let with = |name: &str, most: &str| page.text_with(name, "most", &page.digits.write(most));
    match part.reading {
        Reading::Price => {
            page.text_with_amount("admin-catalog-amount-wrong", most_minor(page.currency))
        }
        Reading::Place => with("admin-catalog-whole-wrong", &MAX_PLACE.to_string()),
        Reading::Member(_) if part.name == PORT => page.text("admin-catalog-port-wrong"),
        Reading::Member(shape) => match shape {
            Shape::Line(most) if part.is_needed() => {
                with("admin-catalog-name-wrong", &most.to_string())
            }
            Shape::Line(most) => with("admin-catalog-line-wrong", &most.to_string()),
            Shape::Text(most) => with("admin-catalog-text-wrong", &most.to_string()),
            Shape::Whole(most) => with("admin-catalog-whole-wrong", &most.to_string()),
            Shape::Texts => page.text("admin-catalog-texts-wrong"),
            Shape::Object => page.text("admin-catalog-object-wrong"),
            Shape::Colour => page.text("admin-catalog-colour-wrong"),
            Shape::Flag | Shape::OneOf(_) => page.text("admin-catalog-choice-wrong"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::{SLUG, parts};
    use super::*;
    use crate::text::Language;
    use crate::usecase::catalog::Kind;

    #[test]
    fn every_field_is_called_something_in_every_language() {
        for kind in [Kind::Plan, Kind::Addon, Kind::App, Kind::Industry, Kind::Bundle] {
            let names = parts(kind).into_iter().map(|part| part.name).chain([SLUG]);
            for name in names {
                for language in Language::ALL {
                    assert!(language.has(&of_field(name)), "{kind:?} {name} {language:?}");
                }
            }
        }
    }
}
