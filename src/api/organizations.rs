//! `/tenant/*`: Organizations and their members.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sovereign_domain::organization::{MemberRole, OrganizationStatus};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use uuid::Uuid;

use super::caller::{Address, Caller};
use super::extract::{Body, Segment, Segments, references};
use super::forwarding::told;
use super::if_match::{self, Tag};
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::storage::Tx;
use crate::storage::organizations::{self as rows, MemberRow, OrganizationRow};
use crate::usecase::app_states;
use crate::usecase::organization_life;
use crate::usecase::organizations::{self, NewOrganizationRequest, OrganizationError, usable_id};

/// An Organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub(super) struct OrganizationBody {
    id: String,
    slug: String,
    name: String,
    org_type: String,
    industry: String,
    /// The user who made it.
    owner_id: String,
    plan_id: String,
    /// Identifiers.
    apps: Vec<String>,
    /// By identifier: `installing`, `installed`, `failed` or `uninstalling`.
    app_states: BTreeMap<String, String>,
    /// Identifiers.
    addons: Vec<String>,
    subdomain: String,
    custom_domains: Vec<String>,
    #[schema(schema_with = status_schema)]
    status: OrganizationStatus,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it will be deleted, and is suspended until then, or was; absent where nobody wished that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    deletion_at: Option<Timestamp>,
    /// `true` while it is on its way to another Sovereign or from one: until it has come there, nothing is changed
    /// in it. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    moving: Option<bool>,
    /// The Sovereign that it has moved to; absent where it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    moved_to: Option<String>,
    /// Where its people find it there, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    forward_url: Option<String>,
}

impl OrganizationBody {
    /// An Organization, with what its apps are doing.
    pub(super) async fn of(tx: &mut Tx, row: OrganizationRow) -> Result<Self, Problem> {
        let app_states = app_states::of(tx, &row).await?;
        let forwarding = row.forwarding();
        Ok(Self {
            moving: row.is_moving().then_some(true),
            forward_url: forwarding.as_ref().and_then(rows::Forwarding::link).map(str::to_owned),
            moved_to: forwarding.map(|forwarding| forwarding.moved_to),
            status: row.status()?,
            id: row.id,
            slug: row.slug,
            name: row.name,
            org_type: row.org_type,
            industry: row.industry,
            owner_id: row.owner_id,
            plan_id: row.plan_id,
            apps: row.apps.0,
            app_states,
            addons: row.addons.0,
            subdomain: row.subdomain,
            custom_domains: row.custom_domains.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
            deletion_at: row.deletion_at.map(|at| at.0),
        })
    }
}

pub(super) fn status_schema() -> Object {
    use OrganizationStatus::{Active, Deleted, Provisioning, Suspended};
    texts([Provisioning, Active, Suspended, Deleted].map(OrganizationStatus::as_str))
}

/// A role that can be given to a member.
pub(super) fn role_schema() -> Object {
    texts([MemberRole::Admin, MemberRole::Member, MemberRole::Viewer].map(MemberRole::as_str))
}

fn texts(allowed: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(allowed)).build()
}

/// Whether an Organization can have an address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SlugCheck)]
pub(super) struct SlugBody {
    available: bool,
}

/// Checks an address
///
/// Whether an Organization could have it now: it is 3 to 31 of a-z, 0-9 and '-', starts with a letter,
/// does not end in '-', and nobody has it. For anyone.
#[utoipa::path(
    get, path = "/tenant/check-slug/{slug}", tag = "Organizations", operation_id = "checkSlug",
    params(("slug" = String, Path, description = "The first part of the address")),
    responses(
        (status = 200, description = "Whether it is available", body = SlugBody),
        (status = 429, description = "Too many checks from this address"),
    ),
)]
pub(super) async fn check_slug(
    State(app): State<Arc<App>>,
    Address(address): Address,
    Segment(slug): Segment,
) -> Result<Json<SlugBody>, Problem> {
    app.limits.check(Quota::SlugByAddress, Key::Address(address)).await?;
    let available = organizations::slug_is_available(&app.store, &slug).await?;
    Ok(Json(SlugBody { available }))
}

/// An Organization to make. Plans, apps and add-ons are named by identifier or slug.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewOrganization)]
pub(super) struct CreateBody {
    /// Its address: 3 to 31 of a-z, 0-9 and '-', starting with a letter, not ending in '-'.
    #[schema(pattern = "^[a-z][a-z0-9-]{1,29}[a-z0-9]$")]
    slug: String,
    /// 1 to 100 printable characters; spaces around them are dropped.
    #[schema(
        max_length = 100,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    name: String,
    /// At most 100 printable characters; by default empty.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    org_type: Option<String>,
    /// At most 100 printable characters; by default empty.
    #[serde(default)]
    #[schema(max_length = 100, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    industry: Option<String>,
    plan_id: String,
    /// By default none.
    #[schema(max_items = 200)]
    apps: Option<Vec<String>>,
    /// By default none.
    #[schema(max_items = 200)]
    addons: Option<Vec<String>>,
}

/// Makes an Organization
///
/// With a wallet; the caller owns it.
#[utoipa::path(
    post, path = "/tenant/orgs", tag = "Organizations", operation_id = "createOrganization",
    security(("bearer" = [])),
    request_body = CreateBody,
    responses(
        (status = 201, description = "The Organization, being provisioned", body = OrganizationBody),
        (status = 400, description = "A member is not as described, or the catalog has no such plan, app \
            or add-on; `field` says which"),
        (status = 403, description = "The Sovereign's policy does not allow what it begins with \
            (`policy_forbids`)"),
        (status = 409, description = "Another one has this address (`slug_taken`)"),
    ),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<CreateBody>,
) -> Result<(StatusCode, Json<OrganizationBody>), Problem> {
    let request = NewOrganizationRequest {
        slug: body.slug,
        name: body.name,
        org_type: body.org_type.unwrap_or_default(),
        industry: body.industry.unwrap_or_default(),
        plan: body.plan_id,
        apps: references("apps", body.apps)?,
        addons: references("addons", body.addons)?,
    };
    let row = organizations::create(&app, &caller.actor(), &caller.email, request).await?;
    let body = OrganizationBody::of(&mut app.store.read().await?, row).await?;
    Ok((StatusCode::CREATED, Json(body)))
}

/// Lists the caller's Organizations
///
/// Those the caller is a member of, the oldest first.
#[utoipa::path(
    get, path = "/tenant/orgs", tag = "Organizations", operation_id = "listOrganizations",
    security(("bearer" = [])),
    responses((status = 200, description = "The Organizations", body = Vec<OrganizationBody>)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<OrganizationBody>>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    let found = rows::list_for_member(&mut tx, &caller.user_id).await?;
    let mut bodies = Vec::new();
    for row in found {
        bodies.push(OrganizationBody::of(&mut tx, row).await?);
    }
    Ok(Json(bodies))
}

/// Reads an Organization
///
/// For members.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}", tag = "Organizations", operation_id = "getOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The Organization", body = OrganizationBody, headers(
            ("ETag" = String, description = "For the `If-Match` of a change of what is said of it")
        )),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<(Tag, Json<OrganizationBody>), Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    let found = rows::find_for_member(&mut tx, usable_id(&id)?, &caller.user_id).await?;
    let (row, _) = found.ok_or(OrganizationError::NotFound)?;
    let tag = if_match::tag(&organization_life::fingerprint(&row));
    Ok((tag, Json(OrganizationBody::of(&mut tx, row).await?)))
}

/// A user in an Organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberBody {
    id: Uuid,
    tenant_id: String,
    user_id: String,
    email: String,
    /// `owner`, `admin`, `member` or `viewer`.
    role: String,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

impl From<MemberRow> for MemberBody {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            user_id: row.user_id,
            email: row.email,
            role: row.role,
            joined_at: row.joined_at.0,
        }
    }
}

/// Lists the members of an Organization
///
/// For members.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/members", tag = "Organizations", operation_id = "listMembers",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The members", body = Vec<MemberBody>),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn members(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<Vec<MemberBody>>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    let role = rows::role_of(&mut tx, usable_id(&id)?, &caller.user_id).await?;
    role.ok_or(OrganizationError::NotFound)?;
    let members = rows::members(&mut tx, &id).await?;
    Ok(Json(members.into_iter().map(MemberBody::from).collect()))
}

/// A user to add to an Organization.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewMember)]
pub(super) struct AddMemberBody {
    /// Of somebody who has signed in before; others are invited.
    email: String,
    #[schema(schema_with = role_schema)]
    role: String,
}

/// Adds a member to an Organization
///
/// By owners and admins.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/members", tag = "Organizations", operation_id = "addMember",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = AddMemberBody,
    responses(
        (status = 201, description = "The member", body = MemberBody),
        (status = 400, description = "A member of the body is not as described, or nobody with this \
            address has signed in, or several have"),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "The user is a member already (`already_member`)"),
    ),
)]
pub(super) async fn add_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    Body(body): Body<AddMemberBody>,
) -> Result<(StatusCode, Json<MemberBody>), Problem> {
    let (id, actor) = (usable_id(&id)?, caller.actor());
    let done = organizations::add_member(&app, &actor, id, &body.email, &body.role).await;
    let member = told(&app, (&caller.user_id, id), done).await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// Removes a member from an Organization
///
/// By owners and admins, or by the member; the owner stays.
#[utoipa::path(
    delete, path = "/tenant/orgs/{id}/members/{user_id}", tag = "Organizations",
    operation_id = "removeMember",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("user_id" = String, Path, description = "The member's user identifier"),
    ),
    responses(
        (status = 200, description = "The member is removed", body = DoneBody),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization or member, or the caller is not in it"),
        (status = 409, description = "The member owns it (`owner_stays`)"),
    ),
)]
pub(super) async fn remove_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Json<DoneBody>, Problem> {
    let [id, user_id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let (id, user_id) = (usable_id(id)?, usable_id(user_id)?);
    let done = organizations::remove_member(&app, &caller.actor(), id, user_id).await;
    told(&app, (&caller.user_id, id), done).await?;
    Ok(Json(DoneBody::DONE))
}
