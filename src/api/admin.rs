//! What the superadmin reads of the whole Sovereign: its revenue.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::problem::Problem;
use crate::app::App;
use crate::storage::billing;

/// What the Sovereign earns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revenue)]
pub(super) struct RevenueBody {
    /// Monthly recurring revenue at list price, in whole units, truncated.
    total_mrr: i64,
    /// The same, in minor units.
    total_mrr_baisa: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Billing accounts.
    total_customers: i64,
    /// Billing accounts that were made in this month (UTC).
    new_this_month: i64,
    active_subscriptions: i64,
}

/// Reads the revenue
///
/// For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/revenue", tag = "Billing", operation_id = "getRevenue",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The figures of now", body = RevenueBody),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn revenue(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<RevenueBody>, Problem> {
    let mut tx = app.store.read_across().await?;
    let revenue = billing::revenue(&mut tx, app.clock.now().month_start()).await?;
    let currency = app.facts.currency;
    Ok(Json(RevenueBody {
        total_mrr: currency.whole_units(revenue.mrr_minor),
        total_mrr_baisa: revenue.mrr_minor,
        currency: currency.code(),
        total_customers: revenue.customers,
        new_this_month: revenue.new_customers,
        active_subscriptions: revenue.active_subscriptions,
    }))
}
