//! The comparison with Stripe's lists, for the superadmin.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Superadmin;
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::jobs;
use crate::storage::reconcile_runs::RunRow;
use crate::usecase::payments::{PaymentError, reconcile};

/// Findings of one kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconcileCount)]
struct CountBody {
    found: i64,
    /// How many of them were mended.
    repaired: i64,
}

/// One comparison of Stripe's lists with the books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconcileRun)]
pub(super) struct RunBody {
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    finished_at: Timestamp,
    /// The time that was to be compared: from this moment on.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// And before this one.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// What is before it was compared; earlier than `until` where the run failed.
    #[schema(value_type = String, format = DateTime)]
    done_until: Timestamp,
    /// By kind.
    counts: BTreeMap<String, CountBody>,
    /// How many findings were mended.
    repaired: i64,
    /// How many were left for a person; each has an alarm.
    findings_left: i64,
    /// Why it could not be finished; absent where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
}

impl From<RunRow> for RunBody {
    fn from(row: RunRow) -> Self {
        let counts = row.counts.0.into_iter().map(|(kind, count)| {
            (kind, CountBody { found: count.found, repaired: count.repaired })
        });
        Self {
            id: row.id,
            started_at: row.started_at.0,
            finished_at: row.finished_at.0,
            from: row.window_from.0,
            until: row.window_until.0,
            done_until: row.done_until.0,
            counts: counts.collect(),
            repaired: row.repaired,
            findings_left: row.findings_left,
            error: row.error,
        }
    }
}

/// Lists the comparisons with Stripe
///
/// The last hundred, newest first. What they left for a person is in the alarms of kind `reconcile`. For the
/// role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/reconcile", tag = "Billing", operation_id = "listReconcileRuns",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The runs", body = Vec<RunBody>),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<Vec<RunBody>>, Problem> {
    let runs = reconcile::newest(&app.store).await?;
    Ok(Json(runs.into_iter().map(RunBody::from).collect()))
}

/// Starts a comparison with Stripe
///
/// Of the last seven days, as each night. Whoever does the jobs begins it within seconds. For the role
/// superadmin.
#[utoipa::path(
    post, path = "/billing/admin/reconcile", tag = "Billing", operation_id = "startReconcile",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The job is due now", body = DoneBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 503, description = "No secret key is set (`payment_not_configured`), or the service is \
            not available"),
    ),
)]
pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
) -> Result<Json<DoneBody>, Problem> {
    if app.payments.stripe().is_none() {
        return Err(PaymentError::NotConfigured.into());
    }
    let job = jobs::find(reconcile::JOB).ok_or_else(Problem::internal)?;
    jobs::ask(&app.store, &job, &caller.actor(), (app.new_id(), app.clock.now())).await?;
    Ok(Json(DoneBody::DONE))
}
