//! The catalog: the tiers of apps with their prices, for whoever administers the Sovereign; and the publisher's entries,
//! for the superadmin.

mod entry;
mod form;
mod found;
mod list;
mod new;
mod parts;
mod tiers;
mod typed;
mod words;
mod wrong;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::frame::{CATALOG, of_catalog_entry};
use crate::app::App;
use crate::usecase::catalog::Kind;
use crate::web::page::address;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/catalog", get(tiers::show).post(tiers::press))
        .route("/admin/catalog/{kind}", get(list::show))
        .route("/admin/catalog/{kind}/new", get(new::show).post(new::press))
        .route("/admin/catalog/{kind}/{slug}", get(entry::show).post(entry::press))
}

/// A kind of entries, as its pages have it.
#[derive(Debug)]
struct Shelf {
    kind: Kind,
    /// Its part of an address.
    path: &'static str,
    /// The name of what all of them are called.
    title: &'static str,
    /// The name of what adding one is called.
    add: &'static str,
}

const SHELVES: &[Shelf] = &[
    Shelf::new(Kind::Plan, "plans", "admin-catalog-plans", "admin-catalog-add-plan"),
    Shelf::new(Kind::Addon, "addons", "admin-catalog-addons", "admin-catalog-add-addon"),
    Shelf::new(Kind::App, "apps", "admin-catalog-apps", "admin-catalog-add-app"),
    Shelf::new(
        Kind::Industry,
        "industries",
        "admin-catalog-industries",
        "admin-catalog-add-industry",
    ),
    Shelf::new(Kind::Bundle, "bundles", "admin-catalog-bundles", "admin-catalog-add-bundle"),
];

impl Shelf {
    const fn new(kind: Kind, path: &'static str, title: &'static str, add: &'static str) -> Self {
        Self { kind, path, title, add }
    }

    /// The one with this part of an address.
    fn of(path: &str) -> Option<&'static Self> {
        SHELVES.iter().find(|shelf| shelf.path == path)
    }

    fn address(&self) -> String {
        format!("{CATALOG}/{}", self.path)
    }

    /// Where one is added.
    fn adding(&self) -> String {
        format!("{}/new", self.address())
    }

    /// Where one is added like the one of this slug, or that one is brought back.
    fn adding_like(&self, slug: &str) -> String {
        address(&self.adding(), &[("from", slug)])
    }

    /// The page of an entry. At `new` there is another page.
    fn entry(&self, slug: &str, id: &str) -> String {
        of_catalog_entry(self.path, if slug == "new" { id } else { slug })
    }
}
