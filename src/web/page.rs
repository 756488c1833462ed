//! What every page has: its language, who looks at it, its form token, and the headers it is sent with.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{assets, cookies, form, notice, return_to};
use crate::app::App;
use crate::auth::secrets;
use crate::text::Language;

/// Nothing from elsewhere, nothing that runs, and in nobody's frame.
macro_rules! policy {
    ($form_action:literal) => {
        concat!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action ",
            $form_action,
            "; base-uri 'none'; frame-ancestors 'none'"
        )
    };
}
const POLICY: &str = policy!("'self'");
/// Browsers hold the address that a form is redirected to against the policy too (CSP 3, section 6.3.1), and
/// Stripe's page may be of any name.
const POLICY_OF_FORM_THAT_LEAVES: &str = policy!("'self' https:");

/// The frame of a page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) language: Language,
    /// Whose pages these are.
    pub(super) brand: String,
    pub(super) style: String,
    pub(super) form_token: String,
    /// This page, to come back to: in the other language, or signed in.
    pub(super) here: String,
    /// How this browser is called.
    pub(super) visitor: String,
    /// What was done on the page before.
    pub(super) notice: Option<String>,
    is_new_visitor: bool,
}

impl Page {
    pub(super) fn text(&self, name: &str) -> String {
        self.language.text(name)
    }

    /// A message with one text in it.
    pub(super) fn text_with(&self, name: &str, key: &str, value: &str) -> String {
        self.language.text_with(name, &[(key, value.into())])
    }

    /// The same page in the other language.
    pub(super) fn other_language(&self) -> String {
        address("/language", &[("tag", self.language.other().tag()), ("return_to", &self.here)])
    }

    /// The page, with the cookie of a browser that had none.
    pub(super) fn render(&self, status: StatusCode, template: &impl Template) -> Response {
        self.render_under(POLICY, status, template)
    }

    /// A page whose form leads to a page elsewhere.
    pub(super) fn render_leaving(&self, template: &impl Template) -> Response {
        self.render_leaving_as(StatusCode::OK, template)
    }

    /// The same, of a form that is shown again.
    pub(super) fn render_leaving_as(
        &self,
        status: StatusCode,
        template: &impl Template,
    ) -> Response {
        self.render_under(POLICY_OF_FORM_THAT_LEAVES, status, template)
    }

    fn render_under(
        &self,
        policy: &'static str,
        status: StatusCode,
        template: &impl Template,
    ) -> Response {
        let Ok(html) = template.render() else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        let mut insert = |name, text| headers.insert(name, HeaderValue::from_static(text));
        insert(header::CONTENT_SECURITY_POLICY, policy);
        // An address may hold the token of a link, which is nobody else's to know. `no-referrer` would
        // also have browsers hide where a form comes from: `Origin: null`.
        insert(header::REFERRER_POLICY, "same-origin");
        insert(header::CACHE_CONTROL, "no-store");
        insert(header::VARY, "Cookie, Accept-Language");
        if self.notice.is_some() {
            add_cookie(&mut response, cookies::remove(cookies::NOTICE));
        }
        if self.is_new_visitor {
            add_cookie(&mut response, cookies::set(cookies::VISITOR, &self.visitor, None));
        }
        response
    }
}

pub(super) fn add_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

impl FromRequestParts<Arc<App>> for Page {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, StatusCode> {
        let known = cookies::value(&parts.headers, cookies::VISITOR).map(str::to_owned);
        let is_new_visitor = known.is_none();
        let visitor = match known {
            Some(visitor) => visitor,
            None => secrets::random_token().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
        };
        let here = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let language = language(&parts.headers);
        let notice = notice::waiting(app, &parts.headers, language, &visitor);
        Ok(Self {
            language,
            brand: app.facts.fqdn.clone(),
            style: assets::style(),
            form_token: form::token(app, &visitor),
            here,
            visitor,
            notice,
            is_new_visitor,
        })
    }
}

/// A path with parameters.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let start = format!("{path}?");
    let length = start.len();
    form_urlencoded::Serializer::for_suffix(start, length).extend_pairs(parameters).finish()
}

/// A parameter of a page's address; empty where there is none.
pub(super) fn parameter(uri: &Uri, name: &str) -> String {
    let query = uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The language that was chosen, else the one that the browser prefers.
fn language(headers: &HeaderMap) -> Language {
    let chosen = cookies::value(headers, cookies::LANGUAGE).and_then(Language::of_tag);
    chosen.unwrap_or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Language::accepted(accepted.unwrap_or_default())
    })
}

/// Remembers a language, and shows the page again that the link stood on.
pub(super) async fn choose_language(OriginalUri(uri): OriginalUri) -> Response {
    let return_to = return_to::local(&parameter(&uri, "return_to"));
    let mut response = Redirect::to(&return_to).into_response();
    if let Some(language) = Language::of_tag(&parameter(&uri, "tag")) {
        let cookie = cookies::set(cookies::LANGUAGE, language.tag(), Some(cookies::YEAR));
        add_cookie(&mut response, cookie);
    }
    response
}
