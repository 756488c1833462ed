//! `/billing/vouchers/…/revoke-preview`: what revoking vouchers touches, before somebody does it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::extract::{Query, Segments};
use super::problem::Problem;
use super::voucher_file::FilterQuery;
use super::vouchers::find;
use crate::app::App;
use crate::usecase::revoke_impact::{self, Impact};

/// What revoking vouchers touches. What customers hold stays theirs until it is spent or ends, and orders that wait can still
/// be paid; if one is not, what it reserved is taken back. The numbers are absent where there are more than 10,000 vouchers
/// or redemptions.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RevokeImpact)]
pub(super) struct ImpactBody {
    /// Organizations that have something left of the credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customers: Option<i64>,
    /// What they have left of it together, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    outstanding_minor: Option<i64>,
    /// Orders that reserved it and wait for their payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    orders: Option<i64>,
    /// What those reserved, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reserved_minor: Option<i64>,
    /// ISO 4217.
    currency: &'static str,
}

impl ImpactBody {
    fn new(app: &App, impact: Option<Impact>) -> Self {
        Self {
            customers: impact.map(|impact| impact.customers),
            outstanding_minor: impact.map(|impact| impact.outstanding_minor),
            orders: impact.map(|impact| impact.orders),
            reserved_minor: impact.map(|impact| impact.reserved_minor),
            currency: app.facts.currency.code(),
        }
    }
}

/// Tells what revoking a voucher touches
///
/// It changes nothing. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/revoke-preview", tag = "Vouchers",
    operation_id = "previewVoucherRevocation",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$")),
    responses(
        (status = 200, description = "What it touches", body = ImpactBody),
        (status = 400, description = "This can be no code"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segments(segments): Segments,
) -> Result<Json<ImpactBody>, Problem> {
    let code = segments.first().map(String::as_str).unwrap_or_default();
    let found = find(&app, code).await?.voucher;
    let impact = revoke_impact::of_voucher(&app, &found).await?;
    Ok(Json(ImpactBody::new(&app, impact)))
}

/// Tells what revoking many vouchers touches
///
/// Those that the list has for the same filter. It changes nothing. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/revoke-preview", tag = "Vouchers",
    operation_id = "previewRevocation",
    security(("bearer" = [])),
    params(FilterQuery),
    responses(
        (status = 200, description = "What it touches", body = ImpactBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn many(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<FilterQuery>,
) -> Result<Json<ImpactBody>, Problem> {
    let impact = revoke_impact::of_wanted(&app, &query.wanted()).await?;
    Ok(Json(ImpactBody::new(&app, impact)))
}
