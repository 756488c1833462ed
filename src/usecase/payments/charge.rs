//! Asks the saved card for a renewal, while nobody is there.
//!
//! Each attempt has a key of its own at Stripe, so that a crash between any two steps charges once: whoever
//! comes next asks with the same key, or finds in Stripe's list what became of it.

use sovereign_domain::book::{AttemptFailure, Command, FailedAttempt, OrderStatus};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::settle::{self, Settled};
use super::{PaymentError, find, metadata, session, stays, stripe};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::{
    CreatePaymentIntent, Created, IdempotencyKey, PaymentIntent, PaymentIntentStatus, Refusal,
    Stripe, StripeError,
};
use crate::storage::payments::{self, PayableRow};

/// Stripe keeps keys for a day at least; less, for two clocks that differ.
const KEY_SECONDS: i64 = 23 * 3_600;
/// For two clocks that differ.
const MARGIN_SECONDS: i64 = 600;

/// Asks the card for a pending renewal, or finds out what became of that.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(crate) async fn charge(app: &App, order_id: OrderId) -> Result<Settled, PaymentError> {
    let stripe = stripe(app)?;
    let order = find(app, order_id).await?;
    if order.status != OrderStatus::Pending.as_str() || order.stripe_session_id.is_some() {
        return settle::settle(app, order_id, settle::Hint::None).await;
    }
    if let Some(id) = &order.stripe_intent_id {
        let intent = stripe.resolve(|| stripe.payment_intent(id)).await?;
        return became(app, &stripe, &order, &intent).await;
    }
    let (Some(customer), Some(card)) = (&order.stripe_customer_id, &order.payment_method_id) else {
        return fail(app, &order, AttemptFailure::NoCard).await;
    };
    let forgotten = app.clock.now() >= order.asked_at.0.plus_seconds(KEY_SECONDS);
    if forgotten && let Some(intent) = made_before(&stripe, customer, &order).await? {
        return became(app, &stripe, &order, &intent).await;
    }
    let asked = create(app, &stripe, &order, customer, card).await;
    reach!("charge_asked");
    match asked {
        Ok(intent) => became(app, &stripe, &order, &intent).await,
        // The key came with another card before, or a failure of Stripe's own stands under it.
        Err(StripeError::Refused(refusal)) if refusal.is("idempotency_error") => {
            found_or_failed(app, &stripe, customer, &order).await
        }
        Err(StripeError::Refused(refusal)) => refused(app, &order, card, &refusal).await,
        Err(StripeError::Unknown(text)) => match made_before(&stripe, customer, &order).await? {
            Some(intent) => became(app, &stripe, &order, &intent).await,
            None => Err(PaymentError::Unresolved(text)),
        },
        Err(StripeError::NotFound { .. }) => gone(app, &order, card).await,
        Err(error) => Err(error.into()),
    }
}

async fn create(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
    customer: &str,
    payment_method: &str,
) -> Result<PaymentIntent, StripeError> {
    let metadata = metadata(app, order);
    let description = session::title(app, order);
    let wanted = CreatePaymentIntent {
        metadata: &metadata,
        amount_minor: order.charge_minor,
        currency: app.facts.currency,
        customer,
        payment_method,
        description: Some(&description),
    };
    let key = IdempotencyKey::new("renewal", format!("{}:{}", order.id, order.attempt));
    stripe.resolve(|| stripe.create_payment_intent(&wanted, &key)).await
}

/// Stripe decided against the payment.
async fn refused(
    app: &App,
    order: &PayableRow,
    card: &str,
    refusal: &Refusal,
) -> Result<Settled, PaymentError> {
    if refusal.is("resource_missing") || refusal.is("payment_method_unactivated") {
        return gone(app, order, card).await;
    }
    let asked_for = refusal.decline_code.as_deref().or(refusal.code.as_deref());
    tracing::info!(order = %order.id, reason = asked_for, "the card was not charged");
    let needs_customer = refusal.is("authentication_required")
        || refusal.decline_code.as_deref() == Some("authentication_required");
    let reason =
        if needs_customer { AttemptFailure::NeedsCustomer } else { AttemptFailure::Declined };
    fail(app, order, reason).await
}

/// The card was taken off the customer at Stripe.
async fn gone(app: &App, order: &PayableRow, card: &str) -> Result<Settled, PaymentError> {
    let mut tx = app.store.begin().await?;
    stays(&mut tx, &order.tenant_id).await?;
    payments::forget_card(&mut tx, order.customer_id, card).await?;
    tx.commit().await?;
    fail(app, order, AttemptFailure::NoCard).await
}

/// Brings the order in line with its payment as Stripe has it now.
async fn became(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
    intent: &PaymentIntent,
) -> Result<Settled, PaymentError> {
    match intent.status {
        PaymentIntentStatus::Succeeded => {
            // A list brings its charge as an identifier only.
            let whole = stripe.resolve(|| stripe.payment_intent(&intent.id)).await?;
            settle::pay(app, stripe, order, &whole).await
        }
        PaymentIntentStatus::Processing => {
            let command = Command::AttachIntent {
                order_id: OrderId(order.id),
                attempt: order.attempt,
                intent_id: intent.id.clone(),
            };
            app.engine.submit(command).await?;
            reach!("intent_attached");
            Ok(Settled::Processing)
        }
        PaymentIntentStatus::Canceled | PaymentIntentStatus::RequiresPaymentMethod => {
            let error = intent.last_payment_error.as_ref();
            let codes = [
                error.and_then(|error| error.code.as_deref()),
                error.and_then(|error| error.decline_code.as_deref()),
            ];
            let needs_customer = codes.contains(&Some("authentication_required"));
            let reason = if needs_customer {
                AttemptFailure::NeedsCustomer
            } else {
                AttemptFailure::Declined
            };
            fail(app, order, reason).await
        }
        // Nobody is there to act: it must not be paid later, beside what the customer pays then.
        _ => {
            let key = IdempotencyKey::new("cancel", app.new_id());
            let canceled =
                stripe.resolve(|| stripe.cancel_payment_intent(&intent.id, &key)).await?;
            if canceled.status == PaymentIntentStatus::Succeeded {
                return settle::pay(app, stripe, order, &canceled).await;
            }
            fail(app, order, AttemptFailure::NeedsCustomer).await
        }
    }
}

async fn found_or_failed(
    app: &App,
    stripe: &Stripe,
    customer: &str,
    order: &PayableRow,
) -> Result<Settled, PaymentError> {
    match made_before(stripe, customer, order).await? {
        Some(intent) => became(app, stripe, order, &intent).await,
        None => fail(app, order, AttemptFailure::Declined).await,
    }
}

/// The payment intent of this attempt in Stripe's list, if it was made. One that succeeded counts whichever
/// attempt it was of.
async fn made_before(
    stripe: &Stripe,
    customer: &str,
    order: &PayableRow,
) -> Result<Option<PaymentIntent>, StripeError> {
    let since = order.asked_at.0.seconds().saturating_sub(MARGIN_SECONDS);
    let mut intents = stripe.payment_intents(Created::default(), Some(customer));
    while let Some(intent) = intents.next().await? {
        let of_this_attempt = order.attempt == 1 || intent.created >= since;
        let counts = of_this_attempt || intent.status == PaymentIntentStatus::Succeeded;
        if intent.metadata.order_id() == Some(order.id) && counts {
            return Ok(Some(intent));
        }
    }
    Ok(None)
}

async fn fail(
    app: &App,
    order: &PayableRow,
    reason: AttemptFailure,
) -> Result<Settled, PaymentError> {
    let failed = FailedAttempt {
        order_id: OrderId(order.id),
        attempt: order.attempt,
        reason,
        actor: Actor::system("payments"),
    };
    app.engine.submit(Command::FailAttempt(failed)).await?;
    reach!("attempt_failed");
    Ok(Settled::Closed)
}
