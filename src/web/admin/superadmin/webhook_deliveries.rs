//! What is sent to an endpoint: as its page lists it, to try whether anything arrives, and again.

use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::calendar::{TimeZone, day_begins, day_ends};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::super::frame::of_organization;
use super::super::typed::plain;
use super::webhook::{Draft, Pressed};
use super::webhooks::{of_webhook, unknown};
use crate::app::App;
use crate::storage;
use crate::storage::event_deliveries::DeliveryRow;
use crate::usecase::event_deliveries::{self, ListError, ReplayError, Status};
use crate::web::error;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;

/// How many are on a page.
const PAGE_SIZE: i64 = 50;

/// What can become of one.
const STATUSES: [Status; 3] = [Status::Waiting, Status::Delivered, Status::Failed];

/// A page of them, in the reader's language.
pub(super) struct Deliveries {
    /// Value, label, and whether it is asked for.
    pub(super) statuses: Vec<(&'static str, String, bool)>,
    pub(super) is_filtered: bool,
    pub(super) rows: Vec<Shown>,
    pub(super) newest: Option<String>,
    pub(super) next: Option<String>,
}

/// A row.
pub(super) struct Shown {
    pub(super) id: Uuid,
    pub(super) filed: String,
    pub(super) kind: String,
    /// The page of the Organization that the event is about, and its identifier.
    pub(super) organization: Option<(String, String)>,
    pub(super) status: String,
    pub(super) status_text: String,
    pub(super) attempts: String,
    /// The status of the last answer, where there was one.
    pub(super) answered: Option<String>,
    /// How it began, or why there was none.
    pub(super) excerpt: String,
}

/// What a test came to.
pub(super) struct Tested {
    pub(super) is_good: bool,
    pub(super) text: String,
    /// How the answer began, or why there was none.
    pub(super) excerpt: String,
}

/// Those that the address of the page asks for, and what is wrong with it.
pub(super) async fn load(
    app: &App,
    page: &Page,
    endpoint_id: Uuid,
    asked: &Fields,
) -> storage::Result<(Deliveries, Problems)> {
    let (status, after) = (asked.get("status"), asked.find("after"));
    let wanted = Some(status).filter(|text| !text.is_empty()).map(str::parse::<Status>).transpose();
    let found = match wanted {
        Ok(wanted) => {
            event_deliveries::list(&app.store, endpoint_id, wanted, after, PAGE_SIZE).await
        }
        Err(wrong) => Err(ListError::Field(wrong)),
    };
    let (rows, next, problems) = match found {
        Ok(found) => (found.rows, found.next, Problems::none()),
        Err(ListError::Field(_)) => {
            let text = page.text("superadmin-webhook-deliveries-wrong");
            (Vec::new(), None, Problems::of("status", text))
        }
        Err(ListError::Storage(failed)) => return Err(failed),
    };
    let here = of_webhook(endpoint_id);
    let filter = Some(("status", status)).filter(|_| !status.is_empty());
    let at = |more: Option<(&'static str, &str)>| {
        let all: Vec<_> = filter.into_iter().chain(more).collect();
        address(&here, &all)
    };
    let label = |one: Status| page.text(&format!("superadmin-webhook-is-{}", one.as_str()));
    let deliveries = Deliveries {
        statuses: STATUSES.map(|one| (one.as_str(), label(one), one.as_str() == status)).into(),
        is_filtered: filter.is_some(),
        rows: rows.into_iter().map(|row| shown(page, row)).collect(),
        newest: after.map(|_| at(None)),
        next: next.map(|next| at(Some(("after", &next)))),
    };
    Ok((deliveries, problems))
}

fn shown(page: &Page, row: DeliveryRow) -> Shown {
    let number = |number: i32| page.digits.write(&number.to_string());
    let organization = Some(row.lane).filter(|lane| !lane.is_empty());
    Shown {
        id: row.id,
        filed: page.moment(row.created_at.0),
        kind: row.kind,
        organization: organization.map(|id| (of_organization(&id), id)),
        status_text: page.text(&format!("superadmin-webhook-is-{}", row.status)),
        status: row.status,
        attempts: number(row.attempts),
        answered: row.response_status.map(number),
        excerpt: row.response_excerpt.unwrap_or_default(),
    }
}

impl Pressed<'_> {
    /// Sends an event of its own kind, now and once.
    pub(super) async fn test(&self) -> Response {
        let (app, page) = (self.app, &self.visit.page);
        let (now, id) = (app.clock.now(), app.new_id());
        let answer = event_deliveries::test(&app.hooks, self.row, now, id).await;
        let status = answer.status.map(|status| page.digits.write(&status.to_string()));
        let tested = Tested {
            is_good: answer.is_success(),
            text: match status {
                Some(status) => page.text_with("superadmin-webhook-answered", "status", &status),
                None => page.text("superadmin-webhook-silent"),
            },
            excerpt: answer.excerpt,
        };
        let draft = Draft { tested: Some(tested), ..Draft::of(self.row) };
        self.again(StatusCode::OK, &draft).await
    }

    /// Sends an event again.
    pub(super) async fn replay(&self, fields: &Fields) -> Response {
        let Ok(delivery) = Uuid::parse_str(fields.get("delivery")) else {
            return self.back("superadmin-webhook-not-sent-notice");
        };
        let id = self.row.id;
        match event_deliveries::replay_one(self.app, &self.actor, id, delivery).await {
            Ok(_) => self.back("superadmin-webhook-sent-notice"),
            Err(ReplayError::Storage(failed)) => error::unavailable(&self.visit.page, &failed),
            Err(ReplayError::NotFound | ReplayError::Field(_)) => {
                self.back("superadmin-webhook-not-sent-notice")
            }
        }
    }

    /// Sends the events of some days again.
    pub(super) async fn replay_range(&self, fields: &Fields) -> Response {
        let (page, id) = (&self.visit.page, self.row.id);
        let (from, to) = (fields.get("from").to_owned(), fields.get("to").to_owned());
        let read = time(page, (&from, &to));
        let draft = Draft { from, to, ..Draft::of(self.row) };
        let days = match read {
            Ok(days) => days,
            Err(problems) => {
                let draft = Draft { problems, ..draft };
                return self.again(StatusCode::BAD_REQUEST, &draft).await;
            }
        };
        match event_deliveries::replay_range(self.app, &self.actor, id, days).await {
            Ok(0) => self.back("superadmin-webhook-nothing-notice"),
            Ok(_) => self.back("superadmin-webhook-replayed-notice"),
            Err(ReplayError::NotFound) => unknown(page),
            Err(ReplayError::Storage(failed)) => error::unavailable(page, &failed),
            Err(ReplayError::Field(_)) => {
                let problems = Problems::of("to", page.text("superadmin-webhook-to-many"));
                let draft = Draft { problems, ..draft };
                self.again(StatusCode::BAD_REQUEST, &draft).await
            }
        }
    }
}

/// The time from the beginning of one day to the end of another, or all that is wrong with them.
fn time(page: &Page, (from, to): (&str, &str)) -> Result<(Timestamp, Timestamp), Problems> {
    type Moment = fn(&str, &TimeZone) -> Option<Timestamp>;
    let mut problems = Problems::none();
    let mut day = |field: &'static str, typed: &str, moment: Moment| {
        let read = moment(&plain(typed), &page.zone);
        if read.is_none() {
            problems.add(field, page.text("superadmin-webhook-day-wrong"));
        }
        read
    };
    match (day("from", from, day_begins), day("to", to, day_ends)) {
        (Some(from), Some(to)) if from < to => Ok((from, to)),
        (Some(_), Some(_)) => Err(Problems::of("to", page.text("superadmin-webhook-to-wrong"))),
        _ => Err(problems),
    }
}
