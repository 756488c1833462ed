//! `/billing/mailings/{id}/addresses`: what became of each letter of a mailing, as a list and as a file.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Issuer;
use super::export::{self, Table};
use super::extract::{Query, Segment};
use super::mailings::unknown;
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::mailing_recipients::Recipient;
use crate::usecase::export::ExportError;
use crate::usecase::mailings;

/// The most addresses on one page of the list.
const PAGE_SIZE: i64 = 1_000;

/// An address of a mailing, and what became of its letter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MailingRecipient)]
pub(super) struct RecipientBody {
    /// Where it stood among the addresses, from 1.
    position: i32,
    email: String,
    /// Of the letter.
    #[schema(pattern = "^(en|ar)$")]
    language: String,
    /// Absent until all codes of the mailing are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<String>,
    /// `waiting`, `sent` (the mail server took it) or `failed`.
    #[schema(pattern = "^(waiting|sent|failed)$")]
    state: String,
    /// When the mail server took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    sent_at: Option<Timestamp>,
    /// How often it was not taken, since it was last to be tried anew.
    failures: i32,
    /// When it is tried next; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next_attempt_at: Option<Timestamp>,
    /// What the mail server said last, or why nothing was sent; up to 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reply: Option<String>,
    /// Whether somebody has redeemed the voucher, or reserved it with an order.
    redeemed: bool,
}

impl From<Recipient> for RecipientBody {
    fn from(row: Recipient) -> Self {
        Self {
            position: row.position,
            email: row.email,
            language: row.language,
            code: row.code,
            state: row.state,
            sent_at: row.sent_at.map(|at| at.0),
            failures: row.failures,
            next_attempt_at: row.next_attempt_at.map(|at| at.0),
            reply: row.reply,
            redeemed: row.redeemed,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those that stand so, or whose voucher was redeemed; empty = all.
    #[param(nullable = false, pattern = "^(waiting|sent|failed|redeemed)?$")]
    state: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 1000.
    #[param(nullable = false, minimum = 1, maximum = 1_000)]
    limit: Option<i64>,
}

/// The query of the next page.
#[derive(Serialize)]
struct NextQuery {
    after: String,
    limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

/// The identifier of a mailing that there is.
async fn known(app: &App, id: &str) -> Result<Uuid, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    if mailings::exists(&app.store, id).await? { Ok(id) } else { Err(unknown()) }
}

/// Lists the addresses of a mailing
///
/// In the order in which they were sent, each with its code and what became of the letter. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    get, path = "/billing/mailings/{id}/addresses", tag = "Mailings", operation_id = "listMailingAddresses",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier"), ListQuery),
    responses(
        (status = 200, description = "A page of addresses", body = Vec<RecipientBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let id = known(&app, &id).await?;
    let limit = paging::limit(query.limit, PAGE_SIZE, PAGE_SIZE)?;
    let wanted = (query.state.as_deref(), query.after.as_deref());
    let page = mailings::recipients(&app.store, id, wanted, limit).await?;
    let rows: Vec<RecipientBody> = page.rows.into_iter().map(RecipientBody::from).collect();
    let next = page.next.map(|after| NextQuery {
        after,
        limit,
        state: query.state.filter(|state| !state.is_empty()),
    });
    Ok(paging::linked(rows, next, &uri))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FileQuery {
    /// Only those that stand so, or whose voucher was redeemed; empty = all.
    #[param(nullable = false, pattern = "^(waiting|sent|failed|redeemed)?$")]
    state: Option<String>,
}

/// Lists the addresses of a mailing as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names. A text that a spreadsheet would take for a formula has
/// an apostrophe before it. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/mailings/{id}/addresses/csv", tag = "Mailings", operation_id = "getMailingAddressesCsv",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The mailing's identifier"), FileQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such mailing"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    Query(query): Query<FileQuery>,
) -> Result<Table, Problem> {
    let wanted = (known(&app, &id).await?, query.state.as_deref());
    let spool = mailings::file(&app, &caller.user_id, wanted).await?;
    Ok(Table(export::send(spool, export::CSV, "mailing.csv").map_err(ExportError::from)?))
}
