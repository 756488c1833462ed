//! The login theme for Keycloak, as a file.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::super::error;
use super::visit::Visit;
use crate::api::keycloak_theme::send;
use crate::app::App;
use crate::usecase::branding::keycloak_theme::{self, ThemeError};

pub(super) async fn file(State(app): State<Arc<App>>, Visit { page, .. }: Visit) -> Response {
    match keycloak_theme::jar(&app.store, &app.facts.fqdn).await {
        Ok(jar) => send(jar),
        Err(ThemeError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(ThemeError::Broken(failed)) => {
            tracing::error!(%failed, "a login theme was not packed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
