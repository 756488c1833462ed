//! What the superadmin reads of the whole Sovereign: revenue and orders.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::caller::Superadmin;
use super::problem::Problem;
use crate::app::App;
use crate::storage::billing::{self, OrderRow};

const NEWEST_ORDERS: i64 = 50;

#[derive(Debug, Serialize)]
pub(super) struct RevenueBody {
    /// Monthly recurring revenue at list price, in whole units.
    total_mrr: i64,
    total_mrr_baisa: i64,
    currency: &'static str,
    total_customers: i64,
    new_this_month: i64,
    active_subscriptions: i64,
}

/// GET /billing/admin/revenue
pub(super) async fn revenue(
    State(app): State<Arc<App>>,
    Superadmin: Superadmin,
) -> Result<Json<RevenueBody>, Problem> {
    let mut tx = app.store.read().await?;
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

#[derive(Debug, Serialize)]
pub(super) struct OrderBody {
    id: Uuid,
    customer_id: Uuid,
    tenant_id: String,
    plan_id: String,
    apps: Vec<String>,
    addons: Vec<String>,
    amount_omr: i64,
    amount_baisa: i64,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_session_id: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    promo_code: Option<String>,
    /// The voucher was revoked since.
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// GET /billing/admin/orders: the newest 50.
pub(super) async fn orders(
    State(app): State<Arc<App>>,
    Superadmin: Superadmin,
) -> Result<Json<Vec<OrderBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let orders = billing::newest_orders(&mut tx, NEWEST_ORDERS).await?;
    let currency = app.facts.currency;
    Ok(Json(orders.into_iter().map(|row| OrderBody::new(row, currency)).collect()))
}
