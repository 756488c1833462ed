//! `/billing/mailings`: vouchers that are sent by mail, a code of its own to each address.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::caller::{Caller, Issuer};
use super::extract::{Body, Query, Segment};
use super::mailing_bodies::{DetailsBody, MailingBody, NewBody, ReportBody};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::mailings::{self, Details, MailingError, NewMailing, PAGE_SIZE};
use crate::usecase::vouchers::Writer;

pub(super) fn unknown() -> Problem {
    Problem::not_found("there is no mailing with this identifier")
}

impl From<MailingError> for Problem {
    fn from(error: MailingError) -> Self {
        match error {
            MailingError::Fields(faults) => match faults.into_iter().next() {
                Some(first) => first.into(),
                None => Self::new(StatusCode::BAD_REQUEST, "invalid_request", "it cannot be read"),
            },
            MailingError::Addresses(wrong) => {
                Self::new(StatusCode::BAD_REQUEST, "mailing_refused", wrong.told())
                    .about("addresses")
            }
            MailingError::Unknown => unknown(),
            MailingError::NotNow(state) => {
                let detail = format!("the mailing is {} by now", state.as_str());
                Self::new(StatusCode::CONFLICT, "mailing_not_now", detail)
            }
            MailingError::Storage(error) => error.into(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CreateQuery {
    /// `true`: everything is looked at but the campaign, and nothing made or sent.
    #[param(nullable = false)]
    dry_run: Option<bool>,
}

/// Sends vouchers by mail
///
/// Up to 10,000 addresses, each of which gets a code of its own that can be redeemed once, in a letter in English or Arabic. The
/// codes are those of an operation with the mailing's identifier (`GET /billing/vouchers/bulk/{id}`); once they are made, letters are
/// sent, some a second. `GET /billing/mailings/{id}` says how far it is, and `GET /billing/mailings/{id}/addresses` what became of each.
/// Nothing is made or sent where anything is wrong with an address. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/mailings", tag = "Mailings", operation_id = "createMailing",
    security(("bearer" = [])),
    params(CreateQuery),
    request_body = NewBody,
    responses(
        (status = 200, description = "With `dry_run`: what it would come to", body = ReportBody),
        (status = 202, description = "The mailing", body = MailingBody),
        (status = 400, description = "A member is not as described, or something is wrong with the addresses \
            (`mailing_refused`): `dry_run` tells everything, by line"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Query(query): Query<CreateQuery>,
    Body(body): Body<NewBody>,
) -> Result<Response, Problem> {
    let new = NewMailing::from(body);
    if query.dry_run == Some(true) {
        return Ok(Json(ReportBody::new(&new, app.facts.currency)?).into_response());
    }
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let mailing = mailings::create(&mut writer, &new).await?;
    Ok((StatusCode::ACCEPTED, Json(MailingBody::from(mailing))).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Lists mailings
///
/// Newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/mailings", tag = "Mailings", operation_id = "listMailings",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of mailings", body = Vec<MailingBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, PAGE_SIZE, PAGE_SIZE)?;
    let page = mailings::list(&app.store, query.after.as_deref(), limit).await?;
    let rows = page.rows.into_iter().map(MailingBody::from).collect();
    Ok(paging::answer::<MailingBody>(rows, page.next, &uri, limit))
}

/// Reads a mailing
///
/// With what makes its codes, and how many of its vouchers were redeemed. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/mailings/{id}", tag = "Mailings", operation_id = "getMailing",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier")),
    responses(
        (status = 200, description = "The mailing", body = DetailsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
) -> Result<Json<DetailsBody>, Problem> {
    let id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let details = mailings::find(&app.store, id).await?.ok_or_else(unknown)?;
    Ok(Json(DetailsBody::new(details, app.facts.currency)))
}

/// Stops a mailing
///
/// And what makes its codes. What was sent is sent; the vouchers of the others stay as they are, and nobody knows their codes. For
/// the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/mailings/{id}/cancel", tag = "Mailings", operation_id = "cancelMailing",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier")),
    responses(
        (status = 200, description = "The mailing", body = DetailsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
        (status = 409, description = "It is at its end (`mailing_not_now`)"),
    ),
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<DetailsBody>, Problem> {
    change(&app, &caller, &id, async |writer, id| mailings::cancel(writer, id).await).await
}

/// Lets a mailing go on
///
/// Where it was stopped, with what makes its codes. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/mailings/{id}/resume", tag = "Mailings", operation_id = "resumeMailing",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier")),
    responses(
        (status = 200, description = "The mailing", body = DetailsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
        (status = 409, description = "It is at its end (`mailing_not_now`)"),
    ),
)]
pub(super) async fn resume(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<DetailsBody>, Problem> {
    change(&app, &caller, &id, async |writer, id| mailings::resume(writer, id).await).await
}

/// Tries the letters of a mailing again that have failed
///
/// Each to the same address, with the same code. Where none has failed nothing is done. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/mailings/{id}/retry", tag = "Mailings", operation_id = "retryMailing",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier")),
    responses(
        (status = 200, description = "The mailing", body = DetailsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
        (status = 409, description = "It is stopped (`mailing_not_now`)"),
    ),
)]
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<DetailsBody>, Problem> {
    change(&app, &caller, &id, async |writer, id| mailings::retry(writer, id).await).await
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &str,
    change: impl AsyncFnOnce(&mut Writer<'_>, Uuid) -> Result<Details, MailingError>,
) -> Result<Json<DetailsBody>, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(app, &actor, &mut ids);
    let details = change(&mut writer, id).await?;
    Ok(Json(DetailsBody::new(details, app.facts.currency)))
}
