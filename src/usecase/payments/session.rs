//! Opens the Checkout Session of an order that waits for a card.

use sovereign_domain::book::{Answer, Command, OrderKind, OrderStatus, Outcome};
use sovereign_domain::calendar::date_in;
use sovereign_domain::catalog::LineKind;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;
use sovereign_domain::timestamp::Timestamp;

use super::{PaymentError, customer, find, metadata, stripe};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::{
    CheckoutSession, CreateSession, IdempotencyKey, LineItem, SessionFilter, Stripe, StripeError,
};
use crate::storage::payments::PayableRow;
use crate::usecase::branding;

/// How long a customer has to pay. Stripe takes half an hour to a day.
const OPEN_SECONDS: i64 = 2 * 3_600;
/// For two clocks that differ.
const MARGIN_SECONDS: i64 = 600;

/// Opens the session and answers the checkout. It may be called again for the same order: the session is
/// the same, because the key and everything sent are.
pub(super) async fn open(app: &App, order_id: OrderId) -> Result<Answer, PaymentError> {
    let stripe = stripe(app)?;
    let order = find(app, order_id).await?;
    let session = match create(app, &stripe, &order).await {
        Err(StripeOrPayment::Stripe(StripeError::Refused(refusal))) => {
            // Nothing was made, so nothing can be paid: the order ends and all it took comes back.
            tracing::error!(%order_id, message = refusal.message, "Stripe refuses the session");
            let command = Command::CloseOrder {
                order_id,
                status: OrderStatus::Failed,
                actor: Actor::system("payments"),
            };
            app.engine.submit(command).await?;
            return Err(PaymentError::Refused(refusal.message));
        }
        Err(StripeOrPayment::Stripe(error)) => return Err(error.into()),
        Err(StripeOrPayment::Payment(error)) => return Err(error),
        Ok(session) => session,
    };
    reach!("session_created");
    let answer = attach(app, order_id, session).await;
    reach!("session_attached");
    answer
}

async fn attach(
    app: &App,
    order_id: OrderId,
    session: CheckoutSession,
) -> Result<Answer, PaymentError> {
    let session_url = session.url.unwrap_or_default();
    let command = Command::AttachSession { order_id, session_id: session.id, session_url };
    match app.engine.submit(command).await? {
        Outcome::Answered { answer, .. } => Ok(answer),
        _ => Err(PaymentError::Unresolved("the order is not what it was".into())),
    }
}

enum StripeOrPayment {
    Stripe(StripeError),
    Payment(PaymentError),
}

async fn create(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
) -> Result<CheckoutSession, StripeOrPayment> {
    let customer = customer::ensure(app, stripe, order).await.map_err(StripeOrPayment::Payment)?;
    let metadata = metadata(app, order);
    let lines = [line(app, order)];
    let branding = branding::load(app).await;
    let branding = branding.map_err(|error| StripeOrPayment::Payment(error.into()))?;
    let back = branding.page(&format!("/checkout/return?order={}", order.id));
    let wanted = CreateSession {
        metadata: &metadata,
        customer: &customer,
        currency: app.facts.currency,
        lines: &lines,
        success_url: &back,
        cancel_url: &back,
        // Of the order, not of now: what is sent again under one key must be the same.
        expires_at: order.asked_at.0.plus_seconds(OPEN_SECONDS),
        locale: None,
    };
    let key = IdempotencyKey::new("session", format!("{}:{}", order.id, order.attempt));
    match stripe.resolve(|| stripe.create_checkout_session(&wanted, &key)).await {
        // The key came with something else before, such as another address of the pages.
        Err(StripeError::Refused(refusal)) if refusal.is("idempotency_error") => {
            let text = "a session was made for this order and cannot be found".to_owned();
            let found = made_before(stripe, &customer, order).await;
            found.and_then(|found| found.ok_or(StripeError::Unknown(text)))
        }
        // A failure of Stripe's own stands under the key for a day; what it made before it failed is there.
        Err(StripeError::Unknown(text)) => {
            let found = made_before(stripe, &customer, order).await;
            found.ok().flatten().ok_or(StripeError::Unknown(text))
        }
        other => other,
    }
    .map_err(StripeOrPayment::Stripe)
}

/// Whether the order's session, if there is one, can be paid no more.
pub(super) fn must_have_ended(order: &PayableRow, now: Timestamp) -> bool {
    order.asked_at.0 <= now.plus_seconds(-(OPEN_SECONDS + MARGIN_SECONDS))
}

/// Gives up an order whose session was never found. By now the session would have expired, if there were
/// one, so that nobody can pay it any more.
pub(super) async fn give_up(app: &App, order_id: OrderId) -> Result<(), PaymentError> {
    let stripe = stripe(app)?;
    let order = find(app, order_id).await?;
    if !must_have_ended(&order, app.clock.now()) {
        return Ok(());
    }
    if let Some(customer) = order.stripe_customer_id.as_deref()
        && let Some(session) = made_before(&stripe, customer, &order).await?
    {
        return attach(app, order_id, session).await.map(|_| ());
    }
    let actor = Actor::system("payments");
    let command = Command::CloseOrder { order_id, status: OrderStatus::Failed, actor };
    app.engine.submit(command).await?;
    Ok(())
}

/// The session that was made for the order before, if one was: for this attempt, of several.
async fn made_before(
    stripe: &Stripe,
    customer: &str,
    order: &PayableRow,
) -> Result<Option<CheckoutSession>, StripeError> {
    let filter = SessionFilter { customer: Some(customer), ..SessionFilter::default() };
    let mut sessions = stripe.checkout_sessions(&filter);
    while let Some(session) = sessions.next().await? {
        let since = order.asked_at.0.seconds().saturating_sub(MARGIN_SECONDS);
        let now = order.attempt == 1 || session.created >= since;
        if session.metadata.order_id() == Some(order.id) && now {
            return Ok(Some(session));
        }
    }
    Ok(None)
}

/// What the customer reads at Stripe: what was ordered, and what credit has paid of it.
fn line(app: &App, order: &PayableRow) -> LineItem {
    let currency = app.facts.currency;
    let description = (order.credit_minor > 0).then(|| {
        format!(
            "{} in all, {} of it paid from credit",
            currency.format(order.amount_baisa),
            currency.format(order.credit_minor)
        )
    });
    LineItem { name: title(app, order), description, amount_minor: order.charge_minor }
}

/// What an order is for, in a few words.
pub(super) fn title(app: &App, order: &PayableRow) -> String {
    let lines = &order.lines.0;
    if order.kind == OrderKind::Change.as_str() {
        let come = lines.iter().filter(|line| line.amount_minor > 0).map(|line| &*line.name);
        let until = order.period_end.as_ref().map_or_else(String::new, |end| day(app, end.0));
        let names = come.collect::<Vec<_>>().join(", ");
        return format!("{}: change to {names}, until {until}", app.facts.fqdn);
    }
    let plan = lines.iter().find(|line| line.kind == LineKind::Plan);
    let what = match (&order.period_start, &order.period_end) {
        (Some(start), Some(end)) => format!("{} to {}", day(app, start.0), day(app, end.0)),
        _ => "first month".to_owned(),
    };
    match plan {
        Some(plan) => format!("{}: plan {}, {what}", app.facts.fqdn, plan.name),
        // What was used until a subscription ended.
        None if !lines.is_empty() => format!("{}: usage, {what}", app.facts.fqdn),
        None => format!("{}: plan -, {what}", app.facts.fqdn),
    }
}

/// The day of a moment where the Sovereign is.
fn day(app: &App, at: Timestamp) -> String {
    date_in(at, &app.zone).map_or_else(|| at.to_string(), |date| date.to_string())
}
