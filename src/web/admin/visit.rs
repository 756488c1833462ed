//! Who looks at a page of the administration, or presses a button there: taken from the request before its handler
//! runs, which whoever may not enter never reaches.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use sovereign_domain::event::Actor;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::{account, error, sign_in};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::sessions::Standing;
use crate::usecase::vouchers::Writer;

/// Whoever may issue vouchers looks at a page; else the way to sign in, or that the role is missing.
pub(super) struct Visit {
    pub(super) page: Page,
    pub(super) session: Standing,
}

impl Visit {
    fn new(mut page: Page, session: Standing) -> Self {
        page.is_superadmin = session.role.may_administer();
        Self { page, session }
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let page = page(parts, app).await?;
        let session = account::signed_in(app, &page, &parts.headers, &page.here).await?;
        kept_out(&page, &session).map_or(Ok(Self::new(page, session)), Err)
    }
}

/// The same of whoever pressed a button: the form is this browser's own.
pub(super) struct Press {
    pub(super) page: Page,
    pub(super) session: Standing,
    pub(super) request_id: String,
    pub(super) fields: Fields,
}

impl FromRequest<Arc<App>> for Press {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let page = page(&mut parts, app).await?;
        let RequestName(request_id) = RequestName::from_request_parts(&mut parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let fields = Fields::from_request(Request::from_parts(parts, body), app).await?;
        let Visit { page, session } = pressed(app, page, &headers, &fields).await?;
        Ok(Self { page, session, request_id, fields })
    }
}

/// The superadmin looks at a page.
pub(super) struct SuperadminVisit(pub(super) Visit);

impl FromRequestParts<Arc<App>> for SuperadminVisit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, app).await?;
        refused(&visit.page).map_or(Ok(Self(visit)), Err)
    }
}

/// The superadmin presses a button.
pub(super) struct SuperadminPress(pub(super) Press);

impl FromRequest<Arc<App>> for SuperadminPress {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let press = Press::from_request(request, app).await?;
        refused(&press.page).map_or(Ok(Self(press)), Err)
    }
}

async fn page(parts: &mut Parts, app: &Arc<App>) -> Result<Page, Response> {
    Page::from_request_parts(parts, app).await.map_err(IntoResponse::into_response)
}

/// Whoever sent the form `fields` of this page.
pub(super) async fn pressed(
    app: &App,
    page: Page,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Visit, Response> {
    let form = (fields.get("form_token"), page.here.as_str());
    let session = account::pressed(app, &page, headers, form).await?;
    kept_out(&page, &session).map_or(Ok(Visit::new(page, session)), Err)
}

/// Why somebody is not let in who may not issue vouchers.
fn kept_out(page: &Page, session: &Standing) -> Option<Response> {
    let back = Some(("/console", "to-account"));
    (!session.role.may_issue_vouchers())
        .then(|| error::say(page, StatusCode::FORBIDDEN, "admin-role", back))
}

/// Why somebody else than the superadmin is not let in.
fn refused(page: &Page) -> Option<Response> {
    let back = Some(("/admin", "admin-title"));
    (!page.is_superadmin).then(|| error::say(page, StatusCode::FORBIDDEN, "admin-superadmin", back))
}

/// The way to sign in anew and come back, for what wants that it was done lately; `None` where it was.
pub(super) fn sign_in_again(app: &App, page: &Page, session: &Standing) -> Option<String> {
    let lately = session.signed_in_lately(app.clock.now());
    (!lately).then(|| sign_in::again(&page.here))
}

/// Whoever is signed in, as who did something.
pub(super) fn actor(session: &Standing, request_id: String) -> Actor {
    Actor { user_id: session.user_id.as_str().into(), request_id }
}

/// Lets `write` write in the name of whoever is signed in.
pub(super) async fn writing<T>(
    app: &App,
    session: &Standing,
    request_id: String,
    write: impl AsyncFnOnce(&mut Writer<'_>) -> T,
) -> T {
    let actor = actor(session, request_id);
    let mut ids = app.ids();
    write(&mut Writer::of(app, &actor, &mut ids)).await
}
