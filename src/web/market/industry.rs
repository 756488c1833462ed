//! A line of business: the apps it works with, and the bundle made for it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::shown::{Card, Price, Trade};
use super::{canonical, market, missing};
use crate::app::App;
use crate::usecase::market::Told;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/market/industry.html")]
struct IndustryPage<'a> {
    page: &'a Page,
    canonical: String,
    trade: Trade<'a>,
    apps: Vec<Card<'a>>,
    bundle: Option<Bundle<'a>>,
    others: Vec<Trade<'a>>,
}

struct Bundle<'a> {
    slug: &'a str,
    name: Told<'a>,
    tagline: Told<'a>,
    /// What it costs a month with the plan that is recommended, and that plan's name.
    total: Option<(i64, Told<'a>)>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
) -> Response {
    let market = match market(&app, &page).await {
        Ok(market) => market,
        Err(response) => return response,
    };
    let Some(industry) = market.industry(&slug) else { return missing(&page) };
    let bundle = market.bundle_of(industry).map(|bundle| Bundle {
        slug: &bundle.slug,
        name: bundle.name.told(page.language),
        tagline: bundle.tagline.told(page.language),
        total: market
            .sum_of(bundle)
            .map(|sum| (sum.total_minor, sum.plan.name.told(page.language))),
    });
    let apps = market.apps_of(&industry.suggested_apps);
    let others = market.industries.iter().filter(|other| other.slug != industry.slug);
    let shown = IndustryPage {
        page: &page,
        canonical: canonical(&page, &format!("/industries/{}", industry.slug)),
        trade: Trade::of(&page, industry),
        apps: apps.map(|app| Card::of(&page, &market, app)).collect(),
        bundle,
        others: others.map(|other| Trade::of(&page, other)).collect(),
    };
    page.render(StatusCode::OK, &shown)
}
