//! `/billing/admin/subscriptions/{tenant_id}/bill-here`: what an earlier service made is billed here from now on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::Superadmin;
use super::extract::{Body, Segment};
use super::problem::Problem;
use crate::app::App;
use crate::usecase::organizations::usable_id;
use crate::usecase::payments::bill_here::{
    self, AtStripe, BillHereError, Desk, Start, Verdict, Wish,
};

/// From when on a subscription is to be billed here.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BillHere)]
pub(super) struct RequestBody {
    /// A day such as `2027-02-01`, which begins at midnight in the Sovereign's time zone, a moment, or
    /// `period_end`: where the period ends that is paid for.
    from: String,
    /// The plan that the Organization has from now on, by identifier or slug; by default its own.
    plan_id: Option<String>,
    /// Whether to say only what would come of it.
    #[serde(default)]
    dry_run: bool,
}

/// A subscription that an earlier service made, and how it is billed here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BilledHere)]
pub(super) struct PlanBody {
    tenant_id: String,
    plan_id: String,
    /// A month by the catalog, before tax that is added, in minor units.
    price_minor: i64,
    /// What the first month comes to at the prices of now, in minor units. Credit pays first.
    first_charge_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// When the first month begins that is billed here.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Who billed it until this request: `none`, `stripe` or, where the date was set before, `sovereign`.
    billed_by: String,
    /// Whether Stripe was told that the subscription ends with the period that it is in, or would be.
    ends_at_stripe: bool,
    /// Whether it had this date already.
    already: bool,
    dry_run: bool,
}

/// Has a subscription billed here that an earlier service made
///
/// From a date on. Until then nothing is charged. One that Stripe bills is first set to end there with the
/// period that it is in, and the date cannot be before that. Asked again, it changes nothing; another date
/// moves it, until it has come. For the role superadmin.
#[utoipa::path(
    post, path = "/billing/admin/subscriptions/{tenant_id}/bill-here", tag = "Billing",
    operation_id = "billSubscriptionHere",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    request_body = RequestBody,
    responses(
        (status = 200, description = "How it is billed here", body = PlanBody),
        (status = 400, description = "`from` is no date, is past, or is before the end of what is paid for \
            (`invalid_request`)"),
        (status = 403, description = "The role is not superadmin, or the Sovereign's policy does not allow the \
            plan (`policy_forbids`, `approval_required`)"),
        (status = 404, description = "There is no such Organization"),
        (status = 409, description = "It has no live subscription (`not_subscribed`), is deleted \
            (`organization_deleted`), is billed here (`already_billed_here`), holds what the catalog does not \
            have (`no_price`), or Stripe does not know the subscription (`not_at_stripe`) or asks for an \
            unpaid invoice of it (`unsettled_at_stripe`)"),
        (status = 503, description = "Stripe bills it, and no key is set (`payment_not_configured`) or it \
            does not answer (`payment_unresolved`)"),
    ),
)]
pub(super) async fn bill_here(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(tenant_id): Segment,
    Body(body): Body<RequestBody>,
) -> Result<Json<PlanBody>, Problem> {
    let from = Start::parse(&body.from, &app.zone)?;
    let wish = Wish { tenant_id: usable_id(&tenant_id)?, from, plan: body.plan_id.as_deref() };
    let (stripe, actor, mut ids) = (app.payments.stripe(), caller.actor(), app.ids());
    let mut desk = Desk {
        store: &app.store,
        stripe: stripe.as_deref(),
        fqdn: &app.facts.fqdn,
        tax: app.tax,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
    };
    let plan = if body.dry_run {
        bill_here::look(&mut desk, wish).await?
    } else {
        bill_here::bill(&mut desk, wish).await?
    };
    Ok(Json(PlanBody::new(plan, app.facts.currency.code(), body.dry_run)))
}

impl PlanBody {
    fn new(plan: Verdict, currency: &'static str, dry_run: bool) -> Self {
        Self {
            tenant_id: plan.tenant_id,
            plan_id: plan.plan_id,
            price_minor: plan.price_minor,
            first_charge_minor: plan.first_charge_minor,
            currency,
            from: plan.from,
            billed_by: plan.billed_by,
            ends_at_stripe: matches!(plan.at_stripe, AtStripe::Renews | AtStripe::Ends),
            already: plan.already,
            dry_run,
        }
    }
}

impl From<BillHereError> for Problem {
    fn from(error: BillHereError) -> Self {
        match error {
            BillHereError::Field(error) => error.into(),
            BillHereError::NoOrganization => Self::not_found("there is no such Organization"),
            BillHereError::Refused { code, detail } => {
                Self::new(StatusCode::CONFLICT, code, detail)
            }
            BillHereError::Policy(refusal) => refusal.into(),
            BillHereError::Payment(error) => error.into(),
        }
    }
}
