//! Payment methods: saved cards.

use serde::Deserialize;

use super::StripeResult;
use super::client::Stripe;
use super::form::Form;

#[derive(Debug, Clone, Deserialize)]
pub struct PaymentMethod {
    pub id: String,
    /// Such as `card`.
    #[serde(rename = "type")]
    pub kind: String,
    pub card: Option<Card>,
    /// `None` once it was detached: it cannot be charged any more.
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub customer: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Card {
    /// Such as `visa`.
    pub brand: String,
    pub last4: String,
    pub exp_month: u8,
    pub exp_year: u16,
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn payment_method(&self, id: &str) -> StripeResult<PaymentMethod> {
        self.get(&["payment_methods", id], &Form::new()).await
    }
}
