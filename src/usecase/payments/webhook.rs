//! What Stripe sends: checked, kept as it came, and acted upon once.
//!
//! An event only says where to look. One Stripe account may serve many Sovereigns: what carries another's
//! name is kept, acknowledged and left alone.

use serde::Deserialize;
use serde_json::Value;
use sovereign_domain::book::{AlarmKind, Refusal};
use sovereign_domain::ids::OrderId;

use super::settle::{self, Hint};
use super::{PaymentError, adopted, alarm, dispute_events, refund_events};
use crate::app::App;
use crate::engine::EngineError;
use crate::fail_point::reach;
use crate::payment::events::{self, About};
use crate::payment::stripe::Tags;
use crate::payment::stripe::signature::{self, SignatureError};
use crate::storage::webhook_events::{self, EventStatus};

/// Why an event was not taken.
#[derive(Debug)]
pub(crate) enum WebhookError {
    /// No webhook secret is set.
    NotConfigured,
    BadSignature(SignatureError),
    BadBody,
    /// It could not be acted upon; Stripe sends it again.
    Failed,
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Value,
}

/// Takes an event: processed now or before, or kept.
///
/// # Errors
/// [`WebhookError`].
pub(crate) async fn take(app: &App, header: &str, body: &[u8]) -> Result<(), WebhookError> {
    let secrets = app.payments.webhook_secrets();
    if secrets.is_empty() {
        return Err(WebhookError::NotConfigured);
    }
    let now = app.clock.now();
    signature::verify(header, body, &secrets, now).map_err(|error| {
        tracing::warn!(%error, "a webhook is not Stripe's");
        WebhookError::BadSignature(error)
    })?;
    let text = std::str::from_utf8(body).map_err(|_| WebhookError::BadBody)?;
    if text.contains('\0') {
        return Err(WebhookError::BadBody);
    }
    let event: Event = serde_json::from_str(text).map_err(|_| WebhookError::BadBody)?;
    if !event.data.object.is_object()
        || event.id.is_empty()
        || event.id.len() > 255
        || event.kind.len() > 255
    {
        return Err(WebhookError::BadBody);
    }
    keep_and_act(app, &event, text).await.map_err(|error| {
        tracing::error!(event = event.id, kind = event.kind, %error, "a webhook failed");
        WebhookError::Failed
    })
}

async fn keep_and_act(app: &App, event: &Event, text: &str) -> Result<(), PaymentError> {
    let mut tx = app.store.begin().await?;
    let names = (event.id.as_str(), event.kind.as_str());
    let open = webhook_events::receive(&mut tx, names, text, app.clock.now()).await?;
    tx.commit().await?;
    reach!("event_kept");
    if !open {
        return Ok(());
    }
    let acted = act(app, event).await;
    let (status, error) = match &acted {
        Ok(status) => (*status, None),
        Err(error) => (EventStatus::Failed, Some(error.to_string())),
    };
    let mut tx = app.store.begin().await?;
    let now = app.clock.now();
    webhook_events::finish(&mut tx, &event.id, status, error.as_deref(), now).await?;
    tx.commit().await?;
    reach!("event_finished");
    acted.map(|_| ())
}

async fn act(app: &App, event: &Event) -> Result<EventStatus, PaymentError> {
    let object = &event.data.object;
    let (id, intent) = (object["id"].as_str(), object["payment_intent"].as_str());
    match (events::about(&event.kind), id) {
        (Some(About::Session), Some(id)) => of_order(app, event, Hint::Session(id)).await,
        (Some(About::Payment), Some(id)) => of_order(app, event, Hint::Intent(id)).await,
        // What an earlier service made at Stripe has no name of ours: our rows tell whose it is.
        (Some(About::Subscription), Some(id)) => adopted::subscription(app, id).await,
        (Some(About::Invoice), Some(_)) => adopted::invoice_paid(app, object).await,
        (Some(About::Card), Some(id)) => adopted::card_detached(app, id).await,
        // These do not carry whose they are: their payment does.
        (Some(About::Refund), Some(_)) => refund_events::act(app, intent).await,
        (Some(About::Dispute), Some(id)) => dispute_events::act(app, id, intent).await,
        (None, _) | (_, None) => Ok(EventStatus::Ignored),
    }
}

/// Settles the order that the event's object is of.
async fn of_order(app: &App, event: &Event, hint: Hint<'_>) -> Result<EventStatus, PaymentError> {
    let object = &event.data.object;
    let tags = Tags::deserialize(&object["metadata"]).unwrap_or_default();
    if !tags.is_of(&app.facts.fqdn) {
        return Ok(EventStatus::Ignored);
    }
    let Some(order_id) = tags.order_id().map(OrderId) else {
        return Ok(EventStatus::Ignored);
    };
    match settle::settle(app, order_id, hint).await {
        Ok(_) => Ok(EventStatus::Processed),
        // It carries our name, and we have no such order: a restored backup, or a name used twice.
        Err(PaymentError::Engine(EngineError::Refused(Refusal::UnknownOrder))) => {
            let subject = object["id"].as_str().unwrap_or(&event.id);
            let detail = format!("{} is of order {order_id}, which is not here", event.kind);
            alarm::raise(app, AlarmKind::Reconcile, subject, detail, None).await?;
            Ok(EventStatus::Ignored)
        }
        Err(error) => Err(error),
    }
}
