//! The apps of an Organization, and those that it could have.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::super::error;
use super::super::page::Page;
use super::frame::Frame;
use super::home::{Status, state};
use super::money::a_month;
use super::visit::enter;
use crate::app::App;
use crate::usecase::console;

#[derive(Template)]
#[template(path = "web/console/apps.html")]
struct AppsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// This page.
    address: String,
    installed: Vec<Installed>,
    others: Vec<Other>,
    may_spend: bool,
}

struct Installed {
    name: String,
    /// What stands in place of a picture.
    initial: String,
    slug: String,
    state: Status,
    month: String,
    environment: String,
}

struct Other {
    name: String,
    initial: String,
    slug: String,
    about: String,
    month: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let found = match console::apps(&app, &visit.user_id(), &visit.place).await {
        Ok(found) => found,
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let installed = found.installed.into_iter().map(|one| Installed {
        state: state(&page, &one.state),
        month: a_month(&page, one.month_minor),
        environment: page.text(&format!("console-environment-{}", one.environment)),
        initial: initial(&one.name),
        name: one.name,
        slug: one.slug,
    });
    let others = found.others.into_iter().map(|one| Other {
        month: a_month(&page, one.month_minor),
        initial: initial(one.name.text(page.language)),
        name: one.name.text(page.language).to_owned(),
        slug: one.slug,
        about: one.about.text(page.language).to_owned(),
    });
    let list = AppsPage {
        page: &page,
        frame: visit.frame(&page, "apps"),
        address: visit.address("apps"),
        installed: installed.collect(),
        others: others.collect(),
        may_spend: visit.may_spend(),
    };
    page.render(StatusCode::OK, &list)
}

fn initial(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).collect()
}
