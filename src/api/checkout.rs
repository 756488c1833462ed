//! `POST /billing/checkout` and `POST /billing/vouchers/redeem`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sovereign_domain::book::{Command, Outcome, Refusal};
use sovereign_domain::voucher::{Code, VoucherRefusal};
use utoipa::ToSchema;

use super::answers::{AnswerBody, CheckoutAnswer, RedeemAnswer};
use super::caller::{Address, Caller};
use super::extract::{Body, Whole, idempotency_key, references};
use super::forwarding::told;
use super::problem::Problem;
use crate::app::App;
use crate::engine::EngineError;
use crate::limits::{Attempt, Key, Quota, TooMany};
use crate::usecase::checkout::{CheckoutRequest, RedeemRequest};
use crate::usecase::payments::{self, PaymentError};
use crate::usecase::vouchers::parse_code;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What to order, for which Organization. Plans, apps and add-ons are named by identifier or slug.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Checkout)]
pub(super) struct CheckoutBody {
    plan_id: String,
    /// By default none; one that stands there twice counts once.
    #[schema(max_items = 200)]
    apps: Option<Vec<String>>,
    /// By default none; one that stands there twice counts once.
    #[schema(max_items = 200)]
    addons: Option<Vec<String>>,
    /// The Organization's identifier.
    #[schema(min_length = 1, max_length = 200)]
    tenant_id: String,
    /// A voucher to redeem with it; blank is none.
    #[schema(pattern = "^ *([A-Za-z0-9._-]{3,64} *)?$")]
    promo_code: Option<String>,
    /// What the customer was shown that the voucher is worth, in minor units. Where it is worth
    /// something else by now, the checkout is refused.
    #[schema(value_type = Option<i64>)]
    promo_value_minor: Option<Whole>,
}

impl CheckoutBody {
    pub(super) fn into_request(self, key: Option<String>) -> Result<CheckoutRequest, Problem> {
        Ok(CheckoutRequest {
            tenant_id: tenant_id(self.tenant_id)?,
            plan: self.plan_id,
            addons: references("addons", self.addons)?,
            apps: references("apps", self.apps)?,
            code: promo_code(self.promo_code.as_deref())?,
            promo_value_minor: self.promo_value_minor.map(|value| value.0),
            key,
        })
    }
}

/// Orders a plan
///
/// Redeems the voucher, draws the credit, begins the subscription and writes its first invoice; or
/// changes nothing. For owners and admins of the Organization. A retry with the same Idempotency-Key,
/// or without one within 60 seconds, has the first answer.
#[utoipa::path(
    post, path = "/billing/checkout", tag = "Checkout", operation_id = "checkout",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, nullable = false,
        description = "Names this order among the caller's; its answer is kept for good",
        min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")),
    request_body = CheckoutBody,
    responses(
        (status = 200, description = "It is ordered", body = CheckoutAnswer, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 400, description = "A member is not as described, the catalog has no such plan, app \
            or add-on (`invalid_request`), or the voucher is refused: `voucher_unknown`, \
            `voucher_inactive`, `voucher_exhausted`, `voucher_redeemed_by_you`, \
            `voucher_redeemed_by_organization`"),
        (status = 403, description = "The caller is not in the Organization (`not_a_member`), may not \
            spend there (`role_may_not_spend`), it is suspended (`organization_suspended`), or the \
            Sovereign's policy does not allow it (`policy_forbids`) or wants an approval for it \
            (`approval_required`)"),
        (status = 409, description = "The Organization has a subscription (`already_subscribed`), the \
            voucher is worth something else by now (`voucher_changed`), or the key came with another \
            body (`idempotency_key_reused`), or a payment of the Organization is in progress \
            (`payment_in_progress`)"),
        (status = 429, description = "Too many checkouts from this address or of this user, or too many \
            wrong codes from this address"),
        (status = 503, description = "The credit does not cover the total and cards are not taken here, and \
            nothing changed (`payment_not_configured`); the payment service refuses the payment, and \
            nothing changed (`payment_refused`), or does not answer, and a retry with the same key goes \
            on (`payment_unresolved`); or the service is not available for a moment \
            (`unavailable`)"),
    ),
)]
pub(super) async fn checkout(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    headers: HeaderMap,
    Body(body): Body<CheckoutBody>,
) -> Result<Response, Problem> {
    let request = body.into_request(idempotency_key(&headers)?)?;
    let quotas = [
        (Quota::CheckoutByAddress, Key::Address(address)),
        (Quota::CheckoutByUser, Key::User(&caller.user_id)),
    ];
    let (tenant_id, names_a_code) = (request.tenant_id.clone(), request.code.is_some());
    let command = Command::Checkout(request.into_command(caller.actor()));
    if !names_a_code {
        app.limits.check_all(&quotas).await?;
        let done = payments::checkout::submit(&app, command).await;
        return answer(told(&app, (&caller.user_id, &tenant_id), done).await?);
    }
    let attempt = app.limits.attempt(address, &quotas).await?;
    let outcome = payments::checkout::submit(&app, command).await;
    if let Err(PaymentError::Engine(error)) = &outcome {
        count_wrong(attempt, error).await?;
    }
    answer(told(&app, (&caller.user_id, &tenant_id), outcome).await?)
}

/// Counts a code that is wrong.
pub(super) async fn count_wrong(attempt: Attempt<'_>, error: &EngineError) -> Result<(), TooMany> {
    if let EngineError::Refused(Refusal::Voucher(VoucherRefusal::Unknown)) = error {
        attempt.wrong().await?;
    }
    Ok(())
}

/// A voucher to redeem, for which Organization.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VoucherRedemption)]
pub(super) struct RedeemBody {
    /// The Organization's identifier.
    #[schema(min_length = 1, max_length = 200)]
    tenant_id: String,
    /// In any case, with spaces around it.
    #[schema(pattern = "^ *[A-Za-z0-9._-]{3,64} *$")]
    code: String,
    /// What the customer was shown that the voucher is worth, in minor units. Where it is worth
    /// something else by now, it is not redeemed.
    #[schema(value_type = Option<i64>)]
    promo_value_minor: Option<Whole>,
}

/// Redeems a voucher into the wallet
///
/// Without an order. For owners and admins of the Organization. A retry with the same Idempotency-Key, or
/// without one within 60 seconds, has the first answer.
#[utoipa::path(
    post, path = "/billing/vouchers/redeem", tag = "Vouchers", operation_id = "redeemVoucher",
    security(("bearer" = [])),
    params(("Idempotency-Key" = Option<String>, Header, nullable = false,
        description = "Names this redemption among the caller's; its answer is kept for good",
        min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")),
    request_body = RedeemBody,
    responses(
        (status = 200, description = "It is redeemed", body = RedeemAnswer, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 400, description = "A member is not as described (`invalid_request`), or the voucher is \
            refused: `voucher_unknown`, `voucher_inactive`, `voucher_exhausted`, \
            `voucher_redeemed_by_you`, `voucher_redeemed_by_organization`"),
        (status = 403, description = "The caller is not in the Organization (`not_a_member`), may not \
            spend there (`role_may_not_spend`), or it is suspended (`organization_suspended`)"),
        (status = 409, description = "The voucher is worth something else by now (`voucher_changed`), or \
            the key came with another body (`idempotency_key_reused`)"),
        (status = 429, description = "Too many redemptions from this address or of this user, or too many \
            wrong codes from this address"),
    ),
)]
pub(super) async fn redeem(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    headers: HeaderMap,
    Body(body): Body<RedeemBody>,
) -> Result<Response, Problem> {
    let request = RedeemRequest {
        tenant_id: tenant_id(body.tenant_id)?,
        code: parse_code("code", &body.code)?,
        promo_value_minor: body.promo_value_minor.map(|value| value.0),
        key: idempotency_key(&headers)?,
    };
    let quotas = [
        (Quota::RedeemByAddress, Key::Address(address)),
        (Quota::RedeemByUser, Key::User(&caller.user_id)),
    ];
    let attempt = app.limits.attempt(address, &quotas).await?;
    let tenant_id = request.tenant_id.clone();
    let command = Command::RedeemVoucher(request.into_command(caller.actor()));
    let outcome = app.engine.submit(command).await;
    if let Err(error) = &outcome {
        count_wrong(attempt, error).await?;
    } else {
        payments::due::pay_from_credit(&app, &tenant_id).await;
    }
    let done = outcome.map_err(|error| match error {
        EngineError::Refused(Refusal::Voucher(_)) => Problem::from(error).about("code"),
        _ => error.into(),
    });
    answer(told(&app, (&caller.user_id, &tenant_id), done).await?)
}

/// A body, and whether an earlier, equal request was given it.
pub(super) fn respond(body: impl Serialize, replayed: bool) -> Response {
    let mut response = Json(body).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn answer(outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::Answered { answer, replayed } => Ok(respond(AnswerBody::from(answer), replayed)),
        Outcome::Pending { .. }
        | Outcome::Supersede { .. }
        | Outcome::Returned { .. }
        | Outcome::Billed { .. }
        | Outcome::Previewed(_)
        | Outcome::Quoted(_)
        | Outcome::UsageRecorded(_)
        | Outcome::Done => Err(Problem::internal()),
    }
}

/// An absent or blank code is none: a form sends its empty field along.
fn promo_code(text: Option<&str>) -> Result<Option<Code>, Problem> {
    let sent = text.filter(|text| !text.trim().is_empty());
    Ok(sent.map(|text| parse_code("promo_code", text)).transpose()?)
}

fn tenant_id(text: String) -> Result<String, Problem> {
    const MAX_CHARS: usize = 200;
    if text.is_empty() || text.chars().count() > MAX_CHARS {
        return Err(Problem::field("tenant_id", "tenant_id must be an Organization's identifier"));
    }
    Ok(text)
}
