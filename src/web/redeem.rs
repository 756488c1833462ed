//! The page behind the link on a phone bill: what a voucher is worth, for anyone, and the way on.
//!
//! Source: franchise-model.txt, "Redemption flow" 1. A voucher that can be redeemed is kept
//! (`kept_voucher.rs`): from here on its code stands in no address.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing::get};
use serde::Deserialize;
use sovereign_domain::voucher::{Issued, Voucher, VoucherRefusal};

use super::page::{Page, add_cookie, parameter};
use super::problems::Problems;
use super::{error, form, kept_voucher};
use crate::api::caller::Address;
use crate::app::App;
use crate::limits::{Key, Quota, TooMany};
use crate::storage;
use crate::usecase::previews::code_to_look_at;
use crate::usecase::voucher_codes;

/// A code that was refused, as a form shows it again: no longer than that.
pub(super) fn shown_again(typed: &str) -> String {
    const MAX_CHARS: usize = 100;
    typed.trim().chars().take(MAX_CHARS).collect()
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/redeem", get(show).post(enter))
}

#[derive(Template)]
#[template(path = "web/redeem/voucher.html")]
struct VoucherPage<'a> {
    page: &'a Page,
    voucher: &'a Voucher,
    /// Whether it can be redeemed.
    is_good: bool,
    /// When it can be, where that is still to come.
    opens: Option<String>,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "web/redeem/ask.html")]
struct AskPage<'a> {
    page: &'a Page,
    code: &'a str,
    /// Whether a code was given that nobody has.
    is_unknown: bool,
    problems: Problems,
}

/// What became of a code.
pub(super) enum Looked {
    Found(Box<Issued>),
    /// No live voucher has it.
    Unknown,
    /// Nothing was given.
    Blank,
}

/// Why a code was not looked up.
pub(super) enum LookError {
    TooMany(TooMany),
    Storage(storage::Error),
}

/// Looks a code up, within the limits of a preview.
pub(super) async fn look(app: &App, from: &Address, text: &str) -> Result<Looked, LookError> {
    let Ok(code) = code_to_look_at(&voucher_codes::as_typed(text)) else {
        return Ok(Looked::Blank);
    };
    let Address(address) = *from;
    let by_address = [(Quota::PreviewByAddress, Key::Address(address))];
    let attempt = app.limits.attempt(address, &by_address).await.map_err(LookError::TooMany)?;
    if let Some(known) = app.previews.find(code).await.map_err(LookError::Storage)? {
        return Ok(Looked::Found(Box::new(known.issued.clone())));
    }
    attempt.wrong().await.map_err(LookError::TooMany)?;
    Ok(Looked::Unknown)
}

/// Shows the voucher of the address, else the one that is kept, else the form.
async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    address: Address,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let given = parameter(&uri, "code");
    let kept = kept_voucher::read(&headers).map(|kept| kept.code.as_str().to_owned());
    let text = if given.trim().is_empty() { kept.unwrap_or_default() } else { given };
    match look(&app, &address, &text).await {
        Ok(Looked::Found(issued)) => {
            note_opening(&app, &headers, &issued);
            voucher_page(&app, &page, &issued)
        }
        Ok(Looked::Unknown) => {
            let mut response = ask_again(&page, &text, StatusCode::NOT_FOUND);
            add_cookie(&mut response, kept_voucher::forget());
            response
        }
        Ok(Looked::Blank) => ask(&page),
        Err(failed) => say(&page, failed),
    }
}

/// Counts that a voucher that can be redeemed is shown in a browser, once for as long as it keeps it.
fn note_opening(app: &App, headers: &HeaderMap, issued: &Issued) {
    let is_kept = kept_voucher::read(headers).is_some_and(|kept| kept.code == issued.voucher.code);
    if !is_kept && issued.refusal(app.clock.now()).is_none() {
        app.openings.note(&issued.voucher);
    }
}

/// The ticket. One that can be redeemed is kept from now on; one that has ended, or has not begun, is not.
fn voucher_page(app: &App, page: &Page, issued: &Issued) -> Response {
    let voucher = &issued.voucher;
    let refusal = issued.refusal(app.clock.now());
    let is_good = refusal.is_none();
    let starts_at = issued.campaign.as_ref().and_then(|campaign| campaign.starts_at);
    let opens = starts_at.filter(|_| refusal == Some(VoucherRefusal::NotStarted));
    let opens = opens.map(|start| page.moment(start));
    let problems = Problems::none();
    let status = if is_good { StatusCode::OK } else { StatusCode::GONE };
    let mut response =
        page.render(status, &VoucherPage { page, voucher, is_good, opens, problems });
    let cookie = if is_good { kept_voucher::keep(voucher) } else { kept_voucher::forget() };
    add_cookie(&mut response, cookie);
    response
}

fn ask(page: &Page) -> Response {
    let problems = Problems::none();
    page.render(StatusCode::OK, &AskPage { page, code: "", is_unknown: false, problems })
}

/// The form again, with what was entered and what is wrong with it.
fn ask_again(page: &Page, text: &str, status: StatusCode) -> Response {
    let code = shown_again(text);
    let is_unknown = status == StatusCode::NOT_FOUND;
    let wrong = if is_unknown { "redeem-wrong" } else { "redeem-blank" };
    let problems = Problems::of("code", page.text(wrong));
    page.render(status, &AskPage { page, code: &code, is_unknown, problems })
}

#[derive(Debug, Deserialize)]
struct CodeForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    code: String,
}

/// Takes a code that somebody typed or pasted; it is shown under an address without it.
async fn enter(
    State(app): State<Arc<App>>,
    page: Page,
    address: Address,
    headers: HeaderMap,
    Form(form): Form<CodeForm>,
) -> Response {
    if form::sender(&app, &headers, &form.form_token).is_none() {
        let again = Some(("/redeem", "redeem-again"));
        return error::say(&page, StatusCode::FORBIDDEN, "stale-form", again);
    }
    match look(&app, &address, &form.code).await {
        Ok(Looked::Found(issued)) if issued.refusal(app.clock.now()).is_none() => {
            // Its page finds it kept.
            note_opening(&app, &headers, &issued);
            let mut response = Redirect::to("/redeem").into_response();
            add_cookie(&mut response, kept_voucher::keep(&issued.voucher));
            response
        }
        Ok(Looked::Found(issued)) => voucher_page(&app, &page, &issued),
        Ok(Looked::Unknown) => ask_again(&page, &form.code, StatusCode::NOT_FOUND),
        Ok(Looked::Blank) => ask_again(&page, "", StatusCode::BAD_REQUEST),
        Err(failed) => say(&page, failed),
    }
}

fn say(page: &Page, failed: LookError) -> Response {
    match failed {
        LookError::TooMany(wait) => error::too_many_of(page, wait, "redeem-too-many"),
        LookError::Storage(failed) => error::unavailable_of(page, &failed, "redeem-unavailable"),
    }
}
