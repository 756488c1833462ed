//! Style sheet, script and icon. Their addresses change with what is in them, so that a browser may keep them for
//! good.

use std::sync::LazyLock;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use crate::hex;

/// The files of `assets/style` in the order in which they count.
const STYLE: &str = concat!(
    include_str!("../../assets/style/1-tokens.css"),
    include_str!("../../assets/style/2-base.css"),
    include_str!("../../assets/style/3-frame.css"),
    include_str!("../../assets/style/4-form.css"),
    include_str!("../../assets/style/5-parts.css"),
    include_str!("../../assets/style/6-ticket.css"),
    include_str!("../../assets/style/7-table.css"),
    include_str!("../../assets/style/8-app.css"),
    include_str!("../../assets/style/9-console.css"),
    include_str!("../../assets/style/9-market.css"),
);
const SCRIPT: &str = include_str!("../../assets/script/page.js");

struct Asset {
    name: String,
    content_type: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(kind: &str, ending: &str, content_type: &'static str, text: &'static str) -> Self {
        let name = format!("{kind}-{}.{ending}", &hex::encode(&Sha256::digest(text))[..12]);
        Self { name, content_type, text }
    }
}

/// What a browser shows beside a page's title where the franchisee has no logo.
const ICON: &str = include_str!("../../assets/icon.svg");

static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new("style", "css", "text/css; charset=utf-8", STYLE),
        Asset::new("page", "js", "text/javascript; charset=utf-8", SCRIPT),
        Asset::new("icon", "svg", "image/svg+xml", ICON),
    ]
});

/// The address of the style sheet.
pub(super) fn style() -> String {
    format!("/assets/{}", ASSETS[0].name)
}

/// The address of the script.
pub(super) fn script() -> String {
    format!("/assets/{}", ASSETS[1].name)
}

/// The address of the icon.
pub(super) fn icon() -> String {
    format!("/assets/{}", ASSETS[2].name)
}

pub(super) fn serve(name: &str) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.text).into_response()
}
