//! A short notice on the page that follows a form: what was done. It waits in a cookie that this Sovereign made
//! for this browser, is shown once, and tells nothing that whoever sent the form does not know.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::cookies;
use super::page::{Page, add_cookie};
use crate::app::App;
use crate::auth::secrets::Purpose;
use crate::text::Language;

/// What a cookie can carry of it.
const MAX_CHARS: usize = 300;
const SECONDS: u32 = 60;

/// Goes on to `path`, whose page says the message `name`; `value` stands in it as `$value`.
pub(super) fn go(app: &App, page: &Page, path: &str, (name, value): (&str, &str)) -> Response {
    let value: String = value.chars().take(MAX_CHARS).collect();
    let text = URL_SAFE_NO_PAD.encode(format!("{name}\n{value}"));
    let mac = app.tokens.secrets().mac(Purpose::Notice, &signed(&page.visitor, &text));
    let mut response = Redirect::to(path).into_response();
    add_cookie(
        &mut response,
        cookies::set(cookies::NOTICE, &format!("{text}.{mac}"), Some(SECONDS)),
    );
    response
}

/// The notice that waits for this browser.
pub(super) fn waiting(
    app: &App,
    headers: &HeaderMap,
    language: Language,
    visitor: &str,
) -> Option<String> {
    let (text, mac) = cookies::value(headers, cookies::NOTICE)?.split_once('.')?;
    let secrets = app.tokens.secrets();
    if !secrets.is_mac(Purpose::Notice, &signed(visitor, text), mac) {
        return None;
    }
    let told = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (name, value) = told.split_once('\n')?;
    Some(language.text_with(name, &[("value", language.isolated(value).into())]))
}

fn signed(visitor: &str, text: &str) -> Vec<u8> {
    format!("{visitor}\n{text}").into_bytes()
}
