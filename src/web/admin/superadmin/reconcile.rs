//! The comparisons of Stripe's lists with the books, and beginning one now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{Frame, RECONCILE, SYSTEM};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor};
use crate::app::App;
use crate::jobs;
use crate::storage::reconcile_runs::RunRow;
use crate::usecase::payments::reconcile;
use crate::web::page::Page;
use crate::web::{error, notice};

#[derive(Template)]
#[template(path = "web/admin/reconcile.html")]
struct ReconcilePage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Whether there is a key to Stripe.
    is_configured: bool,
    runs: Vec<Shown>,
}

/// A comparison, in the reader's language.
struct Shown {
    started: String,
    from: String,
    until: String,
    /// What was found of each kind, and how much of it was mended.
    counts: Vec<(String, String)>,
    repaired: String,
    left: String,
    has_left: bool,
    fault: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
) -> Response {
    match reconcile::newest(&app.store).await {
        Ok(runs) => {
            let shown = ReconcilePage {
                page: &page,
                frame: Frame::new(&page, SYSTEM),
                is_configured: app.payments.stripe().is_some(),
                runs: runs.into_iter().map(|run| shown(&page, run)).collect(),
            };
            page.render(StatusCode::OK, &shown)
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

fn shown(page: &Page, run: RunRow) -> Shown {
    let number = |number: i64| page.digits.write(&number.to_string());
    let counts = run.counts.0.into_iter().map(|(kind, count)| {
        let values = [("found", count.found.into()), ("repaired", count.repaired.into())];
        let text = page.language.text_with("superadmin-reconcile-count", &values);
        (kind, page.digits.write(&text))
    });
    Shown {
        started: page.moment(run.started_at.0),
        from: page.day(run.window_from.0),
        until: page.day(run.window_until.0),
        counts: counts.collect(),
        repaired: number(run.repaired),
        left: number(run.findings_left),
        has_left: run.findings_left > 0,
        fault: run.error,
    }
}

/// Begins one.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(Press { page, session, request_id, .. }): SuperadminPress,
) -> Response {
    let job = jobs::find(reconcile::JOB).filter(|_| app.payments.stripe().is_some());
    let Some(job) = job else {
        return notice::see_other(RECONCILE, "superadmin-reconcile-no-key-notice");
    };
    let actor = actor(&session, request_id);
    match jobs::ask(&app.store, &job, &actor, (app.new_id(), app.clock.now())).await {
        Ok(()) => notice::see_other(RECONCILE, "superadmin-reconcile-asked-notice"),
        Err(failed) => error::unavailable(&page, &failed),
    }
}
