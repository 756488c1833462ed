//! The fleet, as the publisher's command last found it. Nobody is asked for this page: it is read from a file.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::timestamp::Timestamp;

use super::super::frame::{FLEET, Frame, SYSTEM};
use super::super::visit::{SuperadminVisit, Visit};
use super::fleet_row::{self, Shown, amount};
use crate::app::App;
use crate::fleet::file::{self, FileError};
use crate::fleet::snapshot::{Row, Snapshot};
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/admin/fleet.html")]
struct FleetPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Whether only those are shown that are off.
    is_off_only: bool,
    is_by_gross: bool,
    fleet: Option<Fleet>,
    /// Why there is none: the messages of a heading and of what to do, and what else there is to say.
    fault: Option<Fault>,
}

struct Fault {
    heading: String,
    detail: String,
    said: String,
}

/// The fleet, in the reader's language.
struct Fleet {
    made: String,
    age: String,
    month: Option<String>,
    sovereigns: String,
    conforming: String,
    off: String,
    is_any_off: bool,
    not_checked: String,
    totals: Vec<Total>,
    rows: Vec<Shown>,
    unlisted: Vec<String>,
}

/// What all come to, in one currency.
struct Total {
    currency: String,
    credit: String,
    charged: String,
    publisher: String,
    due: String,
    payout: String,
    paid: String,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(Visit { page, .. }): SuperadminVisit,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(path) = &app.fleet_snapshot else {
        let back = Some((SYSTEM, "superadmin-health"));
        return error::say(&page, StatusCode::NOT_FOUND, "superadmin-fleet-none", back);
    };
    let fields = Fields::of_query(query.as_deref());
    let (is_off_only, is_by_gross) = (fields.get("show") == "off", fields.get("sort") == "gross");
    let (fleet, fault) = match file::load(path).await {
        Ok(snapshot) => {
            let rows = chosen(&snapshot, is_off_only, is_by_gross);
            (Some(fleet(&page, &snapshot, &rows, app.clock.now())), None)
        }
        Err(error) => (None, Some(fault(&page, &error))),
    };
    let frame = Frame::new(&page, FLEET);
    let shown = FleetPage { page: &page, frame, is_off_only, is_by_gross, fleet, fault };
    page.render(StatusCode::OK, &shown)
}

/// The Sovereigns that are asked for, in the order that is.
fn chosen(snapshot: &Snapshot, is_off_only: bool, is_by_gross: bool) -> Vec<&Row> {
    let mut rows: Vec<&Row> =
        snapshot.sovereigns.iter().filter(|row| row.off || !is_off_only).collect();
    rows.sort_by_key(|row| row.fqdn.as_str());
    if is_by_gross {
        rows.sort_by_key(|row| gross(row));
    }
    rows
}

/// Amounts of one currency stand together, the largest first; whoever has none comes last.
fn gross(row: &Row) -> (bool, &str, i64) {
    match row.charged.first() {
        Some(charged) => (false, charged.currency.as_str(), charged.charged_minor.saturating_neg()),
        None => (true, "", 0),
    }
}

fn fleet(page: &Page, snapshot: &Snapshot, rows: &[&Row], now: Timestamp) -> Fleet {
    let number = |count: usize| page.digits.write(&count.to_string());
    let counts = snapshot.counts;
    let totals = snapshot.totals.iter().map(|total| {
        let money = |minor| amount(page, &total.currency, minor);
        Total {
            currency: total.currency.clone(),
            credit: money(total.credit_outstanding_minor),
            charged: money(total.charged_minor),
            publisher: money(total.publisher_minor),
            due: money(total.due_minor),
            payout: money(total.payout_minor),
            paid: money(total.paid_minor),
        }
    });
    Fleet {
        made: page.moment(snapshot.made_at),
        age: age(page, now.seconds().saturating_sub(snapshot.made_at.seconds())),
        month: snapshot
            .month
            .as_ref()
            .map(|shown| month(page, &shown.month.to_string(), &shown.state)),
        sovereigns: number(counts.sovereigns),
        conforming: number(counts.conforming),
        off: number(counts.off),
        is_any_off: counts.off > 0,
        not_checked: number(counts.not_checked),
        totals: totals.collect(),
        rows: rows.iter().map(|row| fleet_row::shown(page, row)).collect(),
        unlisted: snapshot.not_in_fleet.clone(),
    }
}

/// A month of the book, and how far it is.
fn month(page: &Page, name: &str, state: &str) -> String {
    let known = ["reading", "read", "shared", "closed"].contains(&state);
    let state = if known {
        page.text(&format!("superadmin-fleet-month-{state}"))
    } else {
        page.language.isolated(state)
    };
    format!("{} · {state}", page.digits.write(&page.language.isolated(name)))
}

/// How long ago that was, in the largest unit that it is one of.
fn age(page: &Page, seconds: i64) -> String {
    match seconds.max(0) / 60 {
        minutes @ 0..=59 => page.count("superadmin-fleet-age-minutes", minutes),
        minutes @ 60..=2_879 => page.count("superadmin-fleet-age-hours", minutes / 60),
        minutes => page.count("superadmin-fleet-age-days", minutes / 1_440),
    }
}

fn fault(page: &Page, error: &FileError) -> Fault {
    let kind = match error {
        FileError::Missing => "missing",
        FileError::Unreadable(_) => "unreadable",
        FileError::Damaged(_) => "damaged",
        FileError::TooNew(_) => "too-new",
    };
    let said = match error {
        FileError::Missing => String::new(),
        FileError::Unreadable(error) => error.to_string(),
        FileError::Damaged(detail) => detail.clone(),
        FileError::TooNew(version) => version.to_string(),
    };
    tracing::warn!(%error, "the fleet cannot be shown");
    Fault {
        heading: page.text(&format!("superadmin-fleet-file-{kind}")),
        detail: page.text(&format!("superadmin-fleet-todo-{kind}")),
        said,
    }
}
