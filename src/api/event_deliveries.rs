//! `/events/admin/endpoints/{id}/deliveries`: what is sent to an endpoint, and sending it again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Superadmin;
use super::event_endpoints::{identifier, no_such_endpoint};
use super::extract::{Body, Query, Segment, Segments};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::event_deliveries::DeliveryRow;
use crate::usecase::event_deliveries::{self, ListError, ReplayError};
use crate::usecase::event_endpoints;
use crate::usecase::read_audit::parse_moment;

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// `waiting`, `delivered` or `failed`; by default all.
    #[param(nullable = false, pattern = "^(waiting|delivered|failed)$")]
    status: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// An event on its way to an endpoint, or what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventDelivery)]
pub(super) struct DeliveryBody {
    id: Uuid,
    /// The same each time the event is sent.
    event_id: Uuid,
    event_type: String,
    /// The Organization that the event is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    organization: Option<String>,
    /// `waiting`, `delivered`, or `failed`: given up.
    status: String,
    /// How often it was sent.
    attempts: i32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when it is tried.
    #[schema(value_type = String, format = DateTime)]
    give_up_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    last_attempt_at: Option<Timestamp>,
    /// The HTTP status of the last answer; absent where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    response_status: Option<i32>,
    /// How that answer began, or why there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    response_excerpt: Option<String>,
}

impl From<DeliveryRow> for DeliveryBody {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            event_type: row.kind,
            organization: Some(row.lane).filter(|lane| !lane.is_empty()),
            status: row.status,
            attempts: row.attempts,
            created_at: row.created_at.0,
            give_up_at: row.give_up_at.0,
            last_attempt_at: row.last_attempt_at.map(|at| at.0),
            response_status: row.response_status,
            response_excerpt: row.response_excerpt,
        }
    }
}

/// Lists what is sent to an endpoint
///
/// Newest first, of the last 30 days. For the role superadmin.
#[utoipa::path(
    get, path = "/events/admin/endpoints/{id}/deliveries", tag = "Events",
    operation_id = "listEventDeliveries",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier"), ListQuery),
    responses(
        (status = 200, description = "A page of deliveries", body = Vec<DeliveryBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    OriginalUri(uri): OriginalUri,
    Segment(id): Segment,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let status = query.status.as_deref().map(str::parse).transpose()?;
    let id = event_endpoints::find(&app.store, identifier(&id)?).await?.id;
    let after = query.after.as_deref();
    let page = event_deliveries::list(&app.store, id, status, after, limit).await?;
    let bodies: Vec<DeliveryBody> = page.rows.into_iter().map(DeliveryBody::from).collect();
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(bodies, next, &uri))
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventReplay)]
pub(super) struct ReplayBody {
    /// How many events are sent again.
    events: usize,
    /// Of a single event: its new delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    delivery_id: Option<Uuid>,
}

/// Sends an event again
///
/// Under the same identifier, after what waits already, whatever became of it before. For the role superadmin.
#[utoipa::path(
    post, path = "/events/admin/endpoints/{id}/deliveries/{delivery_id}/replay", tag = "Events",
    operation_id = "replayEventDelivery",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The endpoint's identifier"),
        ("delivery_id" = Uuid, Path, description = "The delivery's identifier"),
    ),
    responses(
        (status = 200, description = "It will be sent", body = ReplayBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint or delivery"),
    ),
)]
pub(super) async fn replay(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segments(segments): Segments,
) -> Result<Json<ReplayBody>, Problem> {
    let [id, delivery_id] = segments.as_slice() else { return Err(no_such_endpoint()) };
    let (id, delivery_id) = (identifier(id)?, identifier(delivery_id)?);
    let made = event_deliveries::replay_one(&app, &caller.actor(), id, delivery_id).await?;
    Ok(Json(ReplayBody { events: 1, delivery_id: Some(made) }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = EventRange)]
pub(super) struct RangeBody {
    /// Events that became true from this moment on.
    #[schema(format = DateTime)]
    from: String,
    /// And before this one.
    #[schema(format = DateTime)]
    to: String,
}

/// Sends the events of a time again
///
/// Those of the types that the endpoint wants, whether they were sent there before or not, of the last 30 days.
/// For the role superadmin.
#[utoipa::path(
    post, path = "/events/admin/endpoints/{id}/replay", tag = "Events",
    operation_id = "replayEvents",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The endpoint's identifier")),
    request_body = RangeBody,
    responses(
        (status = 200, description = "They will be sent", body = ReplayBody),
        (status = 400, description = "A field is wrong, or there are more than 10,000 events"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such endpoint"),
    ),
)]
pub(super) async fn replay_range(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<RangeBody>,
) -> Result<Json<ReplayBody>, Problem> {
    let id = identifier(&id)?;
    let range = (parse_moment("from", &body.from)?.0, parse_moment("to", &body.to)?.0);
    let events = event_deliveries::replay_range(&app, &caller.actor(), id, range).await?;
    Ok(Json(ReplayBody { events, delivery_id: None }))
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Field(error) => error.into(),
            ListError::Storage(error) => error.into(),
        }
    }
}

impl From<ReplayError> for Problem {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Field(error) => error.into(),
            ReplayError::NotFound => no_such_endpoint(),
            ReplayError::Storage(error) => error.into(),
        }
    }
}
