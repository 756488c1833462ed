//! The end of a subscription: at once, or with the period that is paid.

use super::command::{Cancel, CancelAt, Outcome, Refusal};
use super::rows::OrderStatus;
use super::{Book, Context};
use crate::event::Actor;
use crate::ids::OrganizationId;
use crate::organization::OrganizationStatus;
use crate::subscription::{Subscription, SubscriptionStatus};

impl Book {
    /// Nothing is paid back for the rest of a period; credit stays. What is not paid need not be any more, but
    /// for what was used.
    pub(super) fn cancel(
        &mut self,
        request: &Cancel,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.spendable_account(&request.tenant_id, &request.actor.user_id)?;
        let pending = account.pending_order;
        let subscription = self.live_subscription(account).ok_or(Refusal::NotSubscribed)?;
        let mut subscription = subscription.clone();
        // A period that is not paid for has no end to wait for.
        let paid = subscription.status == SubscriptionStatus::Active;
        if request.at == CancelAt::PeriodEnd && paid {
            if !subscription.cancel_at_period_end {
                subscription.cancel_at_period_end = true;
                self.note(&subscription, "subscription.cancel_later", &request.actor, context);
                self.update_subscription(subscription, context);
            }
            return Ok(Outcome::Done);
        }
        if let Some(order_id) = pending {
            return Ok(Outcome::Supersede { order_id });
        }
        self.end_subscription(subscription, &request.actor, context);
        Ok(Outcome::Done)
    }

    /// A subscription that was to end with its period goes on after all.
    pub(super) fn resume(
        &mut self,
        tenant_id: &OrganizationId,
        actor: &Actor,
        context: &mut Context<'_>,
    ) -> Result<Outcome, Refusal> {
        let account = self.spendable_account(tenant_id, &actor.user_id)?;
        let subscription = self.live_subscription(account).ok_or(Refusal::NotSubscribed)?;
        let mut subscription = subscription.clone();
        if subscription.cancel_at_period_end {
            subscription.cancel_at_period_end = false;
            self.note(&subscription, "subscription.resume", actor, context);
            self.update_subscription(subscription, context);
        }
        Ok(Outcome::Done)
    }

    /// Ends what a deleted Organization has, if it has anything. One that is not deleted keeps it.
    pub(super) fn end_organization(
        &mut self,
        tenant_id: &OrganizationId,
        actor: &Actor,
        context: &mut Context<'_>,
    ) -> Outcome {
        let account = self.accounts.get(tenant_id);
        let Some(account) = account.filter(|a| a.status == OrganizationStatus::Deleted) else {
            return Outcome::Done;
        };
        if let Some(order_id) = account.pending_order {
            return Outcome::Supersede { order_id };
        }
        if let Some(subscription) = self.live_subscription(account).cloned() {
            self.end_subscription(subscription, actor, context);
        }
        Outcome::Done
    }

    /// Ends a subscription that no pending order belongs to, with the renewal that is due.
    pub(super) fn end_subscription(
        &mut self,
        mut subscription: Subscription,
        actor: &Actor,
        context: &mut Context<'_>,
    ) {
        let ended = subscription.due_order;
        self.drop_due(&mut subscription, context);
        subscription.status = SubscriptionStatus::Canceled;
        subscription.cancel_at_period_end = false;
        subscription.next_attempt_at = None;
        if let Some(account) = self.accounts.get_mut(&subscription.tenant_id) {
            account.live_subscription = None;
        }
        self.note(&subscription, "subscription.cancel", actor, context);
        let last = self.last_usage(&mut subscription, ended, context);
        self.update_subscription(subscription, context);
        if let Some(last) = last {
            self.put_last_usage(last, ended, context);
        }
    }

    /// The renewal that is due need not be paid any more.
    pub(super) fn drop_due(&mut self, subscription: &mut Subscription, context: &mut Context<'_>) {
        if let Some(order_id) = subscription.due_order.take() {
            self.set_status(order_id, OrderStatus::Cancelled, context);
            self.void_invoice(order_id, context);
        }
    }
}
