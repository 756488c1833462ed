//! Disputes: a cardholder asks their bank for the money back.

use serde::Deserialize;

use super::StripeResult;
use super::client::Stripe;
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::Tags;
use super::words::words;

words! {
    pub enum DisputeStatus {
        /// An inquiry: no money has moved. So have the next two.
        WarningNeedsResponse = "warning_needs_response",
        WarningUnderReview = "warning_under_review",
        WarningClosed = "warning_closed",
        NeedsResponse = "needs_response",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
        Prevented = "prevented",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub amount: i64,
    /// In small letters.
    pub currency: String,
    pub status: DisputeStatus,
    /// Such as `fraudulent`.
    pub reason: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub charge: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub payment_intent: Option<String>,
    /// Seconds since 1970.
    pub created: i64,
    /// Its own, which Stripe does not copy from the charge: ask the charge whose it is.
    #[serde(default)]
    pub metadata: Tags,
}

impl Listed for Dispute {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn dispute(&self, id: &str) -> StripeResult<Dispute> {
        self.get(&["disputes", id], &Form::new()).await
    }

    /// Disputes, newest first.
    #[must_use]
    pub fn disputes(&self, created: Created, payment_intent: Option<&str>) -> List<'_, Dispute> {
        let query = Form::new().created(created).optional("payment_intent", payment_intent);
        List::new(self, &["disputes"], query)
    }
}
