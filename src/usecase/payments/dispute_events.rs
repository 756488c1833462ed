//! What Stripe says of disputes. An event only says which dispute to look at: what counts is how it stands
//! at Stripe now.

use sovereign_domain::book::{Command, DisputeState, Refusal, ReportDispute};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::moved::{self, About};
use super::{PaymentError, refund_events, stripe};
use crate::app::App;
use crate::engine::EngineError;
use crate::payment::stripe::{Dispute, DisputeStatus};
use crate::storage::refunds::{self as rows, PaymentRow};
use crate::storage::webhook_events::EventStatus;

/// Of the dispute, and the payment, that an event names.
pub(super) async fn act(
    app: &App,
    id: &str,
    intent_id: Option<&str>,
) -> Result<EventStatus, PaymentError> {
    let Some(intent_id) = intent_id else { return Ok(EventStatus::Ignored) };
    let Some(payment) = refund_events::payment_of(app, intent_id).await? else {
        return Ok(EventStatus::Ignored);
    };
    let stripe = stripe(app)?;
    let dispute = stripe.resolve(|| stripe.dispute(id)).await?;
    let Some(state) = state(&dispute) else {
        let word = dispute.status.as_str();
        return Err(PaymentError::Unresolved(format!("{id} is {word}, which is not known here")));
    };
    let command = Command::ReportDispute(ReportDispute {
        order_id: OrderId(payment.order_id),
        intent_id: payment.intent_id.clone(),
        stripe_dispute_id: dispute.id.clone(),
        amount_minor: dispute.amount,
        state,
        actor: Actor::system("payments"),
    });
    match app.engine.submit(command).await {
        Ok(_) => {}
        Err(EngineError::Refused(Refusal::OrganizationMoving)) => {
            away(app, &payment, &dispute, state).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(EventStatus::Processed)
}

/// Has a person told of a dispute where the Organization has moved away, unless it is known here as it stands.
async fn away(
    app: &App,
    payment: &PaymentRow,
    dispute: &Dispute,
    state: DisputeState,
) -> Result<(), PaymentError> {
    let mut tx = app.store.read().await?;
    let known = rows::disputes(&mut tx, payment.order_id).await?;
    drop(tx);
    let known = known.iter().find(|row| row.stripe_dispute_id == dispute.id);
    let known = known.and_then(|row| DisputeState::parse(&row.status));
    if known.is_some_and(|known| !known.leads_to(state)) {
        return Ok(());
    }
    let news = format!(
        "{} of payment {} for order {} is disputed ({})",
        app.facts.currency.format(dispute.amount),
        payment.intent_id,
        payment.order_id,
        state.as_str(),
    );
    let about = About {
        tenant_id: &payment.tenant_id,
        order_id: Some(payment.order_id),
        subject: &dispute.id,
    };
    if moved::told(app, about, &news).await? { Ok(()) } else { Err(moved::on_its_way()) }
}

/// How a dispute at Stripe counts here; `None` for a word that came later.
pub(super) fn state(dispute: &Dispute) -> Option<DisputeState> {
    match dispute.status {
        DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningUnderReview => {
            Some(DisputeState::Inquiry)
        }
        DisputeStatus::NeedsResponse | DisputeStatus::UnderReview => Some(DisputeState::Open),
        DisputeStatus::Won => Some(DisputeState::Won),
        DisputeStatus::Lost => Some(DisputeState::Lost),
        // The money stays, or goes back as a refund.
        DisputeStatus::WarningClosed | DisputeStatus::Prevented => Some(DisputeState::Closed),
        DisputeStatus::Other(_) => None,
    }
}
