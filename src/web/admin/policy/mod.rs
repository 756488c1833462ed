//! The Sovereign's policy: what Organizations may have. Every administrator reads and sets it.

mod desk;
mod parts;
mod typed;
mod versions;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::app::App;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/admin/policy", get(desk::show).post(desk::press))
}
