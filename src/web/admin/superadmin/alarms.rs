//! Alarms: what a person has to look at, and saying that somebody has.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::super::frame::{ALARMS, Frame, SYSTEM, of_order, of_organization};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor};
use crate::app::App;
use crate::storage::alarms::AlarmRow;
use crate::usecase::alarms::{self, AlarmError, Resolver};
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::{error, notice};

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

#[derive(Template)]
#[template(path = "web/admin/alarms.html")]
struct AlarmsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Whether those that somebody has seen to are shown too.
    is_all: bool,
    alarms: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// An alarm, in the reader's language.
struct Shown {
    id: Uuid,
    kind: String,
    subject: String,
    detail: String,
    raised: String,
    times: String,
    order: Option<String>,
    organization: Option<String>,
    /// When somebody had seen to it, and what they wrote.
    resolved: Option<(String, String)>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let is_all = fields.get("show") == "all";
    let after = fields.find("after");
    match alarms::list(&app.store, !is_all, after, PAGE_SIZE).await {
        Ok(found) => {
            let asked = is_all.then_some(("show", "all"));
            let at = |more: Option<(&'static str, &str)>| {
                let all: Vec<_> = asked.into_iter().chain(more).collect();
                address(ALARMS, &all)
            };
            let list = AlarmsPage {
                page: &page,
                frame: Frame::new(&page, SYSTEM),
                is_all,
                alarms: found.rows.into_iter().map(|row| shown(&page, row)).collect(),
                newest: after.map(|_| at(None)),
                next: found.next.map(|next| at(Some(("after", &next)))),
            };
            page.render(StatusCode::OK, &list)
        }
        Err(AlarmError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(AlarmError::Field(_) | AlarmError::NotOpen) => {
            let back = Some((ALARMS, "superadmin-alarms"));
            error::say(&page, StatusCode::BAD_REQUEST, "superadmin-address", back)
        }
    }
}

fn shown(page: &Page, row: AlarmRow) -> Shown {
    Shown {
        id: row.id,
        kind: page.text(&format!("superadmin-alarm-{}", row.kind.replace('_', "-"))),
        subject: row.subject,
        detail: row.detail,
        raised: page.moment(row.last_at.0),
        times: page.digits.write(&row.times.to_string()),
        order: row.order_id.map(of_order),
        organization: row.tenant_id.as_deref().map(of_organization),
        resolved: row.resolved_at.map(|at| (page.moment(at.0), row.note.unwrap_or_default())),
    }
}

/// Somebody has seen to one.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    SuperadminPress(Press { page, session, request_id, fields }): SuperadminPress,
) -> Response {
    let actor = actor(&session, request_id);
    let mut ids = app.ids();
    let mut resolver =
        Resolver { store: &app.store, now: app.clock.now(), actor: &actor, ids: &mut ids };
    let id = Uuid::parse_str(fields.get("alarm")).unwrap_or_default();
    match alarms::resolve(&mut resolver, id, fields.find("note")).await {
        Ok(_) => notice::see_other(ALARMS, "superadmin-alarm-resolved-notice"),
        Err(AlarmError::NotOpen) => notice::see_other(ALARMS, "superadmin-alarm-not-open-notice"),
        Err(AlarmError::Field(_)) => {
            let back = Some((ALARMS, "superadmin-alarms"));
            error::say(&page, StatusCode::BAD_REQUEST, "superadmin-note-wrong", back)
        }
        Err(AlarmError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}
