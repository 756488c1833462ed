//! `POST /billing/webhook`: what Stripe sends.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::extract::Raw;
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::usecase::payments::webhook::{self, WebhookError};

/// Takes an event of Stripe's
///
/// Verified by its signature, kept as it came, and acted upon once however often it is sent. Events of other
/// Sovereigns on the same Stripe account, and those of kinds that are not acted upon, are acknowledged.
#[utoipa::path(
    post, path = "/billing/webhook", tag = "Billing", operation_id = "takeStripeEvent",
    security(()),
    params(("Stripe-Signature" = String, Header,
        description = "The time and the signatures: `t=1492774577,v1=5257a869`")),
    request_body(content = String, content_type = "application/json",
        description = "An event, as Stripe signed it"),
    responses(
        (status = 200, description = "It was processed, now or before, or is kept", body = DoneBody),
        (status = 400, description = "The signature is not of this body and webhook secret, or the body is \
            no event (`invalid_request`)"),
        (status = 500, description = "It could not be acted upon; Stripe sends it again"),
        (status = 503, description = "No webhook secret is set (`payment_not_configured`), or the service \
            is not available for a moment (`unavailable`)"),
    ),
)]
pub(super) async fn take(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<DoneBody>, Problem> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let Some(signature) = signature.filter(|signature| !signature.is_empty()) else {
        let detail = "Stripe-Signature is missing: Stripe signs what it sends";
        return Err(Problem::field("Stripe-Signature", detail));
    };
    match webhook::take(&app, signature, &body).await {
        Ok(()) => Ok(Json(DoneBody::DONE)),
        Err(WebhookError::NotConfigured) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "payment_not_configured",
            "no webhook secret is set; set stripe_webhook_secret in the settings",
        )),
        Err(WebhookError::BadSignature(error)) => {
            Err(Problem::field("Stripe-Signature", error.to_string()))
        }
        Err(WebhookError::BadBody) => {
            Err(Problem::field("body", "the body must be an event of Stripe's"))
        }
        Err(WebhookError::Failed) => Err(Problem::internal()),
    }
}
