//! The customer portal: Stripe's page where a person changes their card.

use serde::Deserialize;

use super::StripeResult;
use super::client::{IdempotencyKey, Stripe};
use super::form::Form;

#[derive(Deserialize)]
struct PortalSession {
    url: String,
}

impl Stripe {
    /// A link to the portal for one customer; it works for a short time. Stripe takes no metadata for it.
    ///
    /// # Errors
    /// [`super::StripeError`].
    pub async fn create_portal_session(
        &self,
        customer: &str,
        return_url: &str,
        locale: Option<&str>,
        key: &IdempotencyKey,
    ) -> StripeResult<String> {
        let form = Form::new()
            .text("customer", customer)
            .text("return_url", return_url)
            .optional("locale", locale);
        let session: PortalSession = self.post(&["billing_portal", "sessions"], &form, key).await?;
        Ok(session.url)
    }
}
