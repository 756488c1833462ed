//! `/tenant/orgs/{id}/approvals` and `/billing/admin/approvals`: what the policy wants an approval for, asked
//! for by an Organization and decided by whoever administers the Sovereign.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::{Caller, Issuer};
use super::extract::{Body, Query, Segment, Segments, Whole, references};
use super::forwarding::told;
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::approvals::ApprovalRow;
use crate::usecase::approvals::{self, ApprovalError, Verdict, Wanted};
use crate::usecase::organizations::usable_id;

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// What an Organization asked for, and what became of it. Approved, it stands until it ends or is revoked, for
/// as many orders as there are; what was ordered with it goes on afterwards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct ApprovalBody {
    id: Uuid,
    tenant_id: String,
    /// The Organization's slug.
    organization: String,
    /// Slugs of the apps that it may have.
    apps: Vec<String>,
    /// The tiers whose apps it may have.
    tiers: Vec<String>,
    /// What a month of it may cost, in minor units, before tax that is added; absent where nothing was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    monthly_minor: Option<i64>,
    /// Why, in the Organization's words.
    reason: String,
    /// `requested`, `approved`, `refused` or `revoked`.
    state: String,
    /// The user who asked; shown to members of the Organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    requested_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    decided_at: Option<Timestamp>,
    /// In the words of whoever decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// From then on an approved one counts no more; absent where it counts until it is revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    expires_at: Option<Timestamp>,
}

impl ApprovalBody {
    fn for_members(row: ApprovalRow) -> Self {
        let requested_by = Some(row.requested_by.clone());
        Self { requested_by, ..Self::for_administrators(row) }
    }

    /// Who is in an Organization is its own.
    fn for_administrators(row: ApprovalRow) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            organization: row.organization,
            apps: row.apps.0,
            tiers: row.tiers.0,
            monthly_minor: row.monthly_minor,
            reason: row.reason,
            state: row.state,
            requested_by: None,
            requested_at: row.requested_at.0,
            decided_at: row.decided_at.map(|at| at.0),
            note: row.note,
            expires_at: row.expires_at.map(|at| at.0),
        }
    }
}

/// What is to be approved: at least one of `apps`, `tiers` and `monthly_minor`. The administrator sees this, and
/// nothing else of the Organization.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewApproval)]
pub(super) struct RequestBody {
    /// By identifier or slug.
    #[schema(max_items = 200)]
    apps: Option<Vec<String>>,
    /// Such as `premium`.
    #[schema(max_items = 200)]
    tiers: Option<Vec<String>>,
    /// What a month may cost, in minor units, before tax that is added.
    #[schema(value_type = Option<i64>, minimum = 1)]
    monthly_minor: Option<Whole>,
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Asks for an approval
///
/// Of what the policy wants one for. By owners and admins of the Organization.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/approvals", tag = "Policy", operation_id = "requestApproval",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = RequestBody,
    responses(
        (status = 201, description = "The request", body = ApprovalBody),
        (status = 400, description = "A member is not as described, or names what there is not"),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "20 requests wait for an answer already (`approvals_waiting`)"),
    ),
)]
pub(super) async fn request(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    Body(body): Body<RequestBody>,
) -> Result<(StatusCode, Json<ApprovalBody>), Problem> {
    let wanted = Wanted {
        apps: references("apps", body.apps)?,
        tiers: references("tiers", body.tiers)?,
        monthly_minor: body.monthly_minor.map(|whole| whole.0),
        reason: body.reason,
    };
    let id = usable_id(&id)?;
    let done = approvals::request(&app, &caller.actor(), id, &wanted).await;
    let row = told(&app, (&caller.user_id, id), done).await?;
    Ok((StatusCode::CREATED, Json(ApprovalBody::for_members(row))))
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OwnQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists what an Organization asked for
///
/// Newest first. For members.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/approvals", tag = "Policy", operation_id = "listApprovals",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier"), OwnQuery),
    responses(
        (status = 200, description = "A page of requests", body = Vec<ApprovalBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<OwnQuery>,
) -> Result<Response, Problem> {
    let [id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let place = (query.after.as_deref(), limit);
    let page = approvals::list_of(&app, &caller.actor(), usable_id(id)?, place).await?;
    let bodies: Vec<_> = page.rows.into_iter().map(ApprovalBody::for_members).collect();
    Ok(paging::answer(bodies, page.next, &uri, limit))
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `requested`, `approved`, `refused` or `revoked`; by default all.
    #[param(nullable = false)]
    state: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists what Organizations asked for
///
/// All of them, newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/approvals", tag = "Policy", operation_id = "listAllApprovals",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of requests", body = Vec<ApprovalBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list_all(
    State(app): State<Arc<App>>,
    _: Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let place = (query.after.as_deref(), limit);
    let page = approvals::list_all(&app, query.state.as_deref(), place).await?;
    let bodies: Vec<_> = page.rows.into_iter().map(ApprovalBody::for_administrators).collect();
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(bodies, next, &uri))
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ApprovalGrant)]
pub(super) struct ApproveBody {
    /// For the Organization to read.
    #[schema(nullable = true, max_length = 1000)]
    note: Option<String>,
    /// For how many days it counts; by default until it is revoked.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3660)]
    valid_days: Option<Whole>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ApprovalNote)]
pub(super) struct NoteBody {
    /// For the Organization to read.
    #[schema(nullable = true, max_length = 1000)]
    note: Option<String>,
}

/// Approves a request
///
/// By somebody other than who asked. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/admin/approvals/{id}/approve", tag = "Policy",
    operation_id = "approveRequest",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The request's identifier")),
    request_body = ApproveBody,
    responses(
        (status = 200, description = "The approval", body = ApprovalBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin, or the request is the \
            caller's own (`own_request`)"),
        (status = 404, description = "There is no such request"),
        (status = 409, description = "It does not wait for an answer (`approval_decided`)"),
    ),
)]
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    Body(body): Body<ApproveBody>,
) -> Result<Json<ApprovalBody>, Problem> {
    let verdict = Verdict::Approve { valid_days: body.valid_days.map(|whole| whole.0) };
    decide(&app, &caller, &id, (verdict, body.note.as_deref())).await
}

/// Refuses a request
///
/// By somebody other than who asked. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/admin/approvals/{id}/refuse", tag = "Policy",
    operation_id = "refuseRequest",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The request's identifier")),
    request_body = NoteBody,
    responses(
        (status = 200, description = "The request, which is refused", body = ApprovalBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin, or the request is the \
            caller's own (`own_request`)"),
        (status = 404, description = "There is no such request"),
        (status = 409, description = "It does not wait for an answer (`approval_decided`)"),
    ),
)]
pub(super) async fn refuse(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    Body(body): Body<NoteBody>,
) -> Result<Json<ApprovalBody>, Problem> {
    decide(&app, &caller, &id, (Verdict::Refuse, body.note.as_deref())).await
}

/// Revokes an approval
///
/// What was ordered with it goes on; nothing more is. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/admin/approvals/{id}/revoke", tag = "Policy",
    operation_id = "revokeApproval",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The request's identifier")),
    request_body = NoteBody,
    responses(
        (status = 200, description = "The approval, which is revoked", body = ApprovalBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such request"),
        (status = 409, description = "It is not approved (`approval_decided`)"),
    ),
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    Body(body): Body<NoteBody>,
) -> Result<Json<ApprovalBody>, Problem> {
    decide(&app, &caller, &id, (Verdict::Revoke, body.note.as_deref())).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: &str,
    decision: (Verdict, Option<&str>),
) -> Result<Json<ApprovalBody>, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| ApprovalError::Unknown)?;
    let row = approvals::decide(app, &caller.actor(), id, decision).await?;
    Ok(Json(ApprovalBody::for_administrators(row)))
}

impl From<ApprovalError> for Problem {
    fn from(error: ApprovalError) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            ApprovalError::Organization(error) => error.into(),
            ApprovalError::Unknown => Self::not_found("there is no such request"),
            ApprovalError::TooManyWaiting => conflict(
                "approvals_waiting",
                "20 requests of this Organization wait for an answer; wait until some have one",
            ),
            ApprovalError::OwnRequest => Self::new(
                StatusCode::FORBIDDEN,
                "own_request",
                "you asked for this yourself; somebody else has to decide it",
            ),
            ApprovalError::InState(state) => {
                conflict("approval_decided", &format!("this request is {state} already"))
            }
        }
    }
}
