//! What Organizations asked for beyond the policy: those that wait for an answer, and giving it.

mod list;
mod one;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::frame::APPROVALS;
use crate::app::App;
use crate::storage::approvals::ApprovalRow;
use crate::usecase::approvals::{APPROVED, REFUSED, REQUESTED, REVOKED};
use crate::web::error;
use crate::web::page::Page;

/// In the order of a request's life, each with the name of what it is called.
const STATES: [(&str, &str); 4] = [
    (REQUESTED, "admin-approval-requested"),
    (APPROVED, "admin-approval-approved"),
    (REFUSED, "admin-approval-refused"),
    (REVOKED, "admin-approval-revoked"),
];

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/approvals", get(list::show))
        .route("/admin/approvals/{id}", get(one::show).post(one::press))
}

/// How it stands, in the reader's language.
fn state_text(page: &Page, state: &str) -> String {
    let known = STATES.iter().find(|(value, _)| *value == state);
    known.map_or_else(|| state.to_owned(), |(_, name)| page.text(name))
}

/// How it stands, as the design colours it.
fn status(state: &str) -> &'static str {
    match state {
        APPROVED => "active",
        REFUSED | REVOKED => "revoked",
        _ => "waiting",
    }
}

/// What is to be approved: apps and tiers by slug, and what a month may cost.
struct Asked {
    apps: Vec<String>,
    tiers: Vec<String>,
    monthly_minor: Option<i64>,
}

impl Asked {
    fn of(row: &ApprovalRow) -> Self {
        Self {
            apps: row.apps.0.clone(),
            tiers: row.tiers.0.clone(),
            monthly_minor: row.monthly_minor,
        }
    }
}

fn unknown(page: &Page) -> Response {
    let back = Some((APPROVALS, "admin-approvals"));
    error::say(page, StatusCode::NOT_FOUND, "admin-approval-unknown", back)
}
