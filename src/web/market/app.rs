//! One app: what it is, what it needs, what it costs, and how to have it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::shown::{Card, Icon, Price};
use super::visitor::{Visitor, Way};
use super::{canonical, market, missing, words};
use crate::app::App;
use crate::usecase::market::{Market, MarketApp, Need, Told};
use crate::web::error;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/market/app.html")]
struct AppPage<'a> {
    page: &'a Page,
    canonical: String,
    app: &'a MarketApp,
    icon: Icon,
    name: Told<'a>,
    tagline: Told<'a>,
    description: Told<'a>,
    features: Vec<Told<'a>>,
    category: String,
    tier: String,
    needs: Vec<ShownNeed<'a>>,
    /// What it costs with all that, where that costs something.
    with_needs: Option<String>,
    price: Price,
    cores: Option<String>,
    memory: Option<String>,
    disk: Option<String>,
    /// Empty where it cannot be installed.
    ways: Vec<Way>,
    /// The apps that need it, of something that only serves others.
    related: Vec<Card<'a>>,
}

/// Something that is installed with it.
struct ShownNeed<'a> {
    slug: &'a str,
    name: Told<'a>,
    is_shared: bool,
    price_minor: i64,
}

fn shown_need<'a>(page: &Page, need: &Need<'a>) -> ShownNeed<'a> {
    ShownNeed {
        slug: &need.app.slug,
        name: need.app.name.told(page.language),
        is_shared: need.is_shared,
        price_minor: need.price_minor,
    }
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
    let Some(found) = market.app(&slug) else { return missing(&page) };
    let visitor = match Visitor::of(&app, &page, &headers).await {
        Ok(visitor) => visitor,
        Err(error) => return error::unavailable(&page, &error),
    };
    let can_be_had = found.deployable && !found.is_system;
    let some = |amount: i64| Some(amount).filter(|amount| *amount > 0);
    let shown = AppPage {
        page: &page,
        canonical: canonical(&page, &format!("/apps/{}", found.slug)),
        app: found,
        icon: Icon::of(&page, found),
        name: found.name.told(page.language),
        tagline: found.tagline.told(page.language),
        description: found.description.told(page.language),
        features: found.features.told(page.language),
        category: words::category(page.language, &found.category),
        tier: words::tier(page.language, &found.tier),
        needs: market.needs(found).into_iter().map(|need| shown_need(&page, &need)).collect(),
        with_needs: with_needs(&page, &market, found),
        price: Price::of(&market, found),
        cores: some(found.cpu_milli).map(|milli| words::cores(&page, milli)),
        memory: some(found.ram_mb).map(|megabytes| words::memory(&page, megabytes)),
        disk: some(found.disk_gb).map(|gigabytes| page.count("market-gigabytes", gigabytes)),
        ways: if can_be_had { visitor.install(&found.slug) } else { Vec::new() },
        related: related(&page, &market, found),
    };
    page.render(StatusCode::OK, &shown)
}

fn with_needs(page: &Page, market: &Market, app: &MarketApp) -> Option<String> {
    let month_minor = market.month_minor(app).filter(|month| *month != app.price_minor)?;
    Some(page.text_with_amount("market-with-needs", month_minor))
}

/// What goes with an app, or can be had instead of it: what the catalog names, else its own category.
fn related<'a>(page: &Page, market: &'a Market, app: &'a MarketApp) -> Vec<Card<'a>> {
    const MOST: usize = 6;
    let mut found: Vec<&MarketApp> = market.apps_of(&app.related).collect();
    if !app.deployable {
        // In its place only what can be had.
        found.retain(|other| other.deployable);
    }
    if found.is_empty() && !app.is_system {
        let alike = |other: &&MarketApp| {
            other.category == app.category && other.slug != app.slug && other.deployable
        };
        found = market.installable().filter(alike).collect();
    }
    found.into_iter().take(MOST).map(|other| Card::of(page, market, other)).collect()
}
