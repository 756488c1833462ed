//! The list of operations on many vouchers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::error;
use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::bulk::{progress, status_text, title};
use super::frame::{BULK, Frame, VOUCHERS, of_bulk};
use super::visit::Visit;
use crate::app::App;
use crate::usecase::bulk::{self, BulkOperation};
use crate::usecase::paging::PageError;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/bulk_list.html")]
struct ListPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    operations: Vec<Shown>,
    newest: Option<&'static str>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    title: String,
    address: String,
    status: &'static str,
    status_text: String,
    progress: String,
    total_credit_minor: i64,
    asked: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let after = fields.find("after");
    match bulk::list(&app.store, after, PAGE_SIZE).await {
        Ok(found) => {
            let list = ListPage {
                page: &page,
                frame: Frame::new(&page, VOUCHERS),
                operations: found.rows.iter().map(|one| shown(&page, one)).collect(),
                newest: after.map(|_| BULK),
                next: found.next.map(|next| address(BULK, &[("after", &next)])),
            };
            page.render(StatusCode::OK, &list)
        }
        Err(PageError::Field(_)) => {
            let back = Some((BULK, "admin-all-bulk"));
            error::say(&page, StatusCode::BAD_REQUEST, "admin-bulk-unknown", back)
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn shown(page: &Page, operation: &BulkOperation) -> Shown {
    Shown {
        title: title(page, operation),
        address: of_bulk(operation.id),
        status: operation.state.as_str(),
        status_text: status_text(page, operation.state),
        progress: progress(page, operation),
        total_credit_minor: operation.total_credit_minor(),
        asked: page.moment(operation.created_at),
    }
}
