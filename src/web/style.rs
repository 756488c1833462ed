//! Every component of the pages with all its states, for whoever builds or changes one. Only in a demo.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::page::Page;
use super::problems::Problems;
use crate::app::App;

#[derive(Template)]
#[template(path = "web/style.html")]
struct StylePage<'a> {
    page: &'a Page,
    fine: Problems,
    wrong: Problems,
}

pub(super) async fn show(State(app): State<Arc<App>>, page: Page) -> Response {
    if !app.facts.demo {
        return StatusCode::NOT_FOUND.into_response();
    }
    let wrong = Problems::of("style-wrong", page.text("email-wrong"));
    page.render(StatusCode::OK, &StylePage { page: &page, fine: Problems::none(), wrong })
}
