//! Style sheets. Their address changes with what is in them, so that a browser may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::hex;

const STYLE: &str = include_str!("../../assets/style.css");

static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("style-{}.css", &hex::encode(&Sha256::digest(STYLE))[..12]));

/// The address of the style sheet.
pub(super) fn style() -> String {
    format!("/assets/{}", *STYLE_NAME)
}

pub(super) async fn serve(Path(name): Path<String>) -> Response {
    if name != *STYLE_NAME {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, STYLE).into_response()
}
