//! Changing all vouchers that the list has for a filter: how many they are, what is done to each, and the button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::voucher::VoucherStatus;
use uuid::Uuid;

use super::super::fields::Fields;
use super::super::page::{Page, address};
use super::super::problems::Problems;
use super::super::{error, notice};
use super::campaigns::choices;
use super::frame::{EDIT, Frame, VOUCHERS, of_bulk};
use super::impact;
use super::typed::whole;
use super::visit::{Press, Visit, writing};
use super::vouchers::{status_text, wanted};
use crate::app::App;
use crate::storage;
use crate::usecase::bulk::{self, BulkError, EditAction, NewEdit};
use crate::usecase::list_vouchers::ALL;
use crate::usecase::paging::PageError;
use crate::usecase::revoke_impact;
use crate::usecase::tags;

/// What a filter has, by the names of the list's address.
const FILTER: [&str; 5] = ["q", "status", "campaign", "bulk", "tag"];

#[derive(Template)]
#[template(path = "web/admin/edit_many.html")]
struct EditPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// Those of the filter that are asked for, for the form to keep.
    filter: Vec<(&'static str, &'a str)>,
    /// The same in words.
    which: Vec<String>,
    /// Their list.
    list: String,
    count: i64,
    count_text: String,
    /// Of the operation, so that a form that is sent twice changes nothing twice.
    id: String,
    actions: Vec<(&'static str, String, bool)>,
    days: &'a str,
    edit_tag: &'a str,
    /// What revoking them touches.
    impact: Vec<String>,
    confirm_label: String,
    confirm: &'a str,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    shown((&app, &page), StatusCode::OK, (&fields, Problems::none())).await
}

async fn shown(
    (app, page): (&App, &Page),
    status: StatusCode,
    (fields, problems): (&Fields, Problems),
) -> Response {
    let found = async {
        let count = bulk::count(&app.store, &wanted(fields), app.clock.now()).await?;
        Ok((count, revoke_impact::of_wanted(app, &wanted(fields)).await?))
    };
    let (count, impact) = match found.await {
        Ok(found) => found,
        Err(PageError::Field(_)) => return none(page),
        Err(PageError::Storage(failed)) => return error::unavailable(page, &failed),
    };
    if count == 0 {
        return none(page);
    }
    let filter: Vec<_> = FILTER
        .into_iter()
        .map(|name| (name, fields.get(name)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let which = match which(app, page, fields).await {
        Ok(which) => which,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let id = Uuid::parse_str(fields.get("id")).unwrap_or_else(|_| app.new_id());
    let shown = EditPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        problems,
        list: address(VOUCHERS, &filter),
        filter,
        which,
        count,
        count_text: page.count("admin-edit-many-count", count),
        id: id.to_string(),
        actions: EditAction::ALL
            .map(|action| {
                let name = action.as_str();
                let label = page.text(&format!("admin-edit-{name}"));
                (name, label, fields.get("action") == name)
            })
            .into(),
        days: fields.get("days"),
        edit_tag: fields.get("edit_tag"),
        impact: impact::texts(page, impact),
        confirm_label: page.count("admin-edit-confirm", count),
        confirm: fields.get("confirm"),
    };
    page.render(status, &shown)
}

fn none(page: &Page) -> Response {
    let back = Some((VOUCHERS, "admin-all-vouchers"));
    error::say(page, StatusCode::NOT_FOUND, "admin-edit-many-none", back)
}

/// What the filter says, in words.
async fn which(app: &App, page: &Page, fields: &Fields) -> storage::Result<Vec<String>> {
    let mut which = Vec::new();
    which.push(match (fields.get("status"), VoucherStatus::parse(fields.get("status"))) {
        (ALL, _) => page.text("admin-status-all"),
        (_, Some(status)) => status_text(page, status),
        (_, None) => page.text("admin-edit-many-all"),
    });
    if !fields.get("q").is_empty() {
        which.push(page.text_with("admin-edit-many-code", "part", fields.get("q")));
    }
    let campaign = fields.get("campaign");
    if !campaign.is_empty() {
        which.push(choices(app, campaign).await?.text);
    }
    if !fields.get("bulk").is_empty() {
        which.push(page.text("admin-edit-many-bulk"));
    }
    if !fields.get("tag").is_empty() {
        which.push(page.text_with("admin-edit-many-tag", "tag", fields.get("tag")));
    }
    Ok(which)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let problems = checked(&page, &fields);
    if problems.any() {
        return shown((&app, &page), StatusCode::BAD_REQUEST, (&fields, problems)).await;
    }
    let edit = NewEdit {
        id: Uuid::parse_str(fields.get("id")).ok(),
        action: fields.get("action"),
        days: whole(fields.get("days")),
        tag: fields.find("edit_tag"),
        wanted: wanted(&fields),
        count: whole(fields.get("count")),
    };
    let asked = writing(&app, &session, request_id, async |writer| bulk::edit(writer, &edit).await);
    match asked.await {
        Ok(operation) => notice::see_other(&of_bulk(operation.id), "admin-edit-asked-notice"),
        Err(BulkError::Storage(failed)) => error::unavailable(&page, &failed),
        // The rest was read: it is that there are more or fewer by now.
        Err(BulkError::Fields(_) | BulkError::Unknown | BulkError::NotNow(_)) => {
            let problems = Problems::of("confirm", page.text("admin-edit-count-wrong"));
            shown((&app, &page), StatusCode::CONFLICT, (&fields, problems)).await
        }
    }
}

fn checked(page: &Page, fields: &Fields) -> Problems {
    let mut problems = Problems::none();
    let action = EditAction::parse(fields.get("action"));
    if action.is_none() {
        problems.add("action", page.text("admin-edit-action-wrong"));
    }
    let days = whole(fields.get("days")).filter(|days| (1..=36_500).contains(days));
    if action == Some(EditAction::Extend) && days.is_none() {
        problems.add("days", page.text("admin-edit-days-wrong"));
    }
    if action.and_then(EditAction::tag_change).is_some()
        && tags::parse(fields.get("edit_tag")).is_err()
    {
        problems.add("edit_tag", page.text("admin-tag-wrong"));
    }
    let count = whole(fields.get("count"));
    if action == Some(EditAction::Revoke) && whole(fields.get("confirm")) != count {
        problems.add("confirm", page.text("admin-edit-confirm-wrong"));
    }
    problems
}

/// Where all that a filter has is changed.
pub(super) fn of_filter(filter: &[(&'static str, &str)]) -> String {
    address(EDIT, filter)
}
