//! `GET /billing/admin/credit-report`: what became of credit in a month, signed for the publisher.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::split::Month;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

use super::caller::Issuer;
use super::extract::Query;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::credit_report::{self, CreditReport, CreditReportError, Signed};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CreditReportQuery {
    /// Such as `2026-11`; it has to have ended.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    month: String,
    /// Whose month it is: a name of the IANA database, such as `Asia/Muscat`; by default the Sovereign's time zone.
    #[param(nullable = false)]
    time_zone: Option<String>,
}

/// Credit in a month, in minor units. What is granted and neither taken back, nor spent, nor expired is outstanding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthlyCreditReport)]
struct ReportBody {
    /// The issuer of this Sovereign's tokens, whose keys check the signature.
    iss: String,
    /// The Sovereign's domain name.
    sovereign: String,
    /// Such as `2026-11`.
    month: String,
    /// ISO 4217.
    currency: &'static str,
    /// A name of the IANA database.
    time_zone: String,
    granted_minor: i64,
    /// By orders, renewals and debts, less what refunds put back.
    spent_minor: i64,
    expired_minor: i64,
    /// With orders that were not paid or are refunded, by adjustments, for disputes, and with Organizations that moved
    /// away; less what arrived with Organizations.
    taken_back_minor: i64,
    /// What customers had at the end of the month.
    outstanding_minor: i64,
    /// How often vouchers were redeemed, without what was released since.
    redemptions: i64,
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
}

impl From<CreditReport> for ReportBody {
    fn from(report: CreditReport) -> Self {
        Self {
            iss: report.iss,
            sovereign: report.sovereign,
            month: report.month.to_string(),
            currency: report.currency,
            time_zone: report.time_zone,
            granted_minor: report.granted_minor,
            spent_minor: report.spent_minor,
            expired_minor: report.expired_minor,
            taken_back_minor: report.taken_back_minor,
            outstanding_minor: report.outstanding_minor,
            redemptions: report.redemptions,
            generated_at: report.generated_at,
        }
    }
}

/// A report, and the same signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedCreditReport)]
pub(super) struct SignedBody {
    report: ReportBody,
    /// The report as the claims of a JWS in its compact form (RFC 7515), with `typ` `credit-report+jwt`; the keys are
    /// those of `GET /.well-known/jwks.json`.
    jws: String,
}

/// Reports credit of a month, signed
///
/// For the publisher, whose revenue split may count what credit paid. The sums are those of the ledger. For the roles
/// superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/credit-report", tag = "Reports",
    operation_id = "getMonthlyCreditReport",
    security(("bearer" = [])),
    params(CreditReportQuery),
    responses(
        (status = 200, description = "The report", body = SignedBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Query(query): Query<CreditReportQuery>,
) -> Result<Json<SignedBody>, Problem> {
    let month = query
        .month
        .parse::<Month>()
        .map_err(|error| Problem::field("month", format!("{error}")))?;
    let zone = match &query.time_zone {
        Some(name) => named(name)?,
        None => app.zone.clone(),
    };
    let Some(zone_name) = zone.iana_name() else {
        let detail = "this Sovereign's time zone has no name: say which one, such as Asia/Muscat";
        return Err(Problem::field("time_zone", detail));
    };
    let Signed { report, jws } = credit_report::report(&app, month, (&zone, zone_name)).await?;
    Ok(Json(SignedBody { report: report.into(), jws }))
}

fn named(name: &str) -> Result<TimeZone, Problem> {
    let detail = "time_zone must be a name of the IANA database, such as Asia/Muscat or UTC";
    TimeZone::get(name).map_err(|_| Problem::field("time_zone", detail))
}

impl From<CreditReportError> for Problem {
    fn from(error: CreditReportError) -> Self {
        match error {
            CreditReportError::NotEnded { until } => {
                let detail = format!(
                    "the month has not ended, or only just: ask again at {}",
                    until.to_rfc3339()
                );
                Self::field("month", detail)
            }
            CreditReportError::Storage(error) => error.into(),
            CreditReportError::NotSigned(error) => {
                tracing::error!(%error, "a credit report cannot be signed");
                Self::internal()
            }
        }
    }
}
