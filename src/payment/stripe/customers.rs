//! Customers: one for each billing account.

use serde::Deserialize;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe};
use super::form::Form;
use super::metadata::{Metadata, Tags};

#[derive(Debug, Clone, Deserialize)]
pub struct Customer {
    pub id: String,
    pub email: Option<String>,
    /// It was deleted at Stripe, and can pay nothing any more.
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub metadata: Tags,
    #[serde(default)]
    pub invoice_settings: InvoiceSettings,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct InvoiceSettings {
    #[serde(default, deserialize_with = "super::expandable::reference")]
    pub default_payment_method: Option<String>,
}

#[derive(Debug, Clone)]
pub struct CreateCustomer<'a> {
    /// With the order that it is first made for.
    pub metadata: &'a Metadata,
    pub email: Option<&'a str>,
    /// The Organization's.
    pub name: Option<&'a str>,
}

/// What is to change; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct UpdateCustomer<'a> {
    pub email: Option<&'a str>,
    pub name: Option<&'a str>,
    pub default_payment_method: Option<&'a str>,
}

impl Stripe {
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_customer(
        &self,
        customer: &CreateCustomer<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<Customer> {
        let form = Form::new()
            .metadata(customer.metadata)
            .optional("email", customer.email)
            .optional("name", customer.name);
        self.post(&["customers"], &form, key).await
    }

    /// # Errors
    /// [`super::StripeError`].
    pub async fn customer(&self, id: &str) -> StripeResult<Customer> {
        self.get(&["customers", id], &Form::new()).await
    }

    /// # Errors
    /// [`super::StripeError`].
    pub async fn update_customer(
        &self,
        id: &str,
        update: &UpdateCustomer<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<Customer> {
        let form = Form::new()
            .optional("email", update.email)
            .optional("name", update.name)
            .optional("invoice_settings[default_payment_method]", update.default_payment_method);
        self.post(&["customers", id], &form, key).await
    }
}
