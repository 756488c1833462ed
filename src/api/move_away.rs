//! `/billing/admin/organizations/{id}/move`: an Organization moves away. It is frozen, its bundle is fetched
//! (`move_bundle.rs`), and with the target's receipt it is let go; or it stays.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::extract::{Body, Segment};
use super::moves::{MoveBody, paper_file};
use super::problem::Problem;
use crate::app::App;
use crate::bundle::TrustedKeys;
use crate::usecase::moves::abort::abort as abort_move;
use crate::usecase::moves::confirm::confirm as confirm_move;
use crate::usecase::moves::freeze::{Wish, freeze};
use crate::usecase::organizations::usable_id;

/// Where an Organization is to move.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MoveStart)]
pub(super) struct StartBody {
    /// The domain name of the Sovereign that is to have it, in lower case.
    #[schema(min_length = 1, max_length = 253)]
    to: String,
    /// Where its people find it there: the address of a page; blank is none.
    #[serde(default)]
    #[schema(nullable = true, max_length = 2000, pattern = "^(https?://[^ ]+)?$")]
    forward_url: Option<String>,
}

/// Begins to move an Organization away
///
/// What is under way is settled first: an order that waits for a card is ended at Stripe. Then it is frozen: nothing
/// changes it here until the move is confirmed or aborted. Asked again, the same move is the answer. For the role
/// superadmin, who must have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/billing/admin/organizations/{id}/move", tag = "Organizations", operation_id = "startMove",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = StartBody,
    responses(
        (status = 200, description = "The move", body = MoveBody),
        (status = 400, description = "A member is not as described; `field` says which"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It cannot move, or not yet: the text says why and what to do. It is on its way \
            elsewhere (`move_in_progress`), deleted (`organization_deleted`) or to be deleted (`deletion_begun`), or \
            has left (`organization_moved`); a refund is on its way (`refund_pending`), a bank has not decided \
            (`dispute_open`), a payment cannot be ended (`payment_waits`), something is provisioned \
            (`provision_running`), Stripe bills it (`billed_elsewhere`), or it is changed all the time \
            (`organization_busy`)"),
    ),
)]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<StartBody>,
) -> Result<Json<MoveBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let forward_url = body.forward_url.as_deref().filter(|url| !url.is_empty());
    let wish = Wish { organization: usable_id(&id)?, to: &body.to, forward_url };
    let row = Box::pin(freeze(&app, &caller.actor(), wish)).await?;
    Ok(Json(MoveBody::new(&app, &row)))
}

/// What the target has signed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MoveConfirmation)]
pub(super) struct ConfirmBody {
    /// The receipt, as the target answered it.
    #[schema(value_type = Object)]
    receipt: Map<String, Value>,
    /// The target's public keys, as it answers `GET /.well-known/jwks.json`.
    #[schema(value_type = Object)]
    keys: Map<String, Value>,
}

/// Lets go of an Organization that the target has
///
/// Its credit leaves the books here, and what is left is history with a forwarding address. The answer is the release,
/// which the target activates it with. Asked again, it is the same. There is no way back. For the role superadmin, who
/// must have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/billing/admin/organizations/{id}/move/confirm", tag = "Organizations",
    operation_id = "confirmMove",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    request_body = ConfirmBody,
    responses(
        (status = 200, description = "The release, as it was signed", body = serde_json::Map<String, Value>),
        (status = 400, description = "A member is not as described; `field` says which"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It is not on its way (`not_moving`, `move_aborted`, `not_exported`, \
            `move_outdated`), the receipt is of something else (`receipt_differs`), or the key that signed the bundle \
            is not here any more (`key_is_gone`)"),
        (status = 422, description = "The receipt is not believed (`paper_refused`)"),
    ),
)]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
    Body(body): Body<ConfirmBody>,
) -> Result<Response, Problem> {
    caller.signed_in_lately(&app)?;
    let keys = TrustedKeys::from_jwks(&Value::Object(body.keys)).ok_or_else(no_keys)?;
    let receipt = Value::Object(body.receipt).to_string();
    let papers = (receipt.as_str(), &keys);
    let id = usable_id(&id)?;
    let confirmed = Box::pin(confirm_move(&app, &caller.actor(), id, papers)).await?;
    Ok(paper_file(confirmed.release, "release.json"))
}

/// What is sent as the other Sovereign's keys is something else.
pub(super) fn no_keys() -> Problem {
    let detail = "keys must be a JWK set with an Ed25519 key: what the other Sovereign answers to GET \
                  /.well-known/jwks.json";
    Problem::field("keys", detail)
}

/// Gives a move up
///
/// The Organization is again what it was. A copy that the target has imported is to be dropped there. Possible until the
/// move is confirmed; asked again, nothing is changed. For the role superadmin, who must have signed in within the last ten
/// minutes.
#[utoipa::path(
    post, path = "/billing/admin/organizations/{id}/move/abort", tag = "Organizations",
    operation_id = "abortMove",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The move, which is aborted", body = MoveBody),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It is not on its way (`not_moving`), or the move is confirmed \
            (`move_confirmed`)"),
    ),
)]
pub(super) async fn abort(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<MoveBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let row = abort_move(&app, &caller.actor(), usable_id(&id)?).await?;
    Ok(Json(MoveBody::new(&app, &row)))
}
