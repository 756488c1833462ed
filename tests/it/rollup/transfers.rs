//! Transfers to connected accounts: one for each key, found again by their group.

use sovereign::payment::stripe::{
    CreateTransfer, IdempotencyKey, SecretKey, Stripe, StripeError, StripeOptions,
};
use sovereign_domain::money::Currency;

use super::stripe::{FakeStripe, SECRET_KEY, Trouble};

#[tokio::test]
async fn a_key_makes_one_transfer() {
    let fake = FakeStripe::empty(1, Trouble::default()).await;
    let options = StripeOptions { api_url: fake.url.clone(), ..StripeOptions::default() };
    let stripe = Stripe::new(&SecretKey::parse(SECRET_KEY).unwrap(), &options).unwrap();
    let transfer = CreateTransfer {
        destination: "acct_omantel",
        amount_minor: 12_340,
        currency: Currency::from_code("OMR").unwrap(),
        group: "2025-10/omantel/OMR",
        description: "October 2025",
        metadata: &[("statement", "2025-10/omantel/OMR"), ("franchisee", "omantel")],
    };
    let key = IdempotencyKey::new("payout", "2025-10/omantel/OMR");
    let made = stripe.create_transfer(&transfer, &key).await.unwrap();
    let again = stripe.create_transfer(&transfer, &key).await.unwrap();
    assert_eq!(made.id, again.id);
    assert_eq!((made.amount, made.currency.as_str()), (12_340, "omr"));
    assert_eq!(made.destination.as_deref(), Some("acct_omantel"));
    assert_eq!(made.metadata["statement"], "2025-10/omantel/OMR");

    let other = CreateTransfer { amount_minor: 1, ..transfer };
    let refused = stripe.create_transfer(&other, &key).await.unwrap_err();
    assert!(
        matches!(&refused, StripeError::Refused(refusal) if refusal.is("idempotency_error")),
        "{refused}"
    );
    let found = stripe.transfers("2025-10/omantel/OMR").all().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id.as_str(), found[0].amount_reversed), (made.id.as_str(), 0));
    assert_eq!(found[0].transfer_group.as_deref(), Some("2025-10/omantel/OMR"));
    assert!(stripe.transfers("2025-11/omantel/OMR").all().await.unwrap().is_empty());
}
