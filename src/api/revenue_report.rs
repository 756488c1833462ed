//! `/billing/admin/reports/revenue`: what customers paid on each day.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::export::Table;
use super::extract::Query;
use super::problem::Problem;
use super::reports::ReportQuery;
use crate::app::App;
use crate::usecase::reports::revenue::{self, RevenueDay};
use crate::usecase::reports::{Scope, file};

/// What was paid on a day, in minor units, tax included.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevenueDay)]
pub(crate) struct DayBody {
    #[schema(value_type = String, format = Date)]
    day: String,
    /// How often cards paid for orders and renewals.
    card_payments: i64,
    card_minor: i64,
    /// What refunds that were made on this day sent back to cards; those that failed did not.
    card_refunded_minor: i64,
    /// Credit that was spent, less what refunds put back.
    credit_minor: i64,
}

impl From<&RevenueDay> for DayBody {
    fn from(day: &RevenueDay) -> Self {
        Self {
            day: day.date.to_string(),
            card_payments: day.payments,
            card_minor: day.card_minor,
            card_refunded_minor: day.card_refunded_minor,
            credit_minor: day.credit_minor,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevenueReport)]
pub(crate) struct ReportBody {
    /// ISO 4217.
    currency: &'static str,
    /// The oldest first.
    days: Vec<DayBody>,
}

impl ReportBody {
    pub(crate) fn new(currency: &'static str, days: &[RevenueDay]) -> Self {
        Self { currency, days: days.iter().map(DayBody::from).collect() }
    }
}

/// Reports what was paid by day
///
/// With cards, and with credit. What is in dispute counts as paid; payments of an earlier service do not. For the role
/// superadmin.
#[utoipa::path(
    get, path = "/billing/admin/reports/revenue", tag = "Reports",
    operation_id = "getRevenueReport",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The report", body = ReportBody),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn json(
    State(app): State<Arc<App>>,
    Superadmin(_): Superadmin,
    Query(query): Query<ReportQuery>,
) -> Result<Json<ReportBody>, Problem> {
    let days = query.days(&app)?;
    let days = revenue::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Json(ReportBody::new(app.facts.currency.code(), &days)))
}

/// Reports what was paid by day as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names, amounts are in units of the currency. For the
/// role superadmin.
#[utoipa::path(
    get, path = "/billing/admin/reports/revenue/csv", tag = "Reports",
    operation_id = "getRevenueReportCsv",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Superadmin(_): Superadmin,
    Query(query): Query<ReportQuery>,
) -> Result<Table, Problem> {
    let days = query.days(&app)?;
    let days = revenue::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Table::of(file::revenue(app.facts.currency, &days), "revenue.csv"))
}
