//! A further voucher: its code is looked at first, and redeemed when its value was seen.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::book::Refusal;
use sovereign_domain::voucher::{Code, VoucherRefusal};
use uuid::Uuid;

use super::super::page::{Page, add_cookie};
use super::super::problems::Problems;
use super::super::redeem::shown_again;
use super::super::{error, form, kept_voucher, notice};
use super::enter_to_spend;
use super::overview::{Made, again};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::engine::EngineError;
use crate::usecase::checkout::RedeemRequest;
use crate::usecase::wallet::{self, RedeemError};
use crate::web::console::visit::Visit;

#[derive(Debug, Deserialize)]
pub(super) struct VoucherForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    code: String,
    /// What the ticket said that it is worth; absent where it was not shown yet.
    #[serde(default)]
    seen_minor: String,
    /// Names the redemption, so that pressing twice redeems once.
    #[serde(default)]
    key: String,
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    Form(form): Form<VoucherForm>,
) -> Response {
    let home = format!("/console/{slug}/wallet");
    if form::sender(&app, &headers, &form.form_token).is_none() {
        let back = Some((home.as_str(), "wallet-back"));
        return error::say(&page, StatusCode::FORBIDDEN, "stale-form", back);
    }
    let visit = match enter_to_spend(&app, &page, &headers, (&slug, &home)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let seen = (form.seen_minor.parse::<i64>().ok(), Code::parse(&form.code));
    let done = match seen {
        (Some(seen_minor), Ok(code)) => {
            let key = Uuid::parse_str(&form.key).ok().map(|key| key.to_string());
            let request = RedeemRequest {
                tenant_id: visit.tenant_id().to_owned(),
                code,
                promo_value_minor: Some(seen_minor),
                key,
            };
            let actor = visit.actor(request_id);
            let redeemed = wallet::redeem(&app, actor, from, request).await;
            redeemed.map(|_| {
                (notice::see_other(&home, "wallet-redeemed-notice"), kept_voucher::forget())
            })
        }
        _ => wallet::look(&app, from, &form.code).await.map(|voucher| {
            let shown = Redirect::to(&format!("{home}#voucher")).into_response();
            (shown, kept_voucher::keep(&voucher))
        }),
    };
    match done {
        Ok((mut response, cookie)) => {
            add_cookie(&mut response, cookie);
            response
        }
        Err(failed) => refused(&app, page, &visit, &form.code, failed).await,
    }
}

/// The page again, with which rule refused the voucher and what to do.
async fn refused(
    app: &App,
    mut page: Page,
    visit: &Visit,
    code: &str,
    failed: RedeemError,
) -> Response {
    let wrong = match failed {
        RedeemError::Blank => "redeem-blank",
        RedeemError::TooMany(wait) => {
            return error::too_many_of(&page, wait, "redeem-too-many");
        }
        RedeemError::Storage(failed) => {
            return error::unavailable_of(&page, &failed, "redeem-unavailable");
        }
        RedeemError::Engine(EngineError::Refused(refusal)) => match refusal {
            Refusal::VoucherChanged { .. } => return changed(app, page, visit, code).await,
            Refusal::Voucher(refusal) => message_of(refusal),
            Refusal::OrganizationSuspended => "wallet-voucher-suspended",
            Refusal::KeyReused => "wallet-voucher-again",
            _ => return super::not_yours(&page),
        },
        RedeemError::Engine(failed) => {
            return error::unavailable_of(&page, &format!("{failed:?}"), "redeem-unavailable");
        }
    };
    // The voucher that goes along is not offered again.
    page.kept = None;
    let code = shown_again(code);
    let problems = Problems::of("code", page.text(wrong));
    let made = Made { problems, code, changed: false };
    let mut response = again(app, &page, visit, (StatusCode::BAD_REQUEST, made)).await;
    add_cookie(&mut response, kept_voucher::forget());
    response
}

/// It is worth something else by now: the ticket is shown again as it is.
async fn changed(app: &App, mut page: Page, visit: &Visit, code: &str) -> Response {
    let known = match Code::parse(code) {
        Ok(code) => app.previews.find(code).await,
        Err(_) => Ok(None),
    };
    let voucher = match known {
        Ok(Some(known)) => known.issued.voucher.clone(),
        Ok(None) => {
            let failed = EngineError::Refused(Refusal::Voucher(VoucherRefusal::Unknown));
            return Box::pin(refused(app, page, visit, code, RedeemError::Engine(failed))).await;
        }
        Err(failed) => return error::unavailable(&page, &failed),
    };
    page.kept =
        Some(kept_voucher::Kept { code: voucher.code.clone(), seen_minor: voucher.credit_minor });
    let made = Made { changed: true, ..Made::default() };
    let mut response = again(app, &page, visit, (StatusCode::CONFLICT, made)).await;
    add_cookie(&mut response, kept_voucher::keep(&voucher));
    response
}

const fn message_of(refusal: VoucherRefusal) -> &'static str {
    match refusal {
        VoucherRefusal::Unknown => "redeem-wrong",
        VoucherRefusal::Inactive => "wallet-voucher-inactive",
        VoucherRefusal::Exhausted | VoucherRefusal::BudgetSpent => "wallet-voucher-exhausted",
        VoucherRefusal::NotStarted => "wallet-voucher-not-started",
        VoucherRefusal::Ended => "wallet-voucher-over",
        VoucherRefusal::CampaignLimit => "wallet-voucher-limit",
        VoucherRefusal::RedeemedByUser => "wallet-voucher-by-you",
        VoucherRefusal::RedeemedByOrganization => "wallet-voucher-by-organization",
    }
}
