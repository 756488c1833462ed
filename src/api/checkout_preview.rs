//! `POST /billing/checkout/preview`: what a checkout would come to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::book::CheckoutQuote;
use sovereign_domain::catalog::{LineKind, OrderLine};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::{Address, Caller};
use super::checkout::{CheckoutBody, count_wrong};
use super::extract::Body;
use super::problem::Problem;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::usecase::quote;

/// Something that is ordered, and what a month of it costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckoutLine)]
struct LineBody {
    /// `plan`, `addon`, `app`, or `service`: what an app needs to run.
    kind: &'static str,
    id: String,
    name: String,
    /// The app that a service is for alone, by identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    for_app: Option<String>,
    /// In minor units, before tax that is added.
    amount_minor: i64,
}

impl From<OrderLine> for LineBody {
    fn from(line: OrderLine) -> Self {
        let kind = match line.kind {
            LineKind::Plan => "plan",
            LineKind::Addon => "addon",
            LineKind::App => "app",
            LineKind::Service => "service",
            // Never part of a checkout.
            LineKind::Usage => "usage",
        };
        let OrderLine { id, name, amount_minor, for_app, .. } = line;
        Self { kind, id, name, for_app, amount_minor }
    }
}

/// What a checkout would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CheckoutPreview)]
pub(super) struct QuoteBody {
    /// Identifiers, as are the add-ons and apps.
    plan_id: String,
    apps: Vec<String>,
    addons: Vec<String>,
    /// The plan, the add-ons, and the apps and services that have a price of their own.
    lines: Vec<LineBody>,
    /// The part of the total that is tax, in minor units.
    tax_minor: i64,
    /// The first month, in minor units.
    total_minor: i64,
    /// What the voucher is worth, in minor units: `promo_value_minor` of the checkout. Absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    promo_value_minor: Option<i64>,
    /// When the voucher's credit ends, redeemed now; absent where it never does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    promo_expires_at: Option<Timestamp>,
    /// Credit that is there already, in minor units.
    credit_available_minor: i64,
    /// What credit pays of the total, in minor units.
    credit_minor: i64,
    /// What a card pays of the total, in minor units.
    charge_minor: i64,
    /// What rounding to what a card can be charged takes off, in minor units.
    rounding_minor: i64,
    /// Credit that is left once the order is paid, in minor units.
    credit_left_minor: i64,
    /// What each following month costs, at the prices of today, in minor units.
    month_minor: i64,
    /// The part of that which is tax, in minor units.
    month_tax_minor: i64,
    /// How many months credit alone pays, the first one included; 0 where a card pays of the first. Absent where
    /// there is nothing to pay. More than 240 are not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    covered_months: Option<u32>,
    /// The end of those months; absent where there are none, or there is nothing to pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    covered_until: Option<Timestamp>,
    /// ISO 4217.
    currency: String,
}

impl From<CheckoutQuote> for QuoteBody {
    fn from(quote: CheckoutQuote) -> Self {
        Self {
            plan_id: quote.plan_id,
            apps: quote.apps,
            addons: quote.addons,
            lines: quote.lines.into_iter().map(Into::into).collect(),
            tax_minor: quote.tax_minor,
            total_minor: quote.total_minor,
            promo_value_minor: quote.voucher_minor,
            promo_expires_at: quote.voucher_expires_at,
            credit_available_minor: quote.available_minor,
            credit_minor: quote.credit_minor,
            charge_minor: quote.charge_minor,
            rounding_minor: quote.rounding_minor,
            credit_left_minor: quote.left_minor,
            month_minor: quote.month_minor,
            month_tax_minor: quote.month_tax_minor,
            covered_months: quote.cover.months(),
            covered_until: quote.cover.until(),
            currency: quote.currency,
        }
    }
}

/// Says what an order would come to
///
/// By the very rules of the checkout, at this moment, and nothing changes. An order of the Organization that waits
/// for its payment is reckoned as given back, because the checkout would end it. For owners and admins of the
/// Organization.
#[utoipa::path(
    post, path = "/billing/checkout/preview", tag = "Checkout", operation_id = "previewCheckout",
    security(("bearer" = [])),
    request_body = CheckoutBody,
    responses(
        (status = 200, description = "What it would come to", body = QuoteBody),
        (status = 400, description = "A member is not as described, the catalog has no such plan, app \
            or add-on (`invalid_request`), or the voucher is refused: `voucher_unknown`, \
            `voucher_inactive`, `voucher_exhausted`, `voucher_redeemed_by_you`, \
            `voucher_redeemed_by_organization`"),
        (status = 403, description = "The caller is not in the Organization (`not_a_member`), may not \
            spend there (`role_may_not_spend`), it is suspended (`organization_suspended`), or the \
            Sovereign's policy does not allow it (`policy_forbids`) or wants an approval for it \
            (`approval_required`)"),
        (status = 409, description = "The Organization has a subscription (`already_subscribed`), or the \
            voucher is worth something else by now (`voucher_changed`)"),
        (status = 429, description = "Too many checkouts from this address or of this user, or too many \
            wrong codes from this address"),
        (status = 503, description = "The credit does not cover the total and cards are not taken here \
            (`payment_not_configured`), or the service is not available for a moment (`unavailable`)"),
    ),
)]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    Body(body): Body<CheckoutBody>,
) -> Result<Json<QuoteBody>, Problem> {
    let request = body.into_request(None)?;
    let quotas = [
        (Quota::CheckoutByAddress, Key::Address(address)),
        (Quota::CheckoutByUser, Key::User(&caller.user_id)),
    ];
    if request.code.is_none() {
        app.limits.check_all(&quotas).await?;
        return Ok(Json(quote::preview(&app, request, caller.actor()).await?.into()));
    }
    let attempt = app.limits.attempt(address, &quotas).await?;
    let quote = quote::preview(&app, request, caller.actor()).await;
    if let Err(error) = &quote {
        count_wrong(attempt, error).await?;
    }
    Ok(Json(quote?.into()))
}
