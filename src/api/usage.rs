//! `/billing/meters` and `/billing/usage`: the price list of usage, reports of it, and what it comes to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sovereign_domain::book::{UsageRefusal, UsageVerdict};
use sovereign_domain::catalog::OrderLine;
use sovereign_domain::timestamp::Timestamp;
use sovereign_domain::usage::{MAX_QUANTITY, UsageEvent};
use utoipa::ToSchema;

use super::billing::require_member;
use super::caller::{Caller, Issuer, Superadmin};
use super::extract::{Body, Segment, Whole};
use super::forwarding::told;
use super::problem::Problem;
use crate::app::App;
use crate::storage::usage::MeterRow;
use crate::usecase::organizations::usable_id;
use crate::usecase::usage::{self, Estimate, MeterChange};

/// The most reports of one request.
const MAX_EVENTS: usize = 1_000;
const MAX_TEXT_CHARS: usize = 200;
/// The highest spending limit, in minor units.
const MAX_LIMIT_MINOR: i64 = 1_000_000_000_000_000;

/// Something that is counted, and what it costs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Meter)]
pub(super) struct MeterBody {
    slug: String,
    name: String,
    /// What one of it is called, such as `vCPU-hour`.
    unit: String,
    /// What `per_units` units of it cost, in minor units: 12 per 1000 is 12 for a thousand of them.
    price_minor: i64,
    per_units: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Whether more of it can be reported.
    active: bool,
}

impl MeterBody {
    fn new(meter: MeterRow, app: &App) -> Self {
        let MeterRow { slug, name, unit, price_minor, per_units, active } = meter;
        let currency = app.facts.currency.code();
        Self { slug, name, unit, price_minor, per_units, currency, active }
    }
}

/// Lists the meters
///
/// What plans with `usage_priced` pay for beside their price, by slug. For whoever is signed in.
#[utoipa::path(
    get, path = "/billing/meters", tag = "Billing", operation_id = "listMeters",
    security(("bearer" = [])),
    responses((status = 200, description = "The meters", body = Vec<MeterBody>)),
)]
pub(super) async fn meters(
    State(app): State<Arc<App>>,
    _: Caller,
) -> Result<Json<Vec<MeterBody>>, Problem> {
    let meters = usage::meters(&app).await?;
    Ok(Json(meters.into_iter().map(|meter| MeterBody::new(meter, &app)).collect()))
}

/// A meter to add or to change. Absent members, and those that are `null`, stay as they are; a new meter
/// needs `name` and `unit`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MeterChange)]
pub(super) struct MeterChangeBody {
    #[schema(max_length = 100)]
    name: Option<String>,
    /// What one of it is called. It cannot be changed afterwards.
    #[schema(max_length = 100)]
    unit: Option<String>,
    /// What `per_units` units of it cost, in minor units. Of a new meter 0 by default. What was reported
    /// before keeps the price that it met.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_i64)]
    price_minor: Option<Whole>,
    /// For how many units that price is. Of a new meter 1 by default.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
    per_units: Option<Whole>,
    /// Whether more of it can be reported. Of a new meter `true` by default.
    active: Option<bool>,
}

/// Adds a meter, or sets its price
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/billing/admin/meters/{slug}", tag = "Billing", operation_id = "putMeter",
    security(("bearer" = [])),
    params(("slug" = String, Path, description = "2 to 63 of a-z, 0-9 and '-', starting with a letter and \
        not ending in '-'", pattern = "^[a-z][a-z0-9-]{0,61}[a-z0-9]$")),
    request_body = MeterChangeBody,
    responses(
        (status = 200, description = "The meter as it is now", body = MeterBody),
        (status = 400, description = "A member is not as described, or the unit is another one than it was"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn put_meter(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(slug): Segment,
    Body(body): Body<MeterChangeBody>,
) -> Result<Json<MeterBody>, Problem> {
    let change = MeterChange {
        name: body.name,
        unit: body.unit,
        price_minor: body.price_minor.map(|price| price.0),
        per_units: body.per_units.map(|units| units.0),
        active: body.active,
    };
    let meter = usage::put_meter(&app, &caller.actor(), &slug, change).await?;
    Ok(Json(MeterBody::new(meter, &app)))
}

/// Reports of what was used.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UsageReport)]
pub(super) struct ReportBody {
    #[schema(max_items = 1000)]
    events: Vec<EventBody>,
}

/// That so much was used.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UsageEvent)]
pub(super) struct EventBody {
    /// What the reporting service calls it: it counts once on this Sovereign, however often it is sent.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    id: String,
    /// The Organization's identifier.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    tenant_id: String,
    /// The meter's slug.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    meter: String,
    /// In units of the meter.
    #[schema(value_type = i64, minimum = 0, maximum = 1_000_000_000_000_i64)]
    quantity: Whole,
    /// When it was used.
    #[schema(format = DateTime)]
    at: String,
}

impl EventBody {
    fn parse(self, number: usize) -> Result<UsageEvent, Problem> {
        let wrong = |member: &str, must: &str| {
            let field = format!("events[{number}].{member}");
            let detail = format!("{field} must be {must}");
            Problem::field(&field, detail)
        };
        let text = |member: &str, text: String| {
            let usable = (1..=MAX_TEXT_CHARS).contains(&text.chars().count())
                && !text.chars().any(char::is_control);
            let must = "1 to 200 characters, none of them a control character";
            if usable { Ok(text) } else { Err(wrong(member, must)) }
        };
        let at = Timestamp::parse_rfc3339(&self.at);
        let at =
            at.ok_or_else(|| wrong("at", "a moment as in RFC 3339, such as 2027-03-01T08:00:00Z"))?;
        if !(0..=MAX_QUANTITY).contains(&self.quantity.0) {
            return Err(wrong("quantity", &format!("a whole number from 0 to {MAX_QUANTITY}")));
        }
        Ok(UsageEvent {
            id: text("id", self.id)?,
            tenant_id: text("tenant_id", self.tenant_id)?.into(),
            meter: text("meter", self.meter)?,
            quantity: self.quantity.0,
            at,
            total_id: None,
        })
    }
}

/// What became of the reports, in their order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageReported)]
pub(super) struct ReportedBody {
    events: Vec<VerdictBody>,
}

/// What became of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageVerdict)]
pub(super) struct VerdictBody {
    id: String,
    /// `accepted`; `duplicate`: it was counted before; `refused`: it does not count.
    status: &'static str,
    /// Why it does not count: `id_reused`, `unknown_organization`, `organization_deleted`,
    /// `organization_suspended`, `not_subscribed`, `subscription_suspended`, `plan_without_usage`,
    /// `unknown_meter`, `meter_inactive`, `in_future`, `too_old`, `too_much` or `spending_limit_reached`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    error: Option<&'static str>,
    /// The same in words, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<&'static str>,
}

impl VerdictBody {
    fn new(id: String, verdict: UsageVerdict) -> Self {
        let (status, refusal) = match verdict {
            UsageVerdict::Accepted => ("accepted", None),
            UsageVerdict::Duplicate => ("duplicate", None),
            UsageVerdict::Refused(refusal) => ("refused", Some(refusal)),
        };
        Self { id, status, error: refusal.map(UsageRefusal::as_str), detail: refusal.map(in_words) }
    }
}

const fn in_words(refusal: UsageRefusal) -> &'static str {
    match refusal {
        UsageRefusal::IdReused => {
            "something else was reported under this id; report what is new under another one"
        }
        UsageRefusal::UnknownOrganization => "there is no such Organization; check tenant_id",
        UsageRefusal::OrganizationDeleted => "the Organization is deleted; stop what it uses",
        UsageRefusal::OrganizationSuspended => "the Organization is suspended; stop what it uses",
        UsageRefusal::NotSubscribed => {
            "the Organization has no subscription that is billed here; stop what it uses"
        }
        UsageRefusal::SubscriptionSuspended => {
            "the subscription is suspended until it is paid; stop what it uses"
        }
        UsageRefusal::PlanWithoutUsage => "the Organization's plan does not pay for usage",
        UsageRefusal::UnknownMeter => "there is no such meter; see GET /billing/meters",
        UsageRefusal::MeterInactive => "the meter takes no more reports",
        UsageRefusal::InFuture => "it is more than five minutes ahead; check the clock",
        UsageRefusal::TooOld => "it was used more than seven days before the current period",
        UsageRefusal::TooMuch => "with it, the count or its cost would be more than there can be",
        UsageRefusal::SpendingLimitReached => {
            "it would cost more than the Organization lets itself spend; stop what it uses"
        }
    }
}

/// Reports what was used
///
/// Each report is accepted or refused by itself; what is accepted is durable, and costs what its meter costs
/// now. What was used up to seven days before the current period counts to it. For services with the role
/// superadmin; sent again it counts once.
#[utoipa::path(
    post, path = "/billing/usage", tag = "Billing", operation_id = "reportUsage",
    security(("bearer" = [])),
    request_body = ReportBody,
    responses(
        (status = 200, description = "What became of each report", body = ReportedBody),
        (status = 400, description = "A member is not as described; nothing was counted"),
        (status = 403, description = "The role is not superadmin"),
    ),
)]
pub(super) async fn report(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Body(body): Body<ReportBody>,
) -> Result<Json<ReportedBody>, Problem> {
    if body.events.len() > MAX_EVENTS {
        let detail =
            format!("events must have at most {MAX_EVENTS} entries; send the others after it");
        return Err(Problem::field("events", detail));
    }
    let events = body.events.into_iter().enumerate();
    let events: Vec<UsageEvent> =
        events.map(|(number, event)| event.parse(number)).collect::<Result<_, _>>()?;
    let ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
    let verdicts = usage::record(&app, caller.actor(), events).await?;
    let told = ids.into_iter().zip(verdicts);
    Ok(Json(ReportedBody { events: told.map(|(id, said)| VerdictBody::new(id, said)).collect() }))
}

/// What an Organization used since its last bill.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageEstimate)]
pub(super) struct EstimateBody {
    /// Of its subscription; `null` where it has none that is billed here.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    period_start: Option<Timestamp>,
    /// When it is billed.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    period_end: Option<Timestamp>,
    /// One for each meter and price of which anything was used.
    lines: Vec<UsageLineBody>,
    /// What the lines come to, in minor units, before tax that is added: what it would be billed at now.
    estimate_minor: i64,
    /// What the Organization lets itself spend on usage between two bills, in minor units, before tax that is
    /// added; `null` = as much as there is.
    #[schema(required = true)]
    spending_limit_minor: Option<i64>,
    /// ISO 4217.
    currency: &'static str,
}

/// What was used of a meter at one price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UsageLine)]
pub(super) struct UsageLineBody {
    /// The meter's slug.
    meter: String,
    name: String,
    unit: String,
    quantity: i64,
    /// What `per_units` units cost, in minor units.
    price_minor: i64,
    per_units: i64,
    /// `quantity × price_minor / per_units`, rounded once, half to even, in minor units.
    amount_minor: i64,
}

impl UsageLineBody {
    fn new(line: OrderLine) -> Option<Self> {
        let usage = line.usage?;
        Some(Self {
            meter: line.id,
            name: line.name,
            unit: usage.unit,
            quantity: usage.quantity,
            price_minor: usage.price_minor,
            per_units: usage.per_units,
            amount_minor: line.amount_minor,
        })
    }
}

impl EstimateBody {
    fn new(estimate: Estimate, app: &App) -> Self {
        Self {
            period_start: estimate.period.map(|(start, _)| start),
            period_end: estimate.period.map(|(_, end)| end),
            lines: estimate.lines.into_iter().filter_map(UsageLineBody::new).collect(),
            estimate_minor: estimate.total_minor,
            spending_limit_minor: estimate.limit.limit_minor,
            currency: app.facts.currency.code(),
        }
    }
}

/// Reads what an Organization has used so far
///
/// For members.
#[utoipa::path(
    get, path = "/billing/usage/{tenant_id}", tag = "Billing", operation_id = "getUsage",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "What was used, and what it comes to", body = EstimateBody),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<EstimateBody>, Problem> {
    let mut tx = app.store.snapshot().await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let estimate = usage::estimate(&mut tx, &tenant_id).await?;
    Ok(Json(EstimateBody::new(estimate, &app)))
}

/// A spending limit to set.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SpendingLimit)]
pub(super) struct LimitBody {
    /// In minor units, before tax that is added; `null`, or absent, = as much as there is.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    limit_minor: Option<Whole>,
}

/// Sets what an Organization lets itself spend on usage
///
/// Between two bills. What would cost more is refused to whoever reports it, and does not count. Its owner
/// gets a letter at 80 % of it, and when something is refused. For owners and admins of the Organization.
#[utoipa::path(
    put, path = "/billing/usage/{tenant_id}/limit", tag = "Billing",
    operation_id = "setSpendingLimit",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    request_body = LimitBody,
    responses(
        (status = 200, description = "What was used, with the limit as it is now", body = EstimateBody),
        (status = 400, description = "The limit is not as described"),
        (status = 403, description = "The caller is no owner or admin of it"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "The Organization is on its way to another Sovereign, or there \
            (`organization_moving`)"),
    ),
)]
pub(super) async fn set_limit(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
    Body(body): Body<LimitBody>,
) -> Result<Json<EstimateBody>, Problem> {
    let limit_minor = body.limit_minor.map(|limit| limit.0);
    if limit_minor.is_some_and(|limit| !(0..=MAX_LIMIT_MINOR).contains(&limit)) {
        let detail =
            format!("limit_minor must be null, or a whole number from 0 to {MAX_LIMIT_MINOR}");
        return Err(Problem::field("limit_minor", detail));
    }
    let tenant_id = usable_id(&tenant_id)?;
    let done = usage::set_limit(&app, &caller.actor(), tenant_id, limit_minor).await;
    let estimate = told(&app, (&caller.user_id, tenant_id), done).await?;
    Ok(Json(EstimateBody::new(estimate, &app)))
}
