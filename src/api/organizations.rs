//! `/tenant/*`: Organizations and their members.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::caller::{Address, Caller};
use super::extract::{Body, Segment, Segments, references};
use super::problem::Problem;
use crate::app::App;
use crate::storage::organizations::{self as rows, MemberRow, OrganizationRow};
use crate::usecase::organizations::{self, NewOrganizationRequest, OrganizationError, usable_id};

#[derive(Debug, Serialize)]
pub(super) struct OrganizationBody {
    id: String,
    slug: String,
    name: String,
    org_type: String,
    industry: String,
    owner_id: String,
    plan_id: String,
    apps: Vec<String>,
    app_states: BTreeMap<String, String>,
    addons: Vec<String>,
    subdomain: String,
    custom_domains: Vec<String>,
    status: OrganizationStatus,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<OrganizationRow> for OrganizationBody {
    type Error = Problem;

    fn try_from(row: OrganizationRow) -> Result<Self, Problem> {
        Ok(Self {
            status: row.status()?,
            id: row.id,
            slug: row.slug,
            name: row.name,
            org_type: row.org_type,
            industry: row.industry,
            owner_id: row.owner_id,
            plan_id: row.plan_id,
            apps: row.apps.0,
            app_states: row.app_states.0,
            addons: row.addons.0,
            subdomain: row.subdomain,
            custom_domains: row.custom_domains.0,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// GET /tenant/check-slug/{slug}: whether an Organization could have this address.
pub(super) async fn check_slug(
    State(app): State<Arc<App>>,
    Address(address): Address,
    Segment(slug): Segment,
) -> Result<Json<Value>, Problem> {
    app.limits.slug(address)?;
    let available = organizations::slug_is_available(&app.store, &slug).await?;
    Ok(Json(json!({ "available": available })))
}

#[derive(Debug, Deserialize)]
pub(super) struct CreateBody {
    slug: String,
    name: String,
    #[serde(default)]
    org_type: Option<String>,
    #[serde(default)]
    industry: Option<String>,
    plan_id: String,
    apps: Option<Vec<String>>,
    addons: Option<Vec<String>>,
}

/// POST /tenant/orgs: makes an Organization; the caller owns it.
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
    Ok((StatusCode::CREATED, Json(row.try_into()?)))
}

/// GET /tenant/orgs: those the caller is a member of.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<OrganizationBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let found = rows::list_for_member(&mut tx, &caller.user_id).await?;
    found.into_iter().map(TryInto::try_into).collect::<Result<_, _>>().map(Json)
}

/// GET /tenant/orgs/{id}: for members.
pub(super) async fn find(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<OrganizationBody>, Problem> {
    let mut tx = app.store.read().await?;
    let found = rows::find_for_member(&mut tx, usable_id(&id)?, &caller.user_id).await?;
    let (row, _) = found.ok_or(OrganizationError::NotFound)?;
    Ok(Json(row.try_into()?))
}

#[derive(Debug, Serialize)]
pub(super) struct MemberBody {
    id: Uuid,
    tenant_id: String,
    user_id: String,
    email: String,
    role: String,
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

/// GET /tenant/orgs/{id}/members: for members.
pub(super) async fn members(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<Vec<MemberBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let role = rows::role_of(&mut tx, usable_id(&id)?, &caller.user_id).await?;
    role.ok_or(OrganizationError::NotFound)?;
    let members = rows::members(&mut tx, &id).await?;
    Ok(Json(members.into_iter().map(MemberBody::from).collect()))
}

#[derive(Debug, Deserialize)]
pub(super) struct AddMemberBody {
    email: String,
    role: String,
}

/// POST /tenant/orgs/{id}/members: by owners and admins.
pub(super) async fn add_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    Body(body): Body<AddMemberBody>,
) -> Result<(StatusCode, Json<MemberBody>), Problem> {
    let (id, actor) = (usable_id(&id)?, caller.actor());
    let member = organizations::add_member(&app, &actor, id, &body.email, &body.role).await?;
    Ok((StatusCode::CREATED, Json(member.into())))
}

/// DELETE /tenant/orgs/{id}/members/{userId}: by owners and admins, or by the member.
pub(super) async fn remove_member(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Json<Value>, Problem> {
    let [id, user_id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let (id, user_id) = (usable_id(id)?, usable_id(user_id)?);
    organizations::remove_member(&app, &caller.actor(), id, user_id).await?;
    Ok(Json(json!({ "ok": true })))
}
