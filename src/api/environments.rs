//! `/tenant/orgs/{id}/environments`: where an Organization's apps run.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sovereign_domain::environment::{EnvironmentName, Stage};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use super::caller::Caller;
use super::extract::{Body, Segment, Segments};
use super::forwarding::told;
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::usecase::environments::{self, Environment, EnvironmentError};
use crate::usecase::organizations::usable_id;

/// Where apps run: a cluster of the Organization's own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Environment)]
pub(super) struct EnvironmentBody {
    #[schema(schema_with = name_schema)]
    name: EnvironmentName,
    /// `{slug}-{name}`.
    namespace: String,
    /// Where it is: one of the Sovereign's regions.
    region: String,
    /// `running`, or how far its removal is: `without_apps`, `without_cluster`, `gone`.
    status: &'static str,
    /// Identifiers of the apps that run in it.
    apps: Vec<String>,
}

impl From<Environment> for EnvironmentBody {
    fn from(environment: Environment) -> Self {
        let Environment { name, stage, region, namespace, apps } = environment;
        Self { name, namespace, region, status: Stage::as_str(stage), apps }
    }
}

fn name_schema() -> Object {
    let names = EnvironmentName::ALL.map(EnvironmentName::as_str);
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).build()
}

/// Lists the environments of an Organization
///
/// For members. Prod is always among them.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/environments", tag = "Organizations",
    operation_id = "listEnvironments",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The environments", body = Vec<EnvironmentBody>),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<Vec<EnvironmentBody>>, Problem> {
    let found = environments::list(&app, &caller.actor(), usable_id(&id)?).await?;
    Ok(Json(found.into_iter().map(EnvironmentBody::from).collect()))
}

/// An environment to add.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewEnvironment)]
pub(super) struct AddBody {
    #[schema(schema_with = name_schema)]
    name: String,
    /// One of the Sovereign's regions; by default the first, where prod is.
    #[schema(nullable = true)]
    region: Option<String>,
}

/// Adds an environment to an Organization
///
/// By owners and admins.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/environments", tag = "Organizations",
    operation_id = "addEnvironment",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = AddBody,
    responses(
        (status = 201, description = "The environment", body = EnvironmentBody),
        (status = 400, description = "It cannot be called so, or there is no such region"),
        (status = 403, description = "The caller is no owner or admin of it, it is suspended \
            (`organization_suspended`), or the Sovereign's policy does not allow another, this one, or its \
            region (`policy_forbids`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "It is there already, or still being removed (`environment_exists`)"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
    Body(body): Body<AddBody>,
) -> Result<(StatusCode, Json<EnvironmentBody>), Problem> {
    let (id, name) = (usable_id(&id)?, environments::name(&body.name)?);
    let done = environments::add(&app, &caller.actor(), id, (name, body.region.as_deref())).await;
    let added = told(&app, (&caller.user_id, id), done).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Removes an environment from an Organization
///
/// By owners and admins, where no app runs in it; prod stays. Its cluster goes first, then its namespace.
#[utoipa::path(
    delete, path = "/tenant/orgs/{id}/environments/{name}", tag = "Organizations",
    operation_id = "removeEnvironment",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("name" = String, Path, description = "`stg`, `uat`, `dev` or `poc`"),
    ),
    responses(
        (status = 200, description = "It is being removed", body = DoneBody),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization or environment, or the caller is not \
            in it"),
        (status = 409, description = "Apps run in it (`environment_in_use`), or it is prod (`prod_stays`)"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Json<DoneBody>, Problem> {
    let [id, name] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let (id, name) = (usable_id(id)?, segment(name)?);
    let done = environments::remove(&app, &caller.actor(), id, name).await;
    told(&app, (&caller.user_id, id), done).await?;
    Ok(Json(DoneBody::DONE))
}

/// Moves an app into an environment
///
/// By owners and admins. What the app keeps stays behind: it is installed anew, with all it needs.
#[utoipa::path(
    put, path = "/tenant/orgs/{id}/environments/{name}/apps/{app}", tag = "Organizations",
    operation_id = "moveApp",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("name" = String, Path, description = "`prod`, `stg`, `uat`, `dev` or `poc`"),
        ("app" = String, Path, description = "The app's identifier or slug"),
    ),
    responses(
        (status = 200, description = "The environments, as they will be", body = Vec<EnvironmentBody>),
        (status = 403, description = "The caller is no owner or admin of it, it is suspended \
            (`organization_suspended`), or the Sovereign's policy does not allow the app, the environment or \
            its region any more (`policy_forbids`)"),
        (status = 404, description = "There is no such Organization, environment or installed app, or the \
            caller is not in it"),
        (status = 409, description = "The Organization is on its way to another Sovereign, or there \
            (`organization_moving`)"),
    ),
)]
pub(super) async fn move_app(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(segments): Segments,
) -> Result<Json<Vec<EnvironmentBody>>, Problem> {
    let [id, name, reference] = segments.as_slice() else {
        return Err(Problem::not_found("there is no such route"));
    };
    let (id, name) = (usable_id(id)?, segment(name)?);
    let target = (usable_id(reference)?, name);
    let done = environments::move_app(&app, &caller.actor(), id, target).await;
    let all = told(&app, (&caller.user_id, id), done).await?;
    Ok(Json(all.into_iter().map(EnvironmentBody::from).collect()))
}

/// A path that names no environment leads nowhere.
fn segment(name: &str) -> Result<EnvironmentName, EnvironmentError> {
    EnvironmentName::parse(name).ok_or(EnvironmentError::Unknown)
}

impl From<EnvironmentError> for Problem {
    fn from(error: EnvironmentError) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match error {
            EnvironmentError::Organization(error) => error.into(),
            EnvironmentError::Exists => conflict(
                "environment_exists",
                "this environment is there already, or still being removed; wait until it is gone",
            ),
            EnvironmentError::Unknown => Self::not_found("there is no such environment"),
            EnvironmentError::InUse(apps) => {
                let count = apps.len();
                let detail = format!("{count} apps run in it; move or uninstall them first");
                conflict("environment_in_use", &detail)
            }
            EnvironmentError::ProdStays => {
                conflict("prod_stays", "an Organization always has prod; delete the Organization")
            }
            EnvironmentError::NotInstalled => Self::not_found("this app is not installed"),
        }
    }
}
