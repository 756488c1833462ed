//! `/auth/admin/users`: who has which role on the Sovereign, and giving one to somebody by address.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::auth::{UserAnswer, UserBody, role_of, role_schema};
use super::caller::Superadmin;
use super::extract::{Body, Query};
use super::problem::Problem;
use crate::app::App;
use crate::auth::Role;
use crate::mail::usable_address;
use crate::usecase::roles;
use crate::usecase::vouchers::FieldError;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Whoever has this address, with a role or without; by default everybody who has one.
    #[param(nullable = false)]
    email: Option<String>,
}

/// Lists who has a role on the Sovereign
///
/// By address; or who has the address that is asked for. For the role superadmin.
#[utoipa::path(
    get, path = "/auth/admin/users", tag = "Sign-in", operation_id = "listUsers",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "The users", body = Vec<UserBody>),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Query(query): Query<ListQuery>,
) -> Result<Json<Vec<UserBody>>, Problem> {
    let found = match &query.email {
        Some(email) => roles::with_address(&app.store, &address(email)?).await?,
        None => roles::administrators(&app.store).await?,
    };
    let bodies = found.into_iter().map(|row| {
        let role = role_of(&row);
        UserBody::new(row, role)
    });
    Ok(Json(bodies.collect()))
}

/// Somebody, and the role that they are to have.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoleGrant)]
pub(super) struct GrantBody {
    #[schema(format = Email, max_length = 254)]
    email: String,
    #[schema(schema_with = role_schema)]
    role: String,
}

/// Gives somebody a role on the Sovereign, by address
///
/// Who was never here is made a user, and has the role once they sign in by mail. For the role superadmin, who must
/// have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/auth/admin/users", tag = "Sign-in", operation_id = "grantRole",
    security(("bearer" = [])),
    request_body = GrantBody,
    responses(
        (status = 200, description = "The user, with the role", body = UserAnswer),
        (status = 400, description = "It is no address, or no role"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "Nobody has this address, and `member` takes nothing away from nobody"),
        (status = 409, description = "Nobody would be superadmin any more (`last_superadmin`), or several users \
            have this address (`ambiguous_address`)"),
        (status = 412, description = "Somebody has given the user another role at this moment (`role_edited`)"),
    ),
)]
pub(super) async fn grant(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Body(body): Body<GrantBody>,
) -> Result<Json<UserAnswer>, Problem> {
    caller.signed_in_lately(&app)?;
    let role = Role::parse(&body.role).ok_or_else(|| {
        Problem::field("role", "role must be superadmin, sovereign-admin or member")
    })?;
    let email = address(&body.email)?;
    let user = roles::grant_as(&app, &email, role, &caller.actor()).await?;
    let role = role_of(&user);
    Ok(Json(UserAnswer { user: UserBody::new(user, role) }))
}

fn address(text: &str) -> Result<String, FieldError> {
    let wrong = "email must be an e-mail address, such as ahmed@example.com";
    usable_address(text).ok_or_else(|| FieldError::new("email", wrong))
}
