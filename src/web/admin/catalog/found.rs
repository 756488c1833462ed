//! The entry that an address names, and why there may be none.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use sovereign_domain::money::Currency;

use super::super::frame::CATALOG;
use super::Shelf;
use super::typed::Typed;
use crate::app::App;
use crate::storage;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog::{self, Kind};
use crate::usecase::catalog_admin::{self, CatalogError, live};
use crate::usecase::market::Said;
use crate::web::error;
use crate::web::page::Page;

/// An entry of the publisher's that is in the catalog, and the whole catalog.
pub(super) struct Found {
    pub(super) shelf: &'static Shelf,
    pub(super) row: ItemRow,
    pub(super) all: Vec<ItemRow>,
}

impl Found {
    /// Its form, as it is stored.
    pub(super) fn typed(&self, currency: Currency) -> Typed {
        Typed::of(&self.row, self.shelf.kind, (&self.all, currency))
    }
}

/// Why an address leads to no form.
pub(super) enum Missed {
    Unknown,
    /// A private Blueprint changes by its signed artifact only.
    Private,
    /// It was taken out of the catalog; its slug brings it back.
    Retired(&'static Shelf, String),
    Storage(storage::Error),
}

impl From<CatalogError> for Missed {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Storage(failed) => Self::Storage(failed),
            CatalogError::Private => Self::Private,
            _ => Self::Unknown,
        }
    }
}

impl Missed {
    pub(super) fn said(self, page: &Page) -> Response {
        let back = Some((CATALOG, "admin-catalog"));
        match self {
            Self::Unknown => error::say(page, StatusCode::NOT_FOUND, "admin-catalog-unknown", back),
            Self::Private => error::say(page, StatusCode::CONFLICT, "admin-catalog-private", back),
            Self::Retired(shelf, slug) => Redirect::to(&shelf.adding_like(&slug)).into_response(),
            Self::Storage(failed) => error::unavailable(page, &failed),
        }
    }
}

/// The entry with this slug or identifier.
pub(super) async fn find(app: &App, path: &str, reference: &str) -> Result<Found, Missed> {
    let shelf = Shelf::of(path).ok_or(Missed::Unknown)?;
    let all = catalog_admin::everything(app).await.map_err(Missed::Storage)?;
    let row = match live(&all, shelf.kind, reference) {
        Ok(row) => row.clone(),
        Err(_) => return Err(former(&all, shelf, reference)),
    };
    if row.is_private() {
        return Err(Missed::Private);
    }
    Ok(Found { shelf, row, all })
}

/// Of what is not in the catalog, whether it was.
fn former(all: &[ItemRow], shelf: &'static Shelf, reference: &str) -> Missed {
    let found = all.iter().find(|row| {
        let is_named = row.slug == reference || row.id == reference;
        row.kind == shelf.kind.as_str() && is_named && !row.is_private()
    });
    found.map_or(Missed::Unknown, |row| Missed::Retired(shelf, row.slug.clone()))
}

/// What an entry is called, in the reader's language.
pub(super) fn name(page: &Page, kind: Kind, row: &ItemRow) -> String {
    let document = catalog::document(row.clone(), kind, page.currency);
    let name = Said::of(&document, "name").text(page.language).to_owned();
    if name.is_empty() { row.slug.clone() } else { name }
}
