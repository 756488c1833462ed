//! How entries of the catalog refer to each other: what they name must be there, dependencies come to an
//! end, and nothing that is named is taken away.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::catalog::Kind;
use super::vouchers::FieldError;
use crate::storage::catalog::ItemRow;

/// Members that name other entries, each with the kind it names.
const fn naming(kind: Kind) -> &'static [(&'static str, Kind)] {
    match kind {
        Kind::Plan | Kind::Addon => &[],
        Kind::App => &[("related_apps", Kind::App), ("dependencies", Kind::App)],
        Kind::Industry => &[("suggested_apps", Kind::App), ("bundle_id", Kind::Bundle)],
        Kind::Bundle => &[("apps", Kind::App), ("recommended_size", Kind::Plan)],
    }
}

const KINDS: [Kind; 5] = [Kind::Plan, Kind::Addon, Kind::App, Kind::Industry, Kind::Bundle];

fn kind_of(row: &ItemRow) -> Option<Kind> {
    KINDS.into_iter().find(|kind| kind.as_str() == row.kind)
}

/// The other entries of the catalog, for one that is to be added or changed.
pub(crate) struct Others<'a> {
    pub(crate) rows: &'a [ItemRow],
    pub(crate) kind: Kind,
    pub(crate) slug: &'a str,
    /// What is private may name what is the publisher's, and not the other way round: a franchisee takes
    /// private entries away as they like.
    pub(crate) is_private: bool,
}

impl Others<'_> {
    /// Sees to it that each reference names something, and writes it as the catalog does: apps and plans by
    /// slug, bundles by identifier.
    ///
    /// # Errors
    /// The first that names nothing, or the entry itself, or that closes a circle.
    pub(crate) fn resolve(&self, document: &mut Map<String, Value>) -> Result<(), FieldError> {
        for &(name, kind) in naming(self.kind) {
            let resolved = match document.get(name) {
                Some(Value::Array(list)) => {
                    let mut found = Vec::new();
                    for (index, entry) in list.iter().enumerate() {
                        let place = format!("{name}[{index}]");
                        found.push(self.found(name, &place, kind, entry)?);
                    }
                    Value::Array(found)
                }
                Some(Value::String(text)) if text.is_empty() => continue,
                Some(value) => self.found(name, name, kind, value)?,
                None => continue,
            };
            document.insert(name.to_owned(), resolved);
        }
        self.refuse_circles(document)
    }

    fn found(
        &self,
        name: &'static str,
        place: &str,
        kind: Kind,
        reference: &Value,
    ) -> Result<Value, FieldError> {
        let wrong = |detail: String| FieldError::new(name, detail);
        let reference = reference.as_str().unwrap_or_default();
        if kind == self.kind && reference == self.slug {
            return Err(wrong(format!("{place} names the {} itself", kind.noun())));
        }
        let usable = |row: &&ItemRow| {
            row.kind == kind.as_str() && row.is_listed() && (self.is_private || !row.is_private())
        };
        let rows = || self.rows.iter().filter(usable);
        // What was signed is stored as it was signed, and so by slug only.
        let found = rows().find(|row| !self.is_private && row.id == reference);
        let found = found.or_else(|| rows().find(|row| row.slug == reference));
        let row = found.ok_or_else(|| {
            let of = if self.is_private { "" } else { " of the publisher's" };
            wrong(format!("{place} names no {}{of}; add that first, or leave it out", kind.noun()))
        })?;
        Ok(if kind == Kind::Bundle { json!(row.id) } else { json!(row.slug) })
    }

    /// An app that waited for itself could never be put up.
    fn refuse_circles(&self, document: &Map<String, Value>) -> Result<(), FieldError> {
        if self.kind != Kind::App {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        let mut waiting = dependencies(document.get("dependencies"));
        while let Some(slug) = waiting.pop() {
            if slug == self.slug {
                let detail = format!(
                    "dependencies lead back to {slug}, which could then never be put up; leave one out"
                );
                return Err(FieldError::new("dependencies", detail));
            }
            if seen.insert(slug) {
                let row = self.rows.iter().find(|row| row.kind == "app" && row.slug == slug);
                waiting.extend(
                    row.map(|row| dependencies(row.doc.0.get("dependencies"))).unwrap_or_default(),
                );
            }
        }
        Ok(())
    }
}

fn dependencies(list: Option<&Value>) -> Vec<&str> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// Whatever in the catalog names this entry, for people.
pub(crate) fn referring(rows: &[ItemRow], target: &ItemRow) -> Vec<String> {
    let names =
        |value: &Value| value.as_str().is_some_and(|text| text == target.slug || text == target.id);
    let refers = |row: &&ItemRow| {
        let Some(kind) = kind_of(row).filter(|_| row.retired_at.is_none()) else { return false };
        naming(kind).iter().any(|(name, of)| {
            of.as_str() == target.kind
                && match row.doc.0.get(name) {
                    Some(Value::Array(list)) => list.iter().any(names),
                    Some(value) => names(value),
                    None => false,
                }
        })
    };
    let named = |row: &ItemRow| {
        let noun = kind_of(row).map_or("entry", Kind::noun);
        format!("the {noun} {}", row.slug)
    };
    rows.iter().filter(refers).map(named).collect()
}

/// The private apps that depend, one way or another, on something that is not listed.
pub(crate) fn held_up<'a>(rows: &'a [ItemRow], unlisted: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let mut all = unlisted.clone();
    loop {
        let more: Vec<&str> = rows
            .iter()
            .filter(|row| row.kind == "app" && !all.contains(&*row.slug))
            .filter(|row| {
                dependencies(row.doc.0.get("dependencies")).iter().any(|slug| all.contains(slug))
            })
            .map(|row| row.slug.as_str())
            .collect();
        if more.is_empty() {
            return all.difference(unlisted).copied().collect();
        }
        all.extend(more);
    }
}
