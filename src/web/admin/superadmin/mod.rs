//! The pages that only the superadmin has: the orders of all Organizations, and the Sovereign itself.

mod order;
mod order_refused;
mod orders;
mod organization;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/orders", get(orders::show))
        .route("/admin/organizations/{id}", get(organization::show).post(organization::press))
        .route("/admin/orders/{id}", get(order::show).post(order::press))
}
