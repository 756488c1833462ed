//! `POST /billing/checkout` and `POST /billing/vouchers/redeem`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;
use sovereign_domain::book::{Command, Outcome, Refusal};
use sovereign_domain::voucher::Code;

use super::caller::Caller;
use super::extract::{Body, Whole, idempotency_key, references};
use super::problem::Problem;
use crate::app::App;
use crate::engine::EngineError;
use crate::usecase::checkout::{CheckoutRequest, RedeemRequest};
use crate::usecase::vouchers::parse_code;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

#[derive(Debug, Deserialize)]
pub(super) struct CheckoutBody {
    plan_id: String,
    apps: Option<Vec<String>>,
    addons: Option<Vec<String>>,
    tenant_id: String,
    promo_code: Option<String>,
    promo_value_minor: Option<Whole>,
}

/// POST /billing/checkout: orders a plan, with credit first.
pub(super) async fn checkout(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(body): Body<CheckoutBody>,
) -> Result<Response, Problem> {
    let request = CheckoutRequest {
        tenant_id: tenant_id(body.tenant_id)?,
        plan: body.plan_id,
        addons: references("addons", body.addons)?,
        apps: references("apps", body.apps)?,
        code: promo_code(body.promo_code.as_deref())?,
        promo_value_minor: body.promo_value_minor.map(|value| value.0),
        key: idempotency_key(&headers)?,
    };
    let command = request.into_command(caller.actor());
    answer(app.engine.submit(Command::Checkout(command)).await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct RedeemBody {
    tenant_id: String,
    code: String,
    promo_value_minor: Option<Whole>,
}

/// POST /billing/vouchers/redeem: a further voucher straight into the wallet.
pub(super) async fn redeem(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Body(body): Body<RedeemBody>,
) -> Result<Response, Problem> {
    let request = RedeemRequest {
        tenant_id: tenant_id(body.tenant_id)?,
        code: parse_code("code", &body.code)?,
        promo_value_minor: body.promo_value_minor.map(|value| value.0),
        key: idempotency_key(&headers)?,
    };
    let command = request.into_command(caller.actor());
    let outcome = app.engine.submit(Command::RedeemVoucher(command)).await;
    answer(outcome.map_err(|error| match error {
        EngineError::Refused(Refusal::Voucher(_)) => {
            Problem::from(error).with("field", json!("code"))
        }
        _ => error.into(),
    })?)
}

fn answer(outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::Answered { answer, replayed } => {
            let mut response = Json(answer).into_response();
            if replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            Ok(response)
        }
        // Orders wait for a card only where a processor is configured, and none can be yet.
        Outcome::Pending { .. } | Outcome::Supersede { .. } => Err(Refusal::NoProcessor.into()),
        Outcome::Done => Err(Problem::internal()),
    }
}

/// An absent or blank code is none: a form sends its empty field along.
fn promo_code(text: Option<&str>) -> Result<Option<Code>, Problem> {
    let sent = text.filter(|text| !text.trim().is_empty());
    Ok(sent.map(|text| parse_code("promo_code", text)).transpose()?)
}

fn tenant_id(text: String) -> Result<String, Problem> {
    const MAX_BYTES: usize = 200;
    if text.is_empty() || text.len() > MAX_BYTES {
        return Err(Problem::field("tenant_id", "tenant_id must be an Organization's identifier"));
    }
    Ok(text)
}
