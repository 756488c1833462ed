//! Who looks at a page of the administration, or presses a button there.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::event::Actor;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::{account, error};
use crate::app::App;
use crate::usecase::sessions::Standing;
use crate::usecase::vouchers::Writer;

/// Whoever may issue vouchers; else the way to sign in, or that the role is missing.
pub(super) async fn enter(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
) -> Result<Standing, Response> {
    let session = account::signed_in(app, page, headers, &page.here).await?;
    if may_enter(&session) { Ok(session) } else { Err(role_is_missing(page)) }
}

/// The same of whoever pressed a button: the form is this browser's own.
pub(super) async fn pressed(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Standing, Response> {
    let form = (fields.get("form_token"), page.here.as_str());
    let session = account::pressed(app, page, headers, form).await?;
    if may_enter(&session) { Ok(session) } else { Err(role_is_missing(page)) }
}

fn may_enter(session: &Standing) -> bool {
    session.role.may_issue_vouchers()
}

fn role_is_missing(page: &Page) -> Response {
    error::say(page, StatusCode::FORBIDDEN, "admin-role", Some(("/console", "to-account")))
}

/// Lets `write` write in the name of whoever is signed in.
pub(super) async fn writing<T>(
    app: &App,
    session: &Standing,
    request_id: String,
    write: impl AsyncFnOnce(&mut Writer<'_>) -> T,
) -> T {
    let actor = Actor { user_id: session.user_id.as_str().into(), request_id };
    let mut ids = app.ids();
    write(&mut Writer::of(app, &actor, &mut ids)).await
}
