//! The page where an order is paid that waits for its customer. Letters lead here; whoever has the link may
//! pay, signed in or not.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::book::{OrderStatus, Refusal};
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::page::Page;
use super::{error, form};
use crate::api::caller::Address;
use crate::app::App;
use crate::engine::EngineError;
use crate::limits::{Key, Quota};
use crate::storage::Result;
use crate::text::{Row, unbroken};
use crate::usecase::bill::{self, Bill};
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::due::{self, PayDue};

#[derive(Template)]
#[template(path = "web/pay.html")]
struct PayPage<'a> {
    page: &'a Page,
    /// This page.
    address: String,
    organization: &'a str,
    /// What a card is to pay; absent where credit pays it all.
    due: Option<String>,
    bill: Vec<Row>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    Path(order_id): Path<String>,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::PaymentByAddress, Key::Address(address)).await {
        return error::too_many(&page, wait);
    }
    let Ok(order_id) = order_id.parse::<Uuid>() else { return unknown(&page) };
    match find(&app, OrderId(order_id)).await {
        Ok(Some(bill)) if bill.is_unpaid() => match pay_page(&app, &page, &bill) {
            Ok(pay) => page.render_leaving(&pay),
            Err(error) => error::unavailable(&page, &error),
        },
        Ok(Some(bill)) => ended(&page, bill.status),
        Ok(None) => unknown(&page),
        Err(error) => error::unavailable(&page, &error),
    }
}

async fn find(app: &App, order_id: OrderId) -> Result<Option<Bill>> {
    let mut tx = app.store.read().await?;
    bill::find(app, &mut tx, order_id).await
}

fn pay_page<'a>(app: &App, page: &'a Page, bill: &'a Bill) -> Result<PayPage<'a>> {
    let due_minor = bill.due_minor();
    Ok(PayPage {
        page,
        address: address(bill.id()),
        organization: bill.organization(),
        due: (due_minor > 0).then(|| unbroken(&app.facts.currency.format(due_minor))),
        bill: bill.rows(app, page.language)?,
    })
}

fn address(order_id: Uuid) -> String {
    format!("/pay/{order_id}")
}

#[derive(Debug, Deserialize)]
pub(super) struct PayForm {
    #[serde(default)]
    form_token: String,
}

/// Somebody wants to pay: with credit it is done, with a card it goes on at Stripe.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    Path(order_id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<PayForm>,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::PaymentByAddress, Key::Address(from)).await {
        return error::too_many(&page, wait);
    }
    let Ok(order_id) = order_id.parse::<Uuid>() else { return unknown(&page) };
    let again = address(order_id);
    let again = Some((again.as_str(), "pay-again"));
    if form::sender(&app, &headers, &form.form_token).is_none() {
        return error::say(&page, StatusCode::FORBIDDEN, "stale-form", again);
    }
    match due::pay(&app, OrderId(order_id)).await {
        Ok(PayDue::Redirect(url)) => Redirect::to(&url).into_response(),
        Ok(PayDue::Paid) => error::say(&page, StatusCode::OK, "payment-done", None),
        Ok(PayDue::Processing) | Err(PaymentError::InProgress) => {
            error::say(&page, StatusCode::OK, "payment-processing", None)
        }
        Err(PaymentError::Engine(EngineError::Refused(Refusal::UnknownOrder))) => unknown(&page),
        Err(PaymentError::Engine(EngineError::Refused(Refusal::OrderClosed(status)))) => {
            ended(&page, status)
        }
        Err(PaymentError::Unresolved(_)) => {
            error::say(&page, StatusCode::SERVICE_UNAVAILABLE, "payment-checking", again)
        }
        Err(
            failed @ (PaymentError::NotConfigured
            | PaymentError::Refused(_)
            | PaymentError::Engine(EngineError::Refused(
                Refusal::NoProcessor | Refusal::BelowMinimum | Refusal::OrganizationSuspended,
            ))),
        ) => {
            tracing::warn!(%order_id, error = %failed, "an order cannot be paid on its page");
            error::say(&page, StatusCode::SERVICE_UNAVAILABLE, "pay-impossible", again)
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

fn unknown(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "payment-unknown", None)
}

/// There is nothing to pay any more.
fn ended(page: &Page, status: OrderStatus) -> Response {
    let name = match status {
        OrderStatus::Completed => "payment-done",
        OrderStatus::Cancelled => "pay-cancelled",
        _ => "payment-closed",
    };
    error::say(page, StatusCode::OK, name, None)
}
