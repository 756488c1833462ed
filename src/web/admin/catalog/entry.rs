//! An entry of the publisher's: changing it, and taking it out of the catalog.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::difference::Difference;
use super::super::frame::{CATALOG, Frame};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor};
use super::Shelf;
use super::form::{Section, sections};
use super::found::{Found, Missed, find, name};
use super::typed::Typed;
use super::wrong::Wrong;
use crate::app::App;
use crate::storage::catalog::ItemRow;
use crate::usecase::catalog_admin::{self, CatalogError, fingerprint};
use crate::usecase::catalog_arabic::without_own;
use crate::usecase::catalog_references::referring;
use crate::web::fields::Fields;
use crate::web::notice;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/admin/catalog_entry.html")]
struct EntryPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    row: &'a ItemRow,
    name: String,
    /// The list that it is in, and what that is called.
    list: String,
    shelf: String,
    /// Where one is added like it.
    like: String,
    sections: Vec<Section>,
    /// What else in the catalog names it, in English.
    referring: Vec<String>,
    draft: &'a Draft,
}

/// The form as it stands, and what is to be said of it.
#[derive(Default)]
struct Draft {
    typed: Typed,
    /// The fingerprint of what the form was filled from.
    seen: String,
    wrong: Wrong,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
    /// What names it, so that it was not taken out.
    refused: Option<Vec<String>>,
}

impl Draft {
    fn of(page: &Page, found: &Found) -> Self {
        let (typed, seen) = (found.typed(page.currency), fingerprint(&found.row));
        Self { typed, seen, ..Self::default() }
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    Path((kind, slug)): Path<(String, String)>,
) -> Response {
    match find(&app, &kind, &slug).await {
        Ok(found) => shown(&page, &found, (StatusCode::OK, &Draft::of(&page, &found))),
        Err(missed) => missed.said(&page),
    }
}

fn shown(page: &Page, found: &Found, (status, draft): (StatusCode, &Draft)) -> Response {
    let Found { shelf, row, all } = found;
    let refused = draft.refused.clone();
    let shown = EntryPage {
        page,
        frame: Frame::new(page, CATALOG),
        row,
        name: name(page, shelf.kind, row),
        list: shelf.address(),
        shelf: page.text(shelf.title),
        like: shelf.adding_like(&row.slug),
        sections: sections(page, shelf.kind, (&draft.typed, &draft.wrong)),
        referring: refused.unwrap_or_else(|| referring(all, row)),
        draft,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path((kind, slug)): Path<(String, String)>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let retires = fields.get("act") == "retire";
    let found = match find(&app, &kind, &slug).await {
        Ok(found) => found,
        // The button was pressed twice, or somebody was faster.
        Err(Missed::Retired(shelf, _)) if retires => return retired(shelf),
        Err(missed) => return missed.said(&page),
    };
    let actor = actor(&session, request_id);
    let desk = Desk { app: &app, page: &page, actor, found: &found };
    if retires { desk.retire().await } else { desk.save(&fields).await }
}

/// To the list, which has it marked.
fn retired(shelf: &Shelf) -> Response {
    notice::see_other(&shelf.address(), "admin-catalog-retired-notice")
}

/// A button that was pressed on an entry's page.
struct Desk<'a> {
    app: &'a App,
    page: &'a Page,
    actor: Actor,
    found: &'a Found,
}

impl Desk<'_> {
    fn again(&self, status: StatusCode, draft: &Draft) -> Response {
        shown(self.page, self.found, (status, draft))
    }

    fn saved(&self) -> Response {
        let Found { shelf, row, .. } = self.found;
        notice::see_other(&shelf.entry(&row.slug, &row.id), "admin-catalog-saved-notice")
    }

    /// Changes what is not as it is stored; nothing where somebody else has changed it since the form was filled.
    async fn save(&self, fields: &Fields) -> Response {
        let Found { shelf, row, .. } = self.found;
        let typed = Typed::of_form(shelf.kind, fields);
        let seen = [fields.get("seen").to_owned()];
        let stored = self.found.typed(self.page.currency);
        let given = match typed.given(self.page, shelf.kind, Some(&stored)) {
            Ok(given) => without_own(shelf.kind, &row.slug, &given, &row.doc.0),
            Err(wrong) => return self.wrong(typed, seen, wrong),
        };
        if given.is_empty() {
            // It is as the form has it, whoever made it so.
            return self.saved();
        }
        let (app, actor) = (self.app, &self.actor);
        let replaces = Some(&seen[..]);
        match catalog_admin::change(app, actor, shelf.kind, &row.id, &given, replaces).await {
            Ok(_) => self.saved(),
            Err(CatalogError::Changed) => self.changed(typed).await,
            Err(CatalogError::Field(fault)) => {
                let wrong = Wrong::found(self.page, shelf.kind, &fault);
                self.wrong(typed, seen, wrong)
            }
            Err(failed) => Missed::from(failed).said(self.page),
        }
    }

    fn wrong(&self, typed: Typed, [seen]: [String; 1], wrong: Wrong) -> Response {
        let draft = Draft { typed, seen, wrong, ..Draft::default() };
        self.again(StatusCode::BAD_REQUEST, &draft)
    }

    /// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
    async fn changed(&self, typed: Typed) -> Response {
        let Found { shelf, row, .. } = self.found;
        let now = match find(self.app, shelf.path, &row.id).await {
            Ok(now) => now,
            Err(missed) => return missed.said(self.page),
        };
        let stored = now.typed(self.page.currency);
        let differences = typed.differences(self.page, shelf.kind, &stored);
        if differences.is_empty() {
            return self.saved();
        }
        let seen = fingerprint(&now.row);
        let draft = Draft { typed, seen, differences, ..Draft::default() };
        shown(self.page, &now, (StatusCode::CONFLICT, &draft))
    }

    /// Takes it out of the catalog; not where other entries name it.
    async fn retire(&self) -> Response {
        let Found { shelf, row, .. } = self.found;
        match catalog_admin::retire(self.app, &self.actor, shelf.kind, &row.id).await {
            Ok(()) | Err(CatalogError::NotFound) => retired(shelf),
            Err(CatalogError::Referenced(referring)) => {
                let refused = Some(referring);
                let draft = Draft { refused, ..Draft::of(self.page, self.found) };
                self.again(StatusCode::CONFLICT, &draft)
            }
            Err(failed) => Missed::from(failed).said(self.page),
        }
    }
}
