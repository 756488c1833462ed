//! Charges: money that a card was asked for.

use serde::Deserialize;

use super::StripeResult;
use super::client::Stripe;
use super::form::Form;
use super::list::{Created, List, Listed};
use super::metadata::Tags;
use super::words::words;

words! {
    pub enum ChargeStatus {
        Succeeded = "succeeded",
        Pending = "pending",
        Failed = "failed",
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Charge {
    pub id: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_refunded: i64,
    /// In small letters.
    pub currency: String,
    pub status: ChargeStatus,
    #[serde(default)]
    pub paid: bool,
    /// Wholly.
    #[serde(default)]
    pub refunded: bool,
    #[serde(default)]
    pub disputed: bool,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub payment_intent: Option<String>,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub customer: Option<String>,
    pub payment_method: Option<String>,
    pub failure_code: Option<String>,
    pub failure_message: Option<String>,
    pub receipt_url: Option<String>,
    /// The movement of its money; absent until it moves.
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub balance_transaction: Option<String>,
    /// Seconds since 1970.
    pub created: i64,
    #[serde(default)]
    pub metadata: Tags,
}

impl Listed for Charge {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn charge(&self, id: &str) -> StripeResult<Charge> {
        self.get(&["charges", id], &Form::new()).await
    }

    /// Charges, newest first.
    #[must_use]
    pub fn charges(&self, created: Created, payment_intent: Option<&str>) -> List<'_, Charge> {
        let query = Form::new().created(created).optional("payment_intent", payment_intent);
        List::new(self, &["charges"], query)
    }

    /// Charges that a query in Stripe's language finds (docs.stripe.com/search). What was made within the
    /// last minute may be missing, or more of it: never decide by what is not found.
    #[must_use]
    pub fn search_charges(&self, query: &str) -> List<'_, Charge> {
        List::new(self, &["charges", "search"], Form::new().text("query", query))
    }
}
