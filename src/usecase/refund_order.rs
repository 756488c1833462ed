//! Refunds that an administrator asks for, and what there is to refund.

use sovereign_domain::book::{Answer, Command, Idempotency, Outcome, RefundOrder};
use sovereign_domain::checkout::charge_step_minor;
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;
use sovereign_domain::refund::{Sides, Wish};
use uuid::Uuid;

use super::payments::{PaymentError, refunds as sending};
use super::vouchers::FieldError;
use super::{audited, checkout};
use crate::app::App;
use crate::storage::refunds::{self, DisputeRow, RefundRow, RefundableRow};
use crate::storage::{self, Error, moves, provisions};

const MAX_REASON_CHARS: usize = 500;

/// What is to be given back of an order.
pub(crate) struct RefundRequest {
    pub(crate) order_id: Uuid,
    pub(crate) wish: Wish,
    pub(crate) reason: String,
    pub(crate) free_voucher: bool,
    pub(crate) key: Option<String>,
}

/// A reason, as it is kept.
///
/// # Errors
/// Where it is empty or too long.
pub(crate) fn parse_reason(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let wrong = text.is_empty() || text.contains('\0') || text.chars().count() > MAX_REASON_CHARS;
    if wrong {
        let detail = format!("reason must be a text of at most {MAX_REASON_CHARS} characters");
        return Err(FieldError::new("reason", detail));
    }
    Ok(text.to_owned())
}

impl RefundRequest {
    fn into_command(self, actor: Actor) -> Command {
        let amount = |amount: Option<i64>| amount.map(|amount| amount.to_string());
        let Wish { amount_minor, credit_minor, card_minor } = self.wish;
        let amounts = [amount(amount_minor), amount(credit_minor), amount(card_minor)];
        let texts = amounts.map(Option::unwrap_or_default);
        let request_hash = checkout::digest(&[
            &[&self.order_id.to_string()],
            &texts.each_ref().map(String::as_str),
            &[&self.reason],
            &[if self.free_voucher { "free" } else { "" }],
        ]);
        Command::RefundOrder(RefundOrder {
            actor,
            order_id: OrderId(self.order_id),
            wish: self.wish,
            reason: self.reason,
            free_voucher: self.free_voucher,
            idempotency: Idempotency { key: self.key, request_hash },
        })
    }
}

/// Refunds an order: the credit at once, the card's part as far as Stripe answers; a job sends what was not
/// sent. Answers the refund as it is then, and whether it was made by an earlier, equal request.
///
/// # Errors
/// [`PaymentError`]; then nothing was refunded.
pub(crate) async fn refund(
    app: &App,
    request: RefundRequest,
    actor: Actor,
) -> Result<(RefundRow, bool), PaymentError> {
    let order_id = OrderId(request.order_id);
    let outcome = app.engine.submit(request.into_command(actor)).await?;
    let Outcome::Answered { answer: Answer::Refund(answer), replayed } = outcome else {
        return Err(PaymentError::Unresolved("a refund was answered with something else".into()));
    };
    send(app, order_id).await;
    let mut tx = app.store.read().await?;
    let row = refunds::find(&mut tx, answer.refund_id.0).await?;
    let row = row.ok_or_else(|| Error::corrupt("refunds", format!("no {}", answer.refund_id)))?;
    Ok((row, replayed))
}

/// The refund is in the books: that Stripe does not answer is no failure of the request.
async fn send(app: &App, order_id: OrderId) {
    if app.payments.stripe().is_none() {
        return;
    }
    if let Err(error) = sending::send(app, Some(order_id)).await {
        tracing::warn!(%order_id, %error, "a refund was not sent; it will be tried again");
    }
}

/// What became of the wish to send a refund again.
pub(crate) enum Retried {
    /// The refund, as it is now.
    Sent(Box<RefundRow>),
    /// It has not failed.
    NotFailed,
    /// Its Organization is on its way to another Sovereign: nothing is changed in it.
    Moving,
    /// This Sovereign charged the card, and alone can refund it.
    PaidElsewhere(String),
    Unknown,
}

/// Sends a refund again whose card part failed.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn retry(app: &App, id: Uuid, actor: &Actor) -> storage::Result<Retried> {
    let mut tx = app.store.begin().await?;
    let Some(row) = refunds::find(&mut tx, id).await? else { return Ok(Retried::Unknown) };
    provisions::lock_organization(&mut tx, &row.tenant_id).await?;
    if moves::is_moving(&mut tx, &row.tenant_id).await? {
        return Ok(Retried::Moving);
    }
    if let Some(fqdn) = refunds::paid_elsewhere(&mut tx, id).await? {
        return Ok(Retried::PaidElsewhere(fqdn));
    }
    if !refunds::retry(&mut tx, id, app.clock.now()).await? {
        return Ok(Retried::NotFailed);
    }
    let (subject, tenant_id) = (id.to_string(), Some(row.tenant_id.as_str()));
    let entry = audited::entry(app, actor, "refund.retry", &subject, tenant_id);
    audited::record(&mut tx, entry, serde_json::json!({ "attempt": row.attempt + 1 })).await?;
    tx.commit().await?;
    send(app, OrderId(row.order_id)).await;
    let mut tx = app.store.read().await?;
    let row = refunds::find(&mut tx, id).await?;
    Ok(row.map_or(Retried::Unknown, |row| Retried::Sent(Box::new(row))))
}

/// What an order was paid with, what went back of it, and what still can.
pub(crate) struct Overview {
    pub(crate) refundable: RefundableRow,
    pub(crate) refunds: Vec<RefundRow>,
    pub(crate) disputes: Vec<DisputeRow>,
}

/// `None` where there is no such order.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn overview(app: &App, order_id: Uuid) -> storage::Result<Option<Overview>> {
    let mut tx = app.store.read_across().await?;
    let Some(mut refundable) = refunds::refundable(&mut tx, order_id).await? else {
        return Ok(None);
    };
    let left = Sides { credit_minor: 0, card_minor: refundable.card_left_minor };
    refundable.card_left_minor = left.in_steps_of(charge_step_minor(app.facts.currency)).card_minor;
    let made = refunds::of_order(&mut tx, order_id).await?;
    let disputes = refunds::disputes(&mut tx, order_id).await?;
    Ok(Some(Overview { refundable, refunds: made, disputes }))
}
