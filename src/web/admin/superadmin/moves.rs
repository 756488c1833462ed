//! The moves of Organizations away from here and hither; and the import of a bundle, whose plan can be looked at first.
//!
//! Whoever imports must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::event::Actor;
use uuid::Uuid;

use super::super::frame::{Frame, MOVES, SYSTEM, of_move};
use super::super::visit::{SuperadminVisit, Visit, actor, pressed, sign_in_again};
use super::move_refused::{Refused, of_import};
use super::move_shown::{Listed, ShownPlan};
use super::moves_typed::Typed;
use crate::api::caller::RequestName;
use crate::api::moves::paper_file;
use crate::app::App;
use crate::storage::moves::MoveRow;
use crate::usecase::moves::import::ImportError;
use crate::usecase::moves::list;
use crate::usecase::moves::take_in::{self, Arriving, TakeInError};
use crate::usecase::paging::PageError;
use crate::web::bundle_form::{BundleForm, unread};
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/moves.html")]
struct MovesPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    refused: &'a Refused,
    moves: Vec<Listed>,
    newest: Option<String>,
    next: Option<String>,
    typed: &'a Typed,
    /// What the bundle would come to that was sent.
    plan: Option<ShownPlan>,
    /// How large a bundle may be, in MiB.
    most: String,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let typed = Typed::default();
    listed(&app, &visit, fields.find("after"), (&Refused::none(), &typed, None)).await
}

async fn listed(
    app: &App,
    Visit { page, session }: &Visit,
    after: Option<&str>,
    (refused, typed, plan): (&Refused, &Typed, Option<ShownPlan>),
) -> Response {
    let found = match list::list(&app.store, after, PAGE_SIZE).await {
        Ok(found) => found,
        Err(PageError::Storage(failed)) => return error::unavailable(page, &failed),
        Err(PageError::Field(_)) => {
            let back = Some((MOVES, "superadmin-moves"));
            return error::say(page, StatusCode::BAD_REQUEST, "superadmin-address", back);
        }
    };
    let shown = MovesPage {
        page,
        frame: Frame::new(page, SYSTEM),
        refused,
        moves: found.rows.into_iter().map(|row| Listed::of(page, row)).collect(),
        newest: after.map(|_| MOVES.to_owned()),
        next: found.next.map(|next| address(MOVES, &[("after", &next)])),
        typed,
        plan,
        most: page.digits.write(&(app.max_bundle_bytes >> 20).to_string()),
        sign_in: sign_in_again(app, page, session),
    };
    page.render(refused.status, &shown)
}

/// Looks at a bundle, or imports it. The role and the sign-in are looked at before the file is read.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    visit: Result<SuperadminVisit, Response>,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let visit = match visit {
        Ok(SuperadminVisit(visit)) => visit,
        Err(refused) => return error::unread_form(&page, refused),
    };
    if sign_in_again(&app, &page, &visit.session).is_some() {
        let refused = Refused::of(StatusCode::UNAUTHORIZED, Problems::none());
        return listed(&app, &visit, None, (&refused, &Typed::default(), None)).await;
    }
    let form = match BundleForm::read(&app, &headers, request).await {
        Ok(form) => form,
        Err(failed) => match unread(&app, &page, failed) {
            Ok((status, problems)) => {
                let refused = Refused::of(status, problems);
                return listed(&app, &visit, None, (&refused, &Typed::default(), None)).await;
            }
            Err(response) => return *response,
        },
    };
    let BundleForm { fields, bundle } = form;
    let visit = match pressed(&app, page, &headers, &fields).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let typed = Typed::of_form(&fields);
    let arriving = match typed.arriving(&visit.page, &fields, bundle) {
        Ok(arriving) => arriving,
        Err(problems) => {
            let refused = Refused::of(StatusCode::BAD_REQUEST, problems);
            return listed(&app, &visit, None, (&refused, &typed, None)).await;
        }
    };
    if fields.get("act") == "import" {
        let actor = actor(&visit.session, request_id);
        return import(&app, &visit, (typed, arriving), actor).await;
    }
    look(&app, &visit, (typed, arriving)).await
}

/// Shows the plan of an import, and the form again.
async fn look(app: &Arc<App>, visit: &Visit, (typed, arriving): (Typed, Arriving)) -> Response {
    let page = &visit.page;
    match take_in::look(Arc::clone(app), arriving).await {
        Ok(looked) => {
            let typed = Typed { seen: looked.sha256, ..typed };
            let plan = ShownPlan::of(page, looked.plan);
            listed(app, visit, None, (&Refused::none(), &typed, Some(plan))).await
        }
        Err(failed) => not_taken_in(app, visit, &typed, failed).await,
    }
}

async fn import(
    app: &Arc<App>,
    visit: &Visit,
    (typed, arriving): (Typed, Arriving),
    actor: Actor,
) -> Response {
    match take_in::take_in(Arc::clone(app), actor, arriving).await {
        Ok(imported) => {
            let here = of_move(&imported.plan.organization_id);
            notice::see_other(&here, "superadmin-move-imported-notice")
        }
        Err(failed) => not_taken_in(app, visit, &typed, failed).await,
    }
}

/// Says why nothing was imported; with the plan, where that says it.
async fn not_taken_in(app: &App, visit: &Visit, typed: &Typed, failed: TakeInError) -> Response {
    let page = &visit.page;
    let refused = match &failed {
        TakeInError::Import(failed) => of_import(page, failed),
        TakeInError::AnotherBundle => {
            let text = page.text("superadmin-move-bundle-differs");
            Ok(Refused::of(StatusCode::CONFLICT, Problems::of("bundle", text)))
        }
        TakeInError::Broken => Err(Box::new(error::unavailable(page, &failed))),
    };
    let plan = match failed {
        TakeInError::Import(ImportError::Conflicts(plan)) => Some(ShownPlan::of(page, *plan)),
        _ => None,
    };
    match refused {
        Ok(refused) => listed(app, visit, None, (&refused, typed, plan)).await,
        Err(response) => *response,
    }
}

pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    Path(id): Path<String>,
) -> Response {
    paper(&app, &page, &id, "receipt.json", |row| row.receipt).await
}

pub(super) async fn release(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    Path(id): Path<String>,
) -> Response {
    paper(&app, &page, &id, "release.json", |row| row.release).await
}

/// What was signed, as a file.
async fn paper(
    app: &App,
    page: &Page,
    id: &str,
    file: &str,
    of: fn(MoveRow) -> Option<String>,
) -> Response {
    let found = match Uuid::parse_str(id) {
        Ok(id) => list::find(&app.store, id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(found) => {
            if let Some(text) = found.and_then(|listed| of(listed.row)) {
                return paper_file(text, file);
            }
            let back = Some((MOVES, "superadmin-moves"));
            error::say(page, StatusCode::NOT_FOUND, "superadmin-move-unknown", back)
        }
        Err(failed) => error::unavailable(page, &failed),
    }
}
