//! All entries of a kind, also those that were taken out of the catalog.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{CATALOG, Frame};
use super::super::visit::{SuperadminVisit, Visit};
use super::found::{Missed, name};
use super::{Shelf, words};
use crate::app::App;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog::Kind;
use crate::usecase::catalog_admin;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/admin/catalog_list.html")]
struct ListPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    shelf: String,
    add: String,
    /// Where one is added.
    adding: String,
    is_priced: bool,
    has_tiers: bool,
    entries: Vec<Shown>,
}

/// A row, in the reader's language.
struct Shown {
    /// Its page, where it is the publisher's and in the catalog.
    address: Option<String>,
    /// Where one that was taken out of the catalog is brought back.
    back: Option<String>,
    name: String,
    slug: String,
    price_minor: i64,
    tier: String,
    marks: Vec<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    Path(kind): Path<String>,
) -> Response {
    let Some(shelf) = Shelf::of(&kind) else { return Missed::Unknown.said(&page) };
    let all = match catalog_admin::everything(&app).await {
        Ok(all) => all,
        Err(failed) => return Missed::Storage(failed).said(&page),
    };
    let rows = all.iter().filter(|row| row.kind == shelf.kind.as_str());
    let list = ListPage {
        page: &page,
        frame: Frame::new(&page, CATALOG),
        shelf: page.text(shelf.title),
        add: page.text(shelf.add),
        adding: shelf.adding(),
        is_priced: shelf.kind.is_priced(),
        has_tiers: shelf.kind == Kind::App,
        entries: rows.map(|row| shown(&page, shelf, row)).collect(),
    };
    page.render(StatusCode::OK, &list)
}

fn shown(page: &Page, shelf: &Shelf, row: &ItemRow) -> Shown {
    let (is_ours, is_there) = (!row.is_private(), row.retired_at.is_none());
    let tier = row.doc.0["tier"].as_str().unwrap_or_default();
    Shown {
        address: (is_ours && is_there).then(|| shelf.entry(&row.slug, &row.id)),
        back: (is_ours && !is_there).then(|| shelf.adding_like(&row.slug)),
        name: name(page, shelf.kind, row),
        slug: row.slug.clone(),
        price_minor: row.price_minor,
        tier: words::tier(page, tier),
        marks: marks(page, row),
    }
}

fn marks(page: &Page, row: &ItemRow) -> Vec<String> {
    let is = |member: &str| row.doc.0[member].as_bool() == Some(true);
    let marks = [
        (row.retired_at.is_some(), "admin-catalog-mark-retired"),
        (row.is_private(), "admin-catalog-mark-private"),
        (!row.listed, "admin-catalog-mark-unlisted"),
        (!row.can_be_deployed(), "admin-catalog-mark-later"),
        (is("popular"), "admin-catalog-mark-popular"),
        (is("featured"), "admin-catalog-mark-featured"),
        (is("included"), "admin-catalog-mark-included"),
        (is("system"), "admin-catalog-mark-system"),
    ];
    marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| page.text(name)).collect()
}
