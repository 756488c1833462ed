//! The pages that only the superadmin has: the orders of all Organizations, their moves, the Sovereign itself, and the
//! fleet.

mod alarms;
mod audit;
mod fleet;
mod fleet_row;
mod move_page;
mod move_refused;
mod move_shown;
mod moves;
mod moves_typed;
mod order;
mod order_refused;
mod orders;
mod organization;
mod payments;
mod reconcile;
mod system;
mod users;
mod webhook;
mod webhook_deliveries;
mod webhook_typed;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/orders", get(orders::show))
        .route("/admin/system", get(system::show).post(system::press))
        .route("/admin/alarms", get(alarms::show).post(alarms::press))
        .route("/admin/reconcile", get(reconcile::show).post(reconcile::press))
        .route("/admin/payments", get(payments::show).post(payments::press))
        .route("/admin/webhooks", get(webhooks::show).post(webhooks::press))
        .route("/admin/webhooks/{id}", get(webhook::show).post(webhook::press))
        .route("/admin/users", get(users::show).post(users::press))
        .route("/admin/audit", get(audit::show))
        .route("/admin/fleet", get(fleet::show))
        .route("/admin/organizations/{id}", get(organization::show).post(organization::press))
        .route("/admin/orders/{id}", get(order::show).post(order::press))
        .route("/admin/moves/{id}/receipt.json", get(moves::receipt))
        .route("/admin/moves/{id}/release.json", get(moves::release))
}

pub(super) fn long_routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/moves", get(moves::show).post(moves::press))
        .route("/admin/organizations/{id}/move", get(move_page::show).post(move_page::press))
}
