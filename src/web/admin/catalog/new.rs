//! Adding an entry to the catalog, perhaps one like another; or bringing one back that was taken out of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::frame::{CATALOG, Frame};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor};
use super::Shelf;
use super::form::{Section, sections};
use super::found::Missed;
use super::parts::SLUG;
use super::typed::Typed;
use super::wrong::Wrong;
use crate::app::App;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog_admin::{self, CatalogError};
use crate::web::fields::Fields;
use crate::web::notice;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/admin/catalog_new.html")]
struct NewPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    add: String,
    /// The list that it will be in, and what that is called.
    list: String,
    shelf: String,
    slug: &'a str,
    sections: Vec<Section>,
    /// Whether there was an entry of this slug, which comes back.
    is_back: bool,
    draft: &'a Draft,
}

/// The form as it stands, and what is to be said of it.
#[derive(Default)]
struct Draft {
    typed: Typed,
    wrong: Wrong,
    /// The page of the entry that has the slug already.
    taken: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    Path(kind): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let desk = match Desk::at(&app, &page, &kind).await {
        Ok(desk) => desk,
        Err(missed) => return missed.said(&page),
    };
    let fields = Fields::of_query(query.as_deref());
    let typed = desk.like(fields.get("from"));
    desk.shown(StatusCode::OK, &Draft { typed, ..Draft::default() })
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(kind): Path<String>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let actor = actor(&session, request_id);
    match Desk::at(&app, &page, &kind).await {
        Ok(desk) => desk.add(&actor, Typed::of_form(desk.shelf.kind, &fields)).await,
        Err(missed) => missed.said(&page),
    }
}

/// Where entries of a kind are added.
struct Desk<'a> {
    app: &'a App,
    page: &'a Page,
    shelf: &'static Shelf,
    /// The whole catalog.
    all: Vec<ItemRow>,
}

impl<'a> Desk<'a> {
    async fn at(app: &'a App, page: &'a Page, path: &str) -> Result<Self, Missed> {
        let shelf = Shelf::of(path).ok_or(Missed::Unknown)?;
        let all = catalog_admin::everything(app).await.map_err(Missed::Storage)?;
        Ok(Self { app, page, shelf, all })
    }

    /// The entry of the publisher's that has this slug, or had it.
    fn find(&self, slug: &str) -> Option<&ItemRow> {
        let kind = self.shelf.kind.as_str();
        self.all.iter().find(|row| row.kind == kind && row.slug == slug && !row.is_private())
    }

    fn is_back(&self, slug: &str) -> bool {
        self.find(slug).is_some_and(|row| row.retired_at.is_some())
    }

    fn stored(&self, row: &ItemRow) -> Typed {
        Typed::of(row, self.shelf.kind, (&self.all, self.page.currency))
    }

    /// A form that is filled from the entry of this slug, where there is one.
    fn like(&self, slug: &str) -> Typed {
        match self.find(slug) {
            Some(row) if row.retired_at.is_some() => self.stored(row).like(slug),
            Some(row) => self.stored(row).like(""),
            None => Typed::blank(self.shelf.kind),
        }
    }

    fn shown(&self, status: StatusCode, draft: &Draft) -> Response {
        let (page, shelf, slug) = (self.page, self.shelf, draft.typed.text(SLUG));
        let shown = NewPage {
            page,
            frame: Frame::new(page, CATALOG),
            add: page.text(shelf.add),
            list: shelf.address(),
            shelf: page.text(shelf.title),
            slug,
            sections: sections(page, shelf.kind, (&draft.typed, &draft.wrong)),
            is_back: self.is_back(slug),
            draft,
        };
        page.render(status, &shown)
    }

    async fn add(&self, actor: &Actor, typed: Typed) -> Response {
        let (page, kind) = (self.page, self.shelf.kind);
        let given = match typed.entry(page, kind) {
            Ok(given) => given,
            Err(wrong) => {
                let draft = Draft { typed, wrong, taken: None };
                return self.shown(StatusCode::BAD_REQUEST, &draft);
            }
        };
        match catalog_admin::add(self.app, actor, kind, &given).await {
            Ok(made) => {
                let id = made["id"].as_str().unwrap_or_default();
                let is_back = self.is_back(typed.text(SLUG));
                self.added((typed.text(SLUG), id), is_back)
            }
            Err(CatalogError::SlugTaken) => self.taken(typed).await,
            Err(CatalogError::Private) => self.refused(typed, "admin-catalog-slug-private", None),
            Err(CatalogError::Field(fault)) => {
                let wrong = Wrong::found(page, kind, &fault);
                let draft = Draft { typed, wrong, taken: None };
                self.shown(StatusCode::BAD_REQUEST, &draft)
            }
            Err(failed) => Missed::from(failed).said(page),
        }
    }

    fn added(&self, (slug, id): (&str, &str), is_back: bool) -> Response {
        let name = if is_back { "admin-catalog-back-notice" } else { "admin-catalog-added-notice" };
        notice::see_other(&self.shelf.entry(slug, id), name)
    }

    fn refused(&self, typed: Typed, name: &str, taken: Option<String>) -> Response {
        let wrong = Wrong::of(SLUG, self.page.text(name));
        self.shown(StatusCode::CONFLICT, &Draft { typed, wrong, taken })
    }

    /// There is an entry of this slug. Where it is as the form has it, the button was pressed twice.
    async fn taken(&self, typed: Typed) -> Response {
        let now = match Self::at(self.app, self.page, self.shelf.path).await {
            Ok(now) => now,
            Err(missed) => return missed.said(self.page),
        };
        let Some(row) = now.find(typed.text(SLUG)) else {
            return self.refused(typed, "admin-catalog-slug-private", None);
        };
        let stored = now.stored(row);
        if typed.differences(self.page, self.shelf.kind, &stored).is_empty() {
            return self.added((&row.slug, &row.id), false);
        }
        let taken = self.shelf.entry(&row.slug, &row.id);
        self.refused(typed, "admin-catalog-slug-taken", Some(taken))
    }
}
