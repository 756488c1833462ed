//! What Stripe says of refunds: of ours, and of those that somebody made at its dashboard.
//!
//! An event only says which payment to look at: all refunds that Stripe has of it are compared with ours, so
//! that it does not matter which event comes first, twice or never.

use sovereign_domain::book::{
    AlarmKind, BookRefund, Command, RefundRefusal, RefundStatus, Refusal,
};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;
use sovereign_domain::refund::DivideError;

use super::moved::{self, About};
use super::settle::{self, Hint, Settled};
use super::{PaymentError, alarm, find, refunds, stripe};
use crate::app::App;
use crate::engine::EngineError;
use crate::payment::stripe::{
    self as api, Created, PaymentIntentStatus, RefundOf, Stripe, StripeError,
};
use crate::storage::refunds::{self as rows, PaymentRow};
use crate::storage::webhook_events::EventStatus;
use crate::storage::{moves, provisions};

/// Of the payment that an event names.
pub(super) async fn act(app: &App, intent_id: Option<&str>) -> Result<EventStatus, PaymentError> {
    let Some(intent_id) = intent_id else { return Ok(EventStatus::Ignored) };
    let Some(payment) = payment_of(app, intent_id).await? else { return Ok(EventStatus::Ignored) };
    bring_in_line(app, &payment).await?;
    Ok(EventStatus::Processed)
}

/// The payment that an intent came to, where it is ours. One that nobody told us of is settled first.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(super) async fn payment_of(
    app: &App,
    intent_id: &str,
) -> Result<Option<PaymentRow>, PaymentError> {
    if let Some(payment) = known(app, intent_id).await? {
        return Ok(Some(payment));
    }
    let stripe = stripe(app)?;
    let intent = match stripe.resolve(|| stripe.payment_intent(intent_id)).await {
        Err(StripeError::NotFound { .. }) => return Ok(None),
        other => other?,
    };
    let ours = intent.metadata.is_of(&app.facts.fqdn);
    let Some(order_id) = intent.metadata.order_id().filter(|_| ours).map(OrderId) else {
        return Ok(None);
    };
    let settled = match settle::settle(app, order_id, Hint::Intent(intent_id)).await {
        // It carries our name, and we have no such order: what brought it there has raised an alarm.
        Err(PaymentError::Engine(EngineError::Refused(Refusal::UnknownOrder))) => return Ok(None),
        other => other?,
    };
    let payment = known(app, intent_id).await?;
    let waits = matches!(settled, Settled::Open | Settled::Processing);
    if payment.is_none() && waits && intent.status == PaymentIntentStatus::Succeeded {
        let text = format!("{intent_id} was paid and is not in the books yet");
        return Err(PaymentError::Unresolved(text));
    }
    Ok(payment)
}

/// The payment of this intent, where it is in the books.
pub(super) async fn known(app: &App, intent_id: &str) -> Result<Option<PaymentRow>, PaymentError> {
    let mut tx = app.store.read().await?;
    Ok(rows::payment(&mut tx, intent_id).await?)
}

/// Compares Stripe's refunds of a payment with ours: what became of those we sent, and those we did not ask
/// for, which are booked with a credit note.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(crate) async fn bring_in_line(app: &App, payment: &PaymentRow) -> Result<(), PaymentError> {
    let stripe = stripe(app)?;
    let mut made = made_of(&stripe, payment).await?;
    // Stripe lists the newest first.
    while let Some(refund) = made.pop() {
        one(app, payment, &refund).await?;
    }
    Ok(())
}

async fn made_of(stripe: &Stripe, payment: &PaymentRow) -> Result<Vec<api::Refund>, StripeError> {
    let of = RefundOf::PaymentIntent(&payment.intent_id);
    let mut list = stripe.refunds(Created::default(), Some(of));
    let mut made = Vec::new();
    loop {
        match list.next().await {
            Ok(Some(refund)) => made.push(refund),
            // Of a payment that Stripe does not have nothing went back.
            Ok(None) | Err(StripeError::NotFound { .. }) => return Ok(made),
            Err(error) => return Err(error),
        }
    }
}

async fn one(app: &App, payment: &PaymentRow, made: &api::Refund) -> Result<(), PaymentError> {
    if let Some((id, attempt)) = made.metadata.refund() {
        return refunds::settle(app, (id, attempt), Ok(made)).await.map(|_| ());
    }
    let mut tx = app.store.read().await?;
    let booked = rows::by_stripe_id(&mut tx, &made.id).await?;
    drop(tx);
    if let Some(row) = booked {
        return refunds::settle(app, (row.id, row.attempt), Ok(made)).await.map(|_| ());
    }
    let status = refunds::status_of(made);
    if status == RefundStatus::Failed {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let instead = (made.id.as_str(), status);
    provisions::lock_organization(&mut tx, &payment.tenant_id).await?;
    let taken = rows::take_for_failed(&mut tx, payment.id, made.amount, instead, now).await?;
    if taken && moves::is_moving(&mut tx, &payment.tenant_id).await? {
        return Err(moved::on_its_way());
    }
    tx.commit().await?;
    if taken { Ok(()) } else { book(app, payment, made, status).await }
}

/// Books a refund that nobody asked us for.
async fn book(
    app: &App,
    payment: &PaymentRow,
    made: &api::Refund,
    status: RefundStatus,
) -> Result<(), PaymentError> {
    let order_id = OrderId(payment.order_id);
    let command = Command::BookRefund(BookRefund {
        order_id,
        intent_id: payment.intent_id.clone(),
        stripe_refund_id: made.id.clone(),
        amount_minor: made.amount,
        status,
        reason: "refunded at Stripe".to_owned(),
        actor: Actor::system("payments"),
    });
    match app.engine.submit(command).await {
        Ok(_) => Ok(()),
        Err(EngineError::Refused(Refusal::Refund(RefundRefusal::Divide(
            DivideError::MoreThanIsLeft { left_minor },
        )))) => {
            let currency = app.facts.currency;
            let detail = format!(
                "{} was refunded at Stripe, where only {} is left to refund here; compare the refunds of \
                 the payment",
                currency.format(made.amount),
                currency.format(left_minor)
            );
            let order = find(app, order_id).await?;
            alarm::raise(app, AlarmKind::Reconcile, &made.id, detail, Some(&order)).await?;
            Ok(())
        }
        Err(EngineError::Refused(Refusal::OrganizationMoving)) => away(app, payment, made).await,
        Err(error) => Err(error.into()),
    }
}

/// Has a person told of it where the Organization has moved away.
async fn away(app: &App, payment: &PaymentRow, made: &api::Refund) -> Result<(), PaymentError> {
    let news = format!(
        "{} of payment {} for order {} was refunded at Stripe",
        app.facts.currency.format(made.amount),
        payment.intent_id,
        payment.order_id,
    );
    let about = About {
        tenant_id: &payment.tenant_id,
        order_id: Some(payment.order_id),
        subject: &made.id,
    };
    if moved::told(app, about, &news).await? { Ok(()) } else { Err(moved::on_its_way()) }
}
