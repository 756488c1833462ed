//! `/billing/admin/orders/{order_id}/refund(s)`: what a superadmin gives back of an order.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sovereign_domain::book::Refusal;
use sovereign_domain::refund::Wish;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::{Body, Segment, Whole, idempotency_key};
use super::problem::Problem;
use super::refund_problem;
use crate::app::App;
use crate::storage::refunds::{DisputeRow, RefundRow};
use crate::usecase::print_credit_note::number_text;
use crate::usecase::refund_order::{self, Overview, RefundRequest, Retried, parse_reason};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What to give back. Without any amount: all that is left, each side what it has left. With `amount_minor`:
/// divided between credit and card in proportion to what each paid. With a part: that part; what is not
/// named is the rest of `amount_minor`, or nothing where there is none.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RefundRequest)]
pub(super) struct RequestBody {
    /// In minor units.
    #[schema(value_type = Option<i64>)]
    amount_minor: Option<Whole>,
    /// What goes back as credit, in minor units.
    #[schema(value_type = Option<i64>)]
    credit_minor: Option<Whole>,
    /// What goes back to the card, in minor units; in currencies of three decimals a multiple of ten.
    #[schema(value_type = Option<i64>)]
    card_minor: Option<Whole>,
    /// Why, for the record.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Whether the voucher that the order was placed with may be redeemed again. What is left of its credit
    /// is taken back then, and what was spent of it is owed.
    #[serde(default)]
    free_voucher: bool,
}

/// What was given back of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(super) struct RefundBody {
    id: Uuid,
    order_id: Uuid,
    tenant_id: String,
    /// All of it, in minor units.
    amount_minor: i64,
    /// What went back as credit, in minor units.
    credit_minor: i64,
    /// What goes back to the card, in minor units.
    card_minor: i64,
    /// What the card had paid and was given as credit, in minor units.
    credited_minor: i64,
    /// How much of the amount is tax, in minor units.
    tax_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Of the card's part: `pending` until Stripe has refunded it, `succeeded`, or `failed`.
    status: String,
    reason: String,
    /// The user who asked for it; `system` where it was made at Stripe, or its payment came too late.
    requested_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stripe_refund_id: Option<String>,
    /// Whether the order's voucher may be redeemed again.
    voucher_freed: bool,
    /// The number of its credit note, such as `CN-000123`. It gets one within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    credit_note: Option<String>,
    /// The Sovereign that gave that number, where it is another one, from which the Organization came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    credit_note_issued_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl RefundBody {
    pub(super) fn new(row: RefundRow, app: &App) -> Self {
        Self {
            id: row.id,
            order_id: row.order_id,
            amount_minor: row.total_minor(),
            tenant_id: row.tenant_id,
            credit_minor: row.credit_minor,
            card_minor: row.card_minor,
            credited_minor: row.credited_minor,
            tax_minor: row.tax_minor,
            currency: app.facts.currency.code(),
            status: row.status,
            reason: row.reason,
            requested_by: row.requested_by,
            stripe_refund_id: row.stripe_refund_id,
            voucher_freed: row.voucher_freed,
            credit_note: row.number.map(number_text),
            credit_note_issued_by: row.issued_by,
            created_at: row.created_at.0,
        }
    }
}

/// Refunds an order
///
/// Credit goes back to the lots it was drawn from, at once; the card's part is refunded at Stripe. For the role
/// superadmin, who must have signed in within the last ten minutes. A retry with the same Idempotency-Key, or
/// without one within 60 seconds, has the first refund.
#[utoipa::path(
    post, path = "/billing/admin/orders/{order_id}/refund", tag = "Billing", operation_id = "refundOrder",
    security(("bearer" = [])),
    params(
        ("order_id" = Uuid, Path, description = "The order's identifier"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false,
            description = "Names this refund among the caller's; its answer is kept for good",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body = RequestBody,
    responses(
        (status = 200, description = "The refund, as it is now", body = RefundBody, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 400, description = "A member is not as described (`invalid_request`), an amount is more than \
            is left of its side (`more_than_is_left`), the parts are not the amount (`parts_do_not_add_up`), or \
            no card takes the odd rest back (`not_refundable_to_card`)"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such order"),
        (status = 409, description = "The order is not completed (`order_not_completed`), nothing is left to \
            refund (`nothing_to_refund`), there is no voucher to free (`no_voucher_to_free`), another order holds \
            its credit (`voucher_credit_held`), the card was charged by another Sovereign, from which the \
            Organization came (`paid_elsewhere`), or the key came with another body (`idempotency_key_reused`)"),
    ),
)]
pub(super) async fn refund(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(order_id): Segment,
    headers: HeaderMap,
    Body(body): Body<RequestBody>,
) -> Result<Response, Problem> {
    caller.signed_in_lately(&app)?;
    let minor = |amount: Option<Whole>| amount.map(|amount| amount.0);
    let request = RefundRequest {
        order_id: order(&order_id)?,
        wish: Wish {
            amount_minor: minor(body.amount_minor),
            credit_minor: minor(body.credit_minor),
            card_minor: minor(body.card_minor),
        },
        reason: parse_reason(&body.reason)?,
        free_voucher: body.free_voucher,
        key: idempotency_key(&headers)?,
    };
    let (row, replayed) = refund_order::refund(&app, request, caller.actor()).await?;
    let mut response = Json(RefundBody::new(row, &app)).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// A payment that its bank took back, or asked about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(super) struct DisputeBody {
    stripe_dispute_id: String,
    /// What the cardholder disputes, in minor units.
    amount_minor: i64,
    /// What was taken from the wallet, or is owed, for it, in minor units.
    clawed_minor: i64,
    /// `inquiry` (no money has moved), `open`, `won`, `lost`, or `closed` without money moving.
    status: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<DisputeRow> for DisputeBody {
    fn from(row: DisputeRow) -> Self {
        Self {
            stripe_dispute_id: row.stripe_dispute_id,
            amount_minor: row.amount_minor,
            clawed_minor: row.clawed_minor,
            status: row.status,
            created_at: row.created_at.0,
        }
    }
}

/// What an order was paid with, what went back of it, and what still can. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderRefunds)]
pub(super) struct OrderRefundsBody {
    order_id: Uuid,
    /// Only a `completed` order can be refunded.
    order_status: String,
    /// ISO 4217.
    currency: &'static str,
    credit_paid_minor: i64,
    card_paid_minor: i64,
    /// What can still go back as credit.
    credit_left_minor: i64,
    /// What can still go back to the card: nothing while its payment is disputed.
    card_left_minor: i64,
    disputed: bool,
    /// The Sovereign that charged the card, where that is another one, from which the Organization came: the card is
    /// refunded there, and here credit alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    card_paid_at: Option<String>,
    /// Oldest first.
    refunds: Vec<RefundBody>,
    /// Oldest first.
    disputes: Vec<DisputeBody>,
}

/// Lists what was refunded of an order
///
/// With what still can be. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/orders/{order_id}/refunds", tag = "Billing",
    operation_id = "listRefunds",
    security(("bearer" = [])),
    params(("order_id" = Uuid, Path, description = "The order's identifier")),
    responses(
        (status = 200, description = "The refunds", body = OrderRefundsBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such order"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(order_id): Segment,
) -> Result<Json<OrderRefundsBody>, Problem> {
    let order_id = order(&order_id)?;
    let overview = refund_order::overview(&app, order_id).await?;
    let Overview { refundable, refunds, disputes } = overview.ok_or_else(no_such_order)?;
    Ok(Json(OrderRefundsBody {
        order_id,
        order_status: refundable.status,
        currency: app.facts.currency.code(),
        credit_paid_minor: refundable.credit_paid_minor,
        card_paid_minor: refundable.card_paid_minor,
        credit_left_minor: refundable.credit_left_minor,
        card_left_minor: refundable.card_left_minor,
        disputed: refundable.disputed,
        card_paid_at: refundable.card_paid_at,
        refunds: refunds.into_iter().map(|row| RefundBody::new(row, &app)).collect(),
        disputes: disputes.into_iter().map(DisputeBody::from).collect(),
    }))
}

/// Sends a refund to its card again
///
/// One that failed. For the role superadmin, who must have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/billing/admin/refunds/{refund_id}/retry", tag = "Billing",
    operation_id = "retryRefund",
    security(("bearer" = [])),
    params(("refund_id" = Uuid, Path, description = "The refund's identifier")),
    responses(
        (status = 200, description = "The refund, as it is now", body = RefundBody),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such refund"),
        (status = 409, description = "It has not failed (`refund_not_failed`), its Organization is on its way to \
            another Sovereign (`organization_moving`), or its card was charged by another Sovereign, from which the \
            Organization came (`paid_elsewhere`)"),
    ),
)]
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(refund_id): Segment,
) -> Result<Json<RefundBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let no_such_refund = || Problem::not_found("there is no such refund");
    let id = Uuid::parse_str(&refund_id).map_err(|_| no_such_refund())?;
    match refund_order::retry(&app, id, &caller.actor()).await? {
        Retried::Sent(row) => Ok(Json(RefundBody::new(*row, &app))),
        Retried::NotFailed => {
            let detail = "this refund has not failed; only one that has can be sent again";
            Err(Problem::new(StatusCode::CONFLICT, "refund_not_failed", detail))
        }
        Retried::Moving => Err(Refusal::OrganizationMoving.into()),
        Retried::PaidElsewhere(fqdn) => Err(refund_problem::paid_elsewhere(&fqdn)),
        Retried::Unknown => Err(no_such_refund()),
    }
}

pub(super) fn order(text: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(text).map_err(|_| no_such_order())
}

pub(super) fn no_such_order() -> Problem {
    Problem::not_found("there is no such order")
}
