//! `GET /billing/vouchers/csv`: the list of vouchers as a file.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Issuer;
use super::export::{self, Table};
use super::extract::Query;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::export::ExportError;
use crate::usecase::list_vouchers::Wanted;
use crate::usecase::voucher_file;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FilterQuery {
    /// What the code has in it; read as a code is, without regard to case.
    #[param(nullable = false, max_length = 64)]
    q: Option<String>,
    /// How they stand; `all` = in whichever way, revoked or not. Without one, or with an empty one, all but the revoked.
    #[param(nullable = false, pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    status: Option<String>,
    /// A campaign, by identifier or name; empty = whether or not they are in one.
    #[param(nullable = false, max_length = 80)]
    campaign: Option<String>,
    /// The operation that issued them, by identifier; empty = whichever way they were issued.
    #[param(nullable = false, max_length = 36)]
    bulk: Option<String>,
    /// A tag that they have; empty = whichever they have.
    #[param(nullable = false, max_length = 40)]
    tag: Option<String>,
}

impl FilterQuery {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            part: self.q.as_deref(),
            status: self.status.as_deref(),
            campaign: self.campaign.as_deref(),
            bulk: self.bulk.as_deref(),
            tag: self.tag.as_deref(),
            ..Wanted::default()
        }
    }
}

/// Lists vouchers as CSV
///
/// Exactly those that the list has for the same `q`, `status`, `campaign`, `bulk` and `tag`, newest first. UTF-8 with a byte order mark, commas,
/// CRLF; the first line has the names. The credit stands there as a decimal and in minor units, `link` is what customers
/// open, and zero is no limit and no end. A text that a spreadsheet would take for a formula has an apostrophe before
/// it. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/csv", tag = "Vouchers", operation_id = "getVouchersCsv",
    security(("bearer" = [])),
    params(FilterQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 429, description = "Too many exports by this user"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Query(query): Query<FilterQuery>,
) -> Result<Table, Problem> {
    let spool = voucher_file::file(&app, &caller.user_id, &query.wanted()).await?;
    Ok(Table(export::send(spool, export::CSV, "vouchers.csv").map_err(ExportError::from)?))
}
