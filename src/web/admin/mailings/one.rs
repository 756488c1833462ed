//! A mailing: how far it is, stopping it, and what became of each letter.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::mailing::{AddressState, MailingState};
use uuid::Uuid;

use super::super::frame::{Frame, VOUCHERS, of_bulk, of_voucher};
use super::super::visit::{Press, Visit, writing};
use super::{MAIL, of_mailing, status_text, title};
use crate::api::export::{CSV, send};
use crate::app::App;
use crate::storage::mailing_recipients::Recipient;
use crate::usecase::bulk::Terms;
use crate::usecase::export::ExportError;
use crate::usecase::mailings::{self, Details, MailingError};
use crate::usecase::organizations::OrganizationError;
use crate::usecase::paging::PageError;
use crate::web::fields::Fields;
use crate::web::page::{Page, address};
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// How many addresses are on a page.
const PAGE_SIZE: i64 = 50;

/// Value, and what it is called.
const STATES: [(&str, &str); 4] = [
    ("waiting", "admin-mail-waiting"),
    ("sent", "admin-mail-sent"),
    ("failed", "admin-mail-failed"),
    ("redeemed", "admin-mail-redeemed"),
];

#[derive(Template)]
#[template(path = "web/admin/mailing.html")]
struct MailingPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    details: &'a Details,
    title: String,
    status_text: String,
    /// Each of how many.
    codes: String,
    sent: String,
    waiting: String,
    failed: String,
    redeemed: String,
    each_minor: i64,
    asked: String,
    /// What makes its codes.
    operation: String,
    /// Value, label, and whether it is asked for.
    states: Vec<(&'static str, String, bool)>,
    is_filtered: bool,
    rows: Vec<Shown>,
    newest: Option<String>,
    next: Option<String>,
    /// Where its forms lead, and where its addresses are a file.
    here: String,
    file: String,
}

/// A row, in the reader's language.
struct Shown {
    email: String,
    /// The voucher's page, and its code.
    voucher: Option<(String, String)>,
    status: &'static str,
    status_text: String,
    redeemed: bool,
    sent: Option<String>,
    reply: Option<String>,
}

impl MailingPage<'_> {
    fn runs(&self) -> bool {
        self.details.mailing.state == MailingState::Running
    }
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Visit { page, .. }: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let found = match Uuid::parse_str(&id) {
        Ok(id) => mailings::find(&app.store, id).await,
        Err(_) => Ok(None),
    };
    let details = match found {
        Ok(Some(details)) => details,
        Ok(None) => return unknown(&page),
        Err(failed) => return error::unavailable(&page, &failed),
    };
    let fields = Fields::of_query(query.as_deref());
    let wanted = (fields.find("state"), fields.find("after"));
    match mailings::recipients(&app.store, details.mailing.id, wanted, PAGE_SIZE).await {
        Ok(found) => {
            let rows = found.rows.into_iter().map(|one| row(&page, one)).collect();
            let found = (rows, found.next, Problems::none());
            page.render(StatusCode::OK, &shown(&page, &details, &fields, found))
        }
        Err(PageError::Field(_)) => {
            let problems = Problems::of("state", page.text("admin-mail-state-wrong"));
            let found = (Vec::new(), None, problems);
            page.render(StatusCode::BAD_REQUEST, &shown(&page, &details, &fields, found))
        }
        Err(PageError::Storage(failed)) => error::unavailable(&page, &failed),
    }
}

fn shown<'a>(
    page: &'a Page,
    details: &'a Details,
    fields: &Fields,
    (rows, next, problems): (Vec<Shown>, Option<String>, Problems),
) -> MailingPage<'a> {
    let mailing = &details.mailing;
    let (state, here) = (fields.get("state"), of_mailing(mailing.id));
    let filter = Some(("state", state)).filter(|_| !state.is_empty());
    let at = |path: &str, more: Option<(&'static str, &str)>| {
        let all: Vec<_> = filter.into_iter().chain(more).collect();
        address(path, &all)
    };
    let count = |count: i64| page.share(count, mailing.total);
    let each_minor = match details.codes.terms {
        Terms::Generate { credit_minor, .. } => credit_minor,
        _ => 0,
    };
    MailingPage {
        page,
        frame: Frame::new(page, VOUCHERS),
        title: title(page, mailing),
        status_text: status_text(page, mailing.state),
        codes: count(details.codes.done),
        sent: count(mailing.sent),
        waiting: count(mailing.waiting()),
        failed: count(mailing.failed),
        redeemed: count(details.redeemed),
        each_minor,
        asked: page.moment(mailing.created_at),
        operation: of_bulk(mailing.id),
        states: STATES.map(|(value, name)| (value, page.text(name), value == state)).into(),
        is_filtered: filter.is_some(),
        newest: fields.find("after").map(|_| at(&here, None)),
        next: next.map(|next| at(&here, Some(("after", &next)))),
        file: at(&format!("{here}/addresses.csv"), None),
        here,
        problems,
        details,
        rows,
    }
}

fn row(page: &Page, one: Recipient) -> Shown {
    let (status, name) = match AddressState::parse(&one.state) {
        Some(AddressState::Sent) => ("delivered", "admin-mail-sent"),
        Some(AddressState::Failed) => ("failed", "admin-mail-failed"),
        Some(AddressState::Waiting) | None => ("waiting", "admin-mail-waiting"),
    };
    Shown {
        email: one.email,
        voucher: one.code.map(|code| (of_voucher(&code), code)),
        status,
        status_text: page.text(name),
        redeemed: one.redeemed,
        sent: one.sent_at.map(|at| page.moment(at.0)),
        reply: one.reply,
    }
}

fn unknown(page: &Page) -> Response {
    error::say(page, StatusCode::NOT_FOUND, "admin-mail-unknown", Some((MAIL, "admin-all-mail")))
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let Ok(id) = Uuid::parse_str(&id) else { return unknown(&page) };
    let act = fields.get("act");
    let changed = writing(&app, &session, request_id, async |writer| match act {
        "resume" => mailings::resume(writer, id).await,
        "retry" => mailings::retry(writer, id).await,
        _ => mailings::cancel(writer, id).await,
    });
    let told = match act {
        "resume" => "admin-mail-resumed-notice",
        "retry" => "admin-mail-retried-notice",
        _ => "admin-mail-cancelled-notice",
    };
    match changed.await {
        Ok(_) => notice::see_other(&of_mailing(id), told),
        // It was quicker: the page says how it stands.
        Err(MailingError::NotNow(_)) => {
            notice::see_other(&of_mailing(id), "admin-mail-late-notice")
        }
        Err(MailingError::Storage(failed)) => error::unavailable(&page, &failed),
        Err(_) => unknown(&page),
    }
}

/// Its addresses as a file.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Visit { page, session }: Visit,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(id) = Uuid::parse_str(&id) else { return unknown(&page) };
    match mailings::exists(&app.store, id).await {
        Ok(true) => {}
        Ok(false) => return unknown(&page),
        Err(failed) => return error::unavailable(&page, &failed),
    }
    let fields = Fields::of_query(query.as_deref());
    let user_id = session.user_id.as_str().into();
    let spool = mailings::file(&app, &user_id, (id, fields.find("state"))).await;
    match spool.and_then(|spool| Ok(send(spool, CSV, "mailing.csv")?)) {
        Ok(response) => response,
        Err(ExportError::Organization(OrganizationError::TooMany(wait))) => {
            error::too_many(&page, wait)
        }
        Err(ExportError::Organization(OrganizationError::Storage(failed))) => {
            error::unavailable(&page, &failed)
        }
        Err(ExportError::Organization(_)) => {
            let here = of_mailing(id);
            let back = Some((here.as_str(), "admin-all-mail"));
            error::say(&page, StatusCode::BAD_REQUEST, "admin-file-wrong", back)
        }
        Err(ExportError::NoRoom(failed)) => error::unavailable(&page, &failed),
    }
}
