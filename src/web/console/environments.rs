//! The environments of an Organization: adding one, removing one, and which app runs where.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::environment::Stage;

use super::super::fields::Fields;
use super::super::notice;
use super::super::page::Page;
use super::frame::Frame;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::console::{self, ShownApp};
use crate::usecase::environments::{self as usecase, Environment, EnvironmentError};

const NAMES: [&str; 5] = ["prod", "stg", "uat", "dev", "poc"];

#[derive(Template)]
#[template(path = "web/console/environments.html")]
struct EnvironmentsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    environments: Vec<Shown>,
    /// Values and labels of those that can be added.
    addable: Vec<(&'static str, String)>,
    /// Where they can be, where there is a choice.
    regions: Vec<String>,
    may_change: bool,
}

struct Shown {
    name: &'static str,
    label: String,
    region: String,
    is_going: bool,
    /// Slugs and names.
    apps: Vec<(String, String)>,
    /// Whether nothing is in the way of removing it.
    can_go: bool,
    /// Where its apps could go.
    others: Vec<(&'static str, String)>,
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
    let back = visit.address("");
    let actor = visit.actor(String::new());
    let found = usecase::list(&app, &actor, visit.tenant_id()).await;
    let apps = console::apps(&app, &visit.user_id(), &visit.place).await;
    match (found, apps) {
        (Ok(found), Ok(apps)) => {
            let shown = environments_page(&app, &page, &visit, (&found, &apps.installed));
            page.render(StatusCode::OK, &shown)
        }
        (Err(error), _) => refused(&page, &error, &back),
        (_, Err(failed)) => super::super::error::unavailable(&page, &failed),
    }
}

fn environments_page<'a>(
    app: &App,
    page: &'a Page,
    visit: &'a Visit,
    (found, apps): (&[Environment], &[ShownApp]),
) -> EnvironmentsPage<'a> {
    let label = |name: &'static str| (name, page.text(&format!("console-environment-{name}")));
    let running: Vec<&'static str> = found
        .iter()
        .filter(|one| one.stage == Stage::Running)
        .map(|one| one.name.as_str())
        .collect();
    let named = |id: &String| {
        let known = apps.iter().find(|app| app.id == *id);
        known.map_or((id.clone(), id.clone()), |app| (app.slug.clone(), app.name.clone()))
    };
    let shown = found.iter().map(|one| {
        let name = one.name.as_str();
        let others = running.iter().filter(|other| **other != name).map(|other| label(other));
        Shown {
            name,
            label: label(name).1,
            region: one.region.clone(),
            is_going: one.stage != Stage::Running,
            apps: one.apps.iter().map(named).collect(),
            can_go: name != "prod" && one.stage == Stage::Running && one.apps.is_empty(),
            others: others.collect(),
        }
    });
    let is_there = |name: &&str| found.iter().any(|one| one.name.as_str() == *name);
    let addable = NAMES.into_iter().filter(|name| !is_there(name)).map(label);
    let regions = &app.provisioning.regions;
    EnvironmentsPage {
        page,
        frame: visit.frame(page, "environments"),
        environments: shown.collect(),
        addable: addable.collect(),
        regions: if regions.len() > 1 { regions.clone() } else { Vec::new() },
        may_change: visit.may_spend(),
    }
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
    let address = visit.address("environments");
    match carry_out(&app, &visit, &fields, request_id).await {
        Ok(name) => notice::see_other(&address, name),
        Err(error) => refused(&page, &error, &address),
    }
}

/// The message that says what was done.
async fn carry_out(
    app: &App,
    visit: &Visit,
    fields: &Fields,
    request_id: String,
) -> Result<&'static str, EnvironmentError> {
    let (actor, tenant_id) = (visit.actor(request_id), visit.tenant_id());
    let name = usecase::name(fields.get("name"))?;
    match fields.get("act") {
        "remove" => {
            usecase::remove(app, &actor, tenant_id, name).await?;
            Ok("console-environment-removed-notice")
        }
        "move" => {
            usecase::move_app(app, &actor, tenant_id, (fields.get("app"), name)).await?;
            Ok("console-moved-notice")
        }
        _ => {
            let region = fields.find("region").filter(|region| !region.is_empty());
            usecase::add(app, &actor, tenant_id, (name, region)).await?;
            Ok("console-environment-added-notice")
        }
    }
}

pub(super) fn refused(page: &Page, refused: &EnvironmentError, back: &str) -> Response {
    let say = |status, name: &str| refused::because(page, (status, page.text(name)), back);
    match refused {
        EnvironmentError::Organization(error) => refused::organization(page, error, back),
        EnvironmentError::Exists => say(StatusCode::CONFLICT, "console-why-environment-exists"),
        EnvironmentError::Unknown => say(StatusCode::NOT_FOUND, "console-why-no-environment"),
        EnvironmentError::InUse(_) => say(StatusCode::CONFLICT, "console-why-environment-in-use"),
        EnvironmentError::ProdStays => say(StatusCode::CONFLICT, "console-why-prod-stays"),
        EnvironmentError::NotInstalled => say(StatusCode::NOT_FOUND, "console-why-not-installed"),
    }
}
