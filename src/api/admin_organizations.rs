//! The Sovereign's Organizations, for its administrators. A sovereign-admin sees what each comes to; who is
//! in it and what it runs stays inside.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::organization::OrganizationStatus;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};

use super::caller::{Issuer, Superadmin};
use super::extract::{Query, Segment};
use super::organizations::{OrganizationBody, status_schema};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::storage::overview::{self as rows, SummaryRow, TotalsRow};
use crate::usecase::organizations::{OrganizationError, usable_id};
use crate::usecase::overview::{self, Wanted};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

/// An Organization and what its account comes to, in minor units.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationTotals)]
pub(super) struct TotalsBody {
    id: String,
    name: String,
    slug: String,
    plan_id: String,
    #[schema(schema_with = status_schema)]
    status: OrganizationStatus,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    member_count: i64,
    /// All credit that was granted, without what was taken back.
    credit_granted_minor: i64,
    /// All credit that paid for something.
    credit_spent_minor: i64,
    /// What can be spent now: neither held nor expired.
    credit_available_minor: i64,
    /// What was paid by card, of all completed orders.
    charged_minor: i64,
    /// ISO 4217.
    currency: &'static str,
}

impl TotalsBody {
    fn new(row: TotalsRow, currency: &'static str) -> Result<Self, Problem> {
        Ok(Self {
            status: row.summary.status()?,
            id: row.summary.id,
            name: row.summary.name,
            slug: row.summary.slug,
            plan_id: row.summary.plan_id,
            created_at: row.summary.created_at.0,
            member_count: row.summary.member_count,
            credit_granted_minor: row.granted_minor,
            credit_spent_minor: row.spent_minor,
            credit_available_minor: row.available_minor,
            charged_minor: row.charged_minor,
            currency,
        })
    }
}

#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TotalsQuery {
    /// Only those of this status.
    #[param(nullable = false, schema_with = status_schema)]
    status: Option<String>,
    /// Only those that have this in their name or address.
    #[param(nullable = false, max_length = 100)]
    q: Option<String>,
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists the Organizations with their totals
///
/// Newest first, deleted ones included. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/admin/organizations", tag = "Billing",
    operation_id = "listOrganizationTotals",
    security(("bearer" = [])),
    params(TotalsQuery),
    responses(
        (status = 200, description = "A page of Organizations", body = Vec<TotalsBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn totals(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TotalsQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let wanted = Wanted { status: query.status.as_deref(), part: query.q.as_deref() };
    let page = overview::totals(&app, wanted, (query.after.as_deref(), limit)).await?;
    let currency = app.facts.currency.code();
    let rows = page.rows.into_iter().map(|row| TotalsBody::new(row, currency));
    let next = page.next.map(|next| TotalsQuery { after: Some(next), limit: Some(limit), ..query });
    Ok(paging::linked(rows.collect::<Result<Vec<_>, _>>()?, next, &uri))
}

/// An Organization in a list of all.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationSummary)]
pub(super) struct SummaryBody {
    id: String,
    name: String,
    slug: String,
    plan_id: String,
    #[schema(schema_with = status_schema)]
    status: OrganizationStatus,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    member_count: i64,
}

impl TryFrom<SummaryRow> for SummaryBody {
    type Error = Problem;

    fn try_from(row: SummaryRow) -> Result<Self, Problem> {
        Ok(Self {
            status: row.status()?,
            id: row.id,
            name: row.name,
            slug: row.slug,
            plan_id: row.plan_id,
            created_at: row.created_at.0,
            member_count: row.member_count,
        })
    }
}

/// A part of all Organizations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrganizationList)]
pub(super) struct ListBody {
    tenants: Vec<SummaryBody>,
    /// How many there are in all.
    total: i64,
    /// As it was asked for.
    offset: i64,
    /// As it was asked for.
    limit: i64,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// How many to leave out; by default none.
    #[param(nullable = false, minimum = 0)]
    offset: Option<i64>,
    /// How many to answer; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists all Organizations
///
/// Newest first, deleted ones included. For the role superadmin.
#[utoipa::path(
    get, path = "/tenant/admin/tenants", tag = "Organizations",
    operation_id = "listAllOrganizations",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "The Organizations", body = ListBody),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListBody>, Problem> {
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let offset = query.offset.unwrap_or(0);
    if offset < 0 {
        return Err(Problem::field("offset", "offset must be 0 or more"));
    }
    let (found, total) = overview::list(&app, offset, limit).await?;
    let tenants = found.into_iter().map(TryInto::try_into).collect::<Result<_, Problem>>()?;
    Ok(Json(ListBody { tenants, total, offset, limit }))
}

/// Reads any Organization
///
/// Also a deleted one. For the role superadmin.
#[utoipa::path(
    get, path = "/tenant/admin/tenants/{id}", tag = "Organizations",
    operation_id = "getAnyOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The Organization", body = OrganizationBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
    ),
)]
pub(super) async fn find(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<OrganizationBody>, Problem> {
    let mut tx = app.store.read_across().await?;
    let found = rows::find(&mut tx, usable_id(&id)?).await?;
    let row = found.ok_or(OrganizationError::NotFound)?;
    Ok(Json(OrganizationBody::of(&mut tx, row).await?))
}
