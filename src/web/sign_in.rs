//! Signing in by mail: an address, then the code, or the link and its button.
//!
//! A GET never signs in: mail scanners open every link. The link's page has one button, and says more where
//! another browser asked for the mail than the one it is opened in.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sovereign_domain::voucher::Code;
use uuid::Uuid;

use super::page::{Page, add_cookie, address, parameter};
use super::{cookies, error, form, return_to};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::auth::secrets;
use crate::limits::{Key, Quota};
use crate::storage::Tx;
use crate::usecase::funnel;
use crate::usecase::sessions::{self, SessionError, Shown};
use crate::usecase::sign_in::{self, Asked, Proof, SignInError};

#[derive(Template)]
#[template(path = "web/sign_in.html")]
struct SignInPage<'a> {
    page: &'a Page,
    email: &'a str,
    return_to: &'a str,
    administrator_link: &'a str,
    /// Whether it is the first step of signing up.
    joins: bool,
    /// Whether it wants a sign-in of just now.
    again: bool,
    /// Address and label of each issuer to sign in with.
    elsewhere: Vec<(String, &'a str)>,
    /// The name of a message.
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "web/code.html")]
struct CodePage<'a> {
    page: &'a Page,
    email: &'a str,
    /// Whether it is the second step of signing up.
    joins: bool,
    /// What was entered before.
    code: &'a str,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "web/link.html")]
struct LinkPage<'a> {
    page: &'a Page,
    email: &'a str,
    token: &'a str,
    same_browser: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let return_to = return_to::local(&parameter(&uri, "return_to"));
    let again = !parameter(&uri, "again").is_empty();
    let filled = Filled { return_to: &return_to, again, ..Filled::default() };
    form_page(&app, &page, StatusCode::OK, &filled)
}

/// The way to sign in anew and go on to `return_to`, for what wants that it was done just now: an issuer is
/// asked to let nobody in who has not shown there who they are.
pub(super) fn again(return_to: &str) -> String {
    address("/sign-in", &[("return_to", return_to), ("again", "1")])
}

/// What stands in the form.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filled<'a> {
    pub(super) email: &'a str,
    pub(super) return_to: &'a str,
    pub(super) administrator_link: &'a str,
    /// Whether it wants a sign-in of just now.
    pub(super) again: bool,
    /// The name of a message.
    pub(super) error: Option<&'static str>,
}

/// The form for an address; with a link that makes the superadmin, it says so.
pub(super) fn form_page(
    app: &App,
    page: &Page,
    status: StatusCode,
    filled: &Filled<'_>,
) -> Response {
    let Filled { email, return_to, administrator_link, again, error } = *filled;
    // The link's proof is the mail, which no issuer replaces.
    let issuers = app.issuers.iter().filter(|_| administrator_link.is_empty());
    let elsewhere = issuers.map(|issuer| {
        let address = format!("/auth/oidc/{}?", issuer.settings.name);
        let start = address.len();
        let mut address = form_urlencoded::Serializer::for_suffix(address, start);
        address.append_pair("return_to", return_to);
        if again {
            address.append_pair("again", "1");
        }
        (address.finish(), &*issuer.settings.label)
    });
    let elsewhere = elsewhere.collect();
    let joins = is_sign_up(return_to);
    let form =
        SignInPage { page, email, return_to, administrator_link, joins, again, elsewhere, error };
    page.render(status, &form)
}

#[derive(Debug, Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    return_to: String,
    #[serde(default)]
    administrator_link: String,
    #[serde(default)]
    again: String,
}

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    headers: HeaderMap,
    Form(form): Form<AskForm>,
) -> Response {
    let Some(browser) = form::sender(&app, &headers, &form.form_token) else {
        return error::stale_form(&page);
    };
    let return_to = return_to::local(&form.return_to);
    let link = form.administrator_link.as_str();
    let asked = Asked {
        email: &form.email,
        address,
        language: page.language,
        browser: Some(browser),
        return_to: &return_to,
        administrator_link: (!link.is_empty()).then_some(link),
    };
    let again = |status, error| {
        let filled = Filled {
            email: &form.email,
            return_to: &return_to,
            administrator_link: link,
            again: !form.again.is_empty(),
            error: Some(error),
        };
        form_page(&app, &page, status, &filled)
    };
    match sign_in::ask(&app, &asked).await {
        Ok(id) => {
            let mut response = Redirect::to("/sign-in/code").into_response();
            let joins = is_sign_up(&return_to);
            let value = Waiting { id, email: form.email.trim().to_owned(), joins }.cookie();
            // As long as the code is good, and a little longer, to say so.
            add_cookie(&mut response, cookies::set(cookies::SIGN_IN, &value, Some(3_600)));
            response
        }
        Err(SignInError::BadAddress) => again(StatusCode::BAD_REQUEST, "email-wrong"),
        Err(SignInError::Undeliverable) => again(StatusCode::BAD_REQUEST, "email-refused"),
        Err(SignInError::Wrong) => {
            error::say(&page, StatusCode::NOT_FOUND, "administrator-link-ended", None)
        }
        Err(SignInError::TooMany(wait)) => error::too_many(&page, wait),
        Err(SignInError::Session(failed)) => error::of_session(&page, &failed),
    }
}

/// Whether somebody signs in to sign up.
fn is_sign_up(return_to: &str) -> bool {
    return_to.starts_with("/join")
}

/// What the browser keeps while a sign-in waits for its code.
struct Waiting {
    id: Uuid,
    email: String,
    joins: bool,
}

impl Waiting {
    fn cookie(&self) -> String {
        let end = if self.joins { ".join" } else { "" };
        format!("{}.{}{end}", self.id, URL_SAFE_NO_PAD.encode(&self.email))
    }

    fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parts = cookies::value(headers, cookies::SIGN_IN)?.split('.');
        let id = Uuid::parse_str(parts.next()?).ok()?;
        let email = String::from_utf8(URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok()?;
        Some(Self { id, email, joins: parts.next().is_some() })
    }
}

pub(super) async fn show_code(page: Page, headers: HeaderMap) -> Response {
    match Waiting::read(&headers) {
        Some(waiting) => code_page(&page, StatusCode::OK, &waiting, ("", None)),
        None => Redirect::to("/sign-in").into_response(),
    }
}

fn code_page(
    page: &Page,
    status: StatusCode,
    waiting: &Waiting,
    (code, error): (&str, Option<&'static str>),
) -> Response {
    let Waiting { email, joins, .. } = waiting;
    page.render(status, &CodePage { page, email, joins: *joins, code, error })
}

#[derive(Debug, Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn enter_code(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    let Some(browser) = form::sender(&app, &headers, &form.form_token) else {
        return error::stale_form(&page);
    };
    let Some(waiting) = Waiting::read(&headers) else {
        return Redirect::to("/sign-in").into_response();
    };
    if let Err(wait) = app.limits.check(Quota::VerifyByAddress, Key::Address(address)).await {
        return error::too_many(&page, wait);
    }
    let proof = Proof::CodeInBrowser { id: waiting.id, browser, code: &form.code };
    match finish(&app, &page, proof, (address, &request_id)).await {
        Ok(response) => response,
        Err(SignInError::Wrong) => {
            let wrong = (form.code.as_str(), Some("code-wrong"));
            code_page(&page, StatusCode::BAD_REQUEST, &waiting, wrong)
        }
        Err(failed) => failed_page(&page, failed),
    }
}

pub(super) async fn show_link(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let token = parameter(&uri, "token");
    match sign_in::behind_link(&app, &token, &page.visitor).await {
        Ok(Some((email, same_browser))) => {
            let link = LinkPage { page: &page, email: &email, token: &token, same_browser };
            page.render(StatusCode::OK, &link)
        }
        Ok(None) => link_ended(&page),
        Err(error) => error::unavailable(&page, &error),
    }
}

fn link_ended(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "link-ended", Some(("/sign-in", "sign-in-again")))
}

#[derive(Debug, Deserialize)]
pub(super) struct LinkForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    token: String,
}

pub(super) async fn press_link(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<LinkForm>,
) -> Response {
    if form::sender(&app, &headers, &form.form_token).is_none() {
        return error::stale_form(&page);
    }
    if let Err(wait) = app.limits.check(Quota::VerifyByAddress, Key::Address(address)).await {
        return error::too_many(&page, wait);
    }
    let proof = Proof::Link { token: &form.token };
    match finish(&app, &page, proof, (address, &request_id)).await {
        Ok(response) => response,
        Err(SignInError::Wrong) => link_ended(&page),
        Err(failed) => failed_page(&page, failed),
    }
}

fn failed_page(page: &Page, failed: SignInError) -> Response {
    match failed {
        SignInError::TooMany(wait) => error::too_many(page, wait),
        SignInError::Session(failed) => error::of_session(page, &failed),
        _ => link_ended(page),
    }
}

async fn finish(
    app: &App,
    page: &Page,
    proof: Proof<'_>,
    (address, request_id): (IpAddr, &str),
) -> Result<Response, SignInError> {
    let (tx, proven) = sign_in::prove(app, proof, address, request_id).await?;
    let who = SignedIn {
        user_id: &proven.user_id,
        shown: &proven.shown,
        return_to: &proven.return_to,
        came_with: came_with(page, proven.is_new),
    };
    Ok(begin_session(app, tx, who, request_id).await?)
}

/// The voucher that a new user's browser has kept.
pub(super) fn came_with(page: &Page, is_new: bool) -> Option<&Code> {
    page.kept.as_ref().filter(|_| is_new).map(|kept| &kept.code)
}

/// Who has shown who they are, and where they go on.
#[derive(Clone, Copy)]
pub(super) struct SignedIn<'a> {
    pub(super) user_id: &'a str,
    pub(super) shown: &'a Shown,
    pub(super) return_to: &'a str,
    /// With which voucher they signed up, if they did.
    pub(super) came_with: Option<&'a Code>,
}

/// Begins the session and commits. Its cookie is new, and so is the browser's name: whatever somebody
/// planted here before is worth nothing afterwards.
pub(super) async fn begin_session(
    app: &App,
    mut tx: Tx,
    who: SignedIn<'_>,
    request_id: &str,
) -> Result<Response, SessionError> {
    let begun = sessions::begin_in_browser(app, &mut tx, who.user_id, who.shown, request_id);
    let session = begun.await?;
    tx.commit().await?;
    if let Some(code) = who.came_with {
        funnel::note_sign_up(app, who.user_id, code).await;
    }
    let visitor = secrets::random_token()?;
    let mut response = Redirect::to(&return_to::local(who.return_to)).into_response();
    add_cookie(&mut response, cookies::set(cookies::SESSION, &session, Some(cookies::MONTH)));
    add_cookie(&mut response, cookies::set(cookies::VISITOR, &visitor, None));
    add_cookie(&mut response, cookies::remove(cookies::SIGN_IN));
    Ok(response)
}
