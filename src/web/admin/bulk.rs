//! An operation on many vouchers: how far it is, and stopping it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::bulk::{BulkKind, BulkState};
use uuid::Uuid;

use super::super::page::{Page, address};
use super::super::{error, notice};
use super::frame::{BULK, Frame, VOUCHERS, of_bulk};
use super::new_bulk::entropy;
use super::visit::{Press, Visit, writing};
use crate::app::App;
use crate::usecase::bulk::{self, BulkError, BulkOperation, Terms};
use crate::usecase::campaigns;
use crate::usecase::sessions::Standing;

#[derive(Template)]
#[template(path = "web/admin/bulk.html")]
struct BulkPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    operation: &'a BulkOperation,
    title: String,
    status_text: String,
    /// How many of how many.
    progress: String,
    /// How many were changed.
    changed: String,
    /// What codes look like: the prefix and how many characters; and how hard they are to guess.
    pattern: Option<(String, String)>,
    /// Of codes that are made: what each is worth.
    each_minor: Option<i64>,
    campaign: Option<String>,
    /// The tag that each gets or loses.
    edit_tag: Option<&'a str>,
    asked: String,
    /// Its vouchers in the list, and as a file.
    list: String,
    file: String,
}

impl BulkPage<'_> {
    fn runs(&self) -> bool {
        self.operation.state == BulkState::Running
    }

    /// It was looked at, and waits for somebody to begin it.
    fn is_checked(&self) -> bool {
        self.operation.state == BulkState::Checked
    }

    fn is_edit(&self) -> bool {
        self.operation.kind() == BulkKind::Edit
    }

    fn may_go_on(&self) -> bool {
        !self.is_checked() && self.operation.state.may_be_resumed(self.operation.kind())
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
) -> Response {
    let found = match Uuid::parse_str(&id) {
        Ok(id) => bulk::find(&app.store, id).await,
        Err(_) => Ok(None),
    };
    let operation = match found {
        Ok(Some(operation)) => operation,
        Ok(None) => return unknown(&page),
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let campaign = match operation.terms {
        Terms::Generate { campaign_id: Some(id), .. } => {
            match campaigns::find(&app.store, &id.to_string()).await {
                Ok(found) => found.map(|found| found.campaign.name),
                Err(failed) => return error::unavailable(&page, &failed),
            }
        }
        _ => None,
    };
    page.render(StatusCode::OK, &shown(&page, &operation, campaign))
}

fn shown<'a>(
    page: &'a Page,
    operation: &'a BulkOperation,
    campaign: Option<String>,
) -> BulkPage<'a> {
    let id = operation.id.to_string();
    let (pattern, each_minor) = match &operation.terms {
        Terms::Generate { pattern, credit_minor, .. } => {
            let shape = format!("{}{}", pattern.prefix, "•".repeat(pattern.length));
            (Some((shape, entropy(page, pattern))), Some(*credit_minor))
        }
        Terms::Import { .. } | Terms::Edit { .. } => (None, None),
    };
    BulkPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        operation,
        title: title(page, operation),
        status_text: status_text(page, operation.state),
        progress: progress(page, operation),
        changed: page.digits.write(&operation.changed.to_string()),
        pattern,
        each_minor,
        campaign,
        edit_tag: match &operation.terms {
            Terms::Edit { tag, .. } => tag.as_deref(),
            _ => None,
        },
        asked: page.moment(operation.created_at),
        list: address(VOUCHERS, &[("bulk", &id)]),
        file: address("/admin/vouchers.csv", &[("bulk", &id)]),
    }
}

/// What it is, in words.
pub(super) fn title(page: &Page, operation: &BulkOperation) -> String {
    let name = match &operation.terms {
        Terms::Generate { .. } => "admin-bulk-generates".to_owned(),
        Terms::Import { .. } => "admin-bulk-imports".to_owned(),
        Terms::Edit { days: Some(..0), .. } => "admin-edits-shorten".to_owned(),
        Terms::Edit { action, .. } => format!("admin-edits-{}", action.as_str()),
    };
    page.count(&name, operation.total)
}

pub(super) fn status_text(page: &Page, state: BulkState) -> String {
    page.text(&format!("admin-bulk-is-{}", state.as_str()))
}

pub(super) fn progress(page: &Page, operation: &BulkOperation) -> String {
    page.share(operation.done, operation.total)
}

fn unknown(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "admin-bulk-unknown", Some((BULK, "admin-all-bulk")))
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let Ok(id) = Uuid::parse_str(&id) else { return unknown(&page) };
    if fields.get("act") == "undo" {
        return undo((&app, &page), (&session, request_id), id).await;
    }
    let goes_on = fields.get("act") == "resume";
    let changed = writing(&app, &session, request_id, async |writer| {
        if goes_on { bulk::resume(writer, id).await } else { bulk::cancel(writer, id).await }
    });
    let told = if goes_on { "admin-bulk-resumed-notice" } else { "admin-bulk-cancelled-notice" };
    match changed.await {
        Ok(_) => notice::see_other(&of_bulk(id), told),
        // It was quicker: the page says how it stands.
        Err(BulkError::NotNow(_)) => notice::see_other(&of_bulk(id), "admin-bulk-late-notice"),
        Err(BulkError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(BulkError::Unknown | BulkError::Fields(_)) => unknown(&page),
    }
}

async fn undo(
    (app, page): (&App, &Page),
    (session, request_id): (&Standing, String),
    id: Uuid,
) -> Response {
    let asked = writing(app, session, request_id, async |writer| bulk::undo(writer, id).await);
    match asked.await {
        Ok(operation) => notice::see_other(&of_bulk(operation.id), "admin-edit-undone-notice"),
        Err(BulkError::NotNow(_)) => notice::see_other(&of_bulk(id), "admin-bulk-late-notice"),
        Err(BulkError::Storage(failed)) => error::unavailable(page, &failed),
        Err(BulkError::Unknown | BulkError::Fields(_)) => unknown(page),
    }
}
