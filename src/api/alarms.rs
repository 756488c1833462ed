//! What a person has to look at, for the superadmin.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::{Body, Query, Segment};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::alarms::AlarmRow;
use crate::usecase::alarms::{self, AlarmError, Resolver};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those that nobody has resolved; by default all.
    #[param(nullable = false)]
    open: Option<bool>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// What a person has to look at: money that did not go as it should, or events that do not arrive.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alarm)]
pub(super) struct AlarmBody {
    id: Uuid,
    /// `late_payment`, `amount_mismatch`, `refund_failed`, `dispute`, `renewal`, `reconcile`, `event_endpoint`,
    /// `blueprint` or `moved_away`.
    kind: String,
    /// What it is about, such as Stripe's identifier of a charge.
    subject: String,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    /// How often it was raised while it was open.
    times: i32,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was raised last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// Absent while it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    resolved_at: Option<Timestamp>,
    /// A user's identifier, or `cli` for the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    resolved_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
}

impl From<AlarmRow> for AlarmBody {
    fn from(row: AlarmRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            subject: row.subject,
            detail: row.detail,
            tenant_id: row.tenant_id,
            order_id: row.order_id,
            times: row.times,
            created_at: row.created_at.0,
            last_at: row.last_at.0,
            resolved_at: row.resolved_at.map(|at| at.0),
            resolved_by: row.resolved_by,
            note: row.note,
        }
    }
}

/// Lists the alarms
///
/// Newest first. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/alarms", tag = "Billing", operation_id = "listAlarms",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of alarms", body = Vec<AlarmBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let only_open = query.open.unwrap_or(false);
    let page = alarms::list(&app.store, only_open, query.after.as_deref(), limit).await?;
    let bodies: Vec<AlarmBody> = page.rows.into_iter().map(AlarmBody::from).collect();
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(bodies, next, &uri))
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AlarmResolution)]
pub(super) struct ResolveBody {
    /// What was done about it.
    #[serde(default)]
    #[schema(nullable = true, max_length = 1_000)]
    note: Option<String>,
}

/// Resolves an alarm
///
/// Somebody has seen to it. The same raised again is a new alarm. For the role superadmin.
#[utoipa::path(
    post, path = "/billing/admin/alarms/{id}/resolve", tag = "Billing",
    operation_id = "resolveAlarm",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The alarm's identifier")),
    request_body = ResolveBody,
    responses(
        (status = 200, description = "The alarm, as it is now", body = AlarmBody),
        (status = 400, description = "The note is too long"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such alarm, or it is not open"),
    ),
)]
pub(super) async fn resolve(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<ResolveBody>,
) -> Result<Json<AlarmBody>, Problem> {
    let id = Uuid::parse_str(&id).map_err(|_| AlarmError::NotOpen)?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut resolver =
        Resolver { store: &app.store, now: app.clock.now(), actor: &actor, ids: &mut ids };
    let resolved = alarms::resolve(&mut resolver, id, body.note.as_deref()).await?;
    Ok(Json(resolved.into()))
}

impl From<AlarmError> for Problem {
    fn from(error: AlarmError) -> Self {
        match error {
            AlarmError::Field(error) => error.into(),
            AlarmError::NotOpen => Self::not_found("there is no open alarm of this identifier"),
            AlarmError::Storage(error) => error.into(),
        }
    }
}
