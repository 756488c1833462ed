//! `/billing/campaigns`: sets of vouchers with a budget, a time and a rule for each customer.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::campaign::Campaign;
use sovereign_domain::ids::CampaignId;
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Issuer;
use super::extract::{Body, Query, Segment, Whole};
use super::problem::Problem;
use super::{if_match, paging};
use crate::app::App;
use crate::usecase::campaign_progress;
use crate::usecase::campaigns::{self, CampaignEdit, PAGE_SIZE, Sought, WithVouchers};
use crate::usecase::vouchers::Writer;

/// A set of vouchers with a budget, a time and a rule for each customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(super) struct CampaignBody {
    id: Uuid,
    /// No other has the same, whatever its case.
    name: String,
    /// Whether its issuer lets its vouchers be redeemed.
    active: bool,
    /// How it stands: `running`, `scheduled` (it has not begun), `paused` (not active), `exhausted` (nothing of its
    /// budget is left) or `ended`.
    #[schema(pattern = "^(running|scheduled|paused|exhausted|ended)$")]
    status: &'static str,
    /// How much credit it may grant, in minor units; 0 = without limit.
    budget_minor: i64,
    /// What it granted, in minor units, reservations of unpaid orders included.
    granted_minor: i64,
    /// What is left of the budget, in minor units; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    remaining_minor: Option<i64>,
    /// ISO 4217.
    currency: &'static str,
    /// How often its vouchers were redeemed, reservations included.
    redemptions: i64,
    /// How many of its vouchers each Organization, and each user, may redeem; 0 = without limit.
    per_customer: i64,
    /// The first moment at which its vouchers can be redeemed; absent = at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    starts_at: Option<Timestamp>,
    /// The first moment at which they cannot any more; absent = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    ends_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl CampaignBody {
    fn new(campaign: Campaign, currency: Currency, now: Timestamp) -> Self {
        Self {
            id: campaign.id.0,
            status: campaign.status(now).as_str(),
            remaining_minor: campaign.remaining_minor(),
            active: campaign.active,
            budget_minor: campaign.budget_minor,
            granted_minor: campaign.granted_minor,
            currency: currency.code(),
            redemptions: campaign.redemptions,
            per_customer: campaign.per_customer,
            starts_at: campaign.starts_at,
            ends_at: campaign.ends_at,
            created_at: campaign.created_at,
            updated_at: campaign.updated_at,
            name: campaign.name,
        }
    }
}

/// A campaign, its vouchers, and its forecast.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignDetails)]
pub(super) struct DetailsBody {
    #[serde(flatten)]
    campaign: CampaignBody,
    /// How many vouchers are in it that are not revoked.
    vouchers: i64,
    /// When its budget is used up if it goes on as in the last seven days, or since it began; absent where that
    /// cannot be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    budget_ends_at: Option<Timestamp>,
}

/// A campaign to make.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewCampaign)]
pub(super) struct NewBody {
    /// No other may have the same, whatever its case.
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]+( [^\s\u0000-\u001f\u007f-\u009f]+)*$"
    )]
    name: String,
    /// By default `true`.
    active: Option<bool>,
    /// In minor units; 0, the default, = without limit.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    budget_minor: Option<Whole>,
    /// RFC 3339; absent or empty = at once.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    starts_at: Option<String>,
    /// RFC 3339; absent or empty = never.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    ends_at: Option<String>,
    /// 0, the default, = without limit.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000)]
    per_customer: Option<Whole>,
}

/// What is to be another in a campaign. Absent members, and those that are `null`, are unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CampaignEdit)]
pub(super) struct EditBody {
    #[schema(
        min_length = 1,
        max_length = 80,
        pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]+( [^\s\u0000-\u001f\u007f-\u009f]+)*$"
    )]
    name: Option<String>,
    active: Option<bool>,
    /// In minor units; 0 = without limit. It may be below what was granted: then nothing more is.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    budget_minor: Option<Whole>,
    /// RFC 3339; empty = at once.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    starts_at: Option<String>,
    /// RFC 3339; empty = never.
    #[schema(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$")]
    ends_at: Option<String>,
    /// 0 = without limit.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000)]
    per_customer: Option<Whole>,
}

impl From<EditBody> for CampaignEdit {
    fn from(body: EditBody) -> Self {
        Self {
            name: body.name,
            active: body.active,
            budget_minor: body.budget_minor.map(|budget| budget.0),
            starts_at: body.starts_at,
            ends_at: body.ends_at,
            per_customer: body.per_customer.map(|most| most.0),
        }
    }
}

impl From<NewBody> for CampaignEdit {
    fn from(body: NewBody) -> Self {
        Self {
            name: Some(body.name),
            active: body.active,
            budget_minor: body.budget_minor.map(|budget| budget.0),
            starts_at: body.starts_at,
            ends_at: body.ends_at,
            per_customer: body.per_customer.map(|most| most.0),
        }
    }
}

type Tag = [(HeaderName, String); 1];

fn tag(campaign: &Campaign) -> Tag {
    [(header::ETAG, format!("\"{}\"", campaigns::fingerprint(campaign)))]
}

/// Makes a campaign
///
/// Vouchers join it as they are issued or edited. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/campaigns", tag = "Campaigns", operation_id = "createCampaign",
    security(("bearer" = [])),
    request_body = NewBody,
    responses(
        (status = 201, description = "The campaign", body = CampaignBody,
            headers(("ETag" = String, description = "For the next edit; redemptions leave it as it is"))),
        (status = 400, description = "A member is not as described, or another campaign has the name"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<NewBody>,
) -> Result<(StatusCode, Tag, Json<CampaignBody>), Problem> {
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let campaign = campaigns::create(&mut writer, &body.into()).await?;
    let tag = tag(&campaign);
    let body = CampaignBody::new(campaign, app.facts.currency, app.clock.now());
    Ok((StatusCode::CREATED, tag, Json(body)))
}

/// Edits a campaign
///
/// What it granted stays; the rest holds for whoever redeems from now on. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    put, path = "/billing/campaigns/{id}", tag = "Campaigns", operation_id = "editCampaign",
    security(("bearer" = [])),
    params(
        ("id" = Uuid, Path, description = "The campaign's identifier"),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of what is edited: if it is another by now, nothing is"),
    ),
    request_body = EditBody,
    responses(
        (status = 200, description = "The campaign as it is stored", body = CampaignBody,
            headers(("ETag" = String, description = "For the next edit; redemptions leave it as it is"))),
        (status = 400, description = "A member is not as described, or another campaign has the name"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such campaign"),
        (status = 412, description = "Somebody has edited it since (`campaign_edited`)"),
    ),
)]
pub(super) async fn edit(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    headers: HeaderMap,
    Body(body): Body<EditBody>,
) -> Result<(Tag, Json<CampaignBody>), Problem> {
    let id = CampaignId(Uuid::parse_str(&id).map_err(|_| unknown())?);
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let seen = if_match::tags(&headers);
    let edited = campaigns::edit(&mut writer, id, &body.into(), seen.as_deref()).await;
    // Also where it failed: a commit whose answer was lost may have happened.
    app.previews.forget_all();
    let campaign = edited?;
    let tag = tag(&campaign);
    Ok((tag, Json(CampaignBody::new(campaign, app.facts.currency, app.clock.now()))))
}

fn unknown() -> Problem {
    Problem::not_found("there is no campaign with this identifier")
}

/// The campaign with the identifier of a path.
pub(super) async fn find(app: &App, id: &str) -> Result<WithVouchers, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    campaigns::find(&app.store, &id.to_string()).await?.ok_or_else(unknown)
}

/// Reads a campaign
///
/// With how many vouchers it has, and when its budget ends. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns/{id}", tag = "Campaigns", operation_id = "getCampaign",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The campaign's identifier")),
    responses(
        (status = 200, description = "The campaign", body = DetailsBody,
            headers(("ETag" = String, description = "For the next edit; redemptions leave it as it is"))),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such campaign"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
) -> Result<(Tag, Json<DetailsBody>), Problem> {
    let WithVouchers { campaign, vouchers } = find(&app, &id).await?;
    let budget_ends_at = campaign_progress::budget_ends_at(&app, &campaign).await?;
    let tag = tag(&campaign);
    let campaign = CampaignBody::new(campaign, app.facts.currency, app.clock.now());
    Ok((tag, Json(DetailsBody { campaign, vouchers, budget_ends_at })))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 1000.
    #[param(nullable = false, minimum = 1, maximum = 1_000)]
    limit: Option<i64>,
    /// What the name has in it, without regard to case; empty = whichever name.
    #[param(nullable = false, max_length = 80)]
    q: Option<String>,
    /// How they stand; empty = in whichever way.
    #[param(nullable = false, pattern = "^(running|scheduled|paused|exhausted|ended)?$")]
    status: Option<String>,
}

/// The query of the next page.
#[derive(Serialize)]
struct NextQuery {
    after: String,
    limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

/// Lists campaigns
///
/// Newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/campaigns", tag = "Campaigns", operation_id = "listCampaigns",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of campaigns", body = Vec<CampaignBody>, headers(
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
    let now = app.clock.now();
    let sought = Sought {
        part: query.q.as_deref(),
        status: query.status.as_deref(),
        after: query.after.as_deref(),
    };
    let page = campaigns::list(&app.store, &sought, limit, now).await?;
    let currency = app.facts.currency;
    let rows =
        page.rows.into_iter().map(|campaign| CampaignBody::new(campaign, currency, now)).collect();
    let next = page.next.map(|after| NextQuery {
        after,
        limit,
        q: query.q.filter(|part| !part.is_empty()),
        status: query.status.filter(|status| !status.is_empty()),
    });
    Ok(paging::linked(rows, next, &uri))
}
