//! `/billing/vouchers/code/{code}/credit`: what became of a voucher's credit by day.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::export::Table;
use super::extract::{Segment, Segments};
use super::problem::Problem;
use super::reports::CreditDayBody;
use super::vouchers::find;
use crate::app::App;
use crate::usecase::reports::{Scope, file, voucher};

/// What became of the credit that a voucher granted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherCredit)]
pub(super) struct CreditBody {
    /// ISO 4217.
    currency: &'static str,
    /// From the first day on which it was redeemed to today, the oldest first, but no more than the last 366; empty where
    /// nobody redeemed it. `outstanding_minor` is what those who did had left of it in the evening.
    days: Vec<CreditDayBody>,
}

/// Reports the credit of a voucher by day
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/credit", tag = "Vouchers",
    operation_id = "getVoucherCredit",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$")),
    responses(
        (status = 200, description = "The days", body = CreditBody),
        (status = 400, description = "This can be no code"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn json(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
) -> Result<Json<CreditBody>, Problem> {
    let found = find(&app, &code).await?.voucher;
    let days = voucher::days(&mut Scope::of(&app).snapshot().await?, &found).await?;
    let currency = app.facts.currency.code();
    Ok(Json(CreditBody { currency, days: days.iter().map(CreditDayBody::from).collect() }))
}

/// Reports the credit of a voucher by day as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names, amounts are in units of the currency. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/credit/csv", tag = "Vouchers",
    operation_id = "getVoucherCreditCsv",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$")),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 400, description = "This can be no code"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segments(segments): Segments,
) -> Result<Table, Problem> {
    let code = segments.first().map(String::as_str).unwrap_or_default();
    let found = find(&app, code).await?.voucher;
    let days = voucher::days(&mut Scope::of(&app).snapshot().await?, &found).await?;
    Ok(Table::of(file::credit(app.facts.currency, &days), "credit.csv"))
}
