//! Asking again while the result is unknown.

use serde_json::json;
use sovereign::payment::stripe::{CreateCustomer, IdempotencyKey, StripeError};

use super::responder::{Answer, Responder};
use super::{client, metadata};

fn page(status: u16) -> Answer {
    Answer::Raw(status, Vec::new(), "a page".into())
}

#[tokio::test]
async fn it_asks_with_the_same_key_until_it_is_known() {
    let customer = Answer::Json(200, json!({ "id": "cus_1" }));
    let limit = Answer::Raw(429, vec![("retry-after", "0".into())], String::new());
    let responder = Responder::start([Answer::Broken, limit, page(500), customer]).await;
    let stripe = client(&responder);
    let (metadata, key) = (metadata(), IdempotencyKey::new("customer", "c-1"));
    let customer = CreateCustomer { metadata: &metadata, email: None, name: None };
    let made = stripe.resolve(|| stripe.create_customer(&customer, &key)).await.unwrap();
    assert_eq!(made.id, "cus_1");
    let seen = responder.seen();
    assert_eq!(seen.len(), 4);
    for request in &seen {
        assert_eq!(request.header("idempotency-key"), "customer:c-1");
        assert_eq!(request.form, seen[0].form);
    }
}

#[tokio::test]
async fn it_ends_after_some_tries() {
    let responder = Responder::start((0..9).map(|_| page(503))).await;
    let stripe = client(&responder);
    let error = stripe.resolve(|| stripe.account()).await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown(_)), "{error:?}");
    assert_eq!(responder.seen().len(), 4);
}

#[tokio::test]
async fn a_decision_is_not_asked_for_twice() {
    for status in [400, 401, 402, 403, 404] {
        let refused = Answer::error(status, &json!({ "type": "x", "message": "m" }));
        let responder = Responder::start([refused, Answer::account()]).await;
        let stripe = client(&responder);
        stripe.resolve(|| stripe.account()).await.unwrap_err();
        assert_eq!(responder.seen().len(), 1, "{status}");
    }
}
