//! `GET /billing/admin/system`: how the Sovereign stands, for the superadmin.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::jobs::JobBody;
use super::problem::Problem;
use crate::app::App;
use crate::lifecycle::{COMMIT, VERSION};
use crate::storage::migrate;
use crate::usecase::health::{self, Counted};

/// Something that is counted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemCount)]
struct CountBody {
    /// As `GET /metrics` calls it, without `sovereign_`.
    name: &'static str,
    value: i64,
    /// Whether somebody should look at it.
    wrong: bool,
}

impl From<Counted> for CountBody {
    fn from(counted: Counted) -> Self {
        Self { name: counted.name, value: counted.value, wrong: counted.is_wrong }
    }
}

/// How the Sovereign stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = System)]
pub(super) struct SystemBody {
    /// Whether nobody has to look at anything: nothing counted is wrong, and no job has failed.
    ok: bool,
    version: &'static str,
    /// What it was built from.
    commit: &'static str,
    /// A digest of the database schema.
    schema: String,
    /// `postgresql` or `sqlite`.
    database: &'static str,
    counts: Vec<CountBody>,
    /// When the oldest event became true that was not handed on yet; absent where all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    oldest_event_at: Option<Timestamp>,
    jobs: Vec<JobBody>,
}

/// Reads how the Sovereign stands
///
/// What waits, what has failed, and what its jobs do, at one moment. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/system", tag = "Billing", operation_id = "getSystem",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "How it stands", body = SystemBody),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<SystemBody>, Problem> {
    let health = health::read(&app).await?;
    Ok(Json(SystemBody {
        ok: health.is_well(),
        version: VERSION,
        commit: COMMIT,
        schema: migrate::fingerprint(),
        database: health.database,
        counts: health.counts.into_iter().map(CountBody::from).collect(),
        oldest_event_at: health.oldest_event_at,
        jobs: health.jobs.into_iter().map(JobBody::from).collect(),
    }))
}
