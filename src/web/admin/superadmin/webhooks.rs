//! Where events are sent: the list of endpoints, and adding one.
//!
//! Whoever adds one must have signed in lately, as the API wants it. Its secret is on the page that answers, and on
//! no other.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::IdSource;
use uuid::Uuid;

use super::super::frame::{Frame, SYSTEM, WEBHOOKS};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use super::webhook;
use super::webhook_typed::{Typed, fault};
use crate::app::App;
use crate::storage::event_endpoints::EndpointRow;
use crate::usecase::event_endpoints::{self, Desk, EVENT_TYPES, EndpointError, Wishes};
use crate::web::error;
use crate::web::page::Page;
use crate::web::problems::Problems;

#[derive(Template)]
#[template(path = "web/admin/webhooks.html")]
struct WebhooksPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    endpoints: Vec<Shown>,
    /// Every type of event there is.
    known: &'static [&'static str],
    typed: &'a Typed,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    address: String,
    url: String,
    description: String,
    /// Empty for all.
    types: Vec<String>,
    status: &'static str,
    status_text: String,
    failing: Option<String>,
    last: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
) -> Response {
    let typed = Typed::default();
    listed(&app, &visit, (StatusCode::OK, &typed, Problems::none())).await
}

async fn listed(
    app: &App,
    Visit { page, session }: &Visit,
    (status, typed, problems): (StatusCode, &Typed, Problems),
) -> Response {
    let rows = match event_endpoints::list(&app.store).await {
        Ok(rows) => rows,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let list = WebhooksPage {
        page,
        frame: Frame::new(page, SYSTEM),
        problems,
        endpoints: rows.into_iter().map(|row| shown(page, row)).collect(),
        known: &EVENT_TYPES,
        typed,
        sign_in: sign_in_again(app, page, session),
    };
    page.render(status, &list)
}

fn shown(page: &Page, row: EndpointRow) -> Shown {
    let (status, status_text) = standing(page, &row);
    Shown {
        address: of_webhook(row.id),
        status,
        status_text,
        failing: row.failing_since.map(|at| page.moment(at.0)),
        last: row.last_success_at.map(|at| page.moment(at.0)),
        url: row.url,
        description: row.description,
        types: row.event_types.map(|types| types.0).unwrap_or_default(),
    }
}

/// Whether events are sent there, and that in words.
pub(super) fn standing(page: &Page, row: &EndpointRow) -> (&'static str, String) {
    if row.enabled {
        ("active", page.text("superadmin-webhook-on"))
    } else {
        ("off", page.text("superadmin-webhook-off"))
    }
}

/// Adds one.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let typed = Typed::of_form(&fields);
    let visit = Visit { page, session };
    let page = &visit.page;
    if sign_in_again(&app, page, &visit.session).is_some() {
        let again = (StatusCode::UNAUTHORIZED, &typed, Problems::none());
        return listed(&app, &visit, again).await;
    }
    let actor = actor(&visit.session, request_id);
    let mut ids = app.ids();
    // The form has no switch: a new one is on.
    let wishes = Wishes { enabled: None, ..typed.wishes() };
    let made = event_endpoints::add(&mut desk(&app, &actor, &mut ids), wishes).await;
    match made {
        Ok((row, secret)) => webhook::with_secret(&app, &visit, &row, secret).await,
        Err(failed) => match refused(page, &failed) {
            Some((status, problems)) => listed(&app, &visit, (status, &typed, problems)).await,
            None => not_done(page, &failed),
        },
    }
}

/// What a change needs.
pub(super) fn desk<'a>(
    app: &'a App,
    actor: &'a Actor,
    ids: &'a mut (dyn IdSource + Send),
) -> Desk<'a> {
    Desk {
        store: &app.store,
        keeper: &app.hooks.keeper,
        reach: &app.hooks.sender.reach,
        now: app.clock.now(),
        actor,
        ids,
    }
}

/// What is to be said of it at a field of the form; `None` where it is not about the form.
pub(super) fn refused(page: &Page, failed: &EndpointError) -> Option<(StatusCode, Problems)> {
    match failed {
        EndpointError::Field(error) => Some((StatusCode::BAD_REQUEST, fault(page, error))),
        EndpointError::TooMany => {
            let problems = Problems::of("url", page.text("superadmin-webhook-too-many"));
            Some((StatusCode::CONFLICT, problems))
        }
        EndpointError::NotFound
        | EndpointError::Changed
        | EndpointError::Vault(_)
        | EndpointError::Storage(_) => None,
    }
}

/// The page that says why nothing was done, where that is not about the form.
pub(super) fn not_done(page: &Page, failed: &EndpointError) -> Response {
    match failed {
        EndpointError::Storage(failed) => error::unavailable(page, failed),
        EndpointError::Vault(text) => error::unavailable(page, text),
        _ => unknown(page),
    }
}

/// There is no such endpoint, or none any more.
pub(super) fn unknown(page: &Page) -> Response {
    let back = Some((WEBHOOKS, "superadmin-webhooks-all"));
    error::say(page, StatusCode::NOT_FOUND, "superadmin-webhook-unknown", back)
}

/// The page of an endpoint.
pub(super) fn of_webhook(id: Uuid) -> String {
    format!("{WEBHOOKS}/{id}")
}
