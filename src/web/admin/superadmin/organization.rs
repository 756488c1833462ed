//! An Organization as the superadmin sees it: how it stands and what it comes to, its suspension, and its end, with
//! what that would take with it.
//!
//! Whoever has it deleted must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::organization::OrganizationStatus;

use super::super::frame::{Frame, ORDERS, ORGANIZATIONS, of_move, of_organization};
use super::super::organizations::status_text;
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use crate::app::App;
use crate::storage;
use crate::storage::overview::TotalsRow;
use crate::usecase::market::Names;
use crate::usecase::organization_life::{self as life, GRACE_DAYS, Impact, LifeError};
use crate::usecase::organizations::{OrganizationError, usable_id};
use crate::usecase::overview;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/organization.html")]
struct OrganizationPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    found: &'a Found,
    status: &'static str,
    status_text: String,
    plan: String,
    apps: Vec<String>,
    made: String,
    members: String,
    subscription: Option<String>,
    /// Until when its period is paid.
    period: Option<String>,
    /// Its orders.
    orders: String,
    /// What was done in it and to it.
    audit: String,
    /// On which day it ends, or would.
    end: String,
    days: i64,
    is_ending: bool,
    is_deleted: bool,
    is_suspended: bool,
    /// That it is on its way to another Sovereign or from one, or has left.
    away: Option<String>,
    move_address: String,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    confirm: &'a str,
    problems: Problems,
}

struct Found {
    impact: Impact,
    totals: TotalsRow,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    Path(id): Path<String>,
) -> Response {
    match find(&app, &visit.page, &id).await {
        Ok(found) => shown(&app, &visit, &found, (StatusCode::OK, "", Problems::none())).await,
        Err(response) => response,
    }
}

/// The Organization with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<Found, Response> {
    let found = async {
        let Ok(id) = usable_id(id) else { return Ok(None) };
        let impact = life::impact(app, id).await?;
        let totals = overview::totals_of(app, id).await?;
        Ok(impact.zip(totals).map(|(impact, totals)| Found { impact, totals }))
    };
    match found.await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(unknown(page)),
        Err::<_, storage::Error>(failed) => Err(error::unavailable(page, &failed)),
    }
}

fn unknown(page: &Page) -> Response {
    let back = Some((ORGANIZATIONS, "superadmin-all-organizations"));
    error::say(page, StatusCode::NOT_FOUND, "superadmin-organization-unknown", back)
}

async fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    found: &Found,
    (http, confirm, problems): (StatusCode, &str, Problems),
) -> Response {
    let Impact { found: row, apps, deletion_at } = &found.impact;
    let loaded = async { Ok((row.life.status()?, Names::load(app, page.language).await?)) };
    let (status, names) = match loaded.await {
        Ok(loaded) => loaded,
        Err::<_, storage::Error>(failed) => return error::unavailable(page, &failed),
    };
    let number = |number: i64| page.digits.write(&number.to_string());
    let subscription = row.subscription.as_deref();
    let shown = OrganizationPage {
        page,
        frame: Frame::new(page, ORGANIZATIONS),
        found,
        status: status.as_str(),
        status_text: status_text(page, status),
        plan: names.of(&row.life.plan_id),
        apps: apps.iter().map(|id| names.of(id)).collect(),
        made: page.day(row.life.created_at.0),
        members: number(row.members),
        subscription: subscription
            .map(|status| page.text(&format!("superadmin-subscription-{status}"))),
        period: row.period_end.map(|end| page.day(end.0)),
        orders: address(ORDERS, &[("organization", &row.life.id)]),
        audit: address("/admin/audit", &[("organization", &row.life.id)]),
        end: page.day(*deletion_at),
        days: GRACE_DAYS,
        is_ending: row.life.deletion_at.is_some() && status != OrganizationStatus::Deleted,
        is_deleted: status == OrganizationStatus::Deleted,
        is_suspended: status == OrganizationStatus::Suspended,
        away: row.life.away.then(|| page.text("superadmin-move-away")),
        move_address: of_move(&row.life.id),
        sign_in: sign_in_again(app, page, session),
        confirm,
        problems,
    };
    page.render(http, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let found = match find(&app, &page, &id).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let actor = actor(&session, request_id);
    let row = &found.impact.found.life;
    let id = row.id.as_str();
    let done = match fields.get("act") {
        "suspend" => life::set_status(&app, &actor, id, "suspended")
            .await
            .map(|_| "superadmin-organization-suspended-notice"),
        "resume" => life::set_status(&app, &actor, id, "active")
            .await
            .map(|_| "superadmin-organization-resumed-notice"),
        "keep" => {
            life::restore_any(&app, &actor, id).await.map(|_| "superadmin-organization-kept-notice")
        }
        _ => {
            let visit = Visit { page, session };
            let page = &visit.page;
            let confirm = fields.get("confirm");
            if sign_in_again(&app, page, &visit.session).is_some() {
                let again = (StatusCode::UNAUTHORIZED, confirm, Problems::none());
                return shown(&app, &visit, &found, again).await;
            }
            if !confirm.eq_ignore_ascii_case(&row.slug) {
                let wrong = page.text_with("console-type-again", "word", &row.slug);
                let problems = Problems::of("confirm", wrong);
                let again = (StatusCode::BAD_REQUEST, confirm, problems);
                return shown(&app, &visit, &found, again).await;
            }
            let deleted = life::delete_any(&app, &actor, id).await;
            return led(page, id, deleted.map(|_| "superadmin-organization-ending-notice"));
        }
    };
    led(&page, id, done)
}

/// Back to the Organization's page, with what was done; or why it was not.
fn led(page: &Page, id: &str, done: Result<&'static str, LifeError>) -> Response {
    let here = of_organization(id);
    match done {
        Ok(name) => notice::see_other(&here, name),
        Err(LifeError::Organization(OrganizationError::Storage(failed))) => {
            error::unavailable(page, &failed)
        }
        Err(LifeError::Organization(OrganizationError::NotFound)) => unknown(page),
        // What somebody else has done meanwhile: the page says how it stands now.
        Err(_) => notice::see_other(&here, "superadmin-organization-not-notice"),
    }
}
