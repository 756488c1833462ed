//! The franchisee's logo and style sheet. Their addresses change with what is in them, as those of our own do.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::assets;
use crate::app::App;
use crate::branding::StyleSheet;
use crate::usecase::branding;

/// A logo is shown and does nothing, also where somebody opens its address: it is from a franchisee's
/// administrator, and of the same origin as the pages.
const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Everything under `/assets`.
pub(super) async fn serve(State(app): State<Arc<App>>, Path(name): Path<String>) -> Response {
    if let Some(sheet) = StyleSheet::named(&name) {
        return kept("text/css; charset=utf-8", sheet.text);
    }
    if !name.starts_with("logo-") {
        return assets::serve(&name);
    }
    match branding::logo(&app, &name).await {
        Ok(Some((kind, bytes))) => {
            let policy = [(header::CONTENT_SECURITY_POLICY, LOGO_POLICY)];
            (policy, kept(kind.media_type(), bytes)).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "the logo cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn kept(media_type: &'static str, content: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, FOR_GOOD),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}
