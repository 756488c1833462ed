//! What Stripe says of disputes. An event only says which dispute to look at: what counts is how it stands
//! at Stripe now.

use sovereign_domain::book::{Command, DisputeState, ReportDispute};
use sovereign_domain::event::Actor;
use sovereign_domain::ids::OrderId;

use super::{PaymentError, refund_events, stripe};
use crate::app::App;
use crate::payment::stripe::{Dispute, DisputeStatus};
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
        intent_id: payment.intent_id,
        stripe_dispute_id: dispute.id,
        amount_minor: dispute.amount,
        state,
        actor: Actor::system("payments"),
    });
    app.engine.submit(command).await?;
    Ok(EventStatus::Processed)
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
