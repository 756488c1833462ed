//! `/billing/vouchers/bulk/edit`: changing all vouchers that the list has for a filter, and undoing it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::bulk::{OperationBody, unknown};
use super::caller::Issuer;
use super::extract::{Body, Query, Segment, Whole};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::bulk::{self, NewEdit};
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::vouchers::Writer;

/// What is done to which vouchers. `q`, `status`, `campaign`, `bulk` and `tag` are those of the list; without any of them, it is all
/// vouchers but the revoked.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VoucherEdits)]
pub(super) struct EditBody {
    /// Of the operation, chosen by the client: asked for again under the same, it is not begun twice. By default a new
    /// one.
    id: Option<Uuid>,
    /// `pause`, `resume`, `extend` (credit lasts `days` longer for whoever redeems from then on; credit for good stays so),
    /// `revoke`, `restore`, `tag` (they get `edit_tag`) or `untag` (they lose it).
    #[schema(pattern = "^(pause|resume|extend|revoke|restore|tag|untag)$")]
    action: String,
    /// Of `extend`: how many days longer.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    days: Option<Whole>,
    #[schema(max_length = 64)]
    q: Option<String>,
    #[schema(pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    status: Option<String>,
    #[schema(max_length = 80)]
    campaign: Option<String>,
    #[schema(max_length = 36)]
    bulk: Option<String>,
    #[schema(max_length = 40)]
    tag: Option<String>,
    /// Of `tag` and `untag`: the tag that they get or lose.
    #[schema(max_length = 40)]
    edit_tag: Option<String>,
    /// How many vouchers are expected to be like that: if there are more or fewer, nothing is done. By default it does not
    /// matter.
    #[schema(value_type = Option<i64>, minimum = 1)]
    count: Option<Whole>,
}

/// Changes many vouchers
///
/// All that the list has for a filter and that were issued by now, as they stand when their turn comes, some thousand a second.
/// Each has its line in the audit log and its event, as if it had been changed alone. `GET /billing/vouchers/bulk/{id}` says how
/// far it is. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/bulk/edit", tag = "Vouchers", operation_id = "editVouchers",
    security(("bearer" = [])),
    request_body = EditBody,
    responses(
        (status = 202, description = "The operation", body = OperationBody),
        (status = 400, description = "A member is not as described, or no voucher is like that, or not `count` of them"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<EditBody>,
) -> Result<(StatusCode, Json<OperationBody>), Problem> {
    let edit = NewEdit {
        id: body.id,
        action: &body.action,
        days: body.days.map(|days| days.0),
        tag: body.edit_tag.as_deref(),
        wanted: Wanted {
            part: body.q.as_deref(),
            status: body.status.as_deref(),
            campaign: body.campaign.as_deref(),
            bulk: body.bulk.as_deref(),
            tag: body.tag.as_deref(),
            ..Wanted::default()
        },
        count: body.count.map(|count| count.0),
    };
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let operation = bulk::edit(&mut writer, &edit).await?;
    Ok((StatusCode::ACCEPTED, Json(OperationBody::new(operation, app.facts.currency))))
}

/// Undoes a change of many vouchers
///
/// Brings back how those were that it was the last to change. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/bulk/{id}/undo", tag = "Vouchers", operation_id = "undoBulkOperation",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The operation's identifier")),
    responses(
        (status = 202, description = "The operation that undoes it", body = OperationBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such operation"),
        (status = 409, description = "It runs, or issued vouchers, or there is nothing left to undo (`bulk_not_now`)"),
    ),
)]
pub(super) async fn undo(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<(StatusCode, Json<OperationBody>), Problem> {
    let id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let operation = bulk::undo(&mut writer, id).await?;
    Ok((StatusCode::ACCEPTED, Json(OperationBody::new(operation, app.facts.currency))))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CountQuery {
    /// What the code has in it; read as a code is, without regard to case.
    #[param(nullable = false, max_length = 64)]
    q: Option<String>,
    /// How they stand; `all` = in whichever way, revoked or not. Without one, or with an empty one, all but the revoked.
    #[param(nullable = false, pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    status: Option<String>,
    /// A campaign, by identifier or name; empty = whether or not they are in one.
    #[param(nullable = false, max_length = 80)]
    campaign: Option<String>,
    /// The operation that issued them, by identifier; empty = whichever way they were issued.
    #[param(nullable = false, max_length = 36)]
    bulk: Option<String>,
    /// A tag that they have; empty = whichever they have.
    #[param(nullable = false, max_length = 40)]
    tag: Option<String>,
}

/// How many vouchers there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherCount)]
pub(super) struct CountBody {
    count: i64,
}

/// Counts vouchers
///
/// Those that the list has for the same filter. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/count", tag = "Vouchers", operation_id = "countVouchers",
    security(("bearer" = [])),
    params(CountQuery),
    responses(
        (status = 200, description = "How many there are", body = CountBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn count(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<CountQuery>,
) -> Result<Json<CountBody>, Problem> {
    let wanted = Wanted {
        part: query.q.as_deref(),
        status: query.status.as_deref(),
        campaign: query.campaign.as_deref(),
        bulk: query.bulk.as_deref(),
        tag: query.tag.as_deref(),
        ..Wanted::default()
    };
    let count = bulk::count(&app.store, &wanted, app.clock.now()).await?;
    Ok(Json(CountBody { count }))
}
