//! Transfers: money that goes from this account to one that is connected to it
//! (docs.stripe.com/api/transfers).

use std::collections::BTreeMap;

use serde::Deserialize;
use sovereign_domain::money::Currency;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe, currency_code};
use super::form::Form;
use super::list::{List, Listed};

#[derive(Debug, Clone, Deserialize)]
pub struct Transfer {
    pub id: String,
    pub amount: i64,
    /// What came back of it.
    #[serde(default)]
    pub amount_reversed: i64,
    /// In small letters.
    pub currency: String,
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub destination: Option<String>,
    pub transfer_group: Option<String>,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub created: i64,
}

impl Listed for Transfer {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Clone)]
pub struct CreateTransfer<'a> {
    /// The connected account: `acct_…`.
    pub destination: &'a str,
    pub amount_minor: i64,
    pub currency: Currency,
    /// What it is found by again.
    pub group: &'a str,
    pub description: &'a str,
    pub metadata: &'a [(&'a str, &'a str)],
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_transfer(
        &self,
        transfer: &CreateTransfer<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<Transfer> {
        let form = Form::new()
            .number("amount", transfer.amount_minor)
            .text("currency", currency_code(transfer.currency))
            .text("destination", transfer.destination)
            .text("transfer_group", transfer.group)
            .text("description", transfer.description);
        let form = transfer
            .metadata
            .iter()
            .fold(form, |form, (name, value)| form.text(format!("metadata[{name}]"), *value));
        self.post(&["transfers"], &form, key).await
    }

    /// # Errors
    /// [`super::StripeError`].
    pub async fn transfer(&self, id: &str) -> StripeResult<Transfer> {
        self.get(&["transfers", id], &Form::new()).await
    }

    /// The transfers of a group, newest first.
    #[must_use]
    pub fn transfers(&self, group: &str) -> List<'_, Transfer> {
        List::new(self, &["transfers"], Form::new().text("transfer_group", group))
    }
}
