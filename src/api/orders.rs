//! `/billing/admin/orders`: the orders of all Organizations, for the superadmin.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Superadmin;
use super::extract::{Query, Segment};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::orders::OrderRow;
use crate::usecase::orders::{self, Wanted};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only orders of this status.
    #[param(nullable = false)]
    status: Option<String>,
    /// Only those of this Organization.
    #[param(nullable = false)]
    tenant_id: Option<String>,
    /// Only those that were placed with this voucher, revoked or not.
    #[param(nullable = false)]
    promo_code: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
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
    /// What of it credit pays, in minor units.
    credit_minor: i64,
    /// What of it a card pays, in minor units.
    charge_minor: i64,
    /// How much of the total is tax, in minor units.
    tax_minor: i64,
    /// `pending`, `completed`, `expired`, `failed`, `cancelled` or `superseded`; one that was adopted may
    /// have another.
    status: String,
    /// `checkout`, `renewal` or `change`.
    kind: String,
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
            credit_minor: row.credit_minor,
            charge_minor: row.charge_minor,
            tax_minor: row.tax_minor,
            status: row.status,
            kind: row.kind,
            stripe_session_id: row.stripe_session_id,
            created_at: row.created_at.0,
            promo_deleted: row.promo_code.is_some().then_some(row.promo_deleted),
            promo_code: row.promo_code,
        }
    }
}

/// Lists the orders
///
/// Of all Organizations, newest first; all that is asked for must fit. A page looks at 100,000 orders at most: where
/// something is asked for it may hold few, or none, and still link to the next. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/orders", tag = "Billing", operation_id = "listOrders",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of orders", body = Vec<OrderBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let wanted = Wanted {
        status: query.status.as_deref(),
        tenant_id: query.tenant_id.as_deref(),
        code: query.promo_code.as_deref(),
    };
    let page = orders::list(&app, wanted, (query.after.as_deref(), limit)).await?;
    let currency = app.facts.currency;
    let bodies: Vec<OrderBody> =
        page.rows.into_iter().map(|row| OrderBody::new(row, currency)).collect();
    let next = page.next.map(|next| ListQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(bodies, next, &uri))
}

/// Reads an order
///
/// Of any Organization. For the role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/orders/{order_id}", tag = "Billing", operation_id = "getOrder",
    security(("bearer" = [])),
    params(("order_id" = Uuid, Path, description = "The order's identifier")),
    responses(
        (status = 200, description = "The order", body = OrderBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such order"),
    ),
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(order_id): Segment,
) -> Result<Json<OrderBody>, Problem> {
    let found = orders::find(&app, super::refunds::order(&order_id)?).await?;
    let row = found.ok_or_else(super::refunds::no_such_order)?;
    Ok(Json(OrderBody::new(row, app.facts.currency)))
}
