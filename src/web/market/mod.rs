//! What can be had on this Sovereign, for anyone: plans, apps, bundles and industries.

mod app;
mod apps;
mod bundle;
pub(super) mod effect;
mod home;
mod industry;
mod plans;
mod shown;
mod visitor;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::error;
use super::page::Page;
use crate::app::App;
use crate::usecase::market::{self, Market};

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(home::show))
        .route("/plans", get(plans::show))
        .route("/apps", get(apps::show))
        .route("/apps/{slug}", get(app::show))
        .route("/bundles/{slug}", get(bundle::show))
        .route("/industries/{slug}", get(industry::show))
}

/// What can be had now; or the page that says that it cannot be told.
async fn market(app: &App, page: &Page) -> Result<Arc<Market>, Response> {
    market::now(app).await.map_err(|error| error::unavailable(page, &error))
}

/// Where search engines should look for a page.
fn canonical(page: &Page, path: &str) -> String {
    page.branding.page(path)
}

#[derive(Template)]
#[template(path = "web/market/missing.html")]
struct MissingPage<'a> {
    page: &'a Page,
}

/// There is no such thing; with a field to look for another one.
fn missing(page: &Page) -> Response {
    page.render(StatusCode::NOT_FOUND, &MissingPage { page })
}
