//! The card that an Organization's bills are charged to.

use sovereign_domain::ids::UserId;

use super::Place;
use crate::app::App;
use crate::storage::{self, payments};
use crate::usecase::bill::card_name;

/// The card, as its holder knows it.
#[derive(Debug, Clone)]
pub(crate) struct SavedCard {
    /// Such as Visa; empty where Stripe did not say.
    pub(crate) brand: String,
    pub(crate) last4: String,
    /// Month and year; absent where Stripe does not answer.
    pub(crate) expiry: Option<(u8, u16)>,
}

/// Whether Stripe knows the Organization, and the card that is saved. For those who may spend.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn card(
    app: &App,
    user_id: &UserId,
    place: &Place,
) -> storage::Result<(bool, Option<SavedCard>)> {
    let mut tx = app.store.read_as(user_id).await?;
    let row = payments::saved_card(&mut tx, &place.organization.id).await?;
    drop(tx);
    let Some(row) = row else { return Ok((false, None)) };
    let is_known = row.stripe_customer_id.is_some();
    let Some(method_id) = row.payment_method_id else { return Ok((is_known, None)) };
    let card = SavedCard {
        brand: card_name(row.card_brand.as_deref().unwrap_or_default()),
        last4: row.card_last4.unwrap_or_default(),
        expiry: expiry(app, &method_id).await,
    };
    Ok((is_known, Some(card)))
}

/// Asked of Stripe each time: it is replaced there when the bank sends a new card.
async fn expiry(app: &App, method_id: &str) -> Option<(u8, u16)> {
    let stripe = app.payments.stripe()?;
    match stripe.payment_method(method_id).await {
        Ok(method) => method.card.map(|card| (card.exp_month, card.exp_year)),
        Err(error) => {
            tracing::warn!(%error, "Stripe does not say when a card ends");
            None
        }
    }
}
