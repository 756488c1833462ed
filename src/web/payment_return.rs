//! Where a customer comes back to from Stripe's page: whether it is paid, as Stripe says at this moment.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::error;
use super::page::{Page, parameter};
use crate::app::App;
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::settle::{self, Hint, Settled};

/// Tells nothing of an order but how its payment stands: whoever comes back may be signed in elsewhere.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let Ok(order_id) = parameter(&uri, "order").parse::<Uuid>() else {
        return error::say(&page, StatusCode::NOT_FOUND, "payment-unknown", None);
    };
    let on = Some(("/console", "to-account"));
    let name = match settle::settle(&app, OrderId(order_id), Hint::None).await {
        Ok(Settled::Completed) => "payment-done",
        Ok(Settled::Processing) => "payment-processing",
        Ok(Settled::Open) => "payment-open",
        Ok(Settled::Closed) => "payment-closed",
        Ok(Settled::Returned) => "payment-returned",
        Ok(Settled::Mismatch) | Err(PaymentError::Unresolved(_)) => "payment-checking",
        Err(PaymentError::Storage(error)) => return error::unavailable(&page, &error),
        Err(_) => return error::say(&page, StatusCode::NOT_FOUND, "payment-unknown", None),
    };
    error::say(&page, StatusCode::OK, name, on)
}
