//! The review of a change of the plan or its add-ons: what it comes to, and the button that makes it.
//!
//! The moment and the total of the preview are sent along, so that the price that is paid is the one that was
//! seen; a key makes a second press the same change.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use sovereign_domain::book::{Answer, Outcome, Refusal};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::{error, notice};
use super::frame::Frame;
use super::money::bill;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::engine::EngineError;
use crate::limits::{Key, Quota};
use crate::text::Row;
use crate::usecase::apps::Accepted;
use crate::usecase::change::{self, ChangeRequest};
use crate::usecase::payments::PaymentError;

#[derive(Template)]
#[template(path = "web/console/change.html")]
struct ChangePage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Whether it costs something else than what was seen.
    price_changed: bool,
    rows: Vec<Row>,
    a_month: String,
    /// What is sent along: names and values.
    hidden: Vec<(&'static str, String)>,
}

/// Refuses who asks too often: changes ask the engine, and perhaps Stripe.
pub(super) async fn limited(
    app: &App,
    page: &Page,
    visit: &Visit,
    from: IpAddr,
) -> Result<(), Response> {
    let user_id = visit.user_id();
    let quotas = [
        (Quota::CheckoutByAddress, Key::Address(from)),
        (Quota::CheckoutByUser, Key::User(&user_id)),
    ];
    app.limits.check_all(&quotas).await.map_err(|wait| error::too_many(page, wait))
}

/// How the sender of a form came to its price; `None` where the form is not one of ours.
pub(super) fn accepted(fields: &Fields) -> Option<Accepted> {
    Some(Accepted {
        at: Some(Timestamp::parse_rfc3339(fields.get("at"))?),
        total_minor: Some(fields.get("total_minor").parse().ok()?),
        key: Some(fields.get("key").parse::<Uuid>().ok()?.to_string()),
    })
}

/// What the fields ask for: a plan, or the set of add-ons.
fn wanted(visit: &Visit, fields: &Fields) -> ChangeRequest {
    let addons = (fields.get("set") == "addons").then(|| fields.all("addon"));
    let plan = fields.find("plan").filter(|plan| !plan.is_empty()).map(str::to_owned);
    ChangeRequest { plan, addons, ..ChangeRequest::of(visit.tenant_id().to_owned()) }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    Path(slug): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if let Err(response) = limited(&app, &page, &visit, from).await {
        return response;
    }
    let asked = Fields::of_query(uri.query());
    review(&app, &page, &visit, (&asked, StatusCode::OK)).await
}

async fn review(
    app: &App,
    page: &Page,
    visit: &Visit,
    (asked, status): (&Fields, StatusCode),
) -> Response {
    let request = wanted(visit, asked);
    let preview = match change::preview(app, request.clone(), visit.actor(String::new())).await {
        Ok(preview) => preview,
        Err(error) => return refused::payment(page, &error, &visit.address("plan")),
    };
    let mut hidden = vec![
        ("at", preview.at.to_string()),
        ("total_minor", preview.total_minor.to_string()),
        ("key", app.new_id().to_string()),
    ];
    hidden.extend(request.plan.map(|plan| ("plan", plan)));
    if let Some(addons) = request.addons {
        hidden.push(("set", "addons".to_owned()));
        hidden.extend(addons.into_iter().map(|addon| ("addon", addon)));
    }
    let shown = ChangePage {
        page,
        frame: visit.frame(page, "plan"),
        price_changed: status == StatusCode::CONFLICT,
        rows: bill(page, &preview),
        a_month: page.amount(preview.month_minor),
        hidden,
    };
    page.render_leaving_as(status, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Address(from): Address,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if let Err(response) = limited(&app, &page, &visit, from).await {
        return response;
    }
    let Some(Accepted { at, total_minor, key }) = accepted(&fields) else {
        return error::stale_form(&page);
    };
    let request = ChangeRequest { at, total_minor, key, ..wanted(&visit, &fields) };
    match change::change(&app, request, visit.actor(request_id)).await {
        Ok(Outcome::Answered { answer: Answer::Checkout(answer), .. }) => {
            match answer.session_url {
                Some(url) => Redirect::to(&url).into_response(),
                None => notice::see_other(&visit.address("plan"), "console-changed-notice"),
            }
        }
        Ok(Outcome::Answered { answer: Answer::Change(answer), .. })
            if answer.credited_minor > 0 =>
        {
            notice::see_other(&visit.address("plan"), "console-changed-back-notice")
        }
        Ok(_) => notice::see_other(&visit.address("plan"), "console-changed-notice"),
        Err(PaymentError::Engine(EngineError::Refused(
            Refusal::ChangeTotal { .. } | Refusal::ChangeMoment,
        ))) => review(&app, &page, &visit, (&fields, StatusCode::CONFLICT)).await,
        Err(error) => refused::payment(&page, &error, &visit.address("plan")),
    }
}
