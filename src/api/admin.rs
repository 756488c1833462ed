//! What the superadmin reads of the whole Sovereign: revenue and orders.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::caller::Superadmin;
use super::problem::Problem;
use crate::app::App;
use crate::storage::billing::{self, OrderRow};

const NEWEST_ORDERS: i64 = 50;

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

/// An order of an Organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderBody {
    id: Uuid,
    /// The Organization's billing account.
    customer_id: Uuid,
    tenant_id: String,
    plan_id: String,
    apps: Vec<String>,
    addons: Vec<String>,
    /// The total, in whole units, truncated.
    amount_omr: i64,
    /// The total, in minor units.
    amount_baisa: i64,
    /// `pending`, `completed`, `expired`, `failed`, `cancelled` or `superseded`; one that was adopted may
    /// have another.
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stripe_session_id: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The voucher that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    promo_code: Option<String>,
    /// With a voucher: whether it was revoked since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    promo_deleted: Option<bool>,
}

impl OrderBody {
    fn new(row: OrderRow, currency: Currency) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            tenant_id: row.tenant_id,
            plan_id: row.plan_id,
            apps: row.apps.0,
            addons: row.addons.0,
            amount_omr: currency.whole_units(row.amount_baisa),
            amount_baisa: row.amount_baisa,
            status: row.status,
            stripe_session_id: row.stripe_session_id,
            created_at: row.created_at.0,
            promo_deleted: row.promo_code.is_some().then_some(row.promo_deleted),
            promo_code: row.promo_code,
        }
    }
}

/// Lists the newest 50 orders
///
/// Of all Organizations, newest first. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/orders", tag = "Billing", operation_id = "listOrders",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The orders", body = Vec<OrderBody>),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn orders(
    State(app): State<Arc<App>>,
    _: Superadmin,
) -> Result<Json<Vec<OrderBody>>, Problem> {
    let mut tx = app.store.read_across().await?;
    let orders = billing::newest_orders(&mut tx, NEWEST_ORDERS).await?;
    let currency = app.facts.currency;
    Ok(Json(orders.into_iter().map(|row| OrderBody::new(row, currency)).collect()))
}
