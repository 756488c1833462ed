//! The pages of whoever administers the Sovereign: its vouchers and campaigns.
//!
//! As in the console, a page's GET shows it and its POST carries out the button that was pressed, named by the field
//! `act`. What the pages do, routes of the API do too.

mod campaign;
mod campaign_typed;
mod campaigns;
mod chart;
mod difference;
mod frame;
mod new_campaign;
mod new_voucher;
mod story;
mod typed;
mod visit;
mod voucher;
mod vouchers;

use std::sync::Arc;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use self::frame::VOUCHERS;
use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin", get(async || Redirect::to(VOUCHERS)))
        .route("/admin/vouchers", get(vouchers::show))
        .route("/admin/vouchers.csv", get(vouchers::file))
        .route("/admin/vouchers/new", get(new_voucher::show).post(new_voucher::press))
        .route("/admin/vouchers/{code}", get(voucher::show).post(voucher::press))
        .route("/admin/campaigns", get(campaigns::show))
        .route("/admin/campaigns/new", get(new_campaign::show).post(new_campaign::press))
        .route("/admin/campaigns/{id}", get(campaign::show).post(campaign::press))
        .route("/admin/campaigns/{id}/days.csv", get(campaign::file))
}
