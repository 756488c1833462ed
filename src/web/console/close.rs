//! The end of an Organization: what it takes with it, the word that asks for it, and the way back.
//!
//! Whoever asks for it must have signed in lately, as the API wants it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::organization::MemberRole;

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::problems::Problems;
use super::super::{error, notice, sign_in};
use super::frame::Frame;
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::usecase::console;
use crate::usecase::organization_life::{self as life, GRACE_DAYS};
use crate::usecase::organizations::OrganizationError;

#[derive(Template)]
#[template(path = "web/console/close.html")]
struct ClosePage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// On which day it ends, where that was asked for.
    ends: Option<String>,
    by_operator: bool,
    /// The way to sign in anew, where that was too long ago.
    sign_in: Option<String>,
    /// On which day it would end.
    would_end: String,
    days: i64,
    has_plan: bool,
    apps: Vec<String>,
    /// How many others lose access.
    others: Option<String>,
    credit: Option<String>,
    typed: &'a str,
    problems: Problems,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => shown(&app, &page, &visit, (StatusCode::OK, "", Problems::none())).await,
        Err(response) => response,
    }
}

async fn shown(
    app: &App,
    page: &Page,
    visit: &Visit,
    (status, typed, problems): (StatusCode, &str, Problems),
) -> Response {
    if visit.place.role != MemberRole::Owner {
        let back = visit.address("");
        return refused::organization(page, &OrganizationError::OwnerOnly, &back);
    }
    let closing = match console::closing(app, &visit.user_id(), &visit.place).await {
        Ok(closing) => closing,
        Err(failed) => return error::unavailable(page, &failed),
    };
    let ends = visit.place.organization.deletion_at;
    let here = visit.address("close");
    let lately = visit.session.signed_in_lately(app.clock.now());
    let others = i64::try_from(closing.members).unwrap_or_default().saturating_sub(1);
    let close = ClosePage {
        page,
        frame: visit.frame(page, "settings"),
        ends: ends.map(|at| page.day(at.0)),
        by_operator: closing.by_operator,
        sign_in: (!lately).then(|| sign_in::again(&here)),
        would_end: page.day(app.clock.now().plus_days(GRACE_DAYS)),
        days: GRACE_DAYS,
        has_plan: closing.subscription.is_some_and(|row| row.status != "canceled"),
        apps: closing.apps,
        others: (others > 0).then(|| page.count("console-close-members", others)),
        credit: (closing.credit_minor > 0).then(|| page.amount(closing.credit_minor)),
        typed,
        problems,
    };
    page.render(status, &close)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let actor = visit.actor(request_id);
    let here = visit.address("close");
    let done = if fields.get("act") == "keep" {
        let restored = life::restore(&app, &actor, visit.tenant_id()).await;
        restored.map(|_| (visit.address(""), "console-kept-notice"))
    } else {
        let typed = fields.get("confirm");
        let is_owner = visit.place.role == MemberRole::Owner;
        if is_owner && !visit.session.signed_in_lately(app.clock.now()) {
            return shown(&app, &page, &visit, (StatusCode::UNAUTHORIZED, typed, Problems::none()))
                .await;
        }
        if is_owner && !typed.eq_ignore_ascii_case(&slug) {
            let wrong = page.text_with("console-type-again", "word", &slug);
            let status = StatusCode::BAD_REQUEST;
            return shown(&app, &page, &visit, (status, typed, Problems::of("confirm", wrong)))
                .await;
        }
        let closed = life::delete(&app, &actor, visit.tenant_id()).await;
        closed.map(|_| (here.clone(), "console-closing-notice"))
    };
    match done {
        Ok((path, name)) => notice::see_other(&path, name),
        Err(failed) => refused::life(&page, &failed, &here),
    }
}
