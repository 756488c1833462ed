//! A short notice on the page that follows a form: what was done. It goes along in a cookie, and is shown once.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies;
use super::page::add_cookie;
use crate::text::Language;

/// How the names of messages that may be shown so end: nothing else is, whatever the cookie says.
const ENDING: &str = "-notice";

/// Goes on to `path`, where the message `name` (which ends in `-notice`) is shown.
pub(super) fn see_other(path: &str, name: &'static str) -> Response {
    debug_assert!(name.ends_with(ENDING), "{name} is no name of a notice");
    let mut response = Redirect::to(path).into_response();
    add_cookie(&mut response, cookies::set(cookies::NOTICE, name, Some(60)));
    response
}

/// The notice that is to be shown now.
pub(super) fn waiting(headers: &HeaderMap, language: Language) -> Option<String> {
    let name = cookies::value(headers, cookies::NOTICE)?;
    (name.ends_with(ENDING) && language.has(name)).then(|| language.text(name))
}
