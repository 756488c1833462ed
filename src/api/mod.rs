//! The JSON routes. They answer at the root and under `/api`; the wire contract fixes their shapes.
//!
//! A handler reads the request, calls one use case or the engine, and writes the answer. Rules live
//! below.

mod admin;
mod billing;
mod caller;
mod catalog;
mod checkout;
mod extract;
mod middleware;
mod organizations;
mod problem;
mod status;
mod vouchers;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::app::App;

/// Every route, with what all of them share.
pub fn router(app: Arc<App>) -> Router {
    let routes = Router::new()
        .merge(voucher_routes())
        .merge(billing_routes())
        .merge(catalog_routes())
        .merge(organization_routes())
        .merge(status_routes());
    let all = Router::new()
        .nest("/api", routes.clone())
        .merge(routes)
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::method_not_allowed);
    middleware::around(all).with_state(app)
}

type Routes = Router<Arc<App>>;

fn voucher_routes() -> Routes {
    Router::new()
        .route("/billing/vouchers/issue", post(vouchers::issue))
        .route("/billing/vouchers/list", get(vouchers::list))
        .route("/billing/vouchers/revoke/{code}", delete(vouchers::revoke))
        .route("/billing/vouchers/redeem-preview", post(vouchers::redeem_preview))
        .route("/billing/vouchers/redeem", post(checkout::redeem))
        .route("/billing/admin/promos", get(vouchers::list).post(vouchers::issue))
        .route("/billing/admin/promos/{code}", delete(vouchers::revoke))
}

fn billing_routes() -> Routes {
    Router::new()
        .route("/billing/checkout", post(checkout::checkout))
        .route("/billing/balance", get(billing::balance))
        .route("/billing/subscription/{tenant_id}", get(billing::subscription))
        .route("/billing/invoices/{tenant_id}", get(billing::invoices))
        .route("/billing/admin/revenue", get(admin::revenue))
        .route("/billing/admin/orders", get(admin::orders))
}

fn catalog_routes() -> Routes {
    Router::new()
        .route("/catalog/plans", get(catalog::plans))
        .route("/catalog/addons", get(catalog::addons))
        .route("/catalog/apps", get(catalog::apps))
        .route("/catalog/apps/search", get(catalog::search_apps))
        .route("/catalog/apps/{slug}", get(catalog::app))
        .route("/catalog/industries", get(catalog::industries))
        .route("/catalog/bundles", get(catalog::bundles))
        .route("/catalog/bundles/{slug}", get(catalog::bundle))
}

fn organization_routes() -> Routes {
    Router::new()
        .route("/tenant/check-slug/{slug}", get(organizations::check_slug))
        .route("/tenant/orgs", get(organizations::list).post(organizations::create))
        .route("/tenant/orgs/{id}", get(organizations::find))
        .route(
            "/tenant/orgs/{id}/members",
            get(organizations::members).post(organizations::add_member),
        )
        .route("/tenant/orgs/{id}/members/{user_id}", delete(organizations::remove_member))
}

fn status_routes() -> Routes {
    Router::new()
        .route("/healthz", get(status::alive))
        .route("/livez", get(status::alive))
        .route("/readyz", get(status::ready))
        .route("/version", get(status::version))
        .route("/.well-known/jwks.json", get(status::jwks))
}
