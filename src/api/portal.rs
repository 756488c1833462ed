//! Stripe's customer portal, for owners and admins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::extract::Segment;
use super::problem::Problem;
use crate::app::App;
use crate::storage::organizations;
use crate::usecase::organizations::usable_id;
use crate::usecase::payments::portal::{self, PortalError};

/// Where a person changes their card.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Portal)]
pub(super) struct PortalBody {
    /// A page of Stripe's. It works for a few minutes, and for whoever has it: send the person there at
    /// once.
    portal_url: String,
}

/// Opens the customer portal
///
/// Stripe's page where an Organization changes its card and sees what its card has paid. For owners and
/// admins.
#[utoipa::path(
    post, path = "/billing/portal/{tenant_id}", tag = "Billing", operation_id = "openPortal",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "Where to send the person", body = PortalBody),
        (status = 403, description = "The caller is in the Organization, but no owner or admin"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "The Organization has never paid by card (`no_card_customer`)"),
        (status = 503, description = "Cards are not taken here (`payment_not_configured`), or Stripe does \
            not answer (`stripe_unavailable`) or does not open the portal (`portal_refused`)"),
    ),
)]
pub(super) async fn open(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<PortalBody>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    let role = organizations::role_of(&mut tx, usable_id(&tenant_id)?, &caller.user_id).await?;
    drop(tx);
    let role = role.ok_or_else(|| Problem::not_found("there is no such Organization"))?;
    if !role.may_spend() {
        return Err(Problem::forbidden("the portal is for owners and admins"));
    }
    Ok(Json(PortalBody { portal_url: portal::open(&app, &tenant_id).await? }))
}

impl From<PortalError> for Problem {
    fn from(error: PortalError) -> Self {
        match error {
            PortalError::NoCustomer => Self::new(
                StatusCode::CONFLICT,
                "no_card_customer",
                "this Organization has never paid by card; its first card payment makes it known to Stripe",
            ),
            PortalError::Refused(message) => {
                tracing::error!(message, "Stripe does not open the customer portal");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "portal_refused",
                    "the payment service does not open its portal; contact the operator",
                )
            }
            PortalError::Stripe(error) => error.into(),
            PortalError::Payment(error) => error.into(),
        }
    }
}
