//! What an Organization is called, its data to take along, and the way to its end.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::organization::MemberRole;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice};
use super::frame::Frame;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::RequestName;
use crate::api::export::send;
use crate::app::App;
use crate::storage::export::RESOURCES;
use crate::usecase::export::{self, ExportError, Wanted};
use crate::usecase::organization_life::{self as life, Description, LifeError};
use crate::usecase::organizations::OrganizationError;

#[derive(Template)]
#[template(path = "web/console/settings.html")]
struct SettingsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    name: &'a str,
    /// The fingerprint of what the form changes.
    seen: String,
    problems: Problems,
    may_describe: bool,
    is_owner: bool,
    /// Files of the tables that can be taken along.
    tables: Vec<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => {
            let name = visit.place.organization.name.clone();
            shown(&page, &visit, StatusCode::OK, (&name, Problems::none()))
        }
        Err(response) => response,
    }
}

fn shown(
    page: &Page,
    visit: &Visit,
    status: StatusCode,
    (name, problems): (&str, Problems),
) -> Response {
    let settings = SettingsPage {
        page,
        frame: visit.frame(page, "settings"),
        name,
        seen: life::fingerprint_of_name(&visit.place.organization.name),
        problems,
        may_describe: visit.place.role.may_manage_members(),
        is_owner: visit.place.role == MemberRole::Owner,
        tables: RESOURCES.iter().map(|resource| format!("{}.csv", resource.name)).collect(),
    };
    page.render(status, &settings)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match fields.get("act") {
        "export" => take_along(&app, &page, &visit, (fields.get("file"), request_id)).await,
        _ => call(&app, &page, &visit, (&fields, request_id)).await,
    }
}

/// Calls the Organization something else.
async fn call(
    app: &App,
    page: &Page,
    visit: &Visit,
    (fields, request_id): (&Fields, String),
) -> Response {
    let (name, seen) = (fields.get("name"), fields.seen());
    let wanted =
        Description { slug: None, name: Some(name.to_owned()), org_type: None, industry: None };
    let (actor, seen) = (visit.actor(request_id), seen.as_deref());
    match life::describe(app, &actor, visit.tenant_id(), wanted, seen).await {
        Ok(_) => notice::see_other(&visit.address("settings"), "console-called-notice"),
        // It is called so, whoever made it so.
        Err(LifeError::Changed) if visit.place.organization.name == name.trim() => {
            notice::see_other(&visit.address("settings"), "console-called-notice")
        }
        // Somebody else was faster. Saved again, the form counts.
        Err(LifeError::Changed) => {
            let stored = page.language.isolated(&visit.place.organization.name);
            let text = page.text_with("console-name-changed", "name", &stored);
            shown(page, visit, StatusCode::CONFLICT, (name, Problems::of("name", text)))
        }
        Err(LifeError::Organization(OrganizationError::Field(_))) => {
            let problems = Problems::of("name", page.text("console-name-wrong"));
            shown(page, visit, StatusCode::BAD_REQUEST, (name, problems))
        }
        Err(error) => refused::life(page, &error, &visit.address("settings")),
    }
}

/// Answers with a file: everything, or one table.
async fn take_along(
    app: &App,
    page: &Page,
    visit: &Visit,
    (file, request_id): (&str, String),
) -> Response {
    let address = visit.address("settings");
    let document = || {
        let name = format!("{}.json", visit.place.organization.slug);
        (Wanted::Document, "application/json", name)
    };
    let table = |table| (table, "text/csv; charset=utf-8", file.to_owned());
    let (wanted, kind, name) = Wanted::table(file).map_or_else(document, table);
    let spool = export::export(app, &visit.actor(request_id), visit.tenant_id(), wanted).await;
    match spool.and_then(|spool| Ok(send(spool, kind, &name)?)) {
        Ok(response) => response,
        Err(ExportError::Organization(failed)) => refused::organization(page, &failed, &address),
        Err(ExportError::NoRoom(failed)) => error::unavailable(page, &failed),
    }
}
