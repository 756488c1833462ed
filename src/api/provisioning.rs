//! `/provisioning/*`: how what an Organization should have gets there.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::book::Refusal;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::{Caller, Issuer, Superadmin};
use super::extract::{Body, Query, Segment};
use super::forwarding::told;
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::provisions::{ProvisionRow, Step};
use crate::usecase::organizations::usable_id;
use crate::usecase::provisions::{self, ProvisionError};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// A step of a provision.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvisionStep)]
pub(super) struct StepBody {
    /// `render`, `commit` and `push`, or `render`, `apply` and `prune` where Organizations go into a Kubernetes
    /// API; `remove` while something is being removed.
    name: String,
    /// `pending`, `running`, `completed` or `failed`.
    status: String,
    /// What came of it, or why it failed.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    done_at: Option<String>,
    /// The same as `done_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    completed_at: Option<String>,
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        let Step { name, status, message, started_at, done_at } = step;
        Self { name, status, message, started_at, completed_at: done_at.clone(), done_at }
    }
}

/// The way of a change into the repository that clusters are made from, or into a Kubernetes API.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provision)]
pub(super) struct ProvisionBody {
    id: Uuid,
    tenant_id: String,
    /// Empty where it comes from no order.
    order_id: String,
    plan_id: String,
    /// Identifiers, as they were when it was asked for.
    apps: Vec<String>,
    subdomain: String,
    /// `pending`, `provisioning`, `completed` or `failed`.
    status: &'static str,
    steps: Vec<StepBody>,
    /// In percent.
    #[schema(minimum = 0, maximum = 100)]
    progress: usize,
    /// What it comes from, such as `order.placed`.
    cause: String,
    /// How often it has failed since somebody last asked for it.
    failures: i32,
    /// Why it failed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<String>,
    /// The commit that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    revision: Option<String>,
    /// When it is tried next; absent when it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl TryFrom<ProvisionRow> for ProvisionBody {
    type Error = Problem;

    fn try_from(row: ProvisionRow) -> Result<Self, Problem> {
        let status = row.status()?;
        Ok(Self {
            progress: progress(&row.steps.0),
            status: status.as_str(),
            next_attempt_at: Some(row.next_attempt_at.0).filter(|_| !status.is_over()),
            id: row.id,
            tenant_id: row.tenant_id,
            order_id: row.order_id.map(|id| id.to_string()).unwrap_or_default(),
            plan_id: row.plan_id,
            apps: row.apps.0,
            subdomain: row.subdomain,
            steps: row.steps.0.into_iter().map(StepBody::from).collect(),
            cause: row.cause,
            failures: row.failures,
            error: row.error,
            revision: row.revision,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

fn progress(steps: &[Step]) -> usize {
    let done = steps.iter().filter(|step| step.status == "completed").count();
    done.saturating_mul(100).checked_div(steps.len()).unwrap_or(0)
}

/// Reads a provision
///
/// For members of its Organization.
#[utoipa::path(
    get, path = "/provisioning/status/{id}", tag = "Provisioning", operation_id = "getProvision",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provision's identifier")),
    responses(
        (status = 200, description = "The provision", body = ProvisionBody),
        (status = 404, description = "There is no such provision, or the caller is not in its \
            Organization"),
    ),
)]
pub(super) async fn status(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<ProvisionBody>, Problem> {
    let row = provisions::find(&app, &caller.user_id, identifier(&id)?).await?;
    Ok(Json(row.try_into()?))
}

/// Reads the newest provision of an Organization
///
/// For members.
#[utoipa::path(
    get, path = "/provisioning/tenant/{tenant_id}", tag = "Provisioning",
    operation_id = "getNewestProvision",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The provision", body = ProvisionBody),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it has no \
            provision"),
    ),
)]
pub(super) async fn newest(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<ProvisionBody>, Problem> {
    let row = provisions::newest(&app, &caller.user_id, usable_id(&tenant_id)?).await?;
    Ok(Json(row.try_into()?))
}

/// An order whose Organization is to be provisioned. What it gets is what the Organization has ordered: other
/// members are not read.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ProvisionStart)]
pub(super) struct StartBody {
    tenant_id: String,
    order_id: String,
}

/// Has a paid order provisioned
///
/// By owners and admins. Every paid order is provisioned by itself; asked again, its provision is the answer.
#[utoipa::path(
    post, path = "/provisioning/start", tag = "Provisioning", operation_id = "startProvision",
    security(("bearer" = [])),
    request_body = StartBody,
    responses(
        (status = 201, description = "The order's provision", body = ProvisionBody),
        (status = 400, description = "The body is not as described"),
        (status = 403, description = "The caller is no owner or admin of the Organization, or it is \
            suspended (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "It has no such order that is paid (`order_not_paid`)"),
    ),
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<StartBody>,
) -> Result<(StatusCode, Json<ProvisionBody>), Problem> {
    let tenant_id = usable_id(&body.tenant_id)?;
    let done = provisions::start(&app, &caller.actor(), tenant_id, &body.order_id).await;
    let row = told(&app, (&caller.user_id, tenant_id), done).await?;
    Ok((StatusCode::CREATED, Json(row.try_into()?)))
}

/// Tries a provision again
///
/// One that failed, by owners and admins of its Organization.
#[utoipa::path(
    post, path = "/provisioning/retry/{id}", tag = "Provisioning", operation_id = "retryProvision",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provision's identifier")),
    responses(
        (status = 200, description = "The provision, which begins anew", body = ProvisionBody),
        (status = 403, description = "The caller is no owner or admin of its Organization, or it is \
            suspended (`organization_suspended`)"),
        (status = 404, description = "There is no such provision, or the caller is not in its \
            Organization"),
        (status = 409, description = "It has not failed (`not_failed`)"),
    ),
)]
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<ProvisionBody>, Problem> {
    let row = provisions::retry(&app, &caller.actor(), identifier(&id)?).await?;
    Ok(Json(row.try_into()?))
}

/// How a provision is doing. What the Organization runs stays inside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProvisionSummary)]
pub(super) struct SummaryBody {
    id: Uuid,
    tenant_id: String,
    /// `pending`, `provisioning`, `completed` or `failed`.
    status: &'static str,
    /// How often it has failed since somebody last asked for it.
    failures: i32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl TryFrom<&ProvisionRow> for SummaryBody {
    type Error = Problem;

    fn try_from(row: &ProvisionRow) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id,
            tenant_id: row.tenant_id.clone(),
            status: row.status()?.as_str(),
            failures: row.failures,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `pending`, `provisioning`, `completed` or `failed`; by default all.
    #[param(nullable = false)]
    status: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists the provisions of all Organizations
///
/// Newest first, and no more than how each is doing. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/provisioning/admin/provisions", tag = "Provisioning",
    operation_id = "listProvisions",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of provisions", body = Vec<SummaryBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let (status, after) = (query.status.as_deref(), query.after.as_deref());
    let page = provisions::list(&app, status, after, limit).await?;
    let bodies = page.rows.iter().map(SummaryBody::try_from).collect::<Result<Vec<_>, _>>()?;
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(bodies, next, &uri))
}

/// Reads why a provision failed
///
/// All of it, with steps and reasons. For the role superadmin.
#[utoipa::path(
    get, path = "/provisioning/admin/provisions/{id}", tag = "Provisioning",
    operation_id = "getAnyProvision",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provision's identifier")),
    responses(
        (status = 200, description = "The provision", body = ProvisionBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such provision"),
    ),
)]
pub(super) async fn find_any(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<ProvisionBody>, Problem> {
    let row = provisions::find_any(&app, identifier(&id)?).await?;
    Ok(Json(row.try_into()?))
}

/// Tries any provision again
///
/// One that failed, whoever's it is. For the role superadmin.
#[utoipa::path(
    post, path = "/provisioning/admin/provisions/{id}/retry", tag = "Provisioning",
    operation_id = "retryAnyProvision",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The provision's identifier")),
    responses(
        (status = 200, description = "The provision, which begins anew", body = ProvisionBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such provision"),
        (status = 409, description = "It has not failed (`not_failed`)"),
    ),
)]
pub(super) async fn retry_any(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<ProvisionBody>, Problem> {
    let row = provisions::retry_any(&app, &caller.actor(), identifier(&id)?).await?;
    Ok(Json(row.try_into()?))
}

fn identifier(text: &str) -> Result<Uuid, ProvisionError> {
    Uuid::parse_str(text).map_err(|_| ProvisionError::NotFound)
}

impl From<ProvisionError> for Problem {
    fn from(error: ProvisionError) -> Self {
        let conflict = |code, detail| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            ProvisionError::Field(error) => error.into(),
            ProvisionError::NotFound => {
                Self::not_found("there is no such Organization or provision")
            }
            ProvisionError::Forbidden => {
                Self::forbidden("this takes the role owner or admin in the Organization")
            }
            ProvisionError::Suspended => Refusal::OrganizationSuspended.into(),
            ProvisionError::NotPaid => conflict(
                "order_not_paid",
                "the Organization has no such order that is paid; it is provisioned when one is",
            )
            .about("order_id"),
            ProvisionError::NotFailed => {
                conflict("not_failed", "only a provision that failed can be tried again")
            }
            ProvisionError::Storage(error) => error.into(),
        }
    }
}
