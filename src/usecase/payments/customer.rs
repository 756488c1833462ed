//! The customer at Stripe: one for each billing account, made with its first payment.

use super::{PaymentError, metadata, stays};
use crate::app::App;
use crate::fail_point::reach;
use crate::payment::stripe::{CreateCustomer, IdempotencyKey, Stripe};
use crate::storage::payments::{self, PayableRow};

/// The account's customer; made where it has none.
pub(super) async fn ensure(
    app: &App,
    stripe: &Stripe,
    order: &PayableRow,
) -> Result<String, PaymentError> {
    if let Some(id) = &order.stripe_customer_id {
        return Ok(id.clone());
    }
    let metadata = metadata(app, order);
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (email, name) = (filled(&order.email), filled(&order.organization));
    let wanted =
        CreateCustomer { metadata: &metadata, email: email.as_deref(), name: name.as_deref() };
    // Another order has other metadata, and so a key of its own: a customer too many at Stripe is no harm,
    // and the account keeps the first.
    let key = IdempotencyKey::new("customer", order.id);
    let customer = stripe.resolve(|| stripe.create_customer(&wanted, &key)).await?;
    reach!("customer_created");
    let mut tx = app.store.begin().await?;
    stays(&mut tx, &order.tenant_id).await?;
    payments::keep_customer(&mut tx, order.customer_id, &customer.id).await?;
    let kept = payments::payable(&mut tx, order.id).await?;
    tx.commit().await?;
    reach!("customer_kept");
    Ok(kept.and_then(|order| order.stripe_customer_id).unwrap_or(customer.id))
}
