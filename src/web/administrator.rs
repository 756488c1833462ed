//! The page of the one-time link that makes somebody the superadmin.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Page, parameter};
use super::{error, return_to, sign_in};
use crate::app::App;
use crate::usecase::roles;

/// Asks for the address of whoever holds the link; the code in their mail then makes them the superadmin.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    OriginalUri(uri): OriginalUri,
) -> Response {
    let token = parameter(&uri, "token");
    match roles::is_administrator_link(&app, &token).await {
        Ok(true) => {
            let filled = sign_in::Filled {
                return_to: return_to::HOME,
                administrator_link: &token,
                ..sign_in::Filled::default()
            };
            sign_in::form_page(&app, &page, StatusCode::OK, &filled)
        }
        Ok(false) => error::say(&page, StatusCode::NOT_FOUND, "administrator-link-ended", None),
        Err(error) => error::unavailable(&page, &error),
    }
}
