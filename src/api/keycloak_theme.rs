//! `GET /billing/admin/branding/keycloak-theme`: a login theme for Keycloak that looks like the pages.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa::ToSchema;

use super::caller::Issuer;
use super::problem::Problem;
use crate::app::App;
use crate::branding::keycloak_theme::Jar;
use crate::usecase::branding::keycloak_theme::{self, ThemeError};

/// An archive for Keycloak's directory of providers.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a name for the description")]
pub(super) struct KeycloakThemeFile(Vec<u8>);

/// Reads a login theme for Keycloak
///
/// It is made from the branding as it is set: the name in English and Arabic, the colours on light and dark pages, the
/// logo, and where to get help. It has neither templates nor scripts; a file in it says how to install it. The same
/// branding gives the same bytes. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/branding/keycloak-theme", tag = "Branding",
    operation_id = "getKeycloakTheme",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The file", body = KeycloakThemeFile,
            content_type = "application/java-archive", headers(
                ("Content-Disposition" = String, description = "Its name: that of the theme, and `.jar`")
            )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn jar(State(app): State<Arc<App>>, _: Issuer) -> Result<Response, Problem> {
    Ok(send(keycloak_theme::jar(&app.store, &app.facts.fqdn).await?))
}

/// The file, to be saved.
pub(crate) fn send(jar: Jar) -> Response {
    let disposition = format!("attachment; filename=\"{}\"", jar.file_name());
    let headers = [
        (header::CONTENT_TYPE, "application/java-archive".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, jar.bytes).into_response()
}

impl From<ThemeError> for Problem {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Storage(error) => error.into(),
            ThemeError::Broken(error) => {
                tracing::error!(%error, "a login theme was not packed");
                Self::internal()
            }
        }
    }
}
