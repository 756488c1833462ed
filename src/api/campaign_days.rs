//! `/billing/campaigns/{id}/days`: what a campaign granted on each day.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::campaigns::find;
use super::export::{self, Table};
use super::extract::{Query, Segment, Segments};
use super::problem::Problem;
use super::reports::ReportQuery;
use crate::app::App;
use crate::usecase::campaign_progress::{self, Day};
use crate::usecase::export::ExportError;

/// What a campaign granted on a day, less what was released of it since.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignDay)]
pub(super) struct DayBody {
    /// In the Sovereign's time zone.
    #[schema(value_type = String, format = Date)]
    day: String,
    redemptions: i64,
    /// In minor units.
    granted_minor: i64,
}

impl From<&Day> for DayBody {
    fn from(day: &Day) -> Self {
        Self {
            day: day.date.to_string(),
            redemptions: day.redemptions,
            granted_minor: day.granted_minor,
        }
    }
}

async fn days_of(app: &App, id: &str, query: &ReportQuery) -> Result<Vec<Day>, Problem> {
    let days = query.days(app)?;
    let campaign = find(app, id).await?.campaign;
    Ok(campaign_progress::days(app, &campaign, days).await?)
}

/// Lists what a campaign granted by day
///
/// Oldest first; there are none from before the campaign was made. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns/{id}/days", tag = "Campaigns", operation_id = "listCampaignDays",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The campaign's identifier"), ReportQuery),
    responses(
        (status = 200, description = "The days", body = Vec<DayBody>),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such campaign"),
    ),
)]
pub(super) async fn json(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
    Query(query): Query<ReportQuery>,
) -> Result<Json<Vec<DayBody>>, Problem> {
    let days = days_of(&app, &id, &query).await?;
    Ok(Json(days.iter().map(DayBody::from).collect()))
}

/// Lists what a campaign granted by day as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns/{id}/days/csv", tag = "Campaigns",
    operation_id = "getCampaignDaysCsv",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The campaign's identifier"), ReportQuery),
    responses(
        (status = 200, description = "The file", body = Table, content_type = "text/csv"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such campaign"),
    ),
)]
pub(super) async fn csv(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segments(segments): Segments,
    Query(query): Query<ReportQuery>,
) -> Result<Table, Problem> {
    let id = segments.first().map(String::as_str).unwrap_or_default();
    let days = days_of(&app, id, &query).await?;
    let spool = campaign_progress::file(&app, &days).map_err(ExportError::from)?;
    Ok(Table(export::send(spool, export::CSV, "campaign.csv").map_err(ExportError::from)?))
}
