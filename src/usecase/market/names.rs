//! What everything in the catalog is called, also what is offered no longer: orders name it for good.

use std::collections::BTreeMap;

use super::{Kind, Said, document};
use crate::app::App;
use crate::storage::{self, catalog};
use crate::text::Language;

/// Names of plans, add-ons and apps, by identifier.
#[derive(Debug)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// # Errors
    /// Where the database fails.
    pub(crate) async fn load(app: &App, language: Language) -> storage::Result<Self> {
        let mut tx = app.store.read().await?;
        let mut names = BTreeMap::new();
        for kind in [Kind::Plan, Kind::Addon, Kind::App] {
            for row in catalog::of_kind(&mut tx, kind.as_str()).await? {
                let id = row.id.clone();
                let document = document(row, kind, app.facts.currency);
                names.insert(id, Said::of(&document, "name").text(language).to_owned());
            }
        }
        Ok(Self(names))
    }

    /// The name, or the identifier itself where nothing has it any more.
    pub(crate) fn of(&self, id: &str) -> String {
        self.0.get(id).map_or(id, String::as_str).to_owned()
    }
}
