//! What is being set up for an Organization: each provision with its steps, and a button for one that failed.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sovereign_domain::event::Actor;
use uuid::Uuid;

use super::console::frame::Frame;
use super::page::Page;
use super::{account, error, form};
use crate::api::caller::RequestName;
use crate::app::App;
use crate::storage;
use crate::storage::provisions::{ProvisionRow, ProvisionStatus, Step};
use crate::text::Language;
use crate::usecase::provisions::{self, OfOrganization, ProvisionError};

#[derive(Template)]
#[template(path = "web/provisions.html")]
struct ProvisionsPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// This page.
    address: String,
    organization: &'a str,
    provisions: Vec<Shown>,
    /// Whether something may have changed by the next look.
    goes_on: bool,
}

/// One, in the reader's language.
struct Shown {
    id: Uuid,
    what: String,
    asked_at: String,
    /// `pending`, `provisioning`, `completed` or `failed`.
    status: &'static str,
    status_text: String,
    steps: Vec<ShownStep>,
    /// Why it failed last, as whoever refused it said.
    error: Option<String>,
    /// When it is tried again.
    next: Option<String>,
    may_retry: bool,
}

struct ShownStep {
    status: String,
    status_text: String,
    name: String,
    /// What came of it; absent where the reason of the whole says the same.
    message: Option<String>,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let session = match account::signed_in(&app, &page, &headers, &page.here).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let found = provisions::of_organization(&app, &session.user_id.into(), &slug).await;
    let shown = found.and_then(|found| {
        let provisions: storage::Result<Vec<Shown>> =
            found.provisions.iter().map(|row| shown(&page, &found, row)).collect();
        Ok((provisions?, found))
    });
    match shown {
        Ok((provisions, found)) => {
            let going = |one: &Shown| matches!(one.status, "pending" | "provisioning");
            let place = (&*found.organization.slug, &*found.organization.name);
            let list = ProvisionsPage {
                page: &page,
                frame: Frame::new(&page, place, found.role, "provisions")
                    .placed(&found.organization),
                address: address(&slug),
                organization: &found.organization.name,
                goes_on: provisions.iter().any(going),
                provisions,
            };
            page.render(StatusCode::OK, &list)
        }
        Err(error) => refused(&page, &error),
    }
}

fn address(slug: &str) -> String {
    format!("/console/{slug}/provisions")
}

fn shown(page: &Page, found: &OfOrganization, row: &ProvisionRow) -> storage::Result<Shown> {
    let status = row.status()?;
    let again = status == ProvisionStatus::Provisioning && row.error.is_some();
    let language = page.language;
    Ok(Shown {
        id: row.id,
        what: language.text(&format!("provision-{}", row.cause.replace(['.', '_'], "-"))),
        asked_at: page.moment(row.created_at.0),
        status: status.as_str(),
        status_text: language.text(&format!("provision-is-{}", status.as_str())),
        steps: row.steps.0.iter().map(|step| shown_step(language, step, row)).collect(),
        error: row.error.clone().filter(|_| status != ProvisionStatus::Completed),
        next: again.then(|| page.moment(row.next_attempt_at.0)),
        may_retry: status == ProvisionStatus::Failed && found.role.may_spend(),
    })
}

fn shown_step(language: Language, step: &Step, row: &ProvisionRow) -> ShownStep {
    let said =
        Some(&step.message).filter(|text| !text.is_empty() && row.error.as_ref() != Some(*text));
    ShownStep {
        status: step.status.clone(),
        status_text: language.text(&format!("step-is-{}", step.status)),
        name: language.text(&format!("step-{}", step.name)),
        message: said.map(|text| shortened(text)),
    }
}

/// A commit by its first letters, which is how people name one.
fn shortened(message: &str) -> String {
    let is_commit = message.len() == 40 && message.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { message.chars().take(10).collect() } else { message.to_owned() }
}

#[derive(Debug, Deserialize)]
pub(super) struct RetryForm {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    id: String,
}

/// Has one that failed begin anew.
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    Form(form): Form<RetryForm>,
) -> Response {
    if form::sender(&app, &headers, &form.form_token).is_none() {
        return error::stale_form(&page);
    }
    let address = address(&slug);
    let session = match account::signed_in(&app, &page, &headers, &address).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let Ok(id) = form.id.parse::<Uuid>() else { return refused(&page, &ProvisionError::NotFound) };
    let actor = Actor { user_id: session.user_id.into(), request_id };
    match provisions::retry(&app, &actor, id).await {
        // Pressed twice, the first one did it.
        Ok(_) | Err(ProvisionError::NotFailed) => Redirect::to(&address).into_response(),
        Err(error) => refused(&page, &error),
    }
}

fn refused(page: &Page, refused: &ProvisionError) -> Response {
    let account = Some(("/console", "to-account"));
    match refused {
        ProvisionError::Storage(error) => error::unavailable(page, error),
        ProvisionError::Suspended => {
            error::say(page, StatusCode::CONFLICT, "organization-suspended", account)
        }
        ProvisionError::Forbidden => {
            error::say(page, StatusCode::FORBIDDEN, "not-for-your-role", account)
        }
        _ => error::unknown_organization(page),
    }
}
