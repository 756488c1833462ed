//! `/billing/subscription/{tenant_id}/change`: another plan, other add-ons or apps within the month.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::book::{Answer, ChangePreview, Outcome};
use sovereign_domain::catalog::{LineKind, OrderLine};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::answers::ChangeAnswer;
use super::billing::require_member;
use super::caller::{Address, Caller};
use super::checkout::respond;
use super::extract::{Body, Segment, Whole, idempotency_key, references};
use super::forwarding::told;
use super::problem::Problem;
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::usecase::change::{self, ChangeRequest};

/// What an Organization is to have instead; what is absent stays as it is. Plans, apps and add-ons are named by
/// identifier or slug, and a list is the whole of what there is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SubscriptionChange)]
pub(super) struct ChangeBody {
    plan_id: Option<String>,
    #[schema(max_items = 200)]
    addons: Option<Vec<String>>,
    #[schema(max_items = 200)]
    apps: Option<Vec<String>>,
    /// `at` of the preview that the customer saw: for an hour the change costs what it cost then. By default
    /// now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
    /// `total_minor` of that preview. Where it comes to something else by now, nothing is changed.
    #[schema(value_type = Option<i64>)]
    total_minor: Option<Whole>,
}

impl ChangeBody {
    fn into_request(
        self,
        tenant_id: String,
        key: Option<String>,
    ) -> Result<ChangeRequest, Problem> {
        let list = |field, list: Option<Vec<String>>| {
            list.map(|list| references(field, Some(list))).transpose()
        };
        Ok(ChangeRequest {
            tenant_id,
            plan: self.plan_id,
            addons: list("addons", self.addons)?,
            apps: list("apps", self.apps)?,
            at: self.at.as_deref().map(moment).transpose()?,
            total_minor: self.total_minor.map(|total| total.0),
            key,
            app: None,
        })
    }
}

/// The moment of a preview.
pub(super) fn moment(text: &str) -> Result<Timestamp, Problem> {
    let wrong = || Problem::field("at", "at must be a moment such as 2027-03-01T12:00:00Z");
    Timestamp::parse_rfc3339(text).ok_or_else(wrong)
}

/// Something that comes or goes, and its part of the price.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeLine)]
pub(super) struct LineBody {
    /// `plan`, `addon`, `app`, or `service`: what an app needs to run.
    kind: &'static str,
    id: String,
    name: String,
    /// The app that a service is for alone, by identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    for_app: Option<String>,
    /// For the rest of the period, in minor units: below zero for what goes. Before tax that is added.
    amount_minor: i64,
    /// What a month of it costs, in minor units.
    month_minor: i64,
}

impl From<OrderLine> for LineBody {
    fn from(line: OrderLine) -> Self {
        let kind = match line.kind {
            LineKind::Plan => "plan",
            LineKind::Addon => "addon",
            LineKind::App => "app",
            LineKind::Service => "service",
            // Never part of a change.
            LineKind::Usage => "usage",
        };
        let month_minor = line.month_minor.unwrap_or(line.amount_minor);
        let OrderLine { id, name, amount_minor, for_app, .. } = line;
        Self { kind, id, name, for_app, amount_minor, month_minor }
    }
}

/// What a change would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangePreview)]
pub(super) struct PreviewBody {
    /// The moment for which this is so; sent with the change, the price stays for an hour.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Until when it is reckoned.
    #[schema(value_type = String, format = DateTime)]
    period_end: Timestamp,
    /// What comes, then what goes. Each is rounded once, half to even.
    lines: Vec<LineBody>,
    /// The part of the total that is tax, in minor units.
    tax_minor: i64,
    /// To pay now, in minor units; below zero where something is not used.
    total_minor: i64,
    /// What credit pays of it, in minor units.
    credit_minor: i64,
    /// What a card pays of it, in minor units.
    charge_minor: i64,
    /// What rounding to what a card can be charged takes off, in minor units.
    rounding_minor: i64,
    /// What comes back as credit, in minor units.
    credited_minor: i64,
    /// What is less than a card can be charged, and is paid with the next order, in minor units.
    carried_minor: i64,
    /// What each further month costs, at the prices of today, in minor units.
    month_minor: i64,
    /// The part of that which is tax, in minor units.
    month_tax_minor: i64,
    /// ISO 4217.
    currency: String,
}

impl From<ChangePreview> for PreviewBody {
    fn from(preview: ChangePreview) -> Self {
        let ChangePreview {
            at,
            period_end,
            lines,
            tax_minor,
            total_minor,
            credit_minor,
            charge_minor,
            rounding_minor,
            credited_minor,
            carried_minor,
            month_minor,
            month_tax_minor,
            currency,
        } = preview;
        Self {
            at,
            period_end,
            lines: lines.into_iter().map(Into::into).collect(),
            tax_minor,
            total_minor,
            credit_minor,
            charge_minor,
            rounding_minor,
            credited_minor,
            carried_minor,
            month_minor,
            month_tax_minor,
            currency,
        }
    }
}

/// Previews a change of the subscription
///
/// What comes and what goes, each at its part of the month to the second, and how it would be paid. Changes
/// nothing. For owners and admins of the Organization.
#[utoipa::path(
    post, path = "/billing/subscription/{tenant_id}/change/preview", tag = "Billing",
    operation_id = "previewSubscriptionChange",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "What it would come to", body = PreviewBody),
        (status = 400, description = "A member is not as described, or the catalog has no such thing \
            (`invalid_request`); `at` is of another period or too long ago (`change_outdated`)"),
        (status = 403, description = "The caller may not spend for the Organization \
            (`role_may_not_spend`), it is suspended (`organization_suspended`), or the Sovereign's policy does not \
            allow what is new (`policy_forbids`) or wants an approval for it (`approval_required`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "No subscription is billed here (`not_subscribed`), a month of it is not \
            paid (`payment_due`), or it is what there is already (`nothing_to_change`)"),
        (status = 429, description = "Too many changes from this address or of this user"),
        (status = 503, description = "The credit does not cover it and cards are not taken here \
            (`payment_not_configured`)"),
    ),
)]
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    Segment(tenant_id): Segment,
    Body(body): Body<ChangeBody>,
) -> Result<Json<PreviewBody>, Problem> {
    require_member(&mut app.store.read_as(&caller.user_id).await?, &tenant_id, &caller).await?;
    limit(&app, address, &caller).await?;
    let request = body.into_request(tenant_id.clone(), None)?;
    let done = change::preview(&app, request, caller.actor()).await;
    Ok(Json(told(&app, (&caller.user_id, &tenant_id), done).await?.into()))
}

/// Changes the subscription
///
/// What the rest of the month costs more is paid from credit, then by a card, and the change is made when it is
/// paid; what it costs less comes back as credit, and the change is made at once. What is less than a card can be
/// charged is paid with the next order. For owners and admins of the
/// Organization. A retry with the same Idempotency-Key, or without one within 60 seconds, has the first answer.
#[utoipa::path(
    post, path = "/billing/subscription/{tenant_id}/change", tag = "Billing",
    operation_id = "changeSubscription",
    security(("bearer" = [])),
    params(
        ("tenant_id" = String, Path, description = "The Organization's identifier"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false,
            description = "Names this change among the caller's; its answer is kept for good",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "It is changed, or a card is to pay at `session_url`",
            body = ChangeAnswer, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 400, description = "A member is not as described, or the catalog has no such thing \
            (`invalid_request`); `at` is of another period or too long ago (`change_outdated`)"),
        (status = 403, description = "The caller may not spend for the Organization \
            (`role_may_not_spend`), it is suspended (`organization_suspended`), or the Sovereign's policy does not \
            allow what is new (`policy_forbids`) or wants an approval for it (`approval_required`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "No subscription is billed here (`not_subscribed`), a month of it is not \
            paid (`payment_due`), it is what there is already (`nothing_to_change`), it comes to something \
            else by now (`change_outdated`), the key came with another body (`idempotency_key_reused`), or a \
            payment of the Organization is in progress (`payment_in_progress`)"),
        (status = 429, description = "Too many changes from this address or of this user"),
        (status = 503, description = "The credit does not cover it and cards are not taken here \
            (`payment_not_configured`); the payment service refuses (`payment_refused`) or does not answer, \
            and a retry with the same key goes on (`payment_unresolved`)"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    headers: HeaderMap,
    Segment(tenant_id): Segment,
    Body(body): Body<ChangeBody>,
) -> Result<Response, Problem> {
    require_member(&mut app.store.read_as(&caller.user_id).await?, &tenant_id, &caller).await?;
    limit(&app, address, &caller).await?;
    let request = body.into_request(tenant_id.clone(), idempotency_key(&headers)?)?;
    let done = change::change(&app, request, caller.actor()).await;
    match told(&app, (&caller.user_id, &tenant_id), done).await? {
        Outcome::Answered { answer: Answer::Change(answer), replayed } => {
            Ok(respond(ChangeAnswer::from(answer), replayed))
        }
        Outcome::Answered { answer: Answer::Checkout(answer), replayed } => {
            Ok(respond(ChangeAnswer::from(answer), replayed))
        }
        _ => Err(Problem::internal()),
    }
}

pub(super) async fn limit(app: &App, address: IpAddr, caller: &Caller) -> Result<(), Problem> {
    let quotas = [
        (Quota::CheckoutByAddress, Key::Address(address)),
        (Quota::CheckoutByUser, Key::User(&caller.user_id)),
    ];
    Ok(app.limits.check_all(&quotas).await?)
}
