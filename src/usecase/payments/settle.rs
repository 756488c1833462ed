//! Asks Stripe what became of an order's payment, and brings the order in line.
//!
//! Events, the customer's return, a newer checkout and the job all end here. None of them is believed: what
//! counts is what Stripe answers now, so that it does not matter which comes first, twice or never.

use sovereign_domain::book::{
    AlarmKind, Command, CompleteOrder, OrderStatus, Outcome, Refusal, SavedCard,
};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::{PaymentError, alarm, charge, find, refunds, session, stripe};
use crate::app::App;
use crate::engine::EngineError;
use crate::fail_point::reach;
use crate::payment::stripe::{
    Charge, CheckoutSession, Expandable, IdempotencyKey, PaymentIntent, PaymentIntentStatus,
    PaymentStatus, SessionStatus, Stripe, StripeError,
};
use crate::storage::payments::PayableRow;

/// How an order stands, once Stripe was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The customer can still pay.
    Open,
    /// Paid, and not yet cleared.
    Processing,
    Completed,
    /// A renewal that is to be paid, and that nobody is asked for at this moment.
    Due,
    /// It ended unpaid.
    Closed,
    /// The payment came too late and goes back.
    Returned,
    /// What was paid is not what the order asked for; an alarm says so.
    Mismatch,
}

/// What an event names of an order's payment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hint<'a> {
    None,
    Session(&'a str),
    Intent(&'a str),
}

/// Settles an order by the session it has, or by what an event names.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(crate) async fn settle(
    app: &App,
    order_id: OrderId,
    hint: Hint<'_>,
) -> Result<Settled, PaymentError> {
    let stripe = stripe(app)?;
    let order = find(app, order_id).await?;
    let session_id = match hint {
        Hint::Session(id) => Some(id),
        Hint::Intent(_) | Hint::None => order.stripe_session_id.as_deref(),
    };
    let Some(id) = session_id else {
        let intent_id = match hint {
            Hint::Intent(id) => Some(id),
            _ => order.stripe_intent_id.as_deref(),
        };
        if let Some(id) = intent_id
            && order.is_renewal()
        {
            let intent = stripe.resolve(|| stripe.payment_intent(id)).await?;
            if intent.status == PaymentIntentStatus::Succeeded
                && intent.metadata.order_id() == Some(order.id)
            {
                return pay(app, &stripe, &order, &intent).await;
            }
        }
        return Ok(match OrderStatus::parse(&order.status) {
            Some(OrderStatus::Completed) => Settled::Completed,
            Some(OrderStatus::Pending) => Settled::Open,
            Some(OrderStatus::Due) => Settled::Due,
            _ => Settled::Closed,
        });
    };
    let session = stripe.resolve(|| stripe.checkout_session(id)).await?;
    reach!("session_asked");
    by_session(app, &stripe, &order, session).await
}

async fn by_session(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
    session: CheckoutSession,
) -> Result<Settled, PaymentError> {
    let intent = session.payment_intent.as_ref().and_then(Expandable::object);
    // A renewal may have had other sessions before: what became of them unpaid does not end this attempt.
    let earlier = order.is_renewal() && order.stripe_session_id.as_ref() != Some(&session.id);
    match session.status {
        Some(SessionStatus::Expired) if earlier => Ok(Settled::Open),
        Some(SessionStatus::Expired) => close(app, order, OrderStatus::Expired).await,
        Some(SessionStatus::Complete) => match intent {
            Some(intent) if intent.status == PaymentIntentStatus::Succeeded => {
                pay(app, stripe, order, intent).await
            }
            _ if !earlier && came_to_nothing(&session) => {
                close(app, order, OrderStatus::Failed).await
            }
            _ => Ok(Settled::Processing),
        },
        _ => Ok(Settled::Open),
    }
}

/// Whether a complete session's method took its time, and failed.
pub(super) fn came_to_nothing(session: &CheckoutSession) -> bool {
    let intent = session.payment_intent.as_ref().and_then(Expandable::object);
    session.payment_status == PaymentStatus::Unpaid
        && intent.is_some_and(|intent| {
            matches!(
                intent.status,
                PaymentIntentStatus::RequiresPaymentMethod | PaymentIntentStatus::Canceled
            )
        })
}

/// Ends a pending order, or finds that it has ended.
async fn close(
    app: &App,
    order: &PayableRow,
    status: OrderStatus,
) -> Result<Settled, PaymentError> {
    let order_id = OrderId(order.id);
    let actor = Actor::system("payments");
    match app.engine.submit(Command::CloseOrder { order_id, status, actor }).await {
        // An Organization on its way, or gone, has no order that waits: this one ended before.
        Ok(_) | Err(EngineError::Refused(Refusal::OrganizationMoving)) => Ok(Settled::Closed),
        Err(EngineError::Refused(Refusal::OrderClosed(OrderStatus::Completed))) => {
            Ok(Settled::Completed)
        }
        Err(error) => Err(error.into()),
    }
}

/// Completes an order by a payment that succeeded.
pub(super) async fn pay(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
    intent: &PaymentIntent,
) -> Result<Settled, PaymentError> {
    let Some(charge) = intent.latest_charge.as_ref().and_then(Expandable::object) else {
        return Err(PaymentError::Unresolved(format!("{} has no charge yet", intent.id)));
    };
    if !charge.currency.eq_ignore_ascii_case(app.facts.currency.code()) {
        let detail = format!("{} was charged in {}", charge.id, charge.currency);
        return mismatch(app, order, intent, detail).await;
    }
    let command = Command::CompleteOrder(CompleteOrder {
        order_id: OrderId(order.id),
        intent_id: intent.id.clone(),
        charge_id: charge.id.clone(),
        amount_minor: charge.amount,
        card: saved_card(stripe, charge).await?,
        actor: Actor::system("payments"),
    });
    reach!("card_asked");
    match app.engine.submit(command).await {
        Ok(Outcome::Returned { order_id }) => {
            reach!("refund_filed");
            refunds::send(app, Some(order_id)).await?;
            Ok(Settled::Returned)
        }
        Ok(_) => {
            reach!("order_completed");
            Ok(Settled::Completed)
        }
        Err(EngineError::Refused(Refusal::AmountMismatch { expected_minor })) => {
            let currency = app.facts.currency;
            let (charged, asked) =
                (currency.format(charge.amount), currency.format(expected_minor));
            let detail = format!("{} is of {charged}, and the order asked for {asked}", charge.id);
            mismatch(app, order, intent, detail).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn mismatch(
    app: &App,
    order: &PayableRow,
    intent: &PaymentIntent,
    detail: String,
) -> Result<Settled, PaymentError> {
    alarm::raise(app, AlarmKind::AmountMismatch, &intent.id, detail, Some(order)).await?;
    Ok(Settled::Mismatch)
}

/// The card that further payments may be asked from. One that was taken off the customer since is none.
async fn saved_card(stripe: &Stripe, charge: &Charge) -> Result<Option<SavedCard>, PaymentError> {
    let Some(id) = charge.payment_method.as_deref() else { return Ok(None) };
    match stripe.resolve(|| stripe.payment_method(id)).await {
        Ok(method) if method.customer.is_some() => Ok(Some(SavedCard {
            payment_method_id: method.id,
            brand: method.card.as_ref().map(|card| card.brand.clone()).unwrap_or_default(),
            last4: method.card.map(|card| card.last4).unwrap_or_default(),
        })),
        Ok(_) | Err(StripeError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends the order that is in the way of a newer checkout: first at Stripe, then here. One that turns out to
/// be paid is completed instead.
///
/// # Errors
/// [`PaymentError`]; [`PaymentError::InProgress`] where it is paid and not yet cleared.
pub(crate) async fn supersede(app: &App, order_id: OrderId) -> Result<(), PaymentError> {
    let stripe = stripe(app)?;
    let mut order = find(app, order_id).await?;
    if order.by_saved_card() {
        // The saved card may have been asked. When that is known it is paid, or due.
        return match charge::charge(app, order_id).await? {
            Settled::Completed | Settled::Due | Settled::Closed | Settled::Returned => Ok(()),
            Settled::Processing | Settled::Mismatch | Settled::Open => {
                Err(PaymentError::InProgress)
            }
        };
    }
    if order.stripe_session_id.is_none() {
        // Its session may exist: asking for it again with the same key tells.
        match session::open(app, order_id).await {
            Ok(_) => order = find(app, order_id).await?,
            Err(PaymentError::Refused(_)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    let Some(id) = order.stripe_session_id.as_deref() else { return Ok(()) };
    // A session expires once however often it is asked. A key of the session's would keep a failure of
    // Stripe's own for a day.
    let key = IdempotencyKey::new("expire", app.new_id());
    match stripe.resolve(|| stripe.expire_checkout_session(id, &key)).await {
        Ok(session) if session.status == Some(SessionStatus::Expired) => {
            reach!("session_expired");
            close(app, &order, OrderStatus::Superseded).await?;
            reach!("order_superseded");
            Ok(())
        }
        // It is not open any more, or nobody knows whether it is: what it has become tells what to do.
        Ok(_) | Err(StripeError::Refused(_) | StripeError::Unknown(_)) => {
            match settle(app, order_id, Hint::Session(id)).await? {
                Settled::Processing | Settled::Mismatch | Settled::Open => {
                    Err(PaymentError::InProgress)
                }
                Settled::Completed | Settled::Due | Settled::Closed | Settled::Returned => Ok(()),
            }
        }
        Err(error) => Err(error.into()),
    }
}
