//! `GET /billing/admin/fleet`: what the publisher last found of its fleet, on a Sovereign of the publisher's.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::caller::Superadmin;
use super::problem::Problem;
use crate::app::App;
use crate::fleet::file::{self, FileError};
use crate::fleet::snapshot::Snapshot;

/// Reads the last snapshot of the fleet
///
/// What `sovereign fleet --out` wrote: each Sovereign with its version, conformance, vouchers, credit and money, as
/// docs/FLEET.md describes it. No other Sovereign is asked. Only where `publisher.fleet_snapshot` is configured. For
/// the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/fleet", tag = "Reports", operation_id = "getFleet",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The snapshot", body = serde_json::Map<String, Value>),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "It shows no fleet, or has none yet (`fleet_snapshot_missing`)"),
        (status = 409, description = "Damaged (`fleet_snapshot_damaged`) or too new (`fleet_snapshot_too_new`)"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<Snapshot>, Problem> {
    let Some(path) = &app.fleet_snapshot else {
        let detail = "this Sovereign shows no fleet: publisher.fleet_snapshot is not configured";
        return Err(Problem::not_found(detail));
    };
    file::load(path).await.map(Json).map_err(|error| {
        tracing::warn!(%error, "the fleet cannot be shown");
        error.into()
    })
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        let (status, code) = match &error {
            FileError::Missing => (StatusCode::NOT_FOUND, "fleet_snapshot_missing"),
            FileError::TooNew(_) => (StatusCode::CONFLICT, "fleet_snapshot_too_new"),
            FileError::Damaged(_) | FileError::Unreadable(_) => {
                (StatusCode::CONFLICT, "fleet_snapshot_damaged")
            }
        };
        Self::new(status, code, error.to_string())
    }
}
