//! What ends with an Organization: `tenant.deleted` has its subscription cancelled, at Stripe too, its open
//! invoices voided and its ledger lines marked. Each step may be done again; so may all of them.

use sovereign_domain::event::{Actor, Event, EventData, InvoiceChanged, SubscriptionChanged};
use sovereign_domain::ids::{CustomerId, InvoiceId, OrderId, SubscriptionId};
use sovereign_domain::subscription::{InvoiceStatus, SubscriptionStatus};

use super::{PaymentError, adopted, stripe, subscription};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::SubscriptionStatus as AtStripe;
use crate::storage::ended_organizations::{self as rows, EndedSubscription, VoidedInvoice};
use crate::storage::{Tx, audit};
use crate::usecase::done::Done;

/// In the tables `jobs` and `audit_log`.
pub(crate) const JOB: &str = "end-organizations";
/// The most Organizations of one step.
const PAGE: u16 = 20;

/// One step; counts the Organizations with which everything has ended.
///
/// # Errors
/// The first of what kept an Organization from it, after the others were tried.
pub(crate) async fn step(app: &App) -> Result<Done, PaymentError> {
    let mut tx = app.store.read().await?;
    let waiting = rows::waiting(&mut tx, PAGE.into()).await?;
    drop(tx);
    let all = Done::up_to(PAGE, waiting.len());
    let mut failure = None;
    for (tenant_id, deleted) in waiting {
        // Whoever has it back since then keeps what hangs on it.
        let ended =
            if deleted { end(app, &tenant_id).await } else { put_aside(app, &tenant_id).await };
        if let Err(error) = ended {
            tracing::warn!(%error, tenant_id, "what hangs on a deleted Organization has not ended");
            failure = failure.or(Some(error));
        }
    }
    failure.map_or(Ok(all), Err)
}

async fn put_aside(app: &App, tenant_id: &str) -> Result<(), PaymentError> {
    let mut tx = app.store.begin().await?;
    rows::done(&mut tx, tenant_id, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

async fn end(app: &App, tenant_id: &str) -> Result<(), PaymentError> {
    let mut tx = app.store.read().await?;
    let at_stripe = rows::billed_by_stripe(&mut tx, tenant_id).await?;
    drop(tx);
    for stripe_id in at_stripe {
        cancel_at_stripe(app, &stripe_id).await?;
    }
    subscription::end(app, tenant_id, Actor::system(JOB)).await?;
    reach!("subscription_ended");
    let mut tx = app.store.begin().await?;
    end_rows(app, &mut tx, tenant_id).await?;
    tx.commit().await?;
    reach!("organization_ended");
    Ok(())
}

async fn cancel_at_stripe(app: &App, stripe_id: &str) -> Result<(), PaymentError> {
    let stripe = stripe(app)?;
    let found = stripe.resolve(|| stripe.subscription(stripe_id)).await?;
    if !matches!(found.status, AtStripe::Canceled | AtStripe::IncompleteExpired) {
        stripe.resolve(|| stripe.cancel_subscription(stripe_id)).await?;
    }
    adopted::subscription(app, stripe_id).await?;
    Ok(())
}

async fn end_rows(app: &App, tx: &mut Tx, tenant_id: &str) -> Result<(), PaymentError> {
    let now = app.clock.now();
    let unbilled = rows::end_unbilled(tx, tenant_id, now).await?;
    let voided = rows::void_invoices(tx, tenant_id).await?;
    let ended = unbilled.iter().filter_map(|row| ended_event(tenant_id, row));
    let told = ended.chain(voided.iter().map(|row| voided_event(app, tenant_id, row)));
    let events: Vec<Event> = told
        .map(|data| Event { id: app.new_id(), at: now, tenant_id: Some(tenant_id.into()), data })
        .collect();
    audit::publish(tx, &events).await?;
    rows::mark_ledger(tx, tenant_id).await?;
    Ok(rows::done(tx, tenant_id, now).await?)
}

/// Only an adopted row lacks a period.
fn ended_event(tenant_id: &str, row: &EndedSubscription) -> Option<EventData> {
    Some(EventData::SubscriptionCanceled(SubscriptionChanged {
        id: SubscriptionId(row.id),
        customer_id: CustomerId(row.customer_id),
        tenant_id: tenant_id.into(),
        plan_id: row.plan_id.clone(),
        status: SubscriptionStatus::Canceled.as_str(),
        current_period_start: row.current_period_start?.0,
        current_period_end: row.current_period_end?.0,
    }))
}

fn voided_event(app: &App, tenant_id: &str, row: &VoidedInvoice) -> EventData {
    EventData::InvoiceVoided(InvoiceChanged {
        id: InvoiceId(row.id),
        customer_id: CustomerId(row.customer_id),
        tenant_id: tenant_id.into(),
        order_id: row.order_id.map(OrderId),
        amount_baisa: row.amount_minor,
        currency: app.facts.currency.code(),
        status: InvoiceStatus::Void.as_str(),
    })
}
