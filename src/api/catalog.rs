//! `/catalog/*`: what can be ordered, for anyone to read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::catalog_schema::{Addon, Bundle, CatalogApp, Industry, Plan};
use super::extract::{Query, Segment};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::catalog::{self, Kind};

type Listed = Result<Json<Vec<Value>>, Problem>;

async fn list(app: &App, kind: Kind) -> Listed {
    Ok(Json(catalog::list(&app.store, kind, app.facts.currency).await?))
}

async fn find(app: &App, kind: Kind, reference: &str) -> Result<Json<Value>, Problem> {
    let found = catalog::find(&app.store, kind, reference, app.facts.currency).await?;
    found.map(Json).ok_or_else(|| Problem::not_found("the catalog has no such item"))
}

/// Lists the plans
#[utoipa::path(
    get, path = "/catalog/plans", tag = "Catalog", operation_id = "listPlans",
    responses((status = 200, description = "All, in their order", body = Vec<Plan>)),
)]
pub(super) async fn plans(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Plan).await
}

/// Lists the add-ons
#[utoipa::path(
    get, path = "/catalog/addons", tag = "Catalog", operation_id = "listAddOns",
    responses((status = 200, description = "All, in their order", body = Vec<Addon>)),
)]
pub(super) async fn addons(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Addon).await
}

/// Lists the apps
#[utoipa::path(
    get, path = "/catalog/apps", tag = "Catalog", operation_id = "listApps",
    responses((status = 200, description = "All, in their order", body = Vec<CatalogApp>)),
)]
pub(super) async fn apps(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::App).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Search {
    /// Words; an app is found that has all of them. Without any, all apps are.
    #[serde(default)]
    q: String,
}

/// Searches the apps
///
/// In slug, name, tagline, description, category and tags, without regard to case.
#[utoipa::path(
    get, path = "/catalog/apps/search", tag = "Catalog", operation_id = "searchApps",
    params(Search),
    responses((status = 200, description = "Those found", body = Vec<CatalogApp>)),
)]
pub(super) async fn search_apps(
    State(app): State<Arc<App>>,
    Query(search): Query<Search>,
) -> Listed {
    Ok(Json(catalog::search_apps(&app.store, &search.q, app.facts.currency).await?))
}

/// Reads an app
#[utoipa::path(
    get, path = "/catalog/apps/{slug}", tag = "Catalog", operation_id = "getApp",
    params(("slug" = String, Path, description = "Its slug or identifier")),
    responses(
        (status = 200, description = "The app", body = CatalogApp),
        (status = 404, description = "The catalog has no such app"),
    ),
)]
pub(super) async fn app(
    State(app): State<Arc<App>>,
    Segment(slug): Segment,
) -> Result<Json<Value>, Problem> {
    find(&app, Kind::App, &slug).await
}

/// Lists the industries
#[utoipa::path(
    get, path = "/catalog/industries", tag = "Catalog", operation_id = "listIndustries",
    responses((status = 200, description = "All, in their order", body = Vec<Industry>)),
)]
pub(super) async fn industries(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Industry).await
}

/// Lists the bundles
#[utoipa::path(
    get, path = "/catalog/bundles", tag = "Catalog", operation_id = "listBundles",
    responses((status = 200, description = "All, in their order", body = Vec<Bundle>)),
)]
pub(super) async fn bundles(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Bundle).await
}

/// Reads a bundle
#[utoipa::path(
    get, path = "/catalog/bundles/{slug}", tag = "Catalog", operation_id = "getBundle",
    params(("slug" = String, Path, description = "Its slug or identifier")),
    responses(
        (status = 200, description = "The bundle", body = Bundle),
        (status = 404, description = "The catalog has no such bundle"),
    ),
)]
pub(super) async fn bundle(
    State(app): State<Arc<App>>,
    Segment(slug): Segment,
) -> Result<Json<Value>, Problem> {
    find(&app, Kind::Bundle, &slug).await
}
