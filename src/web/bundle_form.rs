//! A form of a move: it may have files in it, one of them a bundle.

use std::fs::File;

use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::error;
use super::fields::Fields;
use super::form;
use super::page::Page;
use super::problems::Problems;
use crate::api::bundle_upload::{BUNDLE, Upload, UploadError};
use crate::app::App;

/// The fields of a form, the texts of its small files among them, and the bundle that was sent.
pub(super) struct BundleForm {
    pub(super) fields: Fields,
    pub(super) bundle: Option<File>,
}

impl BundleForm {
    /// Reads a form to its end. Whoever calls this has seen that whoever sends it may; a bundle is read only where the
    /// form is this browser's own, which the caller asks once more.
    ///
    /// # Errors
    /// [`UploadError`].
    pub(super) async fn read(
        app: &App,
        headers: &HeaderMap,
        request: Request,
    ) -> Result<Self, UploadError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let fields = Fields::from_request(request, &()).await;
            let fields = fields.map_err(|_| UploadError::NoForm)?;
            return Ok(Self { fields, bundle: None });
        }
        let admits = |parts: &[(String, String)]| {
            let token = parts.iter().find(|(name, _)| name == "form_token");
            token.is_some_and(|(_, token)| form::sender(app, headers, token).is_some())
        };
        let upload = Upload::read(request, app.max_bundle_bytes, admits).await?;
        Ok(Self { fields: Fields::of_pairs(upload.texts), bundle: upload.bundle })
    }
}

/// Why a form was not read: the answer; or what is to be said at its field, with the status.
pub(super) fn unread(
    app: &App,
    page: &Page,
    failed: UploadError,
) -> Result<(StatusCode, Problems), Box<Response>> {
    let at_bundle = |text| Problems::of(BUNDLE, text);
    match failed {
        UploadError::NotAdmitted => Err(Box::new(error::stale_form(page))),
        UploadError::NoRoom(failed) => Err(Box::new(error::unavailable(page, &failed))),
        UploadError::TooLarge(_) => {
            let most = page.digits.write(&(app.max_bundle_bytes >> 20).to_string());
            let text = page.text_with("superadmin-move-large", "most", &most);
            Ok((StatusCode::PAYLOAD_TOO_LARGE, at_bundle(text)))
        }
        UploadError::NoForm | UploadError::NotWhole => {
            let text = page.text("superadmin-move-not-whole");
            Ok((StatusCode::BAD_REQUEST, at_bundle(text)))
        }
    }
}
