//! Subscriptions at Stripe: only those that an earlier service made. This program makes none.

use serde::Deserialize;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe};
use super::form::Form;
use super::metadata::{Owner, Tags};
use super::words::words;

words! {
    pub enum SubscriptionStatus {
        Incomplete = "incomplete",
        IncompleteExpired = "incomplete_expired",
        Trialing = "trialing",
        Active = "active",
        PastDue = "past_due",
        Canceled = "canceled",
        Unpaid = "unpaid",
        Paused = "paused",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub status: SubscriptionStatus,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub customer: Option<String>,
    /// Seconds since 1970, as all times here.
    pub cancel_at: Option<i64>,
    #[serde(default)]
    pub cancel_at_period_end: bool,
    pub canceled_at: Option<i64>,
    pub ended_at: Option<i64>,
    #[serde(default)]
    items: Items,
    #[serde(default)]
    pub metadata: Tags,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Items {
    data: Vec<SubscriptionItem>,
}

/// The periods are of items, not of the subscription.
#[derive(Debug, Clone, Deserialize)]
pub struct SubscriptionItem {
    pub id: String,
    pub current_period_start: Option<i64>,
    pub current_period_end: Option<i64>,
}

impl Subscription {
    #[must_use]
    pub fn items(&self) -> &[SubscriptionItem] {
        &self.items.data
    }
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn subscription(&self, id: &str) -> StripeResult<Subscription> {
        self.get(&["subscriptions", id], &Form::new()).await
    }

    /// Has a subscription end with the period that it is in, which is the last that it is paid for.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn end_subscription_with_period(
        &self,
        id: &str,
        owner: Owner<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<Subscription> {
        let form = Form::new().yes("cancel_at_period_end").owner(owner);
        self.post(&["subscriptions", id], &form, key).await
    }

    /// Ends a subscription at once.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn cancel_subscription(&self, id: &str) -> StripeResult<Subscription> {
        self.delete(&["subscriptions", id]).await
    }
}
