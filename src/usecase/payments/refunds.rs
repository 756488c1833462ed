//! Sends the card's part of refunds: however often that is tried, each goes once. A key of its own sees to
//! it for as long as Stripe keeps keys; one that Stripe has is only asked about.

use sovereign_domain::book::{AlarmKind, RefundStatus};
use sovereign_domain::ids::OrderId;
use uuid::Uuid;

use super::{PaymentError, alarm, find, moved, refund_events, stripe};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::{
    self as api, CreateRefund, Created, IdempotencyKey, Metadata, RefundOf, Stripe, StripeError,
};
use crate::storage::refunds::{self as rows, PendingRefundRow};
use crate::storage::{moves, provisions};
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
    let waiting = rows::pending(&mut tx, order_id.map(|id| id.0), RUN).await?;
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
    let attempt = (refund.id, refund.attempt);
    match ask(app, refund).await? {
        Ok(sent) => settle(app, attempt, Ok(&sent)).await,
        Err(message) => {
            let settled = settle(app, attempt, Err(&message)).await?;
            // Somebody may have refunded it there before.
            if let Some(payment) = refund_events::known(app, &refund.intent_id).await? {
                refund_events::bring_in_line(app, &payment).await?;
            }
            Ok(settled)
        }
    }
}

/// How a refund at Stripe counts here.
pub(super) fn status_of(sent: &api::Refund) -> RefundStatus {
    match sent.status {
        Some(api::RefundStatus::Failed | api::RefundStatus::Canceled) => RefundStatus::Failed,
        Some(api::RefundStatus::Succeeded) => RefundStatus::Succeeded,
        // The bank has it.
        _ => RefundStatus::Pending,
    }
}

/// Writes what became of a try to send a refund: as Stripe has it, or why Stripe refuses it. A failure raises
/// an alarm, once. Answers whether it waits no more.
pub(super) async fn settle(
    app: &App,
    (id, attempt): (Uuid, i16),
    sent: Result<&api::Refund, &str>,
) -> Result<bool, PaymentError> {
    let (status, stripe_id) = match sent {
        Ok(sent) => (status_of(sent), Some(sent.id.as_str())),
        Err(_) => (RefundStatus::Failed, None),
    };
    reach!("refund_sent");
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if let Some(row) = rows::find(&mut tx, id).await? {
        provisions::lock_organization(&mut tx, &row.tenant_id).await?;
    }
    let news = rows::settle(&mut tx, (id, attempt), status, stripe_id, now).await?;
    let row = rows::find(&mut tx, id).await?;
    // What is news of one that is on its way waits: what is exported of it stays the same.
    if let Some(row) = row.as_ref().filter(|_| news)
        && moves::is_moving(&mut tx, &row.tenant_id).await?
    {
        return Err(moved::on_its_way());
    }
    tx.commit().await?;
    reach!("refund_settled");
    if let Some(row) = row.filter(|_| news && status == RefundStatus::Failed) {
        let problem = match sent {
            Ok(sent) => sent.failure_reason.as_deref().unwrap_or("Stripe does not say why"),
            Err(message) => message,
        };
        let order = find(app, OrderId(row.order_id)).await?;
        let gone = moved::moved_to(app, &row.tenant_id).await?;
        let gone = gone.map_or_else(String::new, |to| {
            format!(". Organization {} has moved to {to} since", row.tenant_id)
        });
        let detail = format!(
            "{} could not be refunded: {problem}; have it sent again, or give it back by other means{gone}",
            app.facts.currency.format(row.card_minor)
        );
        let subject = id.to_string();
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
        return match stripe.resolve(|| stripe.refund(id)).await {
            Ok(sent) => Ok(Ok(sent)),
            Err(StripeError::NotFound { message }) => Ok(Err(message)),
            Err(error) => Err(error.into()),
        };
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
        reference: (refund.id, refund.attempt),
        amount_minor: refund.card_minor,
    };
    let key = IdempotencyKey::new("refund", format!("{}:{}", refund.id, refund.attempt));
    match stripe.resolve(|| stripe.create_refund(&wanted, &key)).await {
        Ok(sent) => Ok(Ok(sent)),
        Err(StripeError::Refused(refusal)) => Ok(Err(refusal.message)),
        Err(StripeError::NotFound { message }) => Ok(Err(message)),
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
    loop {
        match refunds.next().await {
            Ok(Some(sent)) if sent.metadata.refund() == Some((refund.id, refund.attempt)) => {
                return Ok(Some(sent));
            }
            Ok(Some(_)) => {}
            // Of a payment that Stripe does not have nothing was sent back.
            Ok(None) | Err(StripeError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
}
