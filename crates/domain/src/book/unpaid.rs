//! A renewal that was not paid: it is asked for again, and at last the subscription is suspended.

use alloc::string::ToString;

use super::command::{FailedAttempt, Outcome, Refusal};
use super::letters::LetterKind;
use super::rows::{OrderKind, OrderStatus};
use super::{Book, Context};
use crate::ids::OrderId;
use crate::subscription::SubscriptionStatus;

/// Days from each failed attempt to the next: days 1, 3, 5 and 7 after the first. When the last one has
/// failed the subscription is suspended.
pub const RETRY_AFTER_DAYS: [i64; 4] = [1, 2, 2, 2];

/// Why a payment that nobody was there for did not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFailure {
    /// The account has no card.
    NoCard,
    /// The card's bank wants its holder to be there.
    NeedsCustomer,
    Declined,
}

impl AttemptFailure {
    const fn letter(self) -> LetterKind {
        match self {
            Self::NoCard => LetterKind::PaymentDue,
            Self::NeedsCustomer => LetterKind::ConfirmPayment,
            Self::Declined => LetterKind::PaymentFailed,
        }
    }
}

impl Book {
    /// The attempt at a renewal's payment failed: its credit is free again, and the next one has its day.
    pub(super) fn fail_attempt(
        &mut self,
        failed: &FailedAttempt,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let order = self.orders.get(&failed.order_id).ok_or(Refusal::UnknownOrder)?.clone();
        if order.kind != OrderKind::Renewal
            || order.status != OrderStatus::Pending
            || order.attempt != failed.attempt
        {
            return Ok(Outcome::Done);
        }
        self.end_unpaid(&order, OrderStatus::Due, context)?;
        self.count_failure(order.id, failed.reason.letter(), context);
        let subject = order.id.to_string();
        self.audit(&failed.actor, "order.fail", subject, Some(&order.tenant_id), context);
        Ok(Outcome::Done)
    }

    /// Sets the day of the next attempt, or suspends the subscription after the last, and tells the customer.
    pub(super) fn count_failure(
        &mut self,
        order_id: OrderId,
        letter: LetterKind,
        context: &mut Context<'_>,
    ) {
        let Some(order) = self.orders.get(&order_id) else { return };
        let tenant_id = order.tenant_id.clone();
        let Some(subscription) = self.subscription_owing(order_id) else { return };
        let mut subscription = subscription.clone();
        let ended = subscription.status == SubscriptionStatus::Canceled;
        let failed = usize::try_from(subscription.failed_attempts).unwrap_or(usize::MAX);
        subscription.failed_attempts = subscription.failed_attempts.saturating_add(1);
        let letter = if let Some(days) = RETRY_AFTER_DAYS.get(failed) {
            if !ended {
                subscription.status = SubscriptionStatus::PastDue;
            }
            subscription.next_attempt_at = Some(context.now.plus_days(*days));
            letter
        } else if ended {
            subscription.next_attempt_at = None;
            self.raise_last_usage(order_id, &tenant_id, context);
            letter
        } else {
            subscription.status = SubscriptionStatus::Suspended;
            subscription.next_attempt_at = None;
            LetterKind::Suspended
        };
        if ended {
            self.put_subscription(subscription);
        } else {
            self.update_subscription(subscription, context);
        }
        self.post(letter, &tenant_id, Some(order_id), context);
    }
}
