//! Who is signed in, their Organizations, the language of their letters, and the way out.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::event::Actor;

use super::page::{Page, add_cookie, address};
use super::{cookies, error, form, notice};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::auth::Role;
use crate::storage;
use crate::text::Language;
use crate::usecase::sessions::{self, Standing};
use crate::usecase::{organizations, users};

#[derive(Template)]
#[template(path = "web/account.html")]
struct AccountPage<'a> {
    page: &'a Page,
    email: &'a str,
    /// The name of a message, for who has a role on the Sovereign.
    role: Option<&'static str>,
    /// When.
    since: String,
    /// Name and address of each, and the name of the role's message.
    organizations: Vec<(String, String, String)>,
    /// Tag, name, and whether letters come in it.
    languages: [(&'static str, String, bool); 2],
}

/// Whoever is signed in, if somebody is.
pub(super) async fn somebody(app: &App, headers: &HeaderMap) -> storage::Result<Option<Standing>> {
    match cookies::value(headers, cookies::SESSION) {
        None => Ok(None),
        Some(cookie) => sessions::of_browser(app, cookie).await,
    }
}

/// Whoever is signed in; or the way to sign in and come back.
pub(super) async fn signed_in(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    here: &str,
) -> Result<Standing, Response> {
    let found = somebody(app, headers).await.map_err(|error| error::unavailable(page, &error))?;
    found.ok_or_else(|| Redirect::to(&address("/sign-in", &[("return_to", here)])).into_response())
}

/// The same of whoever pressed a button: the form is this browser's own.
pub(super) async fn pressed(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (form_token, here): (&str, &str),
) -> Result<Standing, Response> {
    if form::sender(app, headers, form_token).is_none() {
        return Err(error::stale_form(page));
    }
    signed_in(app, page, headers, here).await
}

pub(super) async fn show(State(app): State<Arc<App>>, page: Page, headers: HeaderMap) -> Response {
    let session = match signed_in(&app, &page, &headers, &page.here).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    match account_page(&app, &page, &session).await {
        Ok(account) => page.render(StatusCode::OK, &account),
        Err(error) => error::unavailable(&page, &error),
    }
}

async fn account_page<'a>(
    app: &App,
    page: &'a Page,
    session: &'a Standing,
) -> storage::Result<AccountPage<'a>> {
    let found = organizations::with_role_of(app, &session.user_id).await?;
    let organizations = found.into_iter().map(|(organization, role)| {
        (organization.name, organization.slug, format!("role-{}", role.as_str()))
    });
    let role = match session.role {
        Role::Superadmin => Some("role-superadmin"),
        Role::SovereignAdmin => Some("role-sovereign-admin"),
        Role::Member => None,
    };
    let read = users::language(app, &session.user_id).await?.unwrap_or(page.language);
    Ok(AccountPage {
        page,
        languages: Language::ALL
            .map(|one| (one.tag(), one.other().text("other-language"), one == read)),
        email: &session.email,
        role,
        since: page.moment(session.signed_in_at),
        organizations: organizations.collect(),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct LanguageForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    language: String,
}

/// Chooses the language of letters, and of the pages in this browser.
pub(super) async fn choose_language(
    State(app): State<Arc<App>>,
    page: Page,
    headers: HeaderMap,
    Form(form): Form<LanguageForm>,
) -> Response {
    let session = match pressed(&app, &page, &headers, (&form.form_token, "/console")).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let language = Language::of_tag(&form.language).unwrap_or(page.language);
    if let Err(error) = users::choose_language(&app, &session.user_id, language).await {
        return error::unavailable(&page, &error);
    }
    let mut response = notice::see_other("/console", "account-language-notice");
    let cookie = cookies::set(cookies::LANGUAGE, language.tag(), Some(cookies::YEAR));
    add_cookie(&mut response, cookie);
    response
}

#[derive(Debug, Deserialize)]
pub(super) struct SignOutForm {
    #[serde(default)]
    form_token: String,
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<SignOutForm>,
) -> Response {
    if form::sender(&app, &headers, &form.form_token).is_none() {
        return error::stale_form(&page);
    }
    let ended = async {
        let Some(cookie) = cookies::value(&headers, cookies::SESSION) else { return Ok(()) };
        match sessions::of_browser(&app, cookie).await? {
            Some(session) => sessions::end(&app, session.id, &request_id).await,
            None => Ok(()),
        }
    };
    match ended.await {
        Ok(()) => signed_out(),
        Err(error) => error::unavailable(&page, &error),
    }
}

pub(super) async fn sign_out_everywhere(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    Form(form): Form<SignOutForm>,
) -> Response {
    let session = match pressed(&app, &page, &headers, (&form.form_token, "/console")).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let actor = Actor { user_id: session.user_id.into(), request_id };
    match sessions::log_out_everywhere(&app, &actor).await {
        Ok(()) => signed_out(),
        Err(error) => error::unavailable(&page, &error),
    }
}

fn signed_out() -> Response {
    let mut response = Redirect::to("/sign-in").into_response();
    add_cookie(&mut response, cookies::remove(cookies::SESSION));
    response
}
