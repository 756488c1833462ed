//! The account behind the key.

use serde::Deserialize;

use super::StripeResult;
use super::client::Stripe;
use super::form::Form;

#[derive(Debug, Clone, Deserialize)]
pub struct Account {
    pub id: String,
    /// Whether Stripe lets it charge cards for real.
    #[serde(default)]
    pub charges_enabled: bool,
    /// In small letters.
    pub default_currency: Option<String>,
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn account(&self) -> StripeResult<Account> {
        self.get(&["account"], &Form::new()).await
    }
}
