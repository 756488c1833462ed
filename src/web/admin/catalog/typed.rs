//! An entry as it stands in a form: texts, until they are read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sovereign_domain::money::Currency;

use super::super::difference::Difference;
use super::parts::{PLACE, Part, Reading, SLUG, parts};
use super::words;
use super::wrong::Wrong;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog::{self, Kind};
use crate::usecase::catalog_members as members;
use crate::web::fields::Fields;
use crate::web::page::Page;

/// The text in each field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed(BTreeMap<&'static str, String>);

impl Typed {
    pub(super) fn of_form(kind: Kind, fields: &Fields) -> Self {
        let names = parts(kind).into_iter().map(|part| part.name).chain([SLUG]);
        // As a browser sends the ends of lines.
        Self(names.map(|name| (name, fields.get(name).replace("\r\n", "\n"))).collect())
    }

    /// Of a new entry of which nothing is said yet.
    pub(super) fn blank(kind: Kind) -> Self {
        let parts = parts(kind).into_iter();
        Self(parts.map(|part| (part.name, part.usual().to_owned())).collect())
    }

    /// As an entry is stored, with the Arabic that the program brings along.
    pub(super) fn of(row: &ItemRow, kind: Kind, (all, currency): (&[ItemRow], Currency)) -> Self {
        let document = catalog::document(row.clone(), kind, currency);
        let text = |part: &Part| match part.reading {
            Reading::Price => currency.decimal(row.price_minor),
            Reading::Place => row.position.to_string(),
            Reading::Member(_) if part.name == "bundle_id" => {
                slug_of_bundle(all, part.text(document.get(part.name)))
            }
            Reading::Member(_) => part.text(document.get(part.name)),
        };
        Self(parts(kind).iter().map(|part| (part.name, text(part))).collect())
    }

    /// Of a new entry that is like this one, or takes its slug.
    pub(super) fn like(mut self, slug: &str) -> Self {
        self.0.insert(SLUG, slug.to_owned());
        self.0.insert(PLACE, String::new());
        self
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What a new entry is to be, or all that is wrong with the form.
    pub(super) fn entry(&self, page: &Page, kind: Kind) -> Result<Map<String, Value>, Wrong> {
        let mut given = Map::new();
        given.insert(SLUG.to_owned(), json!(self.text(SLUG)));
        let rest = self.given(page, kind, None);
        if let Err(fault) = members::slug(kind, &given) {
            let mut wrong = Wrong::found(page, kind, &fault);
            if let Err(more) = rest {
                wrong.extend(more);
            }
            return Err(wrong);
        }
        given.extend(rest?);
        Ok(given)
    }

    /// What is to be written: all that is filled in, or what is not as `stored`; or all that is wrong with the form.
    pub(super) fn given(
        &self,
        page: &Page,
        kind: Kind,
        stored: Option<&Self>,
    ) -> Result<Map<String, Value>, Wrong> {
        let (mut given, mut wrong) = (Map::new(), Wrong::default());
        let parts = parts(kind).into_iter();
        for part in parts.filter(|part| self.is_meant(part, stored, page.currency)) {
            let text = self.text(part.name);
            match part.value(text, page.currency) {
                Some(value) => {
                    given.insert(part.member().to_owned(), value);
                }
                None => wrong.add(page, &part, text),
            }
        }
        if wrong.any() { Err(wrong) } else { Ok(given) }
    }

    /// Whether a field says anything: of a new entry, or something else than what is stored. Nobody has to say where an
    /// entry stands in its list.
    fn is_meant(&self, part: &Part, stored: Option<&Self>, currency: Currency) -> bool {
        let text = self.text(part.name);
        match stored {
            None => !text.is_empty() || part.is_needed() || part.is_flag(),
            Some(_) if part.name == PLACE && text.is_empty() => false,
            Some(stored) => !part.is_same(text, stored.text(part.name), currency),
        }
    }

    /// Every field in which it and what is stored differ.
    pub(super) fn differences(&self, page: &Page, kind: Kind, stored: &Self) -> Vec<Difference> {
        let parts = parts(kind).into_iter();
        let differ = parts.filter(|part| self.is_meant(part, Some(stored), page.currency));
        differ
            .map(|part| Difference {
                label: words::label(page, part.name),
                stored: words::shown(page, &part, stored.text(part.name)),
                typed: words::shown(page, &part, self.text(part.name)),
            })
            .collect()
    }
}

/// People know a bundle by its slug; documents have its identifier.
fn slug_of_bundle(all: &[ItemRow], id: String) -> String {
    let mut bundles = all.iter().filter(|row| row.kind == Kind::Bundle.as_str());
    bundles.find(|row| row.id == id).map_or(id, |row| row.slug.clone())
}
