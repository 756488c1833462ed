//! Sends the card's part of refunds, each with a key of its own: however often it is asked, it goes once.

use sovereign_domain::book::{AlarmKind, RefundStatus};
use sovereign_domain::ids::OrderId;

use super::{PaymentError, alarm, find, stripe};
use crate::app::App;
use crate::payment::stripe::{
    self as api, CreateRefund, IdempotencyKey, Metadata, RefundOf, StripeError,
};
use crate::storage::payments::{self, PendingRefundRow};
use crate::usecase::done::Done;

/// The most refunds of one run; the next run takes the rest.
const RUN: i64 = 100;

/// Sends the refunds that wait, where cards are taken.
///
/// # Errors
/// [`PaymentError`]; what was not settled waits.
pub(crate) async fn step(app: &App) -> Result<Done, PaymentError> {
    match app.payments.stripe() {
        None => Ok(Done::all(0)),
        Some(_) => send(app, None).await.map(Done::all),
    }
}

/// Sends refunds that wait, of one order or of all; answers how many were settled.
///
/// # Errors
/// [`PaymentError`]; what was not settled waits.
pub(crate) async fn send(app: &App, order_id: Option<OrderId>) -> Result<usize, PaymentError> {
    let mut tx = app.store.read().await?;
    let waiting = payments::pending_refunds(&mut tx, order_id.map(|id| id.0), RUN).await?;
    drop(tx);
    let mut settled = 0_usize;
    for refund in waiting {
        if send_one(app, &refund).await? {
            settled = settled.saturating_add(1);
        }
    }
    Ok(settled)
}

async fn send_one(app: &App, refund: &PendingRefundRow) -> Result<bool, PaymentError> {
    let stripe = stripe(app)?;
    let metadata = Metadata {
        sovereign: app.facts.fqdn.clone(),
        organization: refund.tenant_id.clone(),
        order_id: refund.order_id,
    };
    let wanted = CreateRefund {
        metadata: &metadata,
        of: RefundOf::PaymentIntent(&refund.intent_id),
        amount_minor: refund.card_minor,
    };
    let key = IdempotencyKey::new("refund", refund.id);
    let (status, id, problem) = match stripe.resolve(|| stripe.create_refund(&wanted, &key)).await {
        Ok(sent) => match sent.status {
            Some(api::RefundStatus::Failed | api::RefundStatus::Canceled) => {
                let reason = sent.failure_reason.unwrap_or_default();
                (RefundStatus::Failed, Some(sent.id), Some(reason))
            }
            Some(api::RefundStatus::Succeeded) => (RefundStatus::Succeeded, Some(sent.id), None),
            // The bank has it; asking again with the same key would bring the same answer.
            _ => (RefundStatus::Pending, Some(sent.id), None),
        },
        Err(StripeError::Refused(refusal)) => (RefundStatus::Failed, None, Some(refusal.message)),
        Err(error) => return Err(error.into()),
    };
    let mut tx = app.store.begin().await?;
    payments::settle_refund(&mut tx, refund.id, status, id.as_deref(), app.clock.now()).await?;
    tx.commit().await?;
    if let Some(problem) = problem {
        let order = find(app, OrderId(refund.order_id)).await?;
        let detail = format!(
            "{} could not be refunded: {problem}; send it at Stripe or by other means",
            app.facts.currency.format(refund.card_minor)
        );
        let subject = refund.id.to_string();
        alarm::raise(app, AlarmKind::RefundFailed, &subject, detail, Some(&order)).await?;
    }
    Ok(status != RefundStatus::Pending)
}
