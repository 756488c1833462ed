//! `/tenant/*/invitations`: people who are asked into an Organization, and the roles of those in it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::{Address, Caller};
use super::extract::{Body, Segment, Segments};
use super::forwarding::told;
use super::organizations::{MemberBody, role_schema};
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::storage::invitations::InvitationRow;
use crate::text::Language;
use crate::usecase::invitations::{self, Invited};
use crate::usecase::organizations::usable_id;

/// An invitation that waits to be accepted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(super) struct InvitationBody {
    id: Uuid,
    tenant_id: String,
    email: String,
    #[schema(schema_with = role_schema)]
    role: String,
    /// The user who invited.
    invited_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<InvitationRow> for InvitationBody {
    fn from(row: InvitationRow) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            email: row.email,
            role: row.role,
            invited_by: row.invited_by,
            created_at: row.created_at.0,
            expires_at: row.expires_at.0,
        }
    }
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewInvitation)]
pub(super) struct InviteBody {
    #[schema(max_length = 254)]
    email: String,
    #[schema(schema_with = role_schema)]
    role: String,
    /// Of the mail: `en` or `ar`; by default what `Accept-Language` prefers.
    #[serde(default)]
    #[schema(nullable = true)]
    language: Option<String>,
}

/// Invites somebody into an Organization
///
/// By owners and admins. A mail brings a link, good for seven days. Inviting the same address again ends
/// the link before.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/invitations", tag = "Organizations",
    operation_id = "inviteMember",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = InviteBody,
    responses(
        (status = 201, description = "The mail is on its way", body = InvitationBody),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "Somebody with this address is a member already \
            (`already_member`)"),
        (status = 429, description = "Too many invitations by this user, to this address or from this \
            network"),
    ),
)]
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    Segments(segments): Segments,
    headers: HeaderMap,
    Body(body): Body<InviteBody>,
) -> Result<(StatusCode, Json<InvitationBody>), Problem> {
    let [id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let invited = Invited {
        tenant_id: usable_id(id)?,
        email: &body.email,
        role: &body.role,
        language: mail_language(body.language.as_deref(), &headers)?,
    };
    let actor = caller.actor();
    let done = invitations::invite(&app, &actor, &caller.email, address, &invited).await;
    let row = told(&app, (&caller.user_id, invited.tenant_id), done).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// The language that a mail is to be in.
pub(super) fn mail_language(asked: Option<&str>, headers: &HeaderMap) -> Result<Language, Problem> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    match asked {
        None => Ok(Language::accepted(accepted.unwrap_or_default())),
        Some(tag) => Language::of_tag(tag)
            .ok_or_else(|| Problem::field("language", "language must be en or ar")),
    }
}

/// Lists the open invitations of an Organization
///
/// For owners and admins.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/invitations", tag = "Organizations",
    operation_id = "listInvitations",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The invitations, the oldest first", body = Vec<InvitationBody>),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<Vec<InvitationBody>>, Problem> {
    let open = invitations::open(&app, &caller.actor(), usable_id(&id)?).await?;
    Ok(Json(open.into_iter().map(InvitationBody::from).collect()))
}

/// Takes an invitation back
///
/// By owners and admins.
#[utoipa::path(
    delete, path = "/tenant/orgs/{id}/invitations/{invitation_id}", tag = "Organizations",
    operation_id = "revokeInvitation",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("invitation_id" = String, Path, description = "The invitation's identifier"),
    ),
    responses(
        (status = 200, description = "Its link is worth nothing any more", body = DoneBody),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization or open invitation, or the caller is \
            not in it"),
        (status = 409, description = "The Organization is on its way to another Sovereign, or there \
            (`organization_moving`)"),
    ),
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Json<DoneBody>, Problem> {
    let [id, invitation] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let unknown = || Problem::not_found("there is no such open invitation");
    let invitation = Uuid::parse_str(invitation).map_err(|_| unknown())?;
    let id = usable_id(id)?;
    let done = invitations::revoke(&app, &caller.actor(), id, invitation).await;
    told(&app, (&caller.user_id, id), done).await?;
    Ok(Json(DoneBody::DONE))
}

/// The token of an invitation's link.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AcceptInvitation)]
pub(super) struct AcceptBody {
    token: String,
}

/// Accepts an invitation
///
/// By the user whose verified e-mail address was invited.
#[utoipa::path(
    post, path = "/tenant/invitations/accept", tag = "Organizations",
    operation_id = "acceptInvitation",
    security(("bearer" = [])),
    request_body = AcceptBody,
    responses(
        (status = 200, description = "The caller is a member", body = MemberBody),
        (status = 403, description = "Another address was invited (`invited_somebody_else`)"),
        (status = 404, description = "The invitation was accepted, taken back, replaced, or is too old"),
        (status = 409, description = "The caller is a member already (`already_member`)"),
    ),
)]
pub(super) async fn accept(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<AcceptBody>,
) -> Result<Json<MemberBody>, Problem> {
    Ok(Json(invitations::accept(&app, &caller.actor(), &body.token).await?.into()))
}

/// A role in an Organization.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MemberRoleChange)]
pub(super) struct MemberRoleBody {
    #[schema(schema_with = role_schema)]
    role: String,
}

/// Gives a member another role
///
/// By owners and admins; the owner keeps theirs.
#[utoipa::path(
    put, path = "/tenant/orgs/{id}/members/{user_id}", tag = "Organizations",
    operation_id = "setMemberRole",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("user_id" = String, Path, description = "The member's user identifier"),
    ),
    request_body = MemberRoleBody,
    responses(
        (status = 200, description = "The member", body = MemberBody),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization or member, or the caller is not in it"),
        (status = 409, description = "The member owns it (`owner_stays`)"),
    ),
)]
pub(super) async fn set_role(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
    Body(body): Body<MemberRoleBody>,
) -> Result<Json<MemberBody>, Problem> {
    let [id, user_id] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let (id, user_id, actor) = (usable_id(id)?, usable_id(user_id)?, caller.actor());
    let done = invitations::set_member_role(&app, &actor, id, user_id, &body.role).await;
    let member = told(&app, (&caller.user_id, id), done).await?;
    Ok(Json(member.into()))
}
