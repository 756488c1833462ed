//! What is wrong with the form of an entry: in the reader's language at its field, and why in English, as the API says
//! it, where that says more.

use std::collections::BTreeMap;

use super::parts::{PRICE, Part, Reading, SLUG, object, parts};
use super::words;
use crate::usecase::catalog::Kind;
use crate::usecase::catalog_members::Shape;
use crate::usecase::vouchers::FieldError;
use crate::web::page::Page;
use crate::web::problems::Problems;

#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) problems: Problems,
    reasons: BTreeMap<&'static str, String>,
}

impl Wrong {
    pub(super) fn of(field: &'static str, text: String) -> Self {
        Self { problems: Problems::of(field, text), reasons: BTreeMap::new() }
    }

    /// What the use case found.
    pub(super) fn found(page: &Page, kind: Kind, fault: &FieldError) -> Self {
        let field = match fault.field {
            "price_minor" | "price_omr" => PRICE,
            field => field,
        };
        let (name, says_more) = match field {
            SLUG => ("admin-catalog-slug-wrong", false),
            "included" => ("admin-catalog-included-wrong", false),
            "helm_chart" | "helm_repo" | "helm_version" => ("admin-catalog-chart-wrong", true),
            "dependencies" if fault.detail.contains("lead back") => {
                ("admin-catalog-circle-wrong", true)
            }
            "apps" | "bundle_id" | "dependencies" | "recommended_size" | "related_apps"
            | "suggested_apps" => ("admin-catalog-reference-wrong", true),
            _ => {
                let part = parts(kind).into_iter().find(|part| part.name == field);
                let text = part.map(|part| words::wrong(page, &part));
                return Self::of(field, text.unwrap_or_else(|| fault.detail.clone()));
            }
        };
        let mut wrong = Self::of(field, page.text(name));
        if says_more {
            wrong.reasons.insert(field, fault.detail.clone());
        }
        wrong
    }

    /// A field that cannot be read.
    pub(super) fn add(&mut self, page: &Page, part: &Part, text: &str) {
        self.problems.add(part.name, words::wrong(page, part));
        if matches!(part.reading, Reading::Member(Shape::Object))
            && let Err(error) = object(text)
        {
            self.reasons.insert(part.name, error.to_string());
        }
    }

    /// What else is wrong, further down.
    pub(super) fn extend(&mut self, more: Self) {
        for (field, text) in more.problems.each() {
            self.problems.add(field, text.clone());
        }
        self.reasons.extend(more.reasons);
    }

    pub(super) fn any(&self) -> bool {
        self.problems.any()
    }

    /// Why a field cannot be as it is, in English.
    pub(super) fn reason(&self, field: &str) -> Option<String> {
        self.reasons.get(field).cloned()
    }
}
