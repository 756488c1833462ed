//! `GET /billing/vouchers/code/{code}/qr`: the QR code of what customers open.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sovereign_domain::voucher::Voucher;
use utoipa::{IntoParams, ToSchema};

use super::caller::Issuer;
use super::extract::{Query, Segment};
use super::problem::Problem;
use super::vouchers::find;
use crate::app::App;
use crate::branding::Branding;
use crate::qr::Qr;
use crate::usecase::branding;
use crate::usecase::voucher_file::link;

/// How a QR code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Svg,
    Png,
}

/// A picture.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "a name for the description")]
pub(super) struct QrCode(Vec<u8>);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FormatQuery {
    /// `svg`, the default, or `png`.
    #[param(nullable = false, pattern = "^(svg|png)?$")]
    format: Option<String>,
}

/// The QR code of a voucher's link; `None` where the link is too long for one.
pub(crate) fn picture(branding: &Branding, voucher: &Voucher, format: Format) -> Option<Response> {
    let qr = Qr::of(&link(branding, voucher))?;
    let (kind, bytes) = match format {
        Format::Svg => ("image/svg+xml; charset=utf-8", qr.svg().into_bytes()),
        Format::Png => ("image/png", qr.png().ok()?),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    Some((headers, bytes).into_response())
}

/// Draws a voucher's QR code
///
/// Of its link, which customers open to see what it is worth; with the quiet zone around it. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/qr", tag = "Vouchers", operation_id = "getVoucherQrCode",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$"), FormatQuery),
    responses(
        (status = 200, description = "The picture", content(
            (QrCode = "image/svg+xml"),
            (QrCode = "image/png"),
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn qr(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
    Query(query): Query<FormatQuery>,
) -> Result<Response, Problem> {
    let format = match query.format.as_deref() {
        None | Some("" | "svg") => Format::Svg,
        Some("png") => Format::Png,
        Some(_) => return Err(Problem::field("format", "format must be svg or png")),
    };
    let issued = find(&app, &code).await?;
    let branding = branding::load(&app).await?;
    picture(&branding, &issued.voucher, format)
        .ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))
}
