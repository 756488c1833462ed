//! How the Sovereign stands: what waits, what has failed, and its jobs, each of which can be run at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{ALARMS, Frame, SYSTEM};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor};
use crate::app::App;
use crate::jobs::{self, Listed};
use crate::lifecycle::{COMMIT, VERSION};
use crate::storage::migrate;
use crate::usecase::health;
use crate::web::page::Page;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/system.html")]
struct SystemPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    is_well: bool,
    version: &'static str,
    commit: &'static str,
    schema: String,
    database: &'static str,
    counts: Vec<Count>,
    /// Since when the oldest event waits.
    oldest: Option<String>,
    jobs: Vec<Shown>,
}

/// Something that is counted, and where there is more of it.
struct Count {
    label: String,
    value: String,
    is_wrong: bool,
    address: Option<&'static str>,
}

/// A job, in the reader's language.
struct Shown {
    name: &'static str,
    about: String,
    last: Option<String>,
    done: String,
    next: Option<String>,
    /// What it is doing, or how that went.
    status: &'static str,
    status_text: String,
    fault: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
) -> Response {
    let health = match health::read(&app).await {
        Ok(health) => health,
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let counts = health.counts.iter().map(|count| Count {
        label: page.text(&format!("superadmin-count-{}", count.name.replace('_', "-"))),
        value: page.digits.write(&count.value.to_string()),
        is_wrong: count.is_wrong,
        address: (count.name == "alarms_open").then_some(ALARMS),
    });
    let shown = SystemPage {
        page: &page,
        frame: Frame::new(&page, SYSTEM),
        is_well: health.is_well(),
        version: VERSION,
        commit: COMMIT,
        schema: migrate::fingerprint(),
        database: if health.database == "sqlite" { "SQLite" } else { "PostgreSQL" },
        counts: counts.collect(),
        oldest: health.oldest_event_at.map(|at| page.moment(at)),
        jobs: health.jobs.iter().map(|job| shown(&page, job)).collect(),
    };
    page.render(StatusCode::OK, &shown)
}

fn shown(page: &Page, Listed { job, row }: &Listed) -> Shown {
    let row = row.as_ref();
    let fault = row.and_then(|row| row.last_error.clone());
    let status = match row {
        Some(row) if row.holder.is_some() => "running",
        Some(_) if fault.is_some() => "failed",
        Some(row) if row.last_ok_at.is_some() => "ok",
        _ => "due",
    };
    let done = row.and_then(|row| row.last_count).map(|count| count.to_string());
    Shown {
        name: job.name,
        about: page.text(&format!("superadmin-job-{}", job.name)),
        last: row.and_then(|row| row.last_started_at).map(|at| page.moment(at.0)),
        done: page.digits.write(&done.unwrap_or_default()),
        next: row.map(|row| page.moment(row.next_run_at.0)),
        status,
        status_text: page.text(&format!("superadmin-runs-{status}")),
        fault,
    }
}

/// Has a job run at once.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(Press { page, session, request_id, fields }): SuperadminPress,
) -> Response {
    let Some(job) = jobs::find(fields.get("job")) else {
        let back = Some((SYSTEM, "superadmin-health"));
        return error::say(&page, StatusCode::NOT_FOUND, "superadmin-job-unknown", back);
    };
    let actor = actor(&session, request_id);
    match jobs::ask(&app.store, &job, &actor, (app.new_id(), app.clock.now())).await {
        Ok(()) => notice::see_other(SYSTEM, "superadmin-job-asked-notice"),
        Err(failed) => error::unavailable(&page, &failed),
    }
}
