//! `/billing/campaigns/{id}/funnel`: how many come how far with a campaign's vouchers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::campaigns::find;
use super::export::Table;
use super::extract::{Segment, Segments};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::funnel;

/// How many came how far with a campaign's vouchers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignFunnel)]
pub(super) struct FunnelBody {
    /// Vouchers that are in the campaign now and not revoked.
    issued: i64,
    /// Vouchers that are in the campaign now, revoked ones included.
    issued_in_all: i64,
    /// How often somebody saw what one of its vouchers is worth: each preview over HTTP that said so, and each browser that
    /// opened one's page and had not kept it already. Up to a minute old.
    views: i64,
    /// People whose first sign-in was in a browser that had kept one of its vouchers.
    sign_ups: i64,
    /// Organizations that redeemed one of its vouchers or more, without those that were released. Some minutes old.
    redeemed: i64,
    /// Organizations that spent something of its credit, less what refunds put back. Some minutes old.
    spenders: i64,
    /// What they spent of it, in minor units. Some minutes old.
    spent_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Organizations that paid something by card when they redeemed, or since. Some minutes old.
    paying: i64,
}

/// Reads a campaign's funnel
///
/// What is redeemed, spent and paid is added up after the fact, and some minutes old; views are up to a minute old. What a
/// voucher did before it joined the campaign counts where it was then. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns/{id}/funnel", tag = "Campaigns", operation_id = "getCampaignFunnel",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The campaign's identifier")),
    responses(
        (status = 200, description = "The funnel", body = FunnelBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such campaign"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
) -> Result<Json<FunnelBody>, Problem> {
    let campaign = find(&app, &id).await?.campaign;
    let funnel = funnel::read(&app.store, campaign.id).await?;
    Ok(Json(FunnelBody {
        issued: funnel.issued,
        issued_in_all: funnel.all_issued,
        views: funnel.views,
        sign_ups: funnel.sign_ups,
        redeemed: funnel.redeemed,
        spenders: funnel.spenders,
        spent_minor: funnel.spent_minor,
        currency: app.facts.currency.code(),
        paying: funnel.paying,
    }))
}

/// Reads a campaign's funnel as CSV
///
/// UTF-8 with a byte order mark, commas, CRLF; the first line has the names. A line for each step, with how many in a hundred
/// it is of the step before where they are counted alike; what was spent is in units of the currency. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns/{id}/funnel/csv", tag = "Campaigns",
    operation_id = "getCampaignFunnelCsv",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The campaign's identifier")),
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
) -> Result<Table, Problem> {
    let id = segments.first().map(String::as_str).unwrap_or_default();
    let campaign = find(&app, id).await?.campaign;
    let funnel = funnel::read(&app.store, campaign.id).await?;
    Ok(Table::of(funnel.file(app.facts.currency), "funnel.csv"))
}
