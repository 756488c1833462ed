//! Sends the card's part of refunds: however often that is tried, each goes once. A key of its own sees to
//! it for as long as Stripe keeps keys; one that Stripe has is only asked about.

use sovereign_domain::book::{AlarmKind, RefundStatus};
use sovereign_domain::ids::OrderId;

use super::{PaymentError, alarm, find, stripe};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::{
    self as api, CreateRefund, Created, IdempotencyKey, Metadata, RefundOf, Stripe, StripeError,
};
use crate::storage::payments::{self, PendingRefundRow};
use crate::usecase::done::Done;

/// The most refunds of one run; the next run takes the rest.
const RUN: i64 = 100;
/// Stripe keeps keys for a day at least; less, for two clocks that differ.
const KEY_SECONDS: i64 = 23 * 3_600;

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
    let (mut settled, mut failure) = (0_usize, None);
    for refund in waiting {
        match send_one(app, &refund).await {
            Ok(is_settled) => settled = settled.saturating_add(usize::from(is_settled)),
            // One that cannot be sent holds no other one up.
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(settled), Err)
}

async fn send_one(app: &App, refund: &PendingRefundRow) -> Result<bool, PaymentError> {
    let (status, id, problem) = match ask(app, refund).await? {
        Ok(sent) => match sent.status {
            Some(api::RefundStatus::Failed | api::RefundStatus::Canceled) => {
                let reason = sent.failure_reason.unwrap_or_default();
                (RefundStatus::Failed, Some(sent.id), Some(reason))
            }
            Some(api::RefundStatus::Succeeded) => (RefundStatus::Succeeded, Some(sent.id), None),
            // The bank has it.
            _ => (RefundStatus::Pending, Some(sent.id), None),
        },
        Err(message) => (RefundStatus::Failed, None, Some(message)),
    };
    reach!("refund_sent");
    let mut tx = app.store.begin().await?;
    payments::settle_refund(&mut tx, refund.id, status, id.as_deref(), app.clock.now()).await?;
    tx.commit().await?;
    reach!("refund_settled");
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
/// The refund as Stripe has it, sent now or before; or why Stripe refuses it.
async fn ask(
    app: &App,
    refund: &PendingRefundRow,
) -> Result<Result<api::Refund, String>, PaymentError> {
    let stripe = stripe(app)?;
    if let Some(id) = &refund.stripe_refund_id {
        return Ok(Ok(stripe.resolve(|| stripe.refund(id)).await?));
    }
    let forgotten = app.clock.now() >= refund.created_at.0.plus_seconds(KEY_SECONDS);
    if forgotten && let Some(sent) = sent_before(&stripe, refund).await? {
        return Ok(Ok(sent));
    }
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
    match stripe.resolve(|| stripe.create_refund(&wanted, &key)).await {
        Ok(sent) => Ok(Ok(sent)),
        Err(StripeError::Refused(refusal)) => Ok(Err(refusal.message)),
        // A failure of Stripe's own stands under the key; what it made before it failed is there.
        Err(StripeError::Unknown(text)) => {
            let found = sent_before(&stripe, refund).await?;
            found.map(Ok).ok_or(PaymentError::Unresolved(text))
        }
        Err(error) => Err(error.into()),
    }
}

/// The refund in Stripe's list of those of its payment.
async fn sent_before(
    stripe: &Stripe,
    refund: &PendingRefundRow,
) -> Result<Option<api::Refund>, StripeError> {
    let of = RefundOf::PaymentIntent(&refund.intent_id);
    let mut refunds = stripe.refunds(Created::default(), Some(of));
    while let Some(sent) = refunds.next().await? {
        let same = sent.metadata.order_id() == Some(refund.order_id);
        if same && sent.amount == refund.card_minor {
            return Ok(Some(sent));
        }
    }
    Ok(None)
}
