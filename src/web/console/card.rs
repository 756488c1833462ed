//! The card that bills are charged to, which is changed at Stripe, and what may be spent on usage.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::frame::Frame;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::console::{self, SavedCard};
use crate::usecase::organizations::OrganizationError;
use crate::usecase::payments::portal::{self, PortalError};
use crate::usecase::usage::{self, Estimate};

#[derive(Template)]
#[template(path = "web/console/card.html")]
struct CardPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Brand and last digits.
    card: Option<String>,
    expiry: Option<String>,
    /// Whether Stripe knows the Organization, so that its portal opens.
    may_change: bool,
    used: String,
    /// The limit that is set.
    limit: Option<String>,
    code: &'static str,
    typed: String,
    problems: Problems,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => shown(&app, &page, &visit, (StatusCode::OK, None)).await,
        Err(response) => response,
    }
}

async fn shown(
    app: &App,
    page: &Page,
    visit: &Visit,
    (status, wrong): (StatusCode, Option<(&str, String)>),
) -> Response {
    if !visit.may_spend() {
        return refused::organization(page, &OrganizationError::Forbidden, &visit.address(""));
    }
    let found = async {
        let card = console::card(app, &visit.user_id(), &visit.place).await?;
        let mut tx = app.store.read_as(&visit.user_id()).await?;
        Ok((card, usage::estimate(&mut tx, visit.tenant_id()).await?))
    };
    match found.await {
        Ok(((is_known, card), estimate)) => {
            let shown = card_page(app, page, visit, (is_known, card, &estimate, wrong));
            page.render_leaving_as(status, &shown)
        }
        Err::<_, crate::storage::Error>(failed) => error::unavailable(page, &failed),
    }
}

fn card_page<'a>(
    app: &App,
    page: &'a Page,
    visit: &'a Visit,
    (is_known, card, estimate, wrong): (bool, Option<SavedCard>, &Estimate, Option<(&str, String)>),
) -> CardPage<'a> {
    let limit_minor = estimate.limit.limit_minor;
    let expiry = card.as_ref().and_then(|card| card.expiry);
    let plain = |amount_minor| {
        let text = app.facts.currency.format(amount_minor);
        text.split(' ').next().unwrap_or_default().replace(',', "")
    };
    let (typed, problems) = match wrong {
        Some((typed, wrong)) => (typed.to_owned(), Problems::of("limit", wrong)),
        None => (limit_minor.map(plain).unwrap_or_default(), Problems::none()),
    };
    CardPage {
        page,
        frame: visit.frame(page, "card"),
        card: card.map(|card| format!("{} •••• {}", card.brand, card.last4)),
        expiry: expiry.map(|(month, year)| format!("{month:02}/{year}")),
        may_change: is_known,
        used: page.amount(estimate.total_minor),
        limit: limit_minor.map(|limit_minor| page.amount(limit_minor)),
        code: app.facts.currency.code(),
        typed,
        problems,
    }
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if !visit.may_spend() {
        let back = visit.address("");
        return refused::organization(&page, &OrganizationError::Forbidden, &back);
    }
    match fields.get("act") {
        "limit" => limit(&app, &page, &visit, (fields.get("limit"), request_id)).await,
        _ => leave(&app, &page, &visit).await,
    }
}

/// Goes to Stripe's portal, which leads back here.
async fn leave(app: &App, page: &Page, visit: &Visit) -> Response {
    let here = visit.address("card");
    let say = |status, name: &str| refused::because(page, (status, page.text(name)), &here);
    match portal::open_from(app, visit.tenant_id(), &here).await {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(PortalError::NoCustomer) => say(StatusCode::CONFLICT, "console-why-no-card"),
        Err(PortalError::Payment(failed)) => refused::payment(page, &failed, &here),
        Err(PortalError::Refused(message)) => {
            tracing::error!(message, "Stripe does not open the customer portal");
            say(StatusCode::SERVICE_UNAVAILABLE, "console-why-no-portal")
        }
        Err(PortalError::Stripe(failed)) => {
            tracing::warn!(error = %failed, "Stripe does not open the customer portal now");
            say(StatusCode::SERVICE_UNAVAILABLE, "console-why-unresolved")
        }
    }
}

/// Sets what may be spent on usage between two bills; nothing typed is no limit.
async fn limit(
    app: &App,
    page: &Page,
    visit: &Visit,
    (typed, request_id): (&str, String),
) -> Response {
    let wanted = if typed.is_empty() { Ok(None) } else { amount(app, typed).map(Some).ok_or(()) };
    let Ok(limit_minor) = wanted else {
        let wrong = page.text_with("console-limit-wrong", "code", app.facts.currency.code());
        return shown(app, page, visit, (StatusCode::BAD_REQUEST, Some((typed, wrong)))).await;
    };
    let actor = visit.actor(request_id);
    match usage::set_limit(app, &actor, visit.tenant_id(), limit_minor).await {
        Ok(_) => notice::see_other(&visit.address("card"), "console-limit-notice"),
        Err(failed) => refused::organization(page, &failed, &visit.address("card")),
    }
}

/// An amount as people type it, such as `12.5`, in minor units. No more decimals than the currency has.
fn amount(app: &App, typed: &str) -> Option<i64> {
    /// Far more than anybody lets themselves spend.
    const MAX_UNITS: i64 = 1_000_000_000;
    let currency = app.facts.currency;
    let (units, decimals) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = usize::try_from(currency.exponent()).ok()?;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || decimals.len() > digits || !is_number(units) || !is_number(decimals) {
        return None;
    }
    let units = units.parse::<i64>().ok().filter(|units| *units <= MAX_UNITS)?;
    let minor = format!("0{decimals:0<digits$}").parse::<i64>().ok()?;
    currency.units_to_minor(units)?.checked_add(minor)
}
