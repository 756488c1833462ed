//! Pages that say that something did not work, and what to do.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::page::Page;
use crate::limits::TooMany;
use crate::usecase::sessions::SessionError;

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    page: &'a Page,
    heading: String,
    detail: String,
    action: Option<(&'a str, String)>,
}

/// A page with one of the messages `{name}-heading` and `{name}-detail`, and a way on.
pub(super) fn say(
    page: &Page,
    status: StatusCode,
    name: &str,
    action: Option<(&str, &str)>,
) -> Response {
    let error = ErrorPage {
        page,
        heading: page.text(&format!("{name}-heading")),
        detail: page.text(&format!("{name}-detail")),
        action: action.map(|(path, text)| (path, page.text(text))),
    };
    page.render(status, &error)
}

/// A page with a text of its own, and a way on.
pub(super) fn say_text(
    page: &Page,
    status: StatusCode,
    (heading, detail): (String, String),
    action: Option<(&str, &str)>,
) -> Response {
    let action = action.map(|(path, text)| (path, page.text(text)));
    page.render(status, &ErrorPage { page, heading, detail, action })
}

/// A form that another site may have made, or that is older than this browser's cookies.
pub(super) fn stale_form(page: &Page) -> Response {
    say(page, StatusCode::FORBIDDEN, "stale-form", Some(("/sign-in", "sign-in-again")))
}

/// A form with a file is not read. Whose session has ended is told to load it again, and signs in on the way there:
/// what was chosen would be lost by a sign-in.
pub(super) fn unread_form(page: &Page, refused: Response) -> Response {
    if refused.status().is_redirection() { stale_form(page) } else { refused }
}

/// There is no such Organization, or whoever asks is not in it.
pub(super) fn unknown_organization(page: &Page) -> Response {
    say(page, StatusCode::NOT_FOUND, "organization-unknown", Some(("/console", "to-account")))
}

pub(super) fn too_many(page: &Page, too_many: TooMany) -> Response {
    too_many_of(page, too_many, "too-many")
}

/// In words of its own.
pub(super) fn too_many_of(page: &Page, too_many: TooMany, name: &str) -> Response {
    let mut response = say(page, StatusCode::TOO_MANY_REQUESTS, name, None);
    let seconds = too_many.retry_after.as_secs().saturating_add(1);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}

pub(super) fn unavailable(page: &Page, error: &impl std::fmt::Display) -> Response {
    unavailable_of(page, error, "unavailable")
}

/// In words of its own.
pub(super) fn unavailable_of(page: &Page, error: &impl std::fmt::Display, name: &str) -> Response {
    tracing::error!(%error, "a page could not be made");
    let mut response = say(page, StatusCode::SERVICE_UNAVAILABLE, name, None);
    response.headers_mut().insert(header::RETRY_AFTER, 5.into());
    response
}

pub(super) fn of_session(page: &Page, error: &SessionError) -> Response {
    match error {
        SessionError::Storage(error) => unavailable(page, error),
        SessionError::Ended | SessionError::Broken => say(
            page,
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            Some(("/sign-in", "sign-in-again")),
        ),
    }
}
