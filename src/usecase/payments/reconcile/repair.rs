//! Mends a finding, by what the engine does for Stripe's events; or has a person look at it.

use sovereign_domain::book::{AlarmKind, RefundStatus};
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::finding::{Finding, Kind, Repair};
use crate::app::App;
use crate::payment::stripe::SessionFilter;
use crate::storage::{payments, reconcile as rows, refunds as refund_rows};
use crate::usecase::payments::settle::{self, Hint};
use crate::usecase::payments::{
    PaymentError, alarm, dispute_events, moved, refund_events, session, stripe,
};

/// Whether the finding is mended. One that is not has an alarm afterwards, of this comparison or of its own.
///
/// # Errors
/// Where the database fails. What Stripe or the engine refuses leaves the finding as it is.
pub(super) async fn mend(app: &App, finding: &Finding) -> Result<bool, PaymentError> {
    if let Some(order_id) = finding.order_id {
        let tried = match &finding.repair {
            Repair::None => Ok(false),
            Repair::Pay { intent_id, charge_id } => pay(app, order_id, intent_id, charge_id).await,
            Repair::Settle => close(app, order_id).await,
            Repair::GiveUp => give_up(app, order_id).await,
            Repair::Refunds { intent_id } => refunds(app, intent_id, finding).await,
            Repair::Dispute { intent_id } => dispute(app, intent_id, &finding.subject).await,
        };
        match tried {
            Ok(true) => {
                let kind = finding.kind.as_str();
                tracing::warn!(kind, subject = finding.subject, "mended what differed from Stripe");
                return Ok(true);
            }
            Ok(false) => {}
            Err(error @ PaymentError::Storage(_)) => return Err(error),
            Err(error) => tracing::warn!(%order_id, %error, "a finding could not be mended"),
        }
    }
    if is_told(app, finding).await? {
        return Ok(false);
    }
    let detail = format!("{}: {}", finding.kind.as_str(), finding.detail);
    let about = (finding.tenant_id.as_deref(), finding.order_id);
    alarm::raise_about(app, AlarmKind::Reconcile, &finding.subject, detail, about).await?;
    Ok(false)
}

/// Whether somebody was told by the attempt to mend it: news of an Organization that has moved away have an alarm of
/// their own.
async fn is_told(app: &App, finding: &Finding) -> Result<bool, PaymentError> {
    let is_news = matches!(finding.repair, Repair::Refunds { .. } | Repair::Dispute { .. });
    match finding.tenant_id.as_deref().filter(|_| is_news) {
        Some(tenant_id) => Ok(moved::moved_to(app, tenant_id).await?.is_some()),
        None => Ok(false),
    }
}

/// Settles the order by the session of this payment, or by the payment where nobody was there; whether the payment is here afterwards.
async fn pay(
    app: &App,
    order_id: Uuid,
    intent_id: &str,
    charge_id: &str,
) -> Result<bool, PaymentError> {
    let stripe = stripe(app)?;
    let filter = SessionFilter { payment_intent: Some(intent_id), ..SessionFilter::default() };
    let session = stripe.checkout_sessions(&filter).next().await?;
    let hint = match &session {
        Some(session) => Hint::Session(&session.id),
        None => Hint::Intent(intent_id),
    };
    settle::settle(app, OrderId(order_id), hint).await?;
    let mut tx = app.store.read().await?;
    Ok(!rows::payments(&mut tx, &[charge_id.to_owned()]).await?.is_empty())
}

async fn close(app: &App, order_id: Uuid) -> Result<bool, PaymentError> {
    settle::settle(app, OrderId(order_id), Hint::None).await?;
    is_over(app, order_id).await
}

async fn give_up(app: &App, order_id: Uuid) -> Result<bool, PaymentError> {
    session::give_up(app, OrderId(order_id)).await?;
    is_over(app, order_id).await
}

async fn is_over(app: &App, order_id: Uuid) -> Result<bool, PaymentError> {
    let mut tx = app.store.read().await?;
    let order = payments::payable(&mut tx, order_id).await?;
    Ok(order.is_none_or(|order| order.status != "pending"))
}

/// Takes down what was sent back of a payment; whether the refund is here afterwards as it is there.
async fn refunds(app: &App, intent_id: &str, finding: &Finding) -> Result<bool, PaymentError> {
    refund_events::act(app, Some(intent_id)).await?;
    let mut tx = app.store.read().await?;
    let row = refund_rows::by_stripe_id(&mut tx, &finding.subject).await?;
    let failed = finding.kind == Kind::RefundStateDiffers;
    Ok(row.is_some_and(|row| (row.status == RefundStatus::Failed.as_str()) == failed))
}

async fn dispute(app: &App, intent_id: &str, id: &str) -> Result<bool, PaymentError> {
    dispute_events::act(app, id, Some(intent_id)).await?;
    let mut tx = app.store.read().await?;
    Ok(!rows::disputes(&mut tx, &[id.to_owned()]).await?.is_empty())
}
