//! Health, version and public keys.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::problem::Problem;
use crate::app::App;
use crate::lifecycle::{COMMIT, VERSION};
use crate::storage::{self, catalog, migrate};

/// A probe wants its answer soon.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// GET /livez, /healthz: the process runs.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// GET /readyz: the database answers.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let asked = tokio::time::timeout(READY_TIMEOUT, async {
        let mut tx = app.store.read().await?;
        catalog::revision(&mut tx).await
    });
    match asked.await {
        Ok(answered) => {
            answered?;
            Ok(Json(json!({ "status": "ok" })))
        }
        Err(_) => Err(storage::Error::Unavailable("no answer in time".into()).into()),
    }
}

/// GET /version: equal on every Sovereign that runs the same build.
pub(super) async fn version() -> Json<Value> {
    Json(json!({ "version": VERSION, "commit": COMMIT, "schema": migrate::fingerprint() }))
}

/// GET /.well-known/jwks.json: the keys other services check our tokens with.
pub(super) async fn jwks(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.tokens.jwks())
}
