//! What Stripe sends: checked, kept as it came, and acted upon once.
//!
//! An event only says where to look. One Stripe account may serve many Sovereigns: what carries another's
//! name is kept, acknowledged and left alone.

use serde::Deserialize;
use sovereign_domain::book::{AlarmKind, Refusal};
use sovereign_domain::ids::OrderId;

use super::settle::{self, Settled};
use super::{PaymentError, alarm, dispute_events, refund_events};
use crate::app::App;
use crate::engine::EngineError;
use crate::payment::stripe::signature::{self, SignatureError};
use crate::payment::stripe::{Tags, reference};
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
    object: Object,
}

/// What objects of all kinds have in common.
#[derive(Debug, Deserialize)]
pub(super) struct Object {
    #[serde(default)]
    pub(super) id: Option<String>,
    /// Of charges, refunds and disputes.
    #[serde(default, deserialize_with = "reference")]
    pub(super) payment_intent: Option<String>,
    #[serde(default)]
    metadata: Tags,
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
    if event.id.is_empty() || event.id.len() > 255 || event.kind.len() > 255 {
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
    acted.map(|_| ())
}

async fn act(app: &App, event: &Event) -> Result<EventStatus, PaymentError> {
    let object = &event.data.object;
    // These do not carry whose they are: their payment does.
    match event.kind.as_str() {
        kind if refund_events::handles(kind) => return refund_events::act(app, object).await,
        kind if dispute_events::handles(kind) => return dispute_events::act(app, object).await,
        _ => {}
    }
    if !object.metadata.is_of(&app.facts.fqdn) {
        return Ok(EventStatus::Ignored);
    }
    let Some(order_id) = object.metadata.order_id().map(OrderId) else {
        return Ok(EventStatus::Ignored);
    };
    let session_id = match event.kind.as_str() {
        "checkout.session.completed"
        | "checkout.session.expired"
        | "checkout.session.async_payment_succeeded"
        | "checkout.session.async_payment_failed" => object.id.as_deref(),
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled"
        | "charge.succeeded" => None,
        _ => return Ok(EventStatus::Ignored),
    };
    match settle::settle(app, order_id, session_id).await {
        Ok(Settled::Open) if session_id.is_none() => Ok(EventStatus::Processed),
        Ok(_) => Ok(EventStatus::Processed),
        // It carries our name, and we have no such order: a restored backup, or a name used twice.
        Err(PaymentError::Engine(EngineError::Refused(Refusal::UnknownOrder))) => {
            let subject = object.id.as_deref().unwrap_or(&event.id);
            let detail = format!("{} is of order {order_id}, which is not here", event.kind);
            alarm::raise(app, AlarmKind::Reconcile, subject, detail, None).await?;
            Ok(EventStatus::Ignored)
        }
        Err(error) => Err(error),
    }
}
