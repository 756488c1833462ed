//! The front page: who this is, what one gets, and the ways in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::shown::{Card, Price, Trade};
use super::{canonical, market};
use crate::api::no_such_route;
use crate::app::App;
use crate::web::kept_voucher;
use crate::web::page::Page;

/// So many apps stand on the front page.
const APPS: usize = 9;

#[derive(Template)]
#[template(path = "web/market/home.html")]
struct HomePage<'a> {
    page: &'a Page,
    canonical: String,
    /// What the plan with the lowest price costs, in words.
    from: Option<String>,
    /// What the voucher was worth that goes along.
    kept_minor: Option<i64>,
    apps: Vec<Card<'a>>,
    app_count: i64,
    industries: Vec<Trade<'a>>,
}

/// The page for people. Clients that ask for JSON alone get what every path without a route answers.
pub(super) async fn show(State(app): State<Arc<App>>, page: Page, headers: HeaderMap) -> Response {
    if wants_json(&headers) {
        return no_such_route().await.into_response();
    }
    let market = match market(&app, &page).await {
        Ok(market) => market,
        Err(response) => return response,
    };
    let can_be_had: Vec<_> = market.installable().filter(|app| app.deployable).collect();
    let favourites = can_be_had.iter().filter(|app| app.is_favourite).take(APPS);
    let home = HomePage {
        page: &page,
        canonical: canonical(&page, "/"),
        from: market.cheapest_plan().map(|plan| {
            let amount = page.amount_inside(plan.price_minor);
            page.text_with("market-plans-from", "amount", &amount)
        }),
        kept_minor: kept_voucher::read(&headers).map(|kept| kept.seen_minor),
        apps: favourites.map(|app| Card::of(&page, &market, app)).collect(),
        app_count: i64::try_from(can_be_had.len()).unwrap_or(i64::MAX),
        industries: market.industries.iter().map(|one| Trade::of(&page, one)).collect(),
    };
    page.render(StatusCode::OK, &home)
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("json") && !accepted.contains("text/html"))
}
