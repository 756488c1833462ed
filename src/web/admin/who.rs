//! Who did something, as every administrator may read it: administrators by their address, all others by what they are
//! called inside.

use std::collections::BTreeMap;

use super::super::page::Page;
use crate::app::App;
use crate::storage;
use crate::usecase::roles;

/// Somebody, or what else did it.
pub(super) struct Who {
    pub(super) name: String,
    /// Whether the name is data, and not in words of ours.
    pub(super) is_person: bool,
}

/// The addresses of administrators, by identifier.
pub(super) struct Administrators(BTreeMap<String, String>);

impl Administrators {
    pub(super) async fn load(app: &App) -> storage::Result<Self> {
        let all = roles::administrators(&app.store).await?;
        Ok(Self(all.into_iter().map(|user| (user.id, user.email)).collect()))
    }

    pub(super) fn who(&self, page: &Page, actor: &str) -> Who {
        if actor == "cli" {
            return Who { name: page.text("admin-by-cli"), is_person: false };
        }
        let name = self.0.get(actor).map_or(actor, String::as_str).to_owned();
        Who { name, is_person: true }
    }
}
