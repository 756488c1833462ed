//! The list of private Blueprints, and sending a new one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::frame::{BLUEPRINTS, Frame, of_blueprint};
use super::super::visit::{Visit, actor};
use super::sent::{self, Wrong};
use super::words::{Shown, keys};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::storage;
use crate::usecase::blueprints::{self, Submission};
use crate::usecase::catalog_admin::CatalogError;
use crate::web::page::Page;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/blueprints.html")]
struct ListPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    wrong: &'a Wrong,
    blueprints: Vec<Shown>,
    /// Those that are trusted; without any there is nothing to send.
    /// Each may be the one that was chosen.
    keys: Vec<(String, bool)>,
}

pub(super) async fn show(State(app): State<Arc<App>>, Visit { page, .. }: Visit) -> Response {
    shown(&app, &page, (StatusCode::OK, &Wrong::default(), "")).await
}

async fn shown(
    app: &App,
    page: &Page,
    (status, wrong, key): (StatusCode, &Wrong, &str),
) -> Response {
    let found = async {
        let all = blueprints::list(app).await?;
        let rows = all.iter().map(|one| Shown::of(page, one));
        Ok::<_, CatalogError>(rows.collect::<storage::Result<Vec<_>>>()?)
    };
    match found.await {
        Ok(blueprints) => {
            let frame = Frame::new(page, BLUEPRINTS);
            let list = ListPage { page, frame, wrong, blueprints, keys: keys(app, key) };
            page.render(status, &list)
        }
        Err(failed) => not_listed(page, &failed),
    }
}

/// Why they are not shown: of reading them, only the database can fail.
pub(super) fn not_listed(page: &Page, failed: &CatalogError) -> Response {
    if let CatalogError::Storage(failed) = failed {
        return error::unavailable(page, failed);
    }
    let back = Some((BLUEPRINTS, "admin-blueprints"));
    error::say(page, StatusCode::NOT_FOUND, "admin-blueprint-unknown", back)
}

/// Adds one.
pub(super) async fn press(
    State(app): State<Arc<App>>,
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
    let (page, key) = (&visit.page, upload.fields.get("key"));
    let submission = match sent::submission(page, &upload) {
        Ok(submission) => submission,
        Err(problems) => {
            let wrong = Wrong::from(problems);
            return shown(&app, page, (StatusCode::BAD_REQUEST, &wrong, key)).await;
        }
    };
    let actor = actor(&visit.session, request_id);
    let failed = match blueprints::add(&app, &actor, &submission).await {
        Ok(made) => return added(&made.item.slug),
        Err(failed) => failed,
    };
    if matches!(failed, CatalogError::SlugTaken)
        && let Some(slug) = there(&app, &submission).await
    {
        return added(&slug);
    }
    match sent::refused(page, &failed) {
        Some((status, wrong)) => shown(&app, page, (status, &wrong, key)).await,
        None => not_listed(page, &failed),
    }
}

fn added(slug: &str) -> Response {
    notice::see_other(&of_blueprint(slug), "admin-blueprint-added-notice")
}

/// The slug of what was sent before, byte by byte: the button was pressed twice.
async fn there(app: &App, submission: &Submission) -> Option<String> {
    let all = blueprints::list(app).await.ok()?;
    let same = all.into_iter().find(|one| one.row.artifact == submission.signed.artifact);
    same.map(|one| one.item.slug)
}
