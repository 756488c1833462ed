//! The pages of whoever administers the Sovereign: its vouchers and campaigns, and reports.
//!
//! As in the console, a page's GET shows it and its POST carries out the button that was pressed, named by the field
//! `act`. What the pages do, routes of the API do too.

mod approvals;
mod blueprints;
mod branding;
mod branding_logo;
mod branding_typed;
mod bulk;
mod bulk_list;
mod bulk_typed;
mod burn_down;
mod campaign;
mod campaign_days;
mod campaign_typed;
mod campaigns;
mod catalog;
mod chart;
mod difference;
mod edit_many;
mod frame;
mod funnel;
mod impact;
mod import;
mod keycloak_theme;
mod mailings;
mod new_bulk;
mod new_campaign;
mod new_voucher;
mod numbers;
mod organizations;
mod period;
mod policy;
mod report_sections;
mod reports;
mod story;
mod superadmin;
mod typed;
mod visit;
mod voucher;
mod voucher_files;
mod vouchers;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::get;

use self::frame::{BRANDING, VOUCHERS};
use crate::app::App;
use crate::usecase::bulk::MAX_FILE_BYTES;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin", get(async || Redirect::to(VOUCHERS)))
        .route("/admin/vouchers", get(vouchers::show).post(vouchers::press))
        .route("/admin/vouchers.csv", get(voucher_files::file))
        .route("/admin/vouchers/cards.pdf", get(voucher_files::cards))
        .route("/admin/vouchers/new", get(new_voucher::show).post(new_voucher::press))
        .route("/admin/vouchers/edit", get(edit_many::show).post(edit_many::press))
        .route("/admin/vouchers/bulk", get(bulk_list::show))
        .route("/admin/vouchers/bulk/new", get(new_bulk::show).post(new_bulk::press))
        .route("/admin/vouchers/bulk/{id}", get(bulk::show).post(bulk::press))
        .route(
            "/admin/vouchers/import",
            get(import::show).post(import::press).layer(DefaultBodyLimit::max(MAX_FILE_BYTES)),
        )
        .route("/admin/vouchers/{code}", get(voucher::show).post(voucher::press))
        .route("/admin/vouchers/{code}/qr.svg", get(voucher::qr_svg))
        .route("/admin/vouchers/{code}/qr.png", get(voucher::qr_png))
        .route("/admin/vouchers/{code}/credit.csv", get(voucher::credit))
        .route("/admin/reports", get(reports::show))
        .route("/admin/reports/{name}", get(reports::csv))
        .route("/admin/branding", get(branding::show).post(branding::press))
        .route("/admin/branding/keycloak-theme.jar", get(keycloak_theme::file))
        .route(
            "/admin/branding/logo",
            get(async || Redirect::to(BRANDING))
                .post(branding_logo::press)
                .layer(DefaultBodyLimit::max(branding_logo::MAX_FORM_BYTES)),
        )
        .route("/admin/organizations", get(organizations::show))
        .route("/admin/campaigns", get(campaigns::show))
        .route("/admin/campaigns/new", get(new_campaign::show).post(new_campaign::press))
        .route("/admin/campaigns/{id}", get(campaign::show).post(campaign::press))
        .route("/admin/campaigns/{id}/days.csv", get(campaign::file))
        .route("/admin/campaigns/{id}/funnel.csv", get(campaign::funnel_file))
        .merge(catalog::routes())
        .merge(mailings::routes())
        .merge(policy::routes())
        .merge(approvals::routes())
        .merge(blueprints::routes())
        .merge(superadmin::routes())
}

/// Those of moves, which read and write bundles.
pub(super) fn long_routes() -> Router<Arc<App>> {
    superadmin::long_routes()
}
