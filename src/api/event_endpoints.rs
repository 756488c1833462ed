//! `/events/admin/endpoints`: where events are sent. A secret is answered once, when it is made.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sovereign_domain::event::Actor;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::{Body, Segment};
use super::if_match::{self, Tag};
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::hooks::EndpointSecret;
use crate::storage::event_endpoints::EndpointRow;
use crate::usecase::event_deliveries;
use crate::usecase::event_endpoints::{self, ALL_TYPES, Desk, EndpointError, Wishes};

/// An endpoint that events are sent to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventEndpoint)]
pub(super) struct EndpointBody {
    id: Uuid,
    url: String,
    description: String,
    /// The types that are sent there; `["*"]` for all.
    event_types: Vec<String>,
    enabled: bool,
    /// Why it was switched off, where the endpoint itself asked for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    disabled_reason: Option<String>,
    /// Since when nothing has arrived there; absent where the last attempt was good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    failing_since: Option<Timestamp>,
    /// When something arrived there last, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_success_at: Option<Timestamp>,
    /// Until when the former secret signs as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    former_secret_until: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<EndpointRow> for EndpointBody {
    fn from(row: EndpointRow) -> Self {
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            event_types: row.event_types.map_or_else(|| vec![ALL_TYPES.into()], |types| types.0),
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
            failing_since: row.failing_since.map(|at| at.0),
            last_success_at: row.last_success_at.map(|at| at.0),
            former_secret_until: row.former_secret_until.map(|at| at.0),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// An endpoint and its new secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventEndpointWithSecret)]
pub(super) struct WithSecretBody {
    endpoint: EndpointBody,
    /// What signatures are made with.
    secret: String,
}

impl From<(EndpointRow, EndpointSecret)> for WithSecretBody {
    fn from((row, secret): (EndpointRow, EndpointSecret)) -> Self {
        Self { endpoint: row.into(), secret: secret.expose().to_owned() }
    }
}

/// What an endpoint is to be; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EventEndpointChange)]
pub(super) struct WishesBody {
    /// `https://`; an address of the public internet, where the configuration allows no other.
    #[schema(nullable = true, max_length = 2_000)]
    url: Option<String>,
    #[schema(nullable = true, max_length = 200)]
    description: Option<String>,
    /// Types of events, or `["*"]` for all.
    #[schema(nullable = true, min_items = 1)]
    event_types: Option<Vec<String>>,
    #[schema(nullable = true)]
    enabled: Option<bool>,
}

impl From<WishesBody> for Wishes {
    fn from(body: WishesBody) -> Self {
        let WishesBody { url, description, event_types, enabled } = body;
        Self { url, description, event_types, enabled }
    }
}

/// Lists the endpoints
///
/// Oldest first. For the role superadmin.
#[utoipa::path(
    get, path = "/events/admin/endpoints", tag = "Events", operation_id = "listEventEndpoints",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The endpoints", body = Vec<EndpointBody>),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<Vec<EndpointBody>>, Problem> {
    let rows = event_endpoints::list(&app.store).await?;
    Ok(Json(rows.into_iter().map(EndpointBody::from).collect()))
}

/// Makes an endpoint
///
/// Events that become true from now on are sent there, signed with the secret that is answered here, this
/// once. For the role superadmin, with a sign-in of the last ten minutes.
#[utoipa::path(
    post, path = "/events/admin/endpoints", tag = "Events", operation_id = "addEventEndpoint",
    security(("bearer" = [])),
    request_body = WishesBody,
    responses(
        (status = 201, description = "The endpoint and its secret", body = WithSecretBody),
        (status = 400, description = "A field is wrong"),
        (status = 403, description = "The role is not superadmin"),
        (status = 409, description = "There are 100 endpoints"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Body(body): Body<WishesBody>,
) -> Result<(StatusCode, Json<WithSecretBody>), Problem> {
    caller.signed_in_lately(&app)?;
    let (actor, mut ids) = (caller.actor(), app.ids());
    let made = event_endpoints::add(&mut desk(&app, &actor, &mut ids), body.into()).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Answers an endpoint
///
/// For the role superadmin.
#[utoipa::path(
    get, path = "/events/admin/endpoints/{id}", tag = "Events", operation_id = "getEventEndpoint",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier")),
    responses(
        (status = 200, description = "The endpoint", body = EndpointBody, headers(
            ("ETag" = String, description = "For the `If-Match` of a change; what is sent there leaves it as it is")
        )),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<(Tag, Json<EndpointBody>), Problem> {
    let row = event_endpoints::find(&app.store, identifier(&id)?).await?;
    Ok((if_match::tag(&event_endpoints::fingerprint(&row)), Json(row.into())))
}

/// Changes an endpoint
///
/// One that is switched on again, or moved, is sent whatever has waited for it. For the role superadmin, with a
/// sign-in of the last ten minutes.
#[utoipa::path(
    put, path = "/events/admin/endpoints/{id}", tag = "Events",
    operation_id = "changeEventEndpoint",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The endpoint's identifier"),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of what is changed: if it is another by now, nothing is"),
    ),
    request_body = WishesBody,
    responses(
        (status = 200, description = "The endpoint, as it is now", body = EndpointBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "A field is wrong"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
        (status = 412, description = "Somebody has changed it since (`event_endpoint_edited`)"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    headers: HeaderMap,
    Body(body): Body<WishesBody>,
) -> Result<(Tag, Json<EndpointBody>), Problem> {
    caller.signed_in_lately(&app)?;
    let (id, replaces) = (identifier(&id)?, if_match::tags(&headers));
    let (actor, mut ids) = (caller.actor(), app.ids());
    let mut desk = desk(&app, &actor, &mut ids);
    let changed = event_endpoints::change(&mut desk, id, body.into(), replaces.as_deref());
    let row = changed.await?;
    Ok((if_match::tag(&event_endpoints::fingerprint(&row)), Json(row.into())))
}

/// Removes an endpoint
///
/// With what waited for it, and with what is known of what was sent. For the role superadmin.
#[utoipa::path(
    delete, path = "/events/admin/endpoints/{id}", tag = "Events",
    operation_id = "removeEventEndpoint",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier")),
    responses(
        (status = 200, description = "It is removed", body = DoneBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<DoneBody>, Problem> {
    let id = identifier(&id)?;
    let (actor, mut ids) = (caller.actor(), app.ids());
    event_endpoints::remove(&mut desk(&app, &actor, &mut ids), id).await?;
    Ok(Json(DoneBody::DONE))
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EventSecretRotation)]
pub(super) struct RotationBody {
    /// How long the former secret signs as well; by default 24.
    #[schema(nullable = true, minimum = 0, maximum = 168)]
    overlap_hours: Option<i64>,
}

/// Gives an endpoint a new secret
///
/// It is answered here, this once. Meanwhile the former one signs as well: there are two signatures in the
/// header. For the role superadmin, with a sign-in of the last ten minutes.
#[utoipa::path(
    post, path = "/events/admin/endpoints/{id}/rotate", tag = "Events",
    operation_id = "rotateEventSecret",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier")),
    request_body = RotationBody,
    responses(
        (status = 200, description = "The endpoint and its new secret", body = WithSecretBody),
        (status = 400, description = "A field is wrong"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn rotate(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<RotationBody>,
) -> Result<Json<WithSecretBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let id = identifier(&id)?;
    let (actor, mut ids) = (caller.actor(), app.ids());
    let mut desk = desk(&app, &actor, &mut ids);
    Ok(Json(event_endpoints::rotate(&mut desk, id, body.overlap_hours).await?.into()))
}

/// What an endpoint answered to a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventTest)]
pub(super) struct TestBody {
    /// Whether it answered with success.
    ok: bool,
    /// The HTTP status; absent where nothing answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    response_status: Option<u16>,
    /// How the answer began, or why there was none.
    response_excerpt: String,
}

/// Sends an endpoint a test event
///
/// Of the type `endpoint.test`, at once and once, also where the endpoint is switched off. For the role
/// superadmin.
#[utoipa::path(
    post, path = "/events/admin/endpoints/{id}/test", tag = "Events",
    operation_id = "testEventEndpoint",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier")),
    responses(
        (status = 200, description = "What came of it", body = TestBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn test(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<TestBody>, Problem> {
    let row = event_endpoints::find(&app.store, identifier(&id)?).await?;
    let answer = event_deliveries::test(&app.hooks, &row, app.clock.now(), app.new_id()).await;
    Ok(Json(TestBody {
        ok: answer.is_success(),
        response_status: answer.status,
        response_excerpt: answer.excerpt,
    }))
}

fn desk<'a>(
    app: &'a App,
    actor: &'a Actor,
    ids: &'a mut (dyn sovereign_domain::ids::IdSource + Send),
) -> Desk<'a> {
    Desk {
        store: &app.store,
        keeper: &app.hooks.keeper,
        reach: &app.hooks.sender.reach,
        now: app.clock.now(),
        actor,
        ids,
    }
}

/// What is no identifier names nothing.
pub(super) fn identifier(text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|_| no_such_endpoint())
}

pub(super) fn no_such_endpoint() -> Problem {
    Problem::not_found("there is no such event endpoint or delivery")
}

impl From<EndpointError> for Problem {
    fn from(error: EndpointError) -> Self {
        match error {
            EndpointError::Field(error) => error.into(),
            EndpointError::NotFound => no_such_endpoint(),
            EndpointError::Changed => {
                if_match::failed("event_endpoint_edited", "this event endpoint")
            }
            EndpointError::TooMany => Self::new(
                StatusCode::CONFLICT,
                "too_many_endpoints",
                "there are 100 event endpoints; remove one that is not used any more",
            ),
            EndpointError::Vault(text) => {
                tracing::error!(text, "an endpoint's secret");
                Self::internal()
            }
            EndpointError::Storage(error) => error.into(),
        }
    }
}
