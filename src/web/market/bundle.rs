//! A bundle: its apps, and what they cost together.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::shown::{Card, Price};
use super::visitor::Visitor;
use super::{canonical, market, missing, words};
use crate::app::App;
use crate::usecase::market::{BundleSum, Plan, Told};
use crate::web::error;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/market/bundle.html")]
struct BundlePage<'a> {
    page: &'a Page,
    canonical: String,
    name: Told<'a>,
    tagline: Told<'a>,
    apps: Vec<Card<'a>>,
    /// With the plan that is recommended, where that can be had, and its name.
    sum: Option<(BundleSum<'a>, Told<'a>)>,
    /// Of that plan: its sizes.
    sizes: Vec<String>,
    /// Apps that cannot be had yet are left out of what is ordered.
    way: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let market = match market(&app, &page).await {
        Ok(market) => market,
        Err(response) => return response,
    };
    let Some(bundle) = market.bundle(&slug) else { return missing(&page) };
    let visitor = match Visitor::of(&app, &page, &headers).await {
        Ok(visitor) => visitor,
        Err(error) => return error::unavailable(&page, &error),
    };
    let sum = market.sum_of(bundle);
    let apps: Vec<_> = market.apps_of(&bundle.apps).collect();
    let can_be_had: Vec<&str> =
        apps.iter().filter(|app| app.deployable).map(|app| app.slug.as_str()).collect();
    let plan = sum.as_ref().map(|sum| sum.plan);
    let shown = BundlePage {
        page: &page,
        canonical: canonical(&page, &format!("/bundles/{}", bundle.slug)),
        name: bundle.name.told(page.language),
        tagline: bundle.tagline.told(page.language),
        apps: apps.iter().map(|app| Card::of(&page, &market, app)).collect(),
        sizes: plan.map(|plan| sizes(&page, plan)).unwrap_or_default(),
        way: visitor.order(plan.map_or("", |plan| &plan.slug), &can_be_had.join(",")),
        sum: sum.map(|sum| (plan_name(&page, &sum), sum)).map(|(name, sum)| (sum, name)),
    };
    page.render(StatusCode::OK, &shown)
}

fn plan_name<'a>(page: &Page, sum: &BundleSum<'a>) -> Told<'a> {
    sum.plan.name.told(page.language)
}

fn sizes(page: &Page, plan: &Plan) -> Vec<String> {
    let all = [&plan.cpu, &plan.memory, &plan.storage];
    let given = all.into_iter().filter(|text| !plan.usage_priced && !text.is_empty());
    given.map(|text| words::size(page, text)).collect()
}
