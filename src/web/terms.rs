//! What is to be known about voucher credit, and where to ask.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::page::Page;

#[derive(Template)]
#[template(path = "web/terms.html")]
struct TermsPage<'a> {
    page: &'a Page,
}

pub(super) async fn show(page: Page) -> Response {
    page.render(StatusCode::OK, &TermsPage { page: &page })
}
