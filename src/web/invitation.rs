//! The page of an invitation: what it is, and, signed in with the invited address, the button to accept.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::event::Actor;

use super::page::{Page, parameter};
use super::{account, error};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::invitations;
use crate::usecase::organizations::OrganizationError;

#[derive(Template)]
#[template(path = "web/invitation.html")]
struct InvitationPage<'a> {
    page: &'a Page,
    organization: &'a str,
    email: &'a str,
    role: String,
    token: &'a str,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let token = parameter(&uri, "token");
    let (row, organization) = match invitations::find(&app, &token).await {
        Ok(Some(found)) => found,
        Ok(None) => return ended(&page),
        Err(error) => return error::unavailable(&page, &error),
    };
    let session = match account::signed_in(&app, &page, &headers, &page.here).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    if !session.email.eq_ignore_ascii_case(&row.email) {
        return somebody_else(&page);
    }
    let invitation = InvitationPage {
        page: &page,
        organization: &organization,
        email: &row.email,
        role: page.text(&format!("role-{}", row.role)),
        token: &token,
    };
    page.render(StatusCode::OK, &invitation)
}

fn ended(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "invitation-ended", None)
}

fn somebody_else(page: &Page) -> Response {
    error::say(
        page,
        StatusCode::FORBIDDEN,
        "invited-somebody-else",
        Some(("/console", "to-account")),
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct AcceptForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    token: String,
}

pub(super) async fn accept(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<AcceptForm>,
) -> Response {
    let session =
        match account::pressed(&app, &page, &headers, (&form.form_token, "/console")).await {
            Ok(session) => session,
            Err(response) => return response,
        };
    let actor = Actor { user_id: session.user_id.into(), request_id };
    match invitations::accept(&app, &actor, &form.token).await {
        Ok(_) | Err(OrganizationError::AlreadyMember) => Redirect::to("/console").into_response(),
        Err(OrganizationError::InvitedSomebodyElse) => somebody_else(&page),
        Err(OrganizationError::Storage(error)) => error::unavailable(&page, &error),
        Err(_) => ended(&page),
    }
}
