//! `/catalog/*`: what can be ordered, for anyone to read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

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

/// GET /catalog/plans
pub(super) async fn plans(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Plan).await
}

/// GET /catalog/addons
pub(super) async fn addons(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Addon).await
}

/// GET /catalog/apps
pub(super) async fn apps(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::App).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

/// GET /catalog/apps/search?q=
pub(super) async fn search_apps(
    State(app): State<Arc<App>>,
    Query(search): Query<Search>,
) -> Listed {
    Ok(Json(catalog::search_apps(&app.store, &search.q, app.facts.currency).await?))
}

/// GET /catalog/apps/{slug}
pub(super) async fn app(
    State(app): State<Arc<App>>,
    Segment(slug): Segment,
) -> Result<Json<Value>, Problem> {
    find(&app, Kind::App, &slug).await
}

/// GET /catalog/industries
pub(super) async fn industries(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Industry).await
}

/// GET /catalog/bundles
pub(super) async fn bundles(State(app): State<Arc<App>>) -> Listed {
    list(&app, Kind::Bundle).await
}

/// GET /catalog/bundles/{slug}
pub(super) async fn bundle(
    State(app): State<Arc<App>>,
    Segment(slug): Segment,
) -> Result<Json<Value>, Problem> {
    find(&app, Kind::Bundle, &slug).await
}
