//! Private Blueprints, the franchisee's own apps: the list of them, sending a signed one, changing and retiring it.

mod list;
mod one;
mod sent;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;

use crate::app::App;

/// How large a form may be: enough to say of a file that it is too large.
const MAX_FORM_BYTES: usize = 1024 * 1024;

pub(super) fn routes() -> Router<Arc<App>> {
    let limit = || DefaultBodyLimit::max(MAX_FORM_BYTES);
    Router::new()
        .route("/admin/blueprints", get(list::show).post(list::press).layer(limit()))
        .route("/admin/blueprints/{slug}", get(one::show).post(one::press).layer(limit()))
}
