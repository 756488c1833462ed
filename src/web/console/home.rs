//! An Organization's first page: how it stands, what comes next, and what is being set up.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::organization::OrganizationStatus;

use super::super::error;
use super::super::page::Page;
use super::frame::Frame;
use super::visit::{Visit, enter};
use crate::app::App;
use crate::storage;
use crate::storage::provisions::{ProvisionRow, ProvisionStatus};
use crate::usecase::console::{self, Home, NextBill};

#[derive(Template)]
#[template(path = "web/console/home.html")]
struct HomePage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    status: Status,
    /// What is in the way, and where to go about it.
    notes: Vec<Note>,
    plan: String,
    next: Option<Next>,
    credit: Option<String>,
    apps: Vec<ShownApp>,
    setting_up: Option<SettingUp>,
    /// Of the page of its apps.
    apps_address: String,
    may_spend: bool,
}

/// A state as a word, and what it is for programs and colours.
pub(super) struct Status {
    pub(super) name: String,
    pub(super) text: String,
}

struct Note {
    text: String,
    /// Address and label.
    way: Option<(String, String)>,
}

struct Next {
    day: String,
    amount: String,
    /// What pays it.
    pays: String,
}

struct ShownApp {
    name: String,
    slug: String,
    state: Status,
}

struct SettingUp {
    text: String,
    address: String,
    /// How far it is.
    steps: String,
    done: usize,
    of: usize,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let found = console::home(&app, &visit.user_id(), &visit.place).await;
    match found.and_then(|home| home_page(&page, &visit, home)) {
        Ok(home) => page.render(StatusCode::OK, &home),
        Err(failed) => error::unavailable(&page, &failed),
    }
}

fn home_page<'a>(page: &'a Page, visit: &'a Visit, home: Home) -> storage::Result<HomePage<'a>> {
    let status = visit.place.organization.status()?;
    let organization = &visit.place.organization;
    let (is_gone, is_moving) = (organization.forwarding().is_some(), organization.is_moving());
    // What stands in its way here is nobody's to do any more; the frame says where it is.
    let notes = if is_gone || is_moving { Vec::new() } else { notes(page, visit, (status, &home)) };
    let standing = match (is_gone, is_moving) {
        (true, _) => "moved",
        (_, true) => "moving",
        _ => status.as_str(),
    };
    let setting_up = match &home.provision {
        Some(row) => setting_up(page, visit, row)?,
        None => None,
    };
    Ok(HomePage {
        page,
        frame: visit.frame(page, ""),
        status: Status {
            name: standing.to_owned(),
            text: page.text(&format!("console-status-{standing}")),
        },
        notes,
        plan: home.plan,
        next: home.next.as_ref().map(|next| shown_bill(page, next)),
        credit: home.wallet.as_ref().map(|wallet| page.amount(wallet.available_minor())),
        apps: home.apps.into_iter().map(|one| shown_app(page, one)).collect(),
        setting_up,
        apps_address: visit.address("apps"),
        may_spend: visit.may_spend(),
    })
}

fn shown_app(page: &Page, one: console::ShownApp) -> ShownApp {
    let state = state(page, &one.state);
    ShownApp { name: one.name, slug: one.slug, state }
}

/// What an app is doing.
pub(super) fn state(page: &Page, name: &str) -> Status {
    Status { text: page.text(&format!("console-app-{name}")), name: name.to_owned() }
}

fn shown_bill(page: &Page, next: &NextBill) -> Next {
    let isolated = |amount_minor| page.amount_inside(amount_minor);
    let by_credit = next.rest_minor == 0;
    let name = match (by_credit, next.has_card, next.credit_minor > 0) {
        (true, _, _) => "console-pays-credit",
        (false, true, true) => "console-pays-both",
        (false, true, false) => "console-pays-card",
        (false, false, _) => "console-pays-missing",
    };
    let values = [
        ("credit", isolated(next.credit_minor).into()),
        ("rest", isolated(next.rest_minor).into()),
    ];
    Next {
        day: page.day(next.at),
        amount: page.amount(next.total_minor),
        pays: page.language.text_with(name, &values),
    }
}

/// What somebody should know or do, the most pressing first.
fn notes(page: &Page, visit: &Visit, (status, home): (OrganizationStatus, &Home)) -> Vec<Note> {
    let organization = &visit.place.organization;
    let mut notes = Vec::new();
    let mut note = |text: String, way: Option<(String, &str)>| {
        let way = way.map(|(address, label)| (address, page.text(label)));
        notes.push(Note { text, way });
    };
    match organization.deletion_at {
        Some(at) => {
            let name = if home.deleted_by_operator {
                "console-closing-operator"
            } else {
                "console-closing"
            };
            let way = (visit.address("close"), "console-closing-look");
            let text = page.text_with(name, "day", &page.day(at.0));
            note(text, (!home.deleted_by_operator).then_some(way));
        }
        None if status == OrganizationStatus::Suspended => {
            note(page.text("console-suspended"), None);
        }
        None => {}
    }
    let Some(subscription) = &home.subscription else {
        if status != OrganizationStatus::Suspended {
            let way = (format!("/checkout?organization={}", organization.slug), "console-order");
            note(page.text("console-nothing-ordered"), visit.may_spend().then_some(way));
        }
        return notes;
    };
    if let Some(order) = subscription.due_order_id {
        let way = (format!("/pay/{order}"), "console-pay-now");
        note(page.text("console-payment-due"), visit.may_spend().then_some(way));
    }
    let ends = subscription.current_period_end.filter(|_| subscription.cancel_at_period_end);
    if subscription.status == "canceled" {
        let way = (format!("/checkout?organization={}", organization.slug), "console-order");
        note(page.text("console-plan-ended"), visit.may_spend().then_some(way));
    } else if let Some(end) = ends {
        let text = page.text_with("console-plan-ends", "day", &page.day(end.0));
        note(text, visit.may_spend().then(|| (visit.address("plan"), "console-plan-look")));
    }
    notes
}

/// What is under way or did not work; `None` once all is there.
fn setting_up(
    page: &Page,
    visit: &Visit,
    row: &ProvisionRow,
) -> storage::Result<Option<SettingUp>> {
    let status = row.status()?;
    if status == ProvisionStatus::Completed {
        return Ok(None);
    }
    let steps = &row.steps.0;
    let what = page.text(&format!("provision-{}", row.cause.replace(['.', '_'], "-")));
    let how = page.text(&format!("provision-is-{}", status.as_str()));
    let done = steps.iter().filter(|step| step.status == "completed").count();
    let values = [("done", done.into()), ("of", steps.len().into())];
    Ok(Some(SettingUp {
        steps: page.digits.write(&page.language.text_with("console-steps", &values)),
        text: format!("{what}: {how}"),
        address: visit.address("provisions"),
        done,
        of: steps.len(),
    }))
}
