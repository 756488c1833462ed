//! `PUT` and `DELETE /tenant/orgs/{id}` and what undoes the latter, for its own people; the same and its status
//! for the Sovereign's administrators.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::caller::{Caller, Superadmin};
use super::extract::{Body, Segment};
use super::forwarding::told;
use super::if_match::{self, Tag};
use super::organizations::{OrganizationBody, status_schema};
use super::problem::Problem;
use crate::app::App;
use crate::storage::organization_life::LifeRow;
use crate::usecase::organization_life::{self as life, Description, Impact, LifeError};
use crate::usecase::organizations::{OrganizationError, usable_id};

/// What is to be said of an Organization. What is absent stays as it is; other members are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrganizationChange)]
pub(super) struct DescriptionBody {
    /// The address stays: any other one than it has is refused.
    slug: Option<String>,
    /// 1 to 100 printable characters; spaces around them are dropped.
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: Option<String>,
    /// At most 100 printable characters.
    #[schema(max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    org_type: Option<String>,
    /// At most 100 printable characters.
    #[schema(max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    industry: Option<String>,
}

/// An Organization as it was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangedOrganization)]
pub(super) struct ChangedBody {
    /// `true`.
    ok: bool,
    #[serde(flatten)]
    organization: OrganizationBody,
}

/// Where an Organization is in its life.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationLife)]
pub(super) struct LifeBody {
    /// `true`.
    ok: bool,
    id: String,
    #[schema(schema_with = status_schema)]
    status: OrganizationStatus,
    /// When it will be deleted; absent where nobody wishes that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    deletion_at: Option<Timestamp>,
}

impl LifeBody {
    fn new(row: &LifeRow) -> Result<Json<Self>, Problem> {
        let (status, deletion_at) = (row.status()?, row.deletion_at.map(|at| at.0));
        Ok(Json(Self { ok: true, id: row.id.clone(), status, deletion_at }))
    }
}

/// Changes what is said of an Organization
///
/// By owners and admins. A client may send the whole Organization back.
#[utoipa::path(
    put, path = "/tenant/orgs/{id}", tag = "Organizations", operation_id = "updateOrganization",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of the Organization: if something else is said of it by now, nothing is"),
    ),
    request_body = DescriptionBody,
    responses(
        (status = 200, description = "The Organization as it is now", body = ChangedBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "A member is not as described; `field` says which"),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "Its address cannot be changed (`slug_stays`)"),
        (status = 412, description = "Somebody has changed what is said of it since (`organization_edited`)"),
    ),
)]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    headers: HeaderMap,
    Body(body): Body<DescriptionBody>,
) -> Result<(Tag, Json<ChangedBody>), Problem> {
    let DescriptionBody { slug, name, org_type, industry } = body;
    let wanted = Description { slug, name, org_type, industry };
    let (id, replaces) = (usable_id(&id)?, if_match::tags(&headers));
    let done = life::describe(&app, &caller.actor(), id, wanted, replaces.as_deref()).await;
    let row = told(&app, (&caller.user_id, id), done).await?;
    let tag = if_match::tag(&life::fingerprint(&row));
    let organization = OrganizationBody::of(&mut app.store.read().await?, row).await?;
    Ok((tag, Json(ChangedBody { ok: true, organization })))
}

/// Has an Organization deleted
///
/// In 30 days; until then it is suspended, nothing is billed, its members can read and export what it has, and its
/// owner can take it back. By the owner, who must have signed in within the last ten minutes. Whoever asks again
/// has the first answer.
#[utoipa::path(
    delete, path = "/tenant/orgs/{id}", tag = "Organizations", operation_id = "deleteOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "It will be deleted at `deletion_at`", body = LifeBody),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The caller does not own it"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "The Organization is on its way to another Sovereign, or there \
            (`organization_moving`)"),
    ),
)]
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<LifeBody>, Problem> {
    caller.signed_in_lately(&app)?;
    // A token outlives its session, which may have been ended because of who has it.
    caller.confirmed_role(&app).await?;
    let id = usable_id(&id)?;
    let done = life::delete(&app, &caller.actor(), id).await;
    LifeBody::new(&told(&app, (&caller.user_id, id), done).await?)
}

/// Takes the deletion of an Organization back
///
/// It is again what it was. What is left of a paid period goes on; where the period has ended meanwhile, the next
/// one begins, and is billed, within a minute. By the owner.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/restore", tag = "Organizations", operation_id = "restoreOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "What it is now", body = LifeBody),
        (status = 403, description = "The caller does not own it, or the operator deletes it \
            (`deleted_by_operator`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "Nobody wishes it deleted (`no_deletion`)"),
    ),
)]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<LifeBody>, Problem> {
    let id = usable_id(&id)?;
    let done = life::restore(&app, &caller.actor(), id).await;
    LifeBody::new(&told(&app, (&caller.user_id, id), done).await?)
}

/// What an Organization is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrganizationStatusChange)]
pub(super) struct StatusBody {
    #[schema(schema_with = settable_schema)]
    status: String,
}

fn settable_schema() -> Object {
    let settable = [OrganizationStatus::Active, OrganizationStatus::Suspended];
    let settable = settable.map(OrganizationStatus::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(settable)).build()
}

/// Suspends an Organization, or ends its suspension
///
/// While it is suspended its members can read, nothing is bought or changed in it, and no further month is billed;
/// what it keeps stays. `active` brings a suspended one back to what it was, which is `provisioning` where its
/// first order was not brought to its place yet; one that is being provisioned becomes active. For the role
/// superadmin.
#[utoipa::path(
    put, path = "/tenant/admin/tenants/{id}/status", tag = "Organizations",
    operation_id = "setOrganizationStatus",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = StatusBody,
    responses(
        (status = 200, description = "What it is now", body = LifeBody),
        (status = 400, description = "status is neither `active` nor `suspended`"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It is deleted (`organization_deleted`), or will be \
            (`deletion_begun`)"),
    ),
)]
pub(super) async fn set_status(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<StatusBody>,
) -> Result<Json<LifeBody>, Problem> {
    let id = usable_id(&id)?;
    LifeBody::new(&life::set_status(&app, &caller.actor(), id, &body.status).await?)
}

/// What would end with an Organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationImpact)]
pub(super) struct ImpactBody {
    id: String,
    slug: String,
    name: String,
    #[schema(schema_with = status_schema)]
    status: OrganizationStatus,
    /// The address of whoever owns it, where that is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner_email: Option<String>,
    /// How many people lose access.
    members: i64,
    /// Identifiers of the apps whose data goes.
    apps: Vec<String>,
    environments: i64,
    /// Credit that nobody gets back, in minor units.
    credit_minor: i64,
    /// What it owes, in minor units.
    owed_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// The status of its subscription, which ends; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    subscription: Option<String>,
    /// When it would be deleted, if somebody asked for it now; or will be.
    #[schema(value_type = String, format = DateTime)]
    deletion_at: Timestamp,
}

/// Reads what would end with an Organization
///
/// Before it is deleted. For the role superadmin.
#[utoipa::path(
    get, path = "/tenant/admin/tenants/{id}/delete-preview", tag = "Organizations",
    operation_id = "previewDeletion",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "What it takes with it", body = ImpactBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
    ),
)]
pub(super) async fn delete_preview(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<ImpactBody>, Problem> {
    let impact = life::impact(&app, usable_id(&id)?).await?;
    let Impact { found, apps, deletion_at } = impact.ok_or(OrganizationError::NotFound)?;
    Ok(Json(ImpactBody {
        status: found.life.status()?,
        id: found.life.id,
        slug: found.life.slug,
        name: found.life.name,
        owner_email: found.owner_email,
        members: found.members,
        apps,
        environments: found.environments,
        credit_minor: found.credit_minor,
        owed_minor: found.owed_minor,
        currency: app.facts.currency.code(),
        subscription: found.subscription,
        deletion_at,
    }))
}

/// Has any Organization deleted
///
/// In 30 days, as its owner would; but its owner cannot take it back. For the role superadmin, who must have signed
/// in within the last ten minutes. Of one that will be deleted already, the first answer.
#[utoipa::path(
    delete, path = "/tenant/admin/tenants/{id}", tag = "Organizations",
    operation_id = "deleteAnyOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "It will be deleted at `deletion_at`", body = LifeBody),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It is deleted (`organization_deleted`)"),
    ),
)]
pub(super) async fn delete_any(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<LifeBody>, Problem> {
    caller.signed_in_lately(&app)?;
    LifeBody::new(&life::delete_any(&app, &caller.actor(), usable_id(&id)?).await?)
}

/// Takes the deletion of any Organization back
///
/// Whoever asked for it. For the role superadmin.
#[utoipa::path(
    post, path = "/tenant/admin/tenants/{id}/restore", tag = "Organizations",
    operation_id = "restoreAnyOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "What it is now", body = LifeBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "Nobody wishes it deleted (`no_deletion`), or it is deleted \
            (`organization_deleted`)"),
    ),
)]
pub(super) async fn restore_any(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<LifeBody>, Problem> {
    LifeBody::new(&life::restore_any(&app, &caller.actor(), usable_id(&id)?).await?)
}

impl From<LifeError> for Problem {
    fn from(error: LifeError) -> Self {
        let conflict = |code, detail| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            LifeError::Organization(error) => error.into(),
            LifeError::Changed => if_match::failed("organization_edited", "this Organization"),
            LifeError::DeletionBegun => conflict(
                "deletion_begun",
                "this Organization will be deleted; take that back first: POST \
                 /tenant/admin/tenants/{id}/restore",
            ),
            LifeError::DeletedByOperator => Self::new(
                StatusCode::FORBIDDEN,
                "deleted_by_operator",
                "the operator deletes this Organization; contact them",
            ),
            LifeError::NoDeletion => {
                conflict("no_deletion", "this Organization is not to be deleted; nothing to undo")
            }
            LifeError::Deleted => {
                conflict("organization_deleted", "this Organization is deleted for good")
            }
            LifeError::SlugStays => conflict(
                "slug_stays",
                "the address of an Organization cannot be changed; leave slug out, or send the one it has",
            )
            .about("slug"),
        }
    }
}
