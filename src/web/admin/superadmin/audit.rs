//! The audit log: who did what to what, and looking for some of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use sovereign_domain::calendar::{day_begins, day_ends};

use super::super::frame::{AUDIT, Frame, SYSTEM, of_organization};
use super::super::typed::plain;
use super::super::visit::{SuperadminVisit, Visit};
use crate::app::App;
use crate::storage::audit::{Entry, Filter};
use crate::storage::{self, Ts};
use crate::usecase::read_audit::{self, Place, check_text, may_be_shown};
use crate::usecase::roles;
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

/// What can be looked for.
const FIELDS: [&str; 6] = ["actor", "action", "subject", "organization", "from", "to"];

#[derive(Template)]
#[template(path = "web/admin/audit.html")]
struct AuditPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    fields: &'a Fields,
    is_filtered: bool,
    lines: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
}

/// A line, in the reader's language.
struct Shown {
    at: String,
    /// The address of an administrator, or what else did it.
    actor: String,
    action: String,
    subject: String,
    organization: Option<String>,
    /// What was before, and after, as JSON.
    before: Option<String>,
    after: Option<String>,
    request: String,
    /// The number of the seal that covers it.
    seal: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::of_query(query.as_deref());
    let read = filter(&page, &fields);
    let (filter, place) = match read {
        Ok(read) => read,
        Err(problems) => {
            let list = listed(&page, &fields, (Vec::new(), None, problems));
            return page.render(StatusCode::BAD_REQUEST, &list);
        }
    };
    match lines(&app, &page, &filter, place).await {
        Ok((lines, next)) => {
            let list = listed(&page, &fields, (lines, next, Problems::none()));
            page.render(StatusCode::OK, &list)
        }
        Err(failed) => error::unavailable(&page, &failed),
    }
}

/// What the address asks for, or all that is wrong with it.
fn filter(page: &Page, fields: &Fields) -> Result<(Filter, Option<Place>), Problems> {
    let mut problems = Problems::none();
    let given = |name| Some(fields.get(name)).filter(|value| !value.is_empty());
    let mut text = |name: &'static str| {
        let value = given(name);
        if check_text(name, value).is_err() {
            problems.add(name, page.text("superadmin-audit-text-wrong"));
        }
        value.map(str::to_owned)
    };
    let (actor, action) = (text("actor"), text("action"));
    let (subject, tenant_id) = (text("subject"), text("organization"));
    let mut day = |name: &'static str, ends: bool| {
        let typed = plain(given(name)?);
        let moment = if ends { day_ends } else { day_begins }(&typed, &page.zone);
        if moment.is_none() {
            problems.add(name, page.text("superadmin-audit-day-wrong"));
        }
        moment.map(Ts)
    };
    let (from, to) = (day("from", false), day("to", true));
    let place = given("before").map(Place::parse).transpose();
    if place.is_err() {
        problems.add("actor", page.text("superadmin-audit-before-wrong"));
    }
    match place {
        Ok(place) if !problems.any() => {
            Ok((Filter { actor, action, subject, tenant_id, from, to }, place))
        }
        _ => Err(problems.in_order_of(&FIELDS)),
    }
}

async fn lines(
    app: &App,
    page: &Page,
    filter: &Filter,
    place: Option<Place>,
) -> storage::Result<(Vec<Shown>, Option<String>)> {
    // Only administrators are named: who else is a member where is inside Organizations.
    let known = roles::administrators(&app.store).await?;
    let known: BTreeMap<String, String> =
        known.into_iter().map(|user| (user.id, user.email)).collect();
    let found = read_audit::page(&app.store, filter, place, PAGE_SIZE).await?;
    let lines = found.entries.into_iter().map(|entry| shown(page, entry, &known));
    let lines = lines.collect::<storage::Result<_>>()?;
    Ok((lines, found.next.map(Place::to_text)))
}

fn shown(
    page: &Page,
    Entry { line, sealed_by }: Entry,
    known: &BTreeMap<String, String>,
) -> storage::Result<Shown> {
    let is_shown = may_be_shown(&line);
    let json = |value: Option<Value>| {
        let value = value.filter(|_| is_shown)?;
        serde_json::to_string_pretty(&value).ok()
    };
    Ok(Shown {
        at: page.moment(line.at.0),
        actor: actor(page, &line.actor, known),
        before: json(line.before()?),
        after: json(line.after()?),
        organization: line.tenant_id.as_deref().map(of_organization),
        action: line.action,
        subject: line.subject,
        request: line.request_id,
        seal: sealed_by.map(|number| page.digits.write(&number.to_string())),
    })
}

fn actor(page: &Page, actor: &str, known: &BTreeMap<String, String>) -> String {
    match actor {
        "cli" => page.text("admin-by-cli"),
        "system" => page.text("admin-by-system"),
        "adoption" => page.text("admin-by-adoption"),
        id => known.get(id).map_or(id, String::as_str).to_owned(),
    }
}

fn listed<'a>(
    page: &'a Page,
    fields: &'a Fields,
    (lines, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> AuditPage<'a> {
    let asked = FIELDS.map(|name| (name, fields.get(name)));
    let asked: Vec<_> = asked.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let at = |more: Option<(&'static str, &str)>| {
        let all: Vec<_> = asked.iter().copied().chain(more).collect();
        address(AUDIT, &all)
    };
    AuditPage {
        page,
        frame: Frame::new(page, SYSTEM),
        problems,
        fields,
        is_filtered: !asked.is_empty(),
        lines,
        newest: fields.find("before").map(|_| at(None)),
        next: next.map(|next| at(Some(("before", &next)))),
    }
}
