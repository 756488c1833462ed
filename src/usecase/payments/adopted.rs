//! What becomes of subscriptions that an earlier service made at Stripe, and of saved cards. Stripe's objects
//! carry no name of ours there: what is not in our rows is somebody else's, and left alone.

use serde::Deserialize as _;
use serde_json::Value;
use sovereign_domain::book::AlarmKind;
use sovereign_domain::event::{Event, EventData, InvoiceChanged, SubscriptionChanged};
use sovereign_domain::ids::{InvoiceId, OrganizationId};
use sovereign_domain::subscription::SubscriptionStatus;
use sovereign_domain::timestamp::Timestamp;

use super::moved::{self, About};
use super::{PaymentError, alarm, stays, stripe};
use crate::app::App;
use crate::payment::stripe::amounts;
use crate::payment::stripe::{
    Invoice, InvoiceOf, StripeError, Subscription, SubscriptionStatus as AtStripe,
};
use crate::storage::adopted_subscriptions::{self, AdoptedRow, PaidInvoice, Standing};
use crate::storage::webhook_events::EventStatus;
use crate::storage::{Ts, Tx, audit, payments};

/// How often Stripe is asked again because the row changed meanwhile.
const MAX_ROUNDS: usize = 4;
const BY_STRIPE: &str = "stripe";
const HERE: &str = "sovereign";

/// Has a subscription follow the one at Stripe as that is now, whatever the event said.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(super) async fn subscription(app: &App, stripe_id: &str) -> Result<EventStatus, PaymentError> {
    for _ in 0..MAX_ROUNDS {
        let mut tx = app.store.read().await?;
        let row = adopted_subscriptions::find(&mut tx, stripe_id).await?;
        drop(tx);
        let Some(row) = row.filter(|row| [BY_STRIPE, HERE].contains(&&*row.billed_by)) else {
            return Ok(EventStatus::Ignored);
        };
        let stripe = stripe(app)?;
        let found = stripe.resolve(|| stripe.subscription(stripe_id)).await?;
        if row.billed_by == HERE {
            watch(app, &row, &found).await?;
            return Ok(EventStatus::Processed);
        }
        if follow(app, &row, &found).await? {
            return Ok(EventStatus::Processed);
        }
    }
    Err(PaymentError::Unresolved(format!("{stripe_id} changes faster than it can be read")))
}

/// One that is billed here was ended at Stripe first. Where somebody took that back, both would bill it.
async fn watch(app: &App, row: &AdoptedRow, found: &Subscription) -> Result<(), PaymentError> {
    let over = matches!(found.status, AtStripe::Canceled | AtStripe::IncompleteExpired);
    if over || found.cancel_at_period_end {
        return Ok(());
    }
    goes_on(app, row, found, "is billed here").await
}

/// Answers whether the row was still as it had been read before Stripe was asked.
async fn follow(app: &App, row: &AdoptedRow, found: &Subscription) -> Result<bool, PaymentError> {
    let status = status_of(&found.status).or_else(|| SubscriptionStatus::parse(&row.status));
    let Some(status) = status else {
        return Err(PaymentError::Unresolved(format!("{} is {:?}", found.id, found.status)));
    };
    let standing = standing(row, found, status);
    if stands(row, standing) {
        return Ok(true);
    }
    let ended = SubscriptionStatus::Canceled;
    if row.status == ended.as_str() && status == ended {
        return Ok(true);
    }
    let mut tx = app.store.begin().await?;
    if row.status == ended.as_str() && adopted_subscriptions::is_over(&mut tx, row).await? {
        drop(tx);
        goes_on(app, row, found, "has ended here").await?;
        return Ok(true);
    }
    stays(&mut tx, &row.tenant_id().0).await?;
    if !adopted_subscriptions::follow(&mut tx, row, standing, app.clock.now()).await? {
        return Ok(false);
    }
    publish_subscription(app, &mut tx, row, standing, status).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ours for a word of Stripe's, as adoption has them; `None` for a word that came later.
fn status_of(status: &AtStripe) -> Option<SubscriptionStatus> {
    match status {
        AtStripe::Active | AtStripe::Trialing => Some(SubscriptionStatus::Active),
        AtStripe::PastDue | AtStripe::Unpaid => Some(SubscriptionStatus::PastDue),
        AtStripe::Paused => Some(SubscriptionStatus::Suspended),
        AtStripe::Canceled | AtStripe::Incomplete | AtStripe::IncompleteExpired => {
            Some(SubscriptionStatus::Canceled)
        }
        AtStripe::Other(word) => {
            tracing::warn!(word, "Stripe has a new word for how a subscription stands");
            None
        }
    }
}

/// The period is that of the item that is paid for longest; without items it stays.
fn standing(row: &AdoptedRow, found: &Subscription, status: SubscriptionStatus) -> Standing {
    let item = found.items().iter().max_by_key(|item| item.current_period_end);
    let moment = |seconds: i64| Ts(Timestamp::from_seconds(seconds));
    Standing {
        status: status.as_str(),
        start: item
            .and_then(|item| item.current_period_start)
            .map_or(row.current_period_start, |at| Some(moment(at))),
        end: item
            .and_then(|item| item.current_period_end)
            .map_or(row.current_period_end, |at| Some(moment(at))),
        cancel_at_period_end: found.cancel_at_period_end,
    }
}

/// Whether the row stands like that already.
fn stands(row: &AdoptedRow, standing: Standing) -> bool {
    row.status == standing.status
        && row.current_period_start == standing.start
        && row.current_period_end == standing.end
        && row.cancel_at_period_end == standing.cancel_at_period_end
}

/// Stripe bills somebody whom it should not: only a person can end that.
async fn goes_on(
    app: &App,
    row: &AdoptedRow,
    found: &Subscription,
    here: &str,
) -> Result<(), PaymentError> {
    let detail = format!(
        "{} is {} at Stripe and goes on billing Organization {}, whose subscription {here}: cancel it at \
         Stripe",
        found.id,
        found.status.as_str(),
        row.tenant_id().0
    );
    Ok(alarm::raise(app, AlarmKind::Reconcile, &found.id, detail, None).await?)
}

async fn publish_subscription(
    app: &App,
    tx: &mut Tx,
    row: &AdoptedRow,
    standing: Standing,
    status: SubscriptionStatus,
) -> Result<(), PaymentError> {
    // Only an adopted row that Stripe has no item for either lacks a period.
    let (Some(start), Some(end)) = (standing.start, standing.end) else { return Ok(()) };
    let changed = SubscriptionChanged {
        id: row.id(),
        customer_id: row.customer_id(),
        tenant_id: row.tenant_id(),
        plan_id: row.plan_id.clone(),
        status: status.as_str(),
        current_period_start: start.0,
        current_period_end: end.0,
    };
    let data = match status {
        SubscriptionStatus::Canceled => EventData::SubscriptionCanceled(changed),
        _ => EventData::SubscriptionUpdated(changed),
    };
    publish(app, tx, row.tenant_id(), data).await
}

async fn publish(
    app: &App,
    tx: &mut Tx,
    tenant_id: OrganizationId,
    data: EventData,
) -> Result<(), PaymentError> {
    let at = app.clock.now();
    let event = Event { id: app.new_id(), at, tenant_id: Some(tenant_id), data };
    Ok(audit::publish(tx, &[event]).await?)
}

/// Takes down, once, that Stripe was paid an invoice of its own. What an invoice says does not change once it
/// is paid, so that the event is as good as asking.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(super) async fn invoice_paid(app: &App, object: &Value) -> Result<EventStatus, PaymentError> {
    let of = InvoiceOf::deserialize(object).ok();
    let Some(stripe_id) = of.as_ref().and_then(InvoiceOf::subscription) else {
        return Ok(EventStatus::Ignored);
    };
    let mut tx = app.store.read().await?;
    let row = adopted_subscriptions::find(&mut tx, stripe_id).await?;
    drop(tx);
    let Some(row) = row else { return Ok(EventStatus::Ignored) };
    let invoice = Invoice::deserialize(object).map_err(|error| {
        PaymentError::Unresolved(format!("the invoice cannot be read: {error}"))
    })?;
    let currency = app.facts.currency;
    if !invoice.currency.eq_ignore_ascii_case(currency.code()) || !amounts::same_unit(currency) {
        let detail = format!(
            "an invoice of {stripe_id} for {} of {}'s smallest unit at Stripe is not one in {currency}; \
             it is not taken down",
            invoice.total, invoice.currency
        );
        alarm::raise(app, AlarmKind::AmountMismatch, &invoice.id, detail, None).await?;
        return Ok(EventStatus::Processed);
    }
    let news = format!(
        "invoice {} of {stripe_id}, of {}, was paid at Stripe",
        invoice.id,
        currency.format(invoice.total)
    );
    let tenant_id = row.tenant_id();
    let about = About { tenant_id: &tenant_id.0, order_id: None, subject: &invoice.id };
    if !moved::told(app, about, &news).await? {
        note_paid(app, &row, &invoice).await?;
    }
    Ok(EventStatus::Processed)
}

async fn note_paid(app: &App, row: &AdoptedRow, invoice: &Invoice) -> Result<(), PaymentError> {
    let currency = app.facts.currency;
    let moment = |seconds: i64| Ts(Timestamp::from_seconds(seconds));
    let period = invoice.period();
    let paid = PaidInvoice {
        id: app.new_id(),
        stripe_id: &invoice.id,
        units: currency.whole_units(invoice.total),
        amount_minor: invoice.total,
        currency: currency.code(),
        start: moment(period.start),
        end: moment(period.end),
        pdf_url: invoice.invoice_pdf.as_deref(),
        created_at: moment(invoice.created),
    };
    let mut tx = app.store.begin().await?;
    stays(&mut tx, &row.tenant_id().0).await?;
    let Some(id) = adopted_subscriptions::note_paid(&mut tx, row, &paid).await? else {
        return Ok(());
    };
    let data = EventData::InvoicePaid(InvoiceChanged {
        id: InvoiceId(id),
        customer_id: row.customer_id(),
        tenant_id: row.tenant_id(),
        order_id: None,
        amount_baisa: invoice.total,
        currency: currency.code(),
        status: "paid",
    });
    publish(app, &mut tx, row.tenant_id(), data).await?;
    Ok(tx.commit().await?)
}

/// Forgets a saved card that was taken off its customer at Stripe.
///
/// # Errors
/// [`PaymentError`]; asking again is safe.
pub(super) async fn card_detached(
    app: &App,
    payment_method_id: &str,
) -> Result<EventStatus, PaymentError> {
    let mut tx = app.store.read().await?;
    let holder = payments::card_holder(&mut tx, payment_method_id).await?;
    drop(tx);
    let Some((customer_id, tenant_id)) = holder else { return Ok(EventStatus::Ignored) };
    let stripe = stripe(app)?;
    match stripe.resolve(|| stripe.payment_method(payment_method_id)).await {
        Ok(method) if method.customer.is_some() => return Ok(EventStatus::Processed),
        Ok(_) | Err(StripeError::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let mut tx = app.store.begin().await?;
    stays(&mut tx, &tenant_id).await?;
    payments::forget_card(&mut tx, customer_id, payment_method_id).await?;
    tx.commit().await?;
    Ok(EventStatus::Processed)
}
