//! What an Organization asked for: why, and the answer to it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::super::frame::{APPROVALS, Frame, of_approval, of_organization};
use super::super::typed::whole;
use super::super::visit::{Press, Visit, actor};
use super::{Asked, state_text, status, unknown};
use crate::app::App;
use crate::storage::approvals::ApprovalRow;
use crate::usecase::approvals::{self, APPROVED, ApprovalError, REQUESTED, Verdict};
use crate::usecase::organizations::OrganizationError;
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// What can be decided.
const ACTS: [&str; 3] = ["approve", "refuse", "revoke"];

#[derive(Template)]
#[template(path = "web/admin/approval.html")]
struct ApprovalPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    row: &'a ApprovalRow,
    draft: &'a Draft,
    asked: Asked,
    status: &'static str,
    status_text: String,
    requested: String,
    decided: Option<String>,
    expires: Option<String>,
    /// The Organization's page, for whoever may see it.
    organization: Option<String>,
    /// Whether it waits for an answer, and whether what was given can be taken back.
    waits: bool,
    stands: bool,
}

/// The form as it stands, and what is to be said of it.
#[derive(Default)]
struct Draft {
    note: String,
    /// Empty for an approval that counts until it is revoked.
    days: String,
    problems: Problems,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
) -> Response {
    match find(&app, &page, &id).await {
        Ok(row) => shown(&page, &row, (StatusCode::OK, &Draft::default())),
        Err(response) => response,
    }
}

/// The request with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<ApprovalRow, Response> {
    let Ok(id) = Uuid::parse_str(id) else { return Err(unknown(page)) };
    approvals::find(app, id).await.map_err(|failed| not_done(page, failed, id))
}

fn shown(page: &Page, row: &ApprovalRow, (http, draft): (StatusCode, &Draft)) -> Response {
    let shown = ApprovalPage {
        page,
        frame: Frame::new(page, APPROVALS),
        row,
        draft,
        asked: Asked::of(row),
        status: status(&row.state),
        status_text: state_text(page, &row.state),
        requested: page.moment(row.requested_at.0),
        decided: row.decided_at.map(|at| page.moment(at.0)),
        expires: row.expires_at.map(|at| page.moment(at.0)),
        organization: page.is_superadmin.then(|| of_organization(&row.tenant_id)),
        waits: row.state == REQUESTED,
        stands: row.state == APPROVED,
    };
    page.render(http, &shown)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let row = match find(&app, &page, &id).await {
        Ok(row) => row,
        Err(response) => return response,
    };
    let (act, mut draft) = (fields.get("act"), draft(&fields));
    if !ACTS.contains(&act) {
        return shown(&page, &row, (StatusCode::OK, &draft));
    }
    let Some((verdict, told)) = verdict(act, &draft.days) else {
        draft.problems = Problems::of("days", page.text("admin-approval-days-wrong"));
        return shown(&page, &row, (StatusCode::BAD_REQUEST, &draft));
    };
    let actor = actor(&session, request_id);
    match approvals::decide(&app, &actor, row.id, (verdict, Some(draft.note.as_str()))).await {
        Ok(_) => notice::see_other(&of_approval(row.id), told),
        Err(ApprovalError::Organization(OrganizationError::Field(fault))) => {
            let (field, name) = match fault.field {
                "valid_days" => ("days", "admin-approval-days-wrong"),
                _ => ("note", "admin-approval-note-wrong"),
            };
            draft.problems = Problems::of(field, page.text(name));
            shown(&page, &row, (StatusCode::BAD_REQUEST, &draft))
        }
        Err(failed) => not_done(&page, failed, row.id),
    }
}

fn draft(fields: &Fields) -> Draft {
    Draft {
        // As a browser sends the ends of lines.
        note: fields.get("note").replace("\r\n", "\n"),
        days: fields.get("days").to_owned(),
        problems: Problems::none(),
    }
}

/// What a button says, and the notice of it; nothing where its days are no number.
fn verdict(act: &str, days: &str) -> Option<(Verdict, &'static str)> {
    match act {
        "refuse" => Some((Verdict::Refuse, "admin-approval-refused-notice")),
        "revoke" => Some((Verdict::Revoke, "admin-approval-revoked-notice")),
        _ => {
            let valid_days = if days.is_empty() { None } else { Some(whole(days)?) };
            Some((Verdict::Approve { valid_days }, "admin-approval-approved-notice"))
        }
    }
}

/// What became of it where nothing was decided.
fn not_done(page: &Page, failed: ApprovalError, id: Uuid) -> Response {
    let here = of_approval(id);
    let back = Some((here.as_str(), "admin-approval-back"));
    match failed {
        ApprovalError::Organization(OrganizationError::Storage(failed)) => {
            error::unavailable(page, &failed)
        }
        ApprovalError::Organization(OrganizationError::Moving) => {
            error::say(page, StatusCode::CONFLICT, "admin-approval-away", back)
        }
        ApprovalError::OwnRequest => {
            error::say(page, StatusCode::FORBIDDEN, "admin-approval-own", back)
        }
        // Somebody was faster: the page says how it stands.
        ApprovalError::InState(_) => notice::see_other(&here, "admin-approval-late-notice"),
        ApprovalError::Organization(_) | ApprovalError::Unknown | ApprovalError::TooManyWaiting => {
            unknown(page)
        }
    }
}
