//! Stripe's customer portal: where an Organization changes its card.

use super::{PaymentError, stripe};
use crate::app::App;
use crate::payment::stripe::{IdempotencyKey, StripeError};
use crate::storage::payments;
use crate::usecase::branding;

/// Why there is no way into the portal.
#[derive(Debug)]
pub(crate) enum PortalError {
    /// The Organization has never paid by card, so that Stripe does not know it.
    NoCustomer,
    /// Stripe does not open it; the operator has to see to that.
    Refused(String),
    /// Stripe does not answer, or not with what it is asked for.
    Stripe(StripeError),
    Payment(PaymentError),
}

impl<E: Into<PaymentError>> From<E> for PortalError {
    fn from(error: E) -> Self {
        Self::Payment(error.into())
    }
}

/// A link into the portal for the Organization; it works for a short time.
///
/// # Errors
/// [`PortalError`].
pub(crate) async fn open(app: &App, tenant_id: &str) -> Result<String, PortalError> {
    open_from(app, tenant_id, "/console").await
}

/// The same; it leads back to the page at `path`.
///
/// # Errors
/// [`PortalError`].
pub(crate) async fn open_from(
    app: &App,
    tenant_id: &str,
    path: &str,
) -> Result<String, PortalError> {
    let stripe = stripe(app)?;
    let mut tx = app.store.read().await?;
    let customer = payments::stripe_customer(&mut tx, tenant_id).await?;
    let back = branding::of(app, &mut tx).await?.page(path);
    drop(tx);
    let customer = customer.ok_or(PortalError::NoCustomer)?;
    // Of this request: each has a link of its own.
    let key = IdempotencyKey::new("portal", app.new_id());
    let opened =
        stripe.resolve(|| stripe.create_portal_session(&customer, &back, None, &key)).await;
    match opened {
        Ok(url) => Ok(url),
        Err(StripeError::Refused(refusal)) if refusal.is("resource_missing") => {
            tracing::error!(customer, "Stripe does not know this customer");
            Err(PortalError::NoCustomer)
        }
        Err(StripeError::Refused(refusal)) => Err(PortalError::Refused(refusal.message)),
        Err(error) => Err(PortalError::Stripe(error)),
    }
}
