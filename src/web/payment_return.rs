//! Where a customer comes back to from Stripe's page: whether it is paid, as Stripe says at this moment.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::error;
use super::page::{Page, parameter};
use crate::api::caller::Address;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::usecase::payments::PaymentError;
use crate::usecase::payments::settle::{self, Hint, Settled};

/// Tells nothing of an order but how its payment stands: whoever comes back may be signed in elsewhere.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(address): Address,
    OriginalUri(uri): OriginalUri,
) -> Response {
    if let Err(wait) = app.limits.check(Quota::PaymentByAddress, Key::Address(address)).await {
        return error::too_many(&page, wait);
    }
    let Ok(order_id) = parameter(&uri, "order").parse::<Uuid>() else {
        return error::say(&page, StatusCode::NOT_FOUND, "payment-unknown", None);
    };
    let pay = format!("/pay/{order_id}");
    let account = ("/console", "to-account");
    let (name, on) = match settle::settle(&app, OrderId(order_id), Hint::None).await {
        Ok(Settled::Completed) => ("payment-done", account),
        Ok(Settled::Processing) => ("payment-processing", account),
        Ok(Settled::Open | Settled::Due) => ("payment-open", (&*pay, "pay-again")),
        Ok(Settled::Closed) => ("payment-closed", account),
        Ok(Settled::Returned) => ("payment-returned", account),
        Ok(Settled::Mismatch) | Err(PaymentError::Unresolved(_)) => ("payment-checking", account),
        Err(PaymentError::Storage(error)) => return error::unavailable(&page, &error),
        Err(_) => return error::say(&page, StatusCode::NOT_FOUND, "payment-unknown", None),
    };
    error::say(&page, StatusCode::OK, name, Some(on))
}
