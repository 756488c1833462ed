//! Where a customer comes back to from Stripe's page: whether it is paid, as Stripe says at this moment, and the way
//! on.

use std::sync::Arc;

use askama::Template;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use sovereign_domain::book::OrderStatus;
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::checkout::Chosen;
use super::page::{Page, address, parameter};
use super::{account, error};
use crate::api::caller::Address;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage;
use crate::text::Row;
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::settle::{self, Hint, Settled};
use crate::usecase::placed::{self, Placed};

#[derive(Template)]
#[template(path = "web/checkout/return.html")]
struct ReturnPage<'a> {
    page: &'a Page,
    heading: String,
    detail: String,
    /// Whose order it is, and its bill: for those who may see it.
    order: Option<(&'a str, Vec<Row>)>,
    /// Ways on, the likeliest first.
    ways: Vec<(String, String)>,
}

/// How an order stands, as a page says it.
struct Stands {
    name: &'static str,
    settled: Option<Settled>,
}

/// Tells whoever comes back how the payment stands, and nothing else of the order but to those who may spend for
/// its Organization: somebody else may be signed in here.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::PaymentByAddress, Key::Address(from)).await {
        return error::too_many(&page, wait);
    }
    let unknown = || error::say(&page, StatusCode::NOT_FOUND, "payment-unknown", None);
    let Ok(order_id) = parameter(&uri, "order").parse::<Uuid>() else { return unknown() };
    // What is done is done: also what credit paid alone, where no card is ever asked.
    match theirs(&app, &page, &headers, OrderId(order_id)).await {
        Ok(Some(placed)) if placed.is_checkout && placed.bill.status == OrderStatus::Completed => {
            return done(order_id);
        }
        Ok(_) => {}
        Err(response) => return response,
    }
    let settled = match settle::settle(&app, OrderId(order_id), Hint::None).await {
        Ok(settled) => Some(settled),
        Err(PaymentError::Unresolved(_)) => None,
        Err(PaymentError::Storage(error)) => return error::unavailable(&page, &error),
        Err(_) => return unknown(),
    };
    let placed = match theirs(&app, &page, &headers, OrderId(order_id)).await {
        Ok(placed) => placed,
        Err(response) => return response,
    };
    let is_done = settled == Some(Settled::Completed);
    if is_done && placed.as_ref().is_some_and(|placed| placed.is_checkout) {
        return done(order_id);
    }
    match return_page(&app, &page, order_id, &stands(settled), placed.as_ref()) {
        Ok(shown) => page.render(StatusCode::OK, &shown),
        Err(error) => error::unavailable(&page, &error),
    }
}

fn done(order_id: Uuid) -> Response {
    let id = order_id.to_string();
    Redirect::to(&address("/checkout/done", &[("order", &id)])).into_response()
}

/// The order, where somebody is signed in who may see it.
async fn theirs(
    app: &App,
    page: &Page,
    headers: &HeaderMap,
    order_id: OrderId,
) -> Result<Option<Placed>, Response> {
    let unavailable = |error| error::unavailable(page, &error);
    match account::somebody(app, headers).await.map_err(unavailable)? {
        None => Ok(None),
        Some(session) => placed::find(app, &session.user_id, order_id).await.map_err(unavailable),
    }
}

fn stands(settled: Option<Settled>) -> Stands {
    let name = match settled {
        Some(Settled::Completed) => "payment-done",
        Some(Settled::Processing) => "payment-processing",
        Some(Settled::Open | Settled::Due) => "payment-open",
        Some(Settled::Closed) => "payment-closed",
        Some(Settled::Returned) => "payment-returned",
        Some(Settled::Mismatch) | None => "payment-checking",
    };
    Stands { name, settled }
}

fn return_page<'a>(
    app: &App,
    page: &'a Page,
    order_id: Uuid,
    stands: &Stands,
    placed: Option<&'a Placed>,
) -> storage::Result<ReturnPage<'a>> {
    let rows = placed.map(|placed| placed.bill.rows(app, page.language)).transpose()?;
    let names = placed.map(|placed| placed.organization.name.as_str());
    Ok(ReturnPage {
        page,
        heading: page.text(&format!("{}-heading", stands.name)),
        detail: page.text(&format!("{}-detail", stands.name)),
        order: names.zip(rows),
        ways: ways(page, order_id, stands, placed),
    })
}

fn ways(
    page: &Page,
    order_id: Uuid,
    stands: &Stands,
    placed: Option<&Placed>,
) -> Vec<(String, String)> {
    let way = |path: String, name: &str| (path, page.text(name));
    let account = || way("/console".to_owned(), "to-account");
    let ordered = placed.filter(|placed| placed.is_checkout).map(|placed| Chosen {
        organization: placed.organization.slug.clone(),
        plan: placed.plan.clone(),
        apps: placed.apps.clone(),
        addons: placed.addons.clone(),
    });
    match stands.settled {
        Some(Settled::Open | Settled::Due) => {
            let pay = way(format!("/pay/{order_id}"), "pay-again");
            let anew = ordered.map(|chosen| way(chosen.path_anew(), "checkout-anew"));
            [Some(pay), anew].into_iter().flatten().collect()
        }
        Some(Settled::Closed) => {
            let again = ordered.map(|chosen| way(chosen.path(), "checkout-return-order"));
            [again, Some(account())].into_iter().flatten().collect()
        }
        Some(Settled::Processing | Settled::Mismatch) | None => {
            vec![way(page.here.clone(), "checkout-return-again"), account()]
        }
        Some(Settled::Completed | Settled::Returned) => {
            vec![placed.map_or_else(account, |placed| {
                way(format!("/console/{}", placed.organization.slug), "checkout-to-console")
            })]
        }
    }
}
