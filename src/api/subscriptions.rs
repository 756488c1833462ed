//! What an Organization has ordered, month after month; its end, and the payment of what is due.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sovereign_domain::book::CancelAt;
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;
use uuid::Uuid;

use super::billing::require_member;
use super::caller::Caller;
use super::extract::{Body, Segment};
use super::forwarding::told;
use super::problem::Problem;
use crate::app::App;
use crate::storage::billing::{self, SubscriptionRow};
use crate::storage::{Tx, renewals};
use crate::usecase::payments::due::{self, PayDue};
use crate::usecase::payments::subscription;

/// What an Organization has ordered, month after month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subscription)]
pub(super) struct SubscriptionBody {
    id: Uuid,
    /// The Organization's billing account.
    customer_id: Uuid,
    tenant_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stripe_subscription_id: Option<String>,
    plan_id: String,
    /// `active`, `past_due`, `suspended` or `canceled`; one that was adopted may have another.
    status: String,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    current_period_start: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    current_period_end: Option<Timestamp>,
    /// Whether it ends with this period.
    cancel_at_period_end: bool,
    /// The renewal that is not paid yet, or, of one that ended, what was used until then; `POST …/pay` says where it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    due_order_id: Option<Uuid>,
    /// When its payment is asked for again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<SubscriptionRow> for SubscriptionBody {
    fn from(row: SubscriptionRow) -> Self {
        Self {
            id: row.id,
            customer_id: row.customer_id,
            tenant_id: row.tenant_id,
            stripe_subscription_id: row.stripe_subscription_id,
            plan_id: row.plan_id,
            status: row.status,
            current_period_start: row.current_period_start.map(|ts| ts.0),
            current_period_end: row.current_period_end.map(|ts| ts.0),
            cancel_at_period_end: row.cancel_at_period_end,
            due_order_id: row.due_order_id,
            next_attempt_at: row.next_attempt_at.map(|ts| ts.0),
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Reads the subscription of an Organization
///
/// The live one, else the latest. For members.
#[utoipa::path(
    get, path = "/billing/subscription/{tenant_id}", tag = "Billing",
    operation_id = "getSubscription",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The subscription", body = SubscriptionBody),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it has \
            no subscription"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<SubscriptionBody>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    find(&mut tx, &tenant_id).await
}

async fn find(tx: &mut Tx, tenant_id: &str) -> Result<Json<SubscriptionBody>, Problem> {
    let subscription = billing::subscription(tx, tenant_id).await?;
    let none = || Problem::not_found("this Organization has no subscription");
    subscription.map(|row| Json(row.into())).ok_or_else(none)
}

/// When a subscription is to end.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SubscriptionEnd)]
pub(super) struct CancelBody {
    /// `period_end`, or `now`: nothing is paid back for the rest of the period. One that is not paid ends at
    /// once.
    at: When,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SubscriptionEndAt)]
enum When {
    Now,
    PeriodEnd,
}

/// Cancels the subscription of an Organization
///
/// Its credit stays. What was used of meters and is not paid is billed at once: from credit, else it is due
/// (`due_order_id`) and asked for as any month is. For owners and admins of the Organization.
#[utoipa::path(
    post, path = "/billing/subscription/{tenant_id}/cancel", tag = "Billing",
    operation_id = "cancelSubscription",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    request_body = CancelBody,
    responses(
        (status = 200, description = "The subscription as it is now", body = SubscriptionBody),
        (status = 400, description = "A member is not as described (`invalid_request`)"),
        (status = 403, description = "The caller may not spend for the Organization \
            (`role_may_not_spend`), or it is suspended (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "No subscription is billed here (`not_subscribed`), or a payment of it \
            is in progress (`payment_in_progress`)"),
    ),
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
    Body(body): Body<CancelBody>,
) -> Result<Json<SubscriptionBody>, Problem> {
    require_member(&mut app.store.read_as(&caller.user_id).await?, &tenant_id, &caller).await?;
    let at = match body.at {
        When::Now => CancelAt::Now,
        When::PeriodEnd => CancelAt::PeriodEnd,
    };
    let done = subscription::cancel(&app, &tenant_id, at, caller.actor()).await;
    told(&app, (&caller.user_id, &tenant_id), done).await?;
    find(&mut app.store.read_as(&caller.user_id).await?, &tenant_id).await
}

/// Keeps a subscription that was to end with its period
///
/// For owners and admins of the Organization.
#[utoipa::path(
    post, path = "/billing/subscription/{tenant_id}/resume", tag = "Billing",
    operation_id = "resumeSubscription",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The subscription as it is now", body = SubscriptionBody),
        (status = 403, description = "The caller may not spend for the Organization \
            (`role_may_not_spend`), or it is suspended (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "No subscription is billed here (`not_subscribed`)"),
    ),
)]
pub(super) async fn resume(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<SubscriptionBody>, Problem> {
    require_member(&mut app.store.read_as(&caller.user_id).await?, &tenant_id, &caller).await?;
    let done = subscription::resume(&app, &tenant_id, caller.actor()).await;
    told(&app, (&caller.user_id, &tenant_id), done).await?;
    find(&mut app.store.read_as(&caller.user_id).await?, &tenant_id).await
}

/// How what is due can be paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuePayment)]
pub(super) struct PayBody {
    /// `paid` already, or from credit just now; `processing`: a payment is under way; `open`: the page
    /// at `session_url` waits for a card.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    session_url: Option<String>,
}

/// Pays the month that is due
///
/// Or what was used until a subscription ended. /// From credit where it covers it by now, else on Stripe's page. For members.
#[utoipa::path(
    post, path = "/billing/subscription/{tenant_id}/pay", tag = "Billing",
    operation_id = "payDueSubscription",
    security(("bearer" = [])),
    params(("tenant_id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "How it is or can be paid", body = PayBody),
        (status = 403, description = "The Organization is suspended (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it owes \
            nothing"),
        (status = 409, description = "Another payment of this Organization is in progress \
            (`payment_in_progress`)"),
        (status = 503, description = "Card payments are not configured (`payment_not_configured`), or \
            Stripe does not answer"),
    ),
)]
pub(super) async fn pay(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(tenant_id): Segment,
) -> Result<Json<PayBody>, Problem> {
    let mut tx = app.store.read_as(&caller.user_id).await?;
    require_member(&mut tx, &tenant_id, &caller).await?;
    let due_orders = renewals::due_orders(&mut tx, &tenant_id).await?;
    drop(tx);
    let nothing = || Problem::not_found("this Organization owes nothing for a subscription");
    let order_id = OrderId(*due_orders.first().ok_or_else(nothing)?);
    let done = due::pay(&app, order_id).await;
    let (status, session_url) = match told(&app, (&caller.user_id, &tenant_id), done).await? {
        PayDue::Paid => ("paid", None),
        PayDue::Processing => ("processing", None),
        PayDue::Redirect(url) => ("open", Some(url)),
    };
    Ok(Json(PayBody { status, session_url }))
}
