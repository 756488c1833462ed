//! An endpoint that events are sent to: how it stands, what is sent there, and what can be done with it.
//!
//! Whoever changes it or gives it another secret must have signed in lately, as the API wants it. A secret is on the
//! page that answers, and on no other.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use reqwest::Url;
use sovereign_domain::event::Actor;
use uuid::Uuid;

use super::super::difference::Difference;
use super::super::frame::{Frame, SYSTEM, WEBHOOKS};
use super::super::visit::{Press, SuperadminPress, SuperadminVisit, Visit, actor, sign_in_again};
use super::webhook_deliveries::{self, Deliveries, Tested};
use super::webhook_typed::Typed;
use super::webhooks::{desk, not_done, of_webhook, refused, standing, unknown};
use crate::app::App;
use crate::hooks::EndpointSecret;
use crate::storage::event_endpoints::EndpointRow;
use crate::usecase::event_endpoints::{self, EVENT_TYPES, EndpointError};
use crate::web::fields::Fields;
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// What may be done without signing in anew; all else changes what leaves the house.
const FREE: [&str; 4] = ["test", "replay", "replay-range", "remove"];

#[derive(Template)]
#[template(path = "web/admin/webhook.html")]
struct WebhookPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    row: &'a EndpointRow,
    /// Where its forms lead: the page may be the answer to another address.
    address: String,
    host: String,
    /// Empty for all.
    types: &'a [String],
    status: &'static str,
    status_text: String,
    made: String,
    failing: Option<String>,
    last: Option<String>,
    /// Until when the former secret signs as well.
    former: Option<String>,
    /// Every type of event there is.
    known: &'static [&'static str],
    deliveries: Deliveries,
    problems: Problems,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    draft: &'a Draft,
}

/// The forms as they stand, what is to be said of them, and what came of a button.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) typed: Typed,
    /// The fingerprint of what the form was filled from.
    pub(super) seen: String,
    /// What somebody else has changed meanwhile.
    pub(super) differences: Vec<Difference>,
    /// The days whose events are to be sent again.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) confirm: String,
    pub(super) problems: Problems,
    pub(super) secret: Option<EndpointSecret>,
    pub(super) tested: Option<Tested>,
}

impl Draft {
    pub(super) fn of(row: &EndpointRow) -> Self {
        let seen = event_endpoints::fingerprint(row);
        Self { typed: Typed::of(row), seen, ..Self::default() }
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    SuperadminVisit(visit): SuperadminVisit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let row = match find(&app, &visit.page, &id).await {
        Ok(row) => row,
        Err(response) => return response,
    };
    let (draft, asked) = (Draft::of(&row), Fields::of_query(query.as_deref()));
    shown(&app, &visit, &row, (StatusCode::OK, &draft, &asked)).await
}

/// The page with a new secret.
pub(super) async fn with_secret(
    app: &App,
    visit: &Visit,
    row: &EndpointRow,
    secret: EndpointSecret,
) -> Response {
    let draft = Draft { secret: Some(secret), ..Draft::of(row) };
    shown(app, visit, row, (StatusCode::OK, &draft, &Fields::default())).await
}

/// The endpoint with the identifier of an address.
async fn find(app: &App, page: &Page, id: &str) -> Result<EndpointRow, Response> {
    let Ok(id) = Uuid::parse_str(id) else { return Err(unknown(page)) };
    let found = event_endpoints::find(&app.store, id).await;
    found.map_err(|failed| not_done(page, &failed))
}

async fn shown(
    app: &App,
    Visit { page, session }: &Visit,
    row: &EndpointRow,
    (http, draft, asked): (StatusCode, &Draft, &Fields),
) -> Response {
    let (deliveries, wrong) = match webhook_deliveries::load(app, page, row.id, asked).await {
        Ok(loaded) => loaded,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let http = if wrong.any() { StatusCode::BAD_REQUEST } else { http };
    let now = app.clock.now();
    let former = row.former_secret_until.map(|until| until.0).filter(|until| *until > now);
    let (status, status_text) = standing(page, row);
    let shown = WebhookPage {
        page,
        frame: Frame::new(page, SYSTEM),
        row,
        address: of_webhook(row.id),
        host: host(&row.url),
        types: row.event_types.as_ref().map(|types| types.0.as_slice()).unwrap_or_default(),
        status,
        status_text,
        made: page.moment(row.created_at.0),
        failing: row.failing_since.map(|at| page.moment(at.0)),
        last: row.last_success_at.map(|at| page.moment(at.0)),
        former: former.map(|until| page.moment(until)),
        known: &EVENT_TYPES,
        deliveries,
        problems: if wrong.any() { wrong } else { draft.problems.clone() },
        sign_in: sign_in_again(app, page, session),
        draft,
    };
    page.render(http, &shown)
}

/// The host that the address names; the address itself where it names none.
fn host(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let host = parsed.as_ref().and_then(Url::host_str);
    host.unwrap_or(url).to_owned()
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    SuperadminPress(press): SuperadminPress,
) -> Response {
    let Press { page, session, request_id, fields } = press;
    let row = match find(&app, &page, &id).await {
        Ok(row) => row,
        Err(response) => return response,
    };
    let actor = actor(&session, request_id);
    let visit = Visit { page, session };
    let pressed = Pressed { app: &app, visit: &visit, actor, row: &row };
    let act = fields.get("act");
    let late = sign_in_again(&app, &visit.page, &visit.session).is_some();
    if late && !FREE.contains(&act) {
        let draft = Draft { typed: Typed::of_form(&fields), ..Draft::default() };
        return pressed.again(StatusCode::UNAUTHORIZED, &draft).await;
    }
    match act {
        "test" => pressed.test().await,
        "replay" => pressed.replay(&fields).await,
        "replay-range" => pressed.replay_range(&fields).await,
        "remove" => pressed.remove(&fields).await,
        "rotate" => pressed.rotate(&fields).await,
        _ => pressed.save(&fields).await,
    }
}

/// A button that was pressed on an endpoint's page.
pub(super) struct Pressed<'a> {
    pub(super) app: &'a App,
    pub(super) visit: &'a Visit,
    pub(super) actor: Actor,
    pub(super) row: &'a EndpointRow,
}

impl Pressed<'_> {
    pub(super) fn back(&self, name: &'static str) -> Response {
        notice::see_other(&of_webhook(self.row.id), name)
    }

    /// The page again.
    pub(super) async fn again(&self, status: StatusCode, draft: &Draft) -> Response {
        let asked = Fields::default();
        shown(self.app, self.visit, self.row, (status, draft, &asked)).await
    }

    /// What became of it where nothing was done.
    async fn failed(&self, failed: &EndpointError, draft: Draft) -> Response {
        let page = &self.visit.page;
        match refused(page, failed) {
            Some((status, problems)) => self.again(status, &Draft { problems, ..draft }).await,
            None => not_done(page, failed),
        }
    }

    async fn save(&self, fields: &Fields) -> Response {
        let (typed, seen) = (Typed::of_form(fields), fields.get("seen").to_owned());
        let draft = Draft { typed, seen, ..Draft::default() };
        let (mut ids, replaces) = (self.app.ids(), fields.seen());
        let mut desk = desk(self.app, &self.actor, &mut ids);
        let wishes = draft.typed.wishes();
        let changed = event_endpoints::change(&mut desk, self.row.id, wishes, replaces.as_deref());
        match changed.await {
            Ok(_) => self.back("superadmin-webhook-saved-notice"),
            Err(EndpointError::Changed) => self.changed(draft.typed).await,
            Err(failed) => self.failed(&failed, draft).await,
        }
    }

    /// Somebody else was faster: what they changed, beside what stands in the form. Saved again, the form counts.
    async fn changed(&self, typed: Typed) -> Response {
        let page = &self.visit.page;
        let row = match event_endpoints::find(&self.app.store, self.row.id).await {
            Ok(row) => row,
            Err(failed) => return not_done(page, &failed),
        };
        let differences = typed.differences(page, &Typed::of(&row));
        if differences.is_empty() {
            return self.back("superadmin-webhook-saved-notice");
        }
        let draft = Draft { typed, differences, ..Draft::of(&row) };
        let newest = Fields::default();
        shown(self.app, self.visit, &row, (StatusCode::CONFLICT, &draft, &newest)).await
    }

    async fn rotate(&self, fields: &Fields) -> Response {
        let hours = fields.find("at-once").map(|_| 0);
        let mut ids = self.app.ids();
        let mut desk = desk(self.app, &self.actor, &mut ids);
        match event_endpoints::rotate(&mut desk, self.row.id, hours).await {
            Ok((row, secret)) => with_secret(self.app, self.visit, &row, secret).await,
            Err(failed) => self.failed(&failed, Draft::of(self.row)).await,
        }
    }

    /// Removes it, where its host is typed.
    async fn remove(&self, fields: &Fields) -> Response {
        let page = &self.visit.page;
        let (confirm, host) = (fields.get("confirm").to_owned(), host(&self.row.url));
        if !confirm.eq_ignore_ascii_case(&host) {
            let wrong = page.text_with("console-type-again", "word", &host);
            let problems = Problems::of("confirm", wrong);
            let draft = Draft { confirm, problems, ..Draft::of(self.row) };
            return self.again(StatusCode::BAD_REQUEST, &draft).await;
        }
        let mut ids = self.app.ids();
        let mut desk = desk(self.app, &self.actor, &mut ids);
        match event_endpoints::remove(&mut desk, self.row.id).await {
            Ok(()) => notice::see_other(WEBHOOKS, "superadmin-webhook-removed-notice"),
            Err(failed) => not_done(page, &failed),
        }
    }
}
