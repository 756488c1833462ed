//! What every page has: its language, who looks at it, its form token, and the headers it is sent with.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use sovereign_domain::calendar::{TimeZone, date_in, minute_in};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::kept_voucher::{self, Kept};
use super::{assets, cookies, form, notice, return_to};
use crate::app::App;
use crate::auth::secrets;
use crate::branding::Branding;
use crate::text::{Digits, Language, unbroken};
use crate::usecase::branding;

/// Nothing from elsewhere, nothing that runs but our own script, and in nobody's frame.
fn policy(nonce: &str, form_action: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'nonce-{nonce}'; \
         connect-src 'self'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Where forms lead.
const HERE: &str = "'self'";
/// Browsers hold the address that a form is redirected to against the policy too (CSP 3, section 6.3.1), and
/// Stripe's page may be of any name.
const ELSEWHERE: &str = "'self' https:";

/// The frame of a page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) language: Language,
    pub(super) digits: Digits,
    /// Whose pages these are, in their language.
    pub(super) brand: String,
    /// The Sovereign's domain name.
    pub(super) fqdn: String,
    pub(super) branding: Branding,
    pub(super) style: String,
    pub(super) script: String,
    /// What a script must carry to be run.
    pub(super) nonce: String,
    pub(super) form_token: String,
    /// This page, to come back to: in the other language, or signed in.
    pub(super) here: String,
    /// How this browser is called.
    pub(super) visitor: String,
    is_new_visitor: bool,
    /// Whether somebody seems to be signed in: enough to show the way to the console.
    pub(super) has_session: bool,
    /// Whether a page of the administration is looked at by the superadmin, who has more of them.
    pub(super) is_superadmin: bool,
    /// The page of the fleet, where this Sovereign is the publisher's.
    pub(super) fleet: Option<&'static str>,
    /// What was done on the page before.
    pub(super) notice: Option<String>,
    /// The voucher that goes along.
    pub(super) kept: Option<Kept>,
    pub(super) currency: Currency,
    /// Whose days and hours these are.
    pub(super) zone: TimeZone,
}

/// A whole number, however many references a template puts before it.
pub(super) trait Whole {
    fn value(self) -> i64;
}

impl Whole for i64 {
    fn value(self) -> i64 {
        self
    }
}

impl<T: Whole + Copy> Whole for &T {
    fn value(self) -> i64 {
        (*self).value()
    }
}

impl Page {
    pub(super) fn text(&self, name: &str) -> String {
        self.language.text(name)
    }

    /// What a browser shows beside the page's title.
    pub(super) fn icon(&self) -> String {
        self.branding.logo_path().unwrap_or_else(assets::icon)
    }

    /// A message with one text in it.
    pub(super) fn text_with(&self, name: &str, key: &str, value: &str) -> String {
        self.language.text_with(name, &[(key, value.into())])
    }

    /// A message with one number in it, which decides between singular, dual and plural.
    pub(super) fn count(&self, name: &str, count: impl Whole) -> String {
        let count = count.value();
        self.digits.write(&self.language.text_with(name, &[("count", count.into())]))
    }

    /// How many of how many.
    pub(super) fn share(&self, count: i64, of: i64) -> String {
        let values = [("times", count.into()), ("cap", of.into())];
        self.digits.write(&self.language.text_with("admin-used-of", &values))
    }

    /// A message with one `$amount` in it, of minor units.
    pub(super) fn text_with_amount(&self, name: &str, amount_minor: impl Whole) -> String {
        self.text_with(name, "amount", &self.amount_inside(amount_minor.value()))
    }

    /// An amount in minor units, with the currency: for `<bdi dir="ltr">`.
    pub(super) fn amount(&self, amount_minor: impl Whole) -> String {
        self.digits.write(&unbroken(&self.currency.format(amount_minor.value())))
    }

    /// An amount for the inside of a sentence.
    pub(super) fn amount_inside(&self, amount_minor: i64) -> String {
        self.language.isolated(&self.amount(amount_minor))
    }

    /// The day of a moment, in the Sovereign's time zone.
    pub(super) fn day(&self, at: Timestamp) -> String {
        let day = date_in(at, &self.zone).map(|day| self.language.date(day));
        self.digits.write(&day.unwrap_or_else(|| at.to_string()))
    }

    /// Day and minute of a moment in the Sovereign's time zone, which is named.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let (Some(day), Some(minute)) = (date_in(at, &self.zone), minute_in(at, &self.zone)) else {
            return at.to_string();
        };
        let language = self.language;
        let values = [
            ("date", language.date(day).into()),
            ("time", language.isolated(&minute).into()),
            ("zone", language.isolated(self.zone.iana_name().unwrap_or("UTC")).into()),
        ];
        self.digits.write(&language.text_with("moment", &values))
    }

    /// What is to be known about voucher credit, in paragraphs.
    pub(super) fn voucher_terms(&self) -> Vec<String> {
        let terms = self.branding.terms(self.language, &self.brand);
        let lines = terms.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    }

    /// The same page in the other language.
    pub(super) fn other_language(&self) -> String {
        address("/language", &[("tag", self.language.other().tag()), ("return_to", &self.here)])
    }

    /// The same page in the other digits, and a number in them; in English there are none to choose between.
    pub(super) fn other_digits(&self) -> Option<(String, String)> {
        let mut others = Digits::ALL.into_iter().filter(|digits| *digits != self.digits);
        let digits = others.next().filter(|_| self.language == Language::Arabic)?;
        let link = address("/digits", &[("name", digits.name()), ("return_to", &self.here)]);
        Some((link, digits.write("123")))
    }

    /// The page, with the cookie of a browser that had none.
    pub(super) fn render(&self, status: StatusCode, template: &impl Template) -> Response {
        self.render_under(HERE, status, template)
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
        self.render_under(ELSEWHERE, status, template)
    }

    fn render_under(
        &self,
        form_action: &str,
        status: StatusCode,
        template: &impl Template,
    ) -> Response {
        let policy = HeaderValue::from_str(&policy(&self.nonce, form_action));
        let (Ok(html), Ok(policy)) = (template.render(), policy) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        let mut insert = |name, text| headers.insert(name, HeaderValue::from_static(text));
        // An address may hold the token of a link or a code, which is nobody else's to know, nor that of a
        // log. `no-referrer` would also have browsers hide where a form comes from: `Origin: null`.
        insert(header::REFERRER_POLICY, "strict-origin");
        insert(header::CACHE_CONTROL, "no-store");
        insert(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        insert(header::VARY, "Cookie, Accept-Language");
        if self.is_new_visitor {
            add_cookie(&mut response, cookies::set(cookies::VISITOR, &self.visitor, None));
        }
        if self.notice.is_some() {
            add_cookie(&mut response, cookies::remove(cookies::NOTICE));
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
        let headers = &parts.headers;
        let language = language(headers);
        let branding = branding::load(app).await.unwrap_or_else(|error| {
            // What went wrong the page itself will say.
            tracing::error!(%error, "the branding cannot be read");
            branding::ours(app)
        });
        Ok(Self {
            language,
            digits: digits(headers, language),
            brand: branding.name(language).to_owned(),
            fqdn: app.facts.fqdn.clone(),
            branding,
            style: assets::style(),
            script: assets::script(),
            nonce: secrets::random_token().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
            form_token: form::token(app, &visitor),
            here,
            visitor,
            is_new_visitor,
            has_session: cookies::value(headers, cookies::SESSION).is_some(),
            is_superadmin: false,
            fleet: app.fleet_snapshot.as_ref().map(|_| "/admin/fleet"),
            notice: notice::waiting(headers, language),
            kept: kept_voucher::read(headers),
            currency: app.facts.currency,
            zone: app.zone.clone(),
        })
    }
}

/// A path with parameters; without any, the path alone.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return path.to_owned();
    }
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

/// The digits that were chosen; in English always the same.
fn digits(headers: &HeaderMap, language: Language) -> Digits {
    let chosen = cookies::value(headers, cookies::DIGITS).and_then(Digits::of_name);
    chosen.filter(|_| language == Language::Arabic).unwrap_or_default()
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

/// Remembers digits, and shows the page again that the link stood on.
pub(super) async fn choose_digits(OriginalUri(uri): OriginalUri) -> Response {
    let return_to = return_to::local(&parameter(&uri, "return_to"));
    let mut response = Redirect::to(&return_to).into_response();
    if let Some(digits) = Digits::of_name(&parameter(&uri, "name")) {
        let cookie = cookies::set(cookies::DIGITS, digits.name(), Some(cookies::YEAR));
        add_cookie(&mut response, cookie);
    }
    response
}
