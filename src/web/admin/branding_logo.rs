//! The logo: a file that is sent takes the place of the one that is there, whoever sent that.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::super::page::Page;
use super::super::problems::Problems;
use super::super::upload::Upload;
use super::super::{error, notice};
use super::branding::{Draft, change, shown};
use super::frame::BRANDING;
use super::visit::{Visit, actor, pressed};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::branding::logo::MAX_BYTES;
use crate::usecase::branding::{self, BrandingError, Wish};

/// How large the form may be: enough to say of a file that it is too large.
pub(super) const MAX_FORM_BYTES: usize = 8 * MAX_BYTES;

/// The role is looked at before the file is read.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    visit: Result<Visit, Response>,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let mut page = match visit {
        Ok(visit) => visit.page,
        Err(refused) => return error::unread_form(&page, refused),
    };
    // To come back to: this address has no page of its own.
    BRANDING.clone_into(&mut page.here);
    let upload = match Upload::read(request).await {
        Ok(upload) => upload,
        Err(response) if response.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return wrong(&app, &page, status, ("admin-branding-logo-wrong", None)).await;
        }
        Err(response) => return response,
    };
    let Visit { page, session } = match pressed(&app, page, &headers, &upload.fields).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let bad = StatusCode::BAD_REQUEST;
    if upload.file().is_empty() {
        return wrong(&app, &page, bad, ("admin-branding-logo-choose", None)).await;
    }
    let actor = actor(&session, request_id);
    match change(&app, &actor, None, Wish::Logo(Some(upload.file()))).await {
        Ok(_) => notice::see_other(BRANDING, "admin-branding-logo-saved-notice"),
        Err(BrandingError::Field(fault)) => {
            let reason = fault.detail.strip_prefix("logo: ").unwrap_or(&fault.detail).to_owned();
            wrong(&app, &page, bad, ("admin-branding-logo-wrong", Some(reason))).await
        }
        Err(BrandingError::Storage(failed)) => error::unavailable(&page, &failed),
        // Not of a change that may replace any version.
        Err(BrandingError::Changed { .. }) => Redirect::to(BRANDING).into_response(),
    }
}

/// The page again, with what is wrong with the file.
async fn wrong(
    app: &App,
    page: &Page,
    status: StatusCode,
    (name, reason): (&str, Option<String>),
) -> Response {
    match branding::read(&app.store).await {
        Ok(set) => {
            let problems = Problems::of("file", page.text(name));
            shown(page, status, &Draft::refusing(&set, problems, reason))
        }
        Err(failed) => error::unavailable(page, &failed),
    }
}
