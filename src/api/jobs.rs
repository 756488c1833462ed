//! What the superadmin reads of the jobs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::Segment;
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::jobs::{self, Listed};
use crate::storage::Ts;

/// Something that is done from time to time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(super) struct JobBody {
    name: &'static str,
    /// What it does, in a few words.
    about: &'static str,
    /// Seconds between two runs.
    every_seconds: i64,
    /// Absent where it was never begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_finished_at: Option<Timestamp>,
    /// When it last began a run that did all there was to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_ok_at: Option<Timestamp>,
    /// Why its last run failed; absent where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_error: Option<String>,
    /// How many things its last run did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_count: Option<i64>,
    /// Absent where it was never begun, and is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next_run_at: Option<Timestamp>,
    /// The process that is doing it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holder: Option<Uuid>,
    /// How often it has failed since its last success.
    consecutive_failures: i64,
    /// How often it was begun.
    runs: i64,
}

impl From<Listed> for JobBody {
    fn from(listed: Listed) -> Self {
        let Listed { job, row } = listed;
        let moment = |moment: Option<Ts>| moment.map(|moment| moment.0);
        let mut body = Self {
            name: job.name,
            about: job.about,
            every_seconds: job.schedule.seconds(),
            last_started_at: None,
            last_finished_at: None,
            last_ok_at: None,
            last_error: None,
            last_count: None,
            next_run_at: None,
            holder: None,
            consecutive_failures: 0,
            runs: 0,
        };
        if let Some(row) = row {
            body.last_started_at = moment(row.last_started_at);
            body.last_finished_at = moment(row.last_finished_at);
            body.last_ok_at = moment(row.last_ok_at);
            body.last_error = row.last_error;
            body.last_count = row.last_count;
            body.next_run_at = Some(row.next_run_at.0);
            body.holder = row.holder;
            body.consecutive_failures = row.consecutive_failures;
            body.runs = row.runs;
        }
        body
    }
}

/// Lists the jobs
///
/// What the Sovereign does from time to time by itself, by name: when it last ran, how that went, and when
/// it is due again. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/jobs", tag = "Billing", operation_id = "listJobs",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The jobs", body = Vec<JobBody>),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<Vec<JobBody>>, Problem> {
    let listed = jobs::list(&app.store, app.clock.now()).await?;
    Ok(Json(listed.into_iter().map(JobBody::from).collect()))
}

/// Has a job run now
///
/// Due or not: whoever does the jobs begins it within seconds. For the role superadmin.
#[utoipa::path(
    post, path = "/billing/admin/jobs/{name}/run", tag = "Billing", operation_id = "runJob",
    security(("bearer" = [])),
    params(("name" = String, Path, description = "The job's name, as the list has it")),
    responses(
        (status = 200, description = "The job is due now", body = DoneBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such job"),
    ),
)]
pub(super) async fn run(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(name): Segment,
) -> Result<Json<DoneBody>, Problem> {
    let job = jobs::find(&name).ok_or_else(|| Problem::not_found("there is no such job"))?;
    jobs::ask(&app.store, &job, &caller.actor(), (app.new_id(), app.clock.now())).await?;
    Ok(Json(DoneBody::DONE))
}
