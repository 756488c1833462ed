//! `/billing/admin/moves`: the moves of Organizations away from here and hither, and what the two Sovereigns signed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::{Query, Segment};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::moves::{MoveRow, OUT};
use crate::usecase::moves::list::{find as find_move, list as list_moves};
use crate::usecase::moves::next::NextStep;

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// An Organization on its way from one Sovereign to another, or what became of that.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Move)]
pub(super) struct MoveBody {
    /// The same on both sides.
    id: Uuid,
    /// The Organization's identifier, which is the same on both sides too.
    organization: String,
    /// `out`: away from here; `in`: hither.
    direction: String,
    /// Away from here `frozen`, `exported`, `moved` or `aborted`; hither `arriving`, `arrived` or `dropped`.
    state: String,
    /// What is to be done next: here `export`, `confirm` or `activate`; at the other Sovereign `activate_there` or
    /// `drop_there`. Absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<&'static str>,
    from: String,
    to: String,
    /// Where its people find it there, as it was said when the move began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    forward_url: Option<String>,
    /// Of the bundle's manifest, in lower-case hexadecimal; absent before there is a bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    manifest_sha256: Option<String>,
    /// What moves, in minor units.
    balance_minor: i64,
    owed_minor: i64,
    /// What has left the books here.
    moved_minor: i64,
    moved_owed_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Since when nothing changes it here; of moves away from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    frozen_at: Option<Timestamp>,
    /// Of moves hither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    imported_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    exported_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    ended_at: Option<Timestamp>,
    /// A user's identifier, or `cli` for the command line.
    started_by: String,
}

impl MoveBody {
    pub(super) fn new(app: &App, row: &MoveRow) -> Self {
        let (here, peer) = (app.facts.fqdn.clone(), row.peer_fqdn.clone());
        let is_out = row.direction == OUT;
        let (from, to) = if is_out { (here, peer) } else { (peer, here) };
        Self {
            id: row.id,
            organization: row.tenant_id.clone(),
            direction: row.direction.clone(),
            next: NextStep::of(&row.state).map(NextStep::name),
            state: row.state.clone(),
            from,
            to,
            forward_url: row.forward_url.clone(),
            manifest_sha256: row.manifest_sha256.clone(),
            balance_minor: row.balance_minor,
            owed_minor: row.owed_minor,
            moved_minor: row.moved_minor,
            moved_owed_minor: row.moved_owed_minor,
            currency: app.facts.currency.code(),
            frozen_at: is_out.then_some(row.started_at.0),
            imported_at: (!is_out).then_some(row.started_at.0),
            exported_at: row.exported_at.map(|at| at.0),
            ended_at: row.ended_at.map(|at| at.0),
            started_by: row.started_by.clone(),
        }
    }
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists the moves of Organizations
///
/// Away from here and hither, newest first. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/moves", tag = "Organizations", operation_id = "listMoves",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of moves", body = Vec<MoveBody>, headers(
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
    let page = list_moves(&app.store, query.after.as_deref(), limit).await?;
    let bodies: Vec<MoveBody> =
        page.rows.iter().map(|listed| MoveBody::new(&app, &listed.row)).collect();
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit) });
    Ok(paging::linked(bodies, next, &uri))
}

/// A move with what the two Sovereigns signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveWithPapers)]
pub(super) struct MoveWithPapersBody {
    #[serde(flatten)]
    of: MoveBody,
    /// What the target signed when it had imported the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    receipt: Option<Map<String, Value>>,
    /// What the source signed when it let go of the Organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    release: Option<Map<String, Value>>,
}

/// Reads a move
///
/// For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/moves/{id}", tag = "Organizations", operation_id = "getMove",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The move's identifier")),
    responses(
        (status = 200, description = "The move", body = MoveWithPapersBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such move"),
    ),
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<MoveWithPapersBody>, Problem> {
    let row = read(&app, &id).await?;
    Ok(Json(MoveWithPapersBody {
        of: MoveBody::new(&app, &row),
        receipt: paper(row.receipt.as_deref()),
        release: paper(row.release.as_deref()),
    }))
}

/// Reads the receipt of a move
///
/// As the target signed it: for the source to confirm. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/moves/{id}/receipt", tag = "Organizations",
    operation_id = "getMoveReceipt",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The move's identifier")),
    responses(
        (status = 200, description = "The receipt", body = serde_json::Map<String, Value>),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such move, or no receipt of it here yet"),
    ),
)]
pub(super) async fn receipt(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Response, Problem> {
    let row = read(&app, &id).await?;
    let receipt = row.receipt.ok_or_else(|| Problem::not_found("there is no receipt of it yet"))?;
    Ok(paper_file(receipt, "receipt.json"))
}

/// Reads the release of a move
///
/// As the source signed it: for the target to activate the Organization. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/moves/{id}/release", tag = "Organizations",
    operation_id = "getMoveRelease",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The move's identifier")),
    responses(
        (status = 200, description = "The release", body = serde_json::Map<String, Value>),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such move, or no release of it here yet"),
    ),
)]
pub(super) async fn release(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Response, Problem> {
    let row = read(&app, &id).await?;
    let release = row.release.ok_or_else(|| Problem::not_found("there is no release of it yet"))?;
    Ok(paper_file(release, "release.json"))
}

async fn read(app: &App, id: &str) -> Result<MoveRow, Problem> {
    let unknown = || Problem::not_found("there is no such move");
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    Ok(find_move(&app.store, id).await?.ok_or_else(unknown)?.row)
}

/// What was signed, as it is in an answer.
pub(super) fn paper(text: Option<&str>) -> Option<Map<String, Value>> {
    serde_json::from_str(text?).ok()
}

/// The same as a file, byte by byte as it was signed.
pub(crate) fn paper_file(text: String, file: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, text).into_response()
}
