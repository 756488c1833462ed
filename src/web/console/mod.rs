//! The console: what the people of an Organization see of it and do with it.
//!
//! A page has one address. Its GET shows it; its POST carries out the button that was pressed, named by the field
//! `act`, and leads back to it with a notice. Buttons that a role may not press are not shown, and pressing them
//! anyway is refused by the use case.

mod app_page;
mod apps;
mod card;
mod change;
mod close;
mod environments;
pub(super) mod frame;
mod home;
mod members;
mod money;
mod plan;
mod refused;
mod settings;
pub(super) mod visit;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/console/{slug}", get(home::show))
        .route("/console/{slug}/apps", get(apps::show))
        .route("/console/{slug}/apps/{app}", get(app_page::show).post(app_page::press))
        .route("/console/{slug}/plan", get(plan::show).post(plan::press))
        .route("/console/{slug}/plan/change", get(change::show).post(change::press))
        .route("/console/{slug}/environments", get(environments::show).post(environments::press))
        .route("/console/{slug}/card", get(card::show).post(card::press))
        .route("/console/{slug}/members", get(members::show).post(members::press))
        .route("/console/{slug}/settings", get(settings::show).post(settings::press))
        .route("/console/{slug}/close", get(close::show).post(close::press))
}
