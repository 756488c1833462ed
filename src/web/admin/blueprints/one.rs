//! A private Blueprint: what was signed, putting another signed artifact in its place, and retiring it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::frame::{BLUEPRINTS, Frame, of_blueprint};
use super::super::visit::{Visit, actor};
use super::super::who::{Administrators, Who};
use super::list::not_listed;
use super::sent::{self, Wrong};
use super::words::{Shown, keys, member};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::storage;
use crate::usecase::blueprints::{self, Blueprint};
use crate::usecase::catalog_admin::CatalogError;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::upload::Upload;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/blueprint.html")]
struct BlueprintPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    blueprint: &'a Blueprint,
    shown: Shown,
    chart: String,
    repository: String,
    version: String,
    added_by: Who,
    made: String,
    /// Those that are trusted; each may be the one that was chosen.
    keys: Vec<(String, bool)>,
    draft: &'a Draft,
}

/// What is to be said of the forms.
#[derive(Default)]
struct Draft {
    wrong: Wrong,
    /// What was typed to retire it.
    confirm: String,
    /// What names it, so that it was not retired.
    referring: Vec<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(slug): Path<String>,
) -> Response {
    match find(&app, &page, &slug).await {
        Ok(found) => shown(&app, &page, &found, (StatusCode::OK, &Draft::default(), "")).await,
        Err(response) => response,
    }
}

async fn find(app: &App, page: &Page, slug: &str) -> Result<Blueprint, Response> {
    let all = blueprints::list(app).await.map_err(|failed| not_listed(page, &failed))?;
    let found = all.into_iter().find(|one| one.item.slug == slug);
    found.ok_or_else(|| not_listed(page, &CatalogError::NotFound))
}

async fn shown(
    app: &App,
    page: &Page,
    blueprint: &Blueprint,
    (status, draft, key): (StatusCode, &Draft, &str),
) -> Response {
    let found = async {
        let administrators = Administrators::load(app).await?;
        Ok::<_, storage::Error>((administrators, Shown::of(page, blueprint)?))
    };
    let (administrators, shown) = match found.await {
        Ok(found) => found,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let shown = BlueprintPage {
        page,
        frame: Frame::new(page, BLUEPRINTS),
        blueprint,
        shown,
        chart: member(blueprint, "helm_chart"),
        repository: member(blueprint, "helm_repo"),
        version: member(blueprint, "helm_version"),
        added_by: administrators.who(page, &blueprint.row.added_by),
        made: page.moment(blueprint.row.created_at.0),
        keys: keys(app, key),
        draft,
    };
    page.render(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(slug): Path<String>,
    page: Page,
    visit: Result<Visit, Response>,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let (visit, upload) = match sent::read(&app, page, visit, (headers, request)).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let retires = upload.fields.get("act") == "retire";
    let found = match find(&app, &visit.page, &slug).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let actor = actor(&visit.session, request_id);
    let desk = Desk { app: &app, page: &visit.page, actor, found: &found };
    if retires { desk.retire(&upload).await } else { desk.change(&upload).await }
}

/// A button that was pressed on a Blueprint's page.
struct Desk<'a> {
    app: &'a App,
    page: &'a Page,
    actor: Actor,
    found: &'a Blueprint,
}

impl Desk<'_> {
    async fn again(&self, status: StatusCode, draft: &Draft, key: &str) -> Response {
        shown(self.app, self.page, self.found, (status, draft, key)).await
    }

    /// Puts another signed artifact in its place.
    async fn change(&self, upload: &Upload) -> Response {
        let key = upload.fields.get("key");
        let submission = match sent::submission(self.page, upload) {
            Ok(submission) => submission,
            Err(problems) => {
                let draft = Draft { wrong: problems.into(), ..Draft::default() };
                return self.again(StatusCode::BAD_REQUEST, &draft, key).await;
            }
        };
        let (slug, seen) = (&self.found.item.slug, upload.fields.seen());
        let seen = seen.as_deref();
        match blueprints::change(self.app, &self.actor, slug, &submission, seen).await {
            Ok(_) => notice::see_other(&of_blueprint(slug), "admin-blueprint-changed-notice"),
            Err(failed) => match sent::refused(self.page, &failed) {
                Some((status, wrong)) => {
                    self.again(status, &Draft { wrong, ..Draft::default() }, key).await
                }
                None => not_listed(self.page, &failed),
            },
        }
    }

    /// Retires it, where its slug is typed.
    async fn retire(&self, upload: &Upload) -> Response {
        let slug = &self.found.item.slug;
        let confirm = upload.fields.get("confirm").to_owned();
        if !confirm.eq_ignore_ascii_case(slug) {
            let text = self.page.text_with("console-type-again", "word", slug);
            let wrong = Problems::of("confirm", text).into();
            let draft = Draft { wrong, confirm, ..Draft::default() };
            return self.again(StatusCode::BAD_REQUEST, &draft, "").await;
        }
        let seen = upload.fields.seen();
        match blueprints::retire(self.app, &self.actor, slug, seen.as_deref()).await {
            // Somebody was faster, or the button was pressed twice.
            Ok(()) | Err(CatalogError::NotFound) => {
                notice::see_other(BLUEPRINTS, "admin-blueprint-retired-notice")
            }
            Err(CatalogError::Referenced(referring)) => {
                let draft = Draft { referring, ..Draft::default() };
                self.again(StatusCode::CONFLICT, &draft, "").await
            }
            // What is shown now is what would be retired.
            Err(CatalogError::Changed) => {
                let text = self.page.text("admin-blueprint-edited");
                let wrong = Problems::of("confirm", text).into();
                let draft = Draft { wrong, confirm, ..Draft::default() };
                self.again(StatusCode::CONFLICT, &draft, "").await
            }
            Err(failed) => not_listed(self.page, &failed),
        }
    }
}
