//! The list of requests: those that wait for an answer, unless others are asked for.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::frame::{APPROVALS, Frame, of_approval};
use super::super::visit::Visit;
use super::{Asked, STATES, state_text, status};
use crate::app::App;
use crate::storage::approvals::ApprovalRow;
use crate::usecase::approvals::{self, ApprovalError, REQUESTED};
use crate::usecase::organizations::OrganizationError;
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};

/// How many are on a page.
const PAGE_SIZE: i64 = 50;
/// What the address says where requests in every state are asked for.
const ALL: &str = "all";

#[derive(Template)]
#[template(path = "web/admin/approvals.html")]
struct ListPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Value, label, and whether it is asked for.
    states: Vec<(&'static str, String, bool)>,
    /// Whether others are shown than those that wait.
    is_filtered: bool,
    requests: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// A row, in the reader's language.
struct Shown {
    address: String,
    organization: String,
    asked: Asked,
    status: &'static str,
    status_text: String,
    at: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let state = Some(fields.get("state")).filter(|state| !state.is_empty()).unwrap_or(REQUESTED);
    let (after, wanted) = (fields.find("after"), Some(state).filter(|state| *state != ALL));
    match approvals::list_all(&app, wanted, (after, PAGE_SIZE)).await {
        Ok(found) => {
            let at = |more: Option<(&'static str, &str)>| {
                let all: Vec<_> = [("state", state)].into_iter().chain(more).collect();
                address(APPROVALS, &all)
            };
            let list = ListPage {
                page: &page,
                frame: Frame::new(&page, APPROVALS),
                states: choices(&page, state),
                is_filtered: state != REQUESTED,
                requests: found.rows.iter().map(|row| shown(&page, row)).collect(),
                newest: after.map(|_| at(None)),
                next: found.next.map(|next| at(Some(("after", &next)))),
            };
            page.render(StatusCode::OK, &list)
        }
        Err(ApprovalError::Organization(OrganizationError::Storage(failed))) => {
            error::unavailable(&page, &failed)
        }
        Err(_) => {
            let back = Some((APPROVALS, "admin-approvals"));
            error::say(&page, StatusCode::BAD_REQUEST, "superadmin-address", back)
        }
    }
}

fn choices(page: &Page, chosen: &str) -> Vec<(&'static str, String, bool)> {
    let all = STATES.into_iter().chain([(ALL, "superadmin-any")]);
    all.map(|(value, name)| (value, page.text(name), value == chosen)).collect()
}

fn shown(page: &Page, row: &ApprovalRow) -> Shown {
    Shown {
        address: of_approval(row.id),
        organization: row.organization.clone(),
        asked: Asked::of(row),
        status: status(&row.state),
        status_text: state_text(page, &row.state),
        at: page.moment(row.requested_at.0),
    }
}
