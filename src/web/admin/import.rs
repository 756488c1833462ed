//! Importing vouchers: a file is looked at first, and what is wrong in it told by line.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::bulk::BulkState;

use super::super::page::Page;
use super::super::problems::Problems;
use super::super::upload::Upload;
use super::super::{error, notice};
use super::frame::{Frame, VOUCHERS, of_bulk};
use super::visit::{Visit, pressed, writing};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::bulk::{self, Checked, ImportError, RowError, RowFault};

/// How many errors are shown.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "web/admin/import.html")]
struct ImportPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    errors: Vec<Shown>,
    /// How many there are, where not all are shown.
    more: Option<String>,
}

/// What is wrong in a place, in the reader's language.
struct Shown {
    /// The line; or that it is about the whole file.
    place: String,
    column: String,
    text: String,
}

pub(super) async fn show(Visit { page, .. }: Visit) -> Response {
    shown(&page, StatusCode::OK, Problems::none(), &Checked::default())
}

fn shown(page: &Page, status: StatusCode, problems: Problems, checked: &Checked) -> Response {
    let errors: Vec<Shown> =
        checked.errors.iter().take(SHOWN).map(|error| in_words(page, error)).collect();
    let is_more = checked.error_count > errors.len();
    let count = i64::try_from(checked.error_count).unwrap_or(i64::MAX);
    let more = is_more.then(|| page.count("admin-import-errors", count));
    let frame = Frame::new(page, VOUCHERS);
    page.render(status, &ImportPage { page, frame, problems, errors, more })
}

fn in_words(page: &Page, error: &RowError) -> Shown {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX).into();
    let values = match error.fault {
        RowFault::Cells(cells, columns) => {
            vec![("cells", number(cells)), ("columns", number(columns))]
        }
        RowFault::Twice(line) => vec![("line", i64::try_from(line).unwrap_or(i64::MAX).into())],
        RowFault::Currency(own) => vec![("code", own.into())],
        _ => Vec::new(),
    };
    let name = format!("admin-import-{}", error.fault.name());
    let place = match error.line {
        0 => page.text("admin-import-whole"),
        line => page.text_with("admin-import-at", "line", &line.to_string()),
    };
    Shown {
        place: page.digits.write(&place),
        column: error.column.clone(),
        text: page.digits.write(&page.language.text_with(&name, &values)),
    }
}

/// The role is looked at before the file is read.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    visit: Result<Visit, Response>,
    RequestName(request_id): RequestName,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if let Err(refused) = visit {
        return error::unread_form(&page, refused);
    }
    let upload = match Upload::read(request).await {
        Ok(upload) => upload,
        Err(response) if response.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let problems = Problems::of("file", page.text("admin-import-large"));
            return shown(&page, StatusCode::PAYLOAD_TOO_LARGE, problems, &Checked::default());
        }
        Err(response) => return response,
    };
    let Visit { page, session } = match pressed(&app, page, &headers, &upload.fields).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    if upload.file().is_empty() {
        let problems = Problems::of("file", page.text("admin-import-choose"));
        return shown(&page, StatusCode::BAD_REQUEST, problems, &Checked::default());
    }
    let imported = writing(&app, &session, request_id, async |writer| {
        bulk::import(writer, upload.file(), BulkState::Checked).await
    });
    match imported.await {
        Ok(operation) => notice::see_other(&of_bulk(operation.id), "admin-import-checked-notice"),
        Err(ImportError::Rows(checked)) => {
            let problems = Problems::of("file", page.text("admin-import-wrong"));
            shown(&page, StatusCode::BAD_REQUEST, problems, &checked)
        }
        Err(ImportError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}
