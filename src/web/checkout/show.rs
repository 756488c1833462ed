//! `GET /checkout`: what an order would come to; or that one waits for its payment.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use sovereign_domain::voucher::Code;

use super::super::kept_voucher::{self, Kept};
use super::super::page::{Page, add_cookie, address, parameter};
use super::super::problems::Problems;
use super::super::{error, form};
use super::offer::{self, Offer};
use super::view::{self, View};
use super::{Chosen, Visit, words};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::storage::Result;
use crate::storage::organizations::OrganizationRow;
use crate::text::Row;
use crate::usecase::bill::Bill;
use crate::usecase::join::{self, Standing};
use crate::usecase::placed;

#[derive(Template)]
#[template(path = "web/checkout/waiting.html")]
struct WaitingPage<'a> {
    page: &'a Page,
    organization: &'a str,
    pay: String,
    due_minor: i64,
    bill: Vec<Row>,
    /// The order that was chosen now, which would take its place.
    anew: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Address(from): Address,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let about = (request_id, from);
    let visit = match Visit::begin(&app, &page, &headers, about, &page.here).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let chosen = Chosen::of_address(&uri);
    let organization = match whose(&app, &page, &visit, &chosen).await {
        Ok(organization) => organization,
        Err(response) => return response,
    };
    let chosen = Chosen { organization: organization.slug.clone(), ..chosen };
    if parameter(&uri, "anew").is_empty() {
        match placed::pending(&app, &visit.actor.user_id.0, &organization.id).await {
            Ok(Some(bill)) if bill.is_unpaid() => {
                return waiting(&app, &page, &organization, &bill, &chosen);
            }
            Ok(_) => {}
            Err(failed) => return error::unavailable(&page, &failed),
        }
    }
    let kept = kept_voucher::read(&headers);
    let code = kept.as_ref().map(|kept| kept.code.clone());
    match offer::reckon(&app, &page, &visit, (&organization.id, &chosen), code).await {
        Ok(offer) => offered(&app, &page, &organization, &chosen, &offer, kept.as_ref()).await,
        Err(response) => response,
    }
}

/// The Organization that is ordered for. Where none is named, the only one there is; else a page to choose one or
/// to make the first.
async fn whose(
    app: &App,
    page: &Page,
    visit: &Visit,
    chosen: &Chosen,
) -> std::result::Result<OrganizationRow, Response> {
    let user_id = &visit.actor.user_id.0;
    let failed = |failed| error::unavailable(page, &failed);
    let mut slug = chosen.organization.clone();
    if slug.is_empty() {
        let theirs = join::organizations(app, user_id).await.map_err(failed)?;
        let [(only, _, Standing::MayOrder)] = &theirs[..] else {
            let apps = chosen.apps_text();
            let join = address("/join", &[("plan", &chosen.plan), ("apps", &apps)]);
            return Err(Redirect::to(&join).into_response());
        };
        slug.clone_from(only);
    }
    let found = placed::organization(app, user_id, &slug).await.map_err(failed)?;
    found.ok_or_else(|| unknown(page))
}

pub(super) fn unknown(page: &Page) -> Response {
    error::unknown_organization(page)
}

/// Tells of what has changed about the voucher since it was looked at, and shows the order.
async fn offered(
    app: &App,
    page: &Page,
    organization: &OrganizationRow,
    chosen: &Chosen,
    offer: &Offer,
    kept: Option<&Kept>,
) -> Response {
    let mut notes = Vec::new();
    if let Some(refusal) = offer.voucher {
        notes.push(words::of_voucher(page, refusal));
    }
    let quotes = || offer.plans().filter_map(|(_, quote)| quote.as_ref().ok());
    let now_minor = quotes().find_map(|quote| quote.voucher_minor);
    let changed = kept.zip(now_minor).filter(|(kept, now)| kept.seen_minor != *now);
    if let Some((kept, now_minor)) = changed {
        notes.push(words::of_changed_value(page, kept.seen_minor, now_minor));
    }
    let view = View {
        organization,
        chosen,
        offer,
        status: StatusCode::OK,
        notes,
        problems: Problems::none(),
        typed: "",
        key: None,
    };
    let mut response = view::render(app, page, view);
    if let Some((kept, _)) = changed {
        seen_anew(app, &mut response, &kept.code).await;
    }
    response
}

/// Keeps the voucher at the value that is shown now.
pub(super) async fn seen_anew(app: &App, response: &mut Response, code: &Code) {
    if let Ok(Some(known)) = app.previews.find(code.clone()).await {
        add_cookie(response, kept_voucher::keep(&known.issued.voucher));
    }
}

fn waiting(
    app: &App,
    page: &Page,
    organization: &OrganizationRow,
    bill: &Bill,
    chosen: &Chosen,
) -> Response {
    let rows: Result<Vec<Row>> = bill.rows(app, page.language);
    match rows {
        Ok(rows) => page.render_leaving(&WaitingPage {
            page,
            organization: &organization.name,
            pay: format!("/pay/{}", bill.id()),
            due_minor: bill.due_minor(),
            bill: rows,
            anew: chosen.path_anew(),
        }),
        Err(failed) => error::unavailable(page, &failed),
    }
}

/// Where a form is not this browser's own: the page that says so, with the way back to the order.
pub(super) fn foreign_form(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    (token, chosen): (&str, &Chosen),
) -> Option<Response> {
    if form::sender(app, headers, token).is_some() {
        return None;
    }
    let again = chosen.path();
    Some(error::say(page, StatusCode::FORBIDDEN, "stale-form", Some((&again, "checkout-again"))))
}
