//! Signing in with a configured issuer: the way there, and the way back.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::page::{Page, add_cookie, parameter};
use super::{cookies, error, return_to, sign_in};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::auth::oidc::Failure;
use crate::limits::{Key, Quota};
use crate::usecase::elsewhere::{self, ElsewhereError, Journey, Returned};

pub(super) async fn leave(
    State(app): State<Arc<App>>,
    page: Page,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let Some(issuer) = app.issuers.named(&name) else {
        return failed_page(&page, StatusCode::NOT_FOUND, "elsewhere-unknown");
    };
    let return_to = return_to::local(&parameter(&uri, "return_to"));
    let again = !parameter(&uri, "again").is_empty();
    match elsewhere::begin(&app, issuer, &return_to, again).await {
        Ok((url, journey)) => {
            let mut response = Redirect::to(&url).into_response();
            let seconds = Some(elsewhere::WITHIN_SECONDS);
            let cookie = cookies::set(cookies::SIGN_IN_ELSEWHERE, &journey, seconds);
            add_cookie(&mut response, cookie);
            response
        }
        Err(failed) => say(&page, failed),
    }
}

pub(super) async fn come_back(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    RequestName(request_id): RequestName,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::VerifyByAddress, Key::Address(address)).await {
        return error::too_many(&page, wait);
    }
    let [state, code, refusal, iss] =
        ["state", "code", "error", "iss"].map(|name| parameter(&uri, name));
    let iss = (!iss.is_empty()).then_some(&*iss);
    let returned = Returned { state: &state, code: &code, error: &refusal, iss };
    let cookie = cookies::value(&headers, cookies::SIGN_IN_ELSEWHERE);
    // Whoever is sent here by somebody else keeps the cookie of a sign-in that they are in the middle of.
    let journey = match elsewhere::resume(&app, cookie, &returned) {
        Ok(journey) => journey,
        Err(failed) => return say(&page, failed),
    };
    let arrived = arrive(&app, &page, (&journey, &returned), &request_id).await;
    let mut response = match arrived {
        Ok(response) => response,
        Err(ElsewhereError::NotShownAnew) => not_shown_anew(&page, &journey.return_to),
        Err(failed) => say(&page, failed),
    };
    add_cookie(&mut response, cookies::remove(cookies::SIGN_IN_ELSEWHERE));
    response
}

async fn arrive(
    app: &App,
    page: &Page,
    (journey, returned): (&Journey, &Returned<'_>),
    request_id: &str,
) -> Result<Response, ElsewhereError> {
    let (person, shown) = elsewhere::arrive(app, journey, returned).await?;
    let mut tx = app.store.begin().await?;
    let (user_id, is_new) = elsewhere::user(app, &mut tx, &person, Some(page.language)).await?;
    let who = sign_in::SignedIn {
        user_id: &user_id,
        shown: &shown,
        return_to: &journey.return_to,
        came_with: sign_in::came_with(page, is_new),
    };
    Ok(sign_in::begin_session(app, tx, who, request_id).await?)
}

fn say(page: &Page, failed: ElsewhereError) -> Response {
    match failed {
        ElsewhereError::NotBegun => {
            failed_page(page, StatusCode::BAD_REQUEST, "elsewhere-not-begun")
        }
        ElsewhereError::Cancelled => failed_page(page, StatusCode::OK, "elsewhere-cancelled"),
        ElsewhereError::NotShownAnew => not_shown_anew(page, return_to::HOME),
        ElsewhereError::Issuer(Failure::Refused(refused)) => {
            tracing::warn!(reason = refused.0, "a sign-in with an issuer failed");
            failed_page(page, StatusCode::BAD_REQUEST, "elsewhere-failed")
        }
        ElsewhereError::Issuer(Failure::Unreachable) => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut response = failed_page(page, status, "elsewhere-unavailable");
            response.headers_mut().insert(header::RETRY_AFTER, Failure::RETRY_SECONDS.into());
            response
        }
        ElsewhereError::Session(failed) => error::of_session(page, &failed),
    }
}

/// The way on is by mail, which is new each time.
fn not_shown_anew(page: &Page, return_to: &str) -> Response {
    let back = sign_in::again(return_to);
    let way_on = Some((&*back, "sign-in-again"));
    error::say(page, StatusCode::BAD_REQUEST, "elsewhere-not-anew", way_on)
}

fn failed_page(page: &Page, status: StatusCode, name: &str) -> Response {
    error::say(page, status, name, Some(("/sign-in", "sign-in-again")))
}
