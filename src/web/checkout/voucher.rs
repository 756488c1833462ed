//! `POST /checkout/voucher`: another voucher for the order, or none.

use std::sync::Arc;

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::voucher::VoucherRefusal;

use super::super::page::{Page, add_cookie};
use super::super::problems::Problems;
use super::super::redeem::{LookError, Looked, look, shown_again};
use super::super::{error, kept_voucher};
use super::show::{foreign_form, unknown};
use super::view::{self, View};
use super::{Chosen, Visit, offer};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::usecase::placed;

const NOT_STARTED: Option<VoucherRefusal> = Some(VoucherRefusal::NotStarted);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct VoucherForm {
    form_token: String,
    organization: String,
    plan: String,
    apps: String,
    addons: String,
    code: String,
    /// Present where the voucher is to be taken away.
    without: String,
}

pub(super) async fn enter(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    address: Address,
    headers: HeaderMap,
    Form(form): Form<VoucherForm>,
) -> Response {
    let chosen = Chosen::of_form(&form.organization, &form.plan, &form.apps, &form.addons);
    if let Some(response) = foreign_form(&app, &page, &headers, (&form.form_token, &chosen)) {
        return response;
    }
    let back = chosen.path_anew();
    if !form.without.is_empty() {
        let mut response = Redirect::to(&back).into_response();
        add_cookie(&mut response, kept_voucher::forget());
        return response;
    }
    let Address(from) = address;
    let visit = match Visit::begin(&app, &page, &headers, (request_id, from), &back).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let wrong = match look(&app, &address, &form.code).await {
        Ok(Looked::Found(issued)) if issued.refusal(app.clock.now()).is_none() => {
            let mut response = Redirect::to(&back).into_response();
            add_cookie(&mut response, kept_voucher::keep(&issued.voucher));
            return response;
        }
        Ok(Looked::Found(issued)) if issued.refusal(app.clock.now()) == NOT_STARTED => {
            "checkout-code-not-started"
        }
        Ok(Looked::Found(_)) => "checkout-code-ended",
        Ok(Looked::Unknown) => "redeem-wrong",
        Ok(Looked::Blank) => "redeem-blank",
        Err(LookError::TooMany(wait)) => {
            return error::too_many_of(&page, wait, "redeem-too-many");
        }
        Err(LookError::Storage(failed)) => {
            return error::unavailable_of(&page, &failed, "redeem-unavailable");
        }
    };
    let typed = shown_again(&form.code);
    again(&app, &page, (&visit, &chosen), (wrong, &typed), &headers).await
}

/// The order with the voucher that it had, and what is wrong with the other code.
async fn again(
    app: &App,
    page: &Page,
    (visit, chosen): (&Visit, &Chosen),
    (wrong, typed): (&str, &str),
    headers: &HeaderMap,
) -> Response {
    let user_id = &visit.actor.user_id.0;
    let organization = match placed::organization(app, user_id, &chosen.organization).await {
        Ok(Some(organization)) => organization,
        Ok(None) => return unknown(page),
        Err(failed) => return error::unavailable(page, &failed),
    };
    let code = kept_voucher::read(headers).map(|kept| kept.code);
    match offer::reckon(app, page, visit, (&organization.id, chosen), code).await {
        Ok(offer) => {
            let view = View {
                organization: &organization,
                chosen,
                offer: &offer,
                status: StatusCode::BAD_REQUEST,
                notes: Vec::new(),
                problems: Problems::of("code", page.text(wrong)),
                typed,
                key: None,
            };
            view::render(app, page, view)
        }
        Err(response) => response,
    }
}
