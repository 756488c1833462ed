//! A private Blueprint as its pages show it.

use super::super::frame::of_blueprint;
use crate::app::App;
use crate::storage;
use crate::storage::blueprints::State;
use crate::usecase::blueprints::Blueprint;
use crate::web::page::Page;

/// A Blueprint, in the reader's language.
pub(super) struct Shown {
    pub(super) address: String,
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) status: &'static str,
    pub(super) status_text: String,
    /// What the key that signed it was called.
    pub(super) key: String,
    pub(super) installs: String,
    pub(super) changed: String,
}

impl Shown {
    /// # Errors
    /// Where the database has what it cannot have.
    pub(super) fn of(page: &Page, blueprint: &Blueprint) -> storage::Result<Self> {
        let Blueprint { item, row, installs } = blueprint;
        let (status, name) = match (row.state()?, item.is_listed()) {
            (State::Verified, true) => ("active", "admin-blueprint-listed"),
            (State::Verified, false) => ("waiting", "admin-blueprint-held-up"),
            (State::Untrusted, _) => ("failed", "admin-blueprint-untrusted"),
            (State::Damaged, _) => ("failed", "admin-blueprint-damaged"),
        };
        Ok(Self {
            address: of_blueprint(&item.slug),
            name: member(blueprint, "name"),
            slug: item.slug.clone(),
            status,
            status_text: page.text(name),
            key: row.key_id.clone(),
            installs: page.digits.write(&installs.to_string()),
            changed: page.moment(row.updated_at.0),
        })
    }
}

/// A member of the app's document.
pub(super) fn member(blueprint: &Blueprint, name: &str) -> String {
    blueprint.item.doc.0[name].as_str().unwrap_or_default().to_owned()
}

/// The keys that are trusted, by name, and whether each is the one that was chosen.
pub(super) fn keys(app: &App, chosen: &str) -> Vec<(String, bool)> {
    let keys = app.blueprints.keys.iter();
    keys.map(|key| (key.name.clone(), key.name == chosen)).collect()
}
