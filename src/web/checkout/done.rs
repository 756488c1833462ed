//! `GET /checkout/done`: what was ordered, what paid for it, and how far the credit goes.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use sovereign_domain::book::OrderStatus;
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::super::page::{Page, add_cookie, address, parameter};
use super::super::{account, error, kept_voucher};
use crate::app::App;
use crate::text::Row;
use crate::usecase::placed::{self, Placed};

#[derive(Template)]
#[template(path = "web/checkout/done.html")]
struct DonePage<'a> {
    page: &'a Page,
    organization: &'a str,
    slug: &'a str,
    bill: Vec<Row>,
    left_minor: i64,
    covered: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let session = match account::signed_in(&app, &page, &headers, &page.here).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let Ok(order_id) = parameter(&uri, "order").parse::<Uuid>() else { return unknown(&page) };
    match placed::find(&app, &session.user_id, OrderId(order_id)).await {
        Ok(Some(placed)) if placed.bill.status == OrderStatus::Completed => {
            done(&app, &page, &placed)
        }
        // It is not over yet, or ended otherwise: that page knows.
        Ok(Some(_)) => {
            let id = order_id.to_string();
            Redirect::to(&address("/checkout/return", &[("order", &id)])).into_response()
        }
        Ok(None) => unknown(&page),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

fn done(app: &App, page: &Page, placed: &Placed) -> Response {
    let bill = match placed.bill.rows(app, page.language) {
        Ok(bill) => bill,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let shown = DonePage {
        page,
        organization: &placed.organization.name,
        slug: &placed.organization.slug,
        bill,
        left_minor: placed.bill.available_minor(),
        covered: placed.covered_until.map(|until| page.day(until)),
    };
    let mut response = page.render(StatusCode::OK, &shown);
    // It is redeemed.
    add_cookie(&mut response, kept_voucher::forget());
    response
}

fn unknown(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "payment-unknown", None)
}
