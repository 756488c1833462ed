//! `/billing/reports/*`: what happened on each day. Revenue, which the superadmin alone reads, is in
//! `revenue_report.rs`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Issuer;
use super::export::Table;
use super::extract::Query;
use super::problem::Problem;
use crate::app::App;
use crate::storage::rollups::CreditSums;
use crate::usecase::reports::credit::{self, CreditDay, CreditReport};
use crate::usecase::reports::days::{AskedFor, Days};
use crate::usecase::reports::organizations::{self, OrganizationsDay};
use crate::usecase::reports::redemptions::{self, Redeemed, RedemptionsReport};
use crate::usecase::reports::{Scope, file};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// How many days, today the last of them; by default 30. A day is that of the Sovereign's time zone.
    #[param(nullable = false, minimum = 1, maximum = 366)]
    days: Option<i64>,
    /// In place of `days`: from this day on, such as `2026-12-01`. At most 366 days are told of.
    #[param(nullable = false, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    from: Option<String>,
    /// Up to the end of this day, by default today.
    #[param(nullable = false, pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
    to: Option<String>,
}

impl ReportQuery {
    pub(super) fn days(&self, app: &App) -> Result<Days, Problem> {
        let asked =
            AskedFor { days: self.days, from: self.from.as_deref(), to: self.to.as_deref() };
        Ok(asked.read(app.clock.now(), &app.zone)?)
    }
}

/// What lines of the credit ledger come to, in minor units. What is granted and neither taken back, nor spent, nor expired
/// is outstanding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditSums)]
pub(crate) struct SumsBody {
    /// How often vouchers were redeemed, without what was released since.
    redemptions: i64,
    granted_minor: i64,
    /// With orders that were not paid or are refunded, by adjustments and for disputes.
    taken_back_minor: i64,
    /// By orders, renewals and debts, less what refunds put back.
    spent_minor: i64,
    expired_minor: i64,
}

impl From<CreditSums> for SumsBody {
    fn from(sums: CreditSums) -> Self {
        Self {
            redemptions: sums.redemptions,
            granted_minor: sums.flow.granted_minor,
            taken_back_minor: sums.flow.taken_back_minor,
            spent_minor: sums.flow.spent_minor,
            expired_minor: sums.flow.expired_minor,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditDay)]
pub(crate) struct CreditDayBody {
    #[schema(value_type = String, format = Date)]
    day: String,
    #[serde(flatten)]
    sums: SumsBody,
    /// What customers had at the end of the day, in minor units.
    outstanding_minor: i64,
}

impl From<&CreditDay> for CreditDayBody {
    fn from(day: &CreditDay) -> Self {
        Self {
            day: day.date.to_string(),
            sums: day.sums.into(),
            outstanding_minor: day.outstanding_minor,
        }
    }
}

/// Credit of one source, of all time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditSource)]
pub(crate) struct SourceBody {
    /// `voucher`, `refund`, `adjustment` or `migration`: where the credit came from.
    source: String,
    #[serde(flatten)]
    sums: SumsBody,
    /// What customers have of it, in minor units.
    outstanding_minor: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditReport)]
pub(crate) struct CreditBody {
    /// ISO 4217.
    currency: &'static str,
    /// The oldest first.
    days: Vec<CreditDayBody>,
    /// Of these days.
    total: SumsBody,
    /// What all customers have, in minor units: the sum of the balances of all wallets.
    outstanding_minor: i64,
    /// Of all time.
    sources: Vec<SourceBody>,
}

impl CreditBody {
    pub(crate) fn new(currency: &'static str, report: CreditReport) -> Self {
        let source = |(source, sums): (String, CreditSums)| SourceBody {
            source,
            sums: sums.into(),
            outstanding_minor: sums.flow.outstanding_minor(),
        };
        Self {
            currency,
            days: report.days.iter().map(CreditDayBody::from).collect(),
            total: report.total.into(),
            outstanding_minor: report.outstanding_minor(),
            sources: report.sources.into_iter().map(source).collect(),
        }
    }
}

/// Reports credit by day
///
/// What was granted, taken back, spent and written off, and what was outstanding in the evening. The sums are those of the
/// ledger, up to this moment. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/credit", tag = "Reports", operation_id = "getCreditReport",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The report", body = CreditBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn credit(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Json<CreditBody>, Problem> {
    let days = query.days(&app)?;
    let report = credit::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Json(CreditBody::new(app.facts.currency.code(), report)))
}

/// Reports credit by day as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names, amounts are in units of the currency. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/credit/csv", tag = "Reports", operation_id = "getCreditReportCsv",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn credit_csv(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Table, Problem> {
    let days = query.days(&app)?;
    let report = credit::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Table::of(file::credit(app.facts.currency, &report.days), "credit.csv"))
}

/// What was redeemed on a day in a campaign, or in none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedemptionsRow)]
pub(crate) struct RedeemedBody {
    #[schema(value_type = String, format = Date)]
    day: String,
    /// Absent where the vouchers were in no campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    campaign_id: Option<Uuid>,
    /// The campaign's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    campaign: Option<String>,
    redemptions: i64,
    /// In minor units.
    granted_minor: i64,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedemptionsReport)]
pub(crate) struct RedemptionsBody {
    /// ISO 4217.
    currency: &'static str,
    /// For each day and campaign that had any; the oldest first.
    rows: Vec<RedeemedBody>,
}

impl RedemptionsBody {
    pub(crate) fn new(currency: &'static str, report: &RedemptionsReport) -> Self {
        let mut rows = Vec::new();
        for day in &report.days {
            let inside = day.campaigns.iter().map(|(id, redeemed)| (Some(*id), *redeemed));
            let all = inside.chain(std::iter::once((None, day.alone())));
            rows.extend(all.filter(|(_, redeemed)| *redeemed != Redeemed::default()).map(
                |(id, redeemed)| RedeemedBody {
                    day: day.date.to_string(),
                    campaign_id: id.map(|id| id.0),
                    campaign: id.and_then(|id| report.names.get(&id).cloned()),
                    redemptions: redeemed.redemptions,
                    granted_minor: redeemed.granted_minor,
                },
            ));
        }
        Self { currency, rows }
    }
}

/// Reports redemptions by day and campaign
///
/// A redemption counts on the day it was made and in the campaign its voucher was in; one that was released since does not.
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/redemptions", tag = "Reports",
    operation_id = "getRedemptionsReport",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The report", body = RedemptionsBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn redemptions(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Json<RedemptionsBody>, Problem> {
    let days = query.days(&app)?;
    let report = redemptions::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Json(RedemptionsBody::new(app.facts.currency.code(), &report)))
}

/// Reports redemptions by day and campaign as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names, amounts are in units of the currency. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/redemptions/csv", tag = "Reports",
    operation_id = "getRedemptionsReportCsv",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn redemptions_csv(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Table, Problem> {
    let days = query.days(&app)?;
    let report = redemptions::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Table::of(file::redemptions(app.facts.currency, &report), "redemptions.csv"))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationsDay)]
pub(crate) struct OrganizationsDayBody {
    #[schema(value_type = String, format = Date)]
    day: String,
    /// How many were made on it, those that were deleted since among them.
    organizations: i64,
}

impl From<&OrganizationsDay> for OrganizationsDayBody {
    fn from(day: &OrganizationsDay) -> Self {
        Self { day: day.date.to_string(), organizations: day.organizations }
    }
}

/// Reports new Organizations by day
///
/// The oldest day first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/organizations", tag = "Reports",
    operation_id = "getOrganizationsReport",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The days", body = Vec<OrganizationsDayBody>),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn organizations(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Json<Vec<OrganizationsDayBody>>, Problem> {
    let days = query.days(&app)?;
    let days = organizations::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Json(days.iter().map(OrganizationsDayBody::from).collect()))
}

/// Reports new Organizations by day as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/reports/organizations/csv", tag = "Reports",
    operation_id = "getOrganizationsReportCsv",
    security(("bearer" = [])),
    params(ReportQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn organizations_csv(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<ReportQuery>,
) -> Result<Table, Problem> {
    let days = query.days(&app)?;
    let days = organizations::report(&mut Scope::of(&app).snapshot().await?, days).await?;
    Ok(Table::of(file::organizations(&days), "organizations.csv"))
}
