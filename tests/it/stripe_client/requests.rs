//! What is sent.

use serde_json::{Value, json};
use sovereign::payment::stripe::{
    API_VERSION, CreateCustomer, CreatePaymentIntent, CreateRefund, CreateSession, IdempotencyKey,
    LineItem, RefundOf, StripeError,
};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;

use super::responder::{Answer, Responder, Seen};
use super::{KEY, client, metadata};

fn assert_common(seen: &Seen) {
    assert_eq!(seen.header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(seen.header("stripe-version"), API_VERSION);
    assert!(seen.header("user-agent").starts_with("sovereign/"), "{:?}", seen.headers);
}

#[tokio::test]
async fn a_read_asks_for_what_it_needs() {
    let intent = json!({ "id": "pi_1", "amount": 5_120, "currency": "omr", "status": "succeeded",
        "created": 1, "latest_charge": { "id": "ch_1", "amount": 5_120, "currency": "omr",
        "status": "succeeded", "created": 1, "paid": true } });
    let session = json!({ "id": "cs_1", "payment_status": "paid", "status": "complete",
        "expires_at": 2, "created": 1, "payment_intent": intent, "amount_total": 5_120 });
    let responder = Responder::start([Answer::Json(200, session)]).await;
    let session = client(&responder).checkout_session("cs_1").await.unwrap();
    let intent = session.payment_intent.as_ref().unwrap().object().unwrap();
    assert!(intent.latest_charge.as_ref().unwrap().object().unwrap().paid);
    let seen = &responder.seen()[0];
    assert_common(seen);
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("GET", "/v1/checkout/sessions/cs_1"));
    assert_eq!(seen.query["expand[0]"], "payment_intent.latest_charge");
    assert_eq!(seen.header("idempotency-key"), "");
}

/// An identifier cannot lead to another route.
#[tokio::test]
async fn identifiers_stay_one_part_of_the_path() {
    let responder = Responder::start([]).await;
    let _ = client(&responder).charge("../account?x=1#y").await;
    let seen = &responder.seen()[0];
    assert_eq!(seen.path, "/v1/charges/..%2Faccount%3Fx=1%23y");
    assert!(seen.query.is_empty(), "{:?}", seen.query);
}

/// Whatever is made for an order says so, and is made once.
#[tokio::test]
async fn everything_that_is_made_has_metadata_and_a_key() {
    let responder = Responder::start([]).await;
    let stripe = client(&responder);
    let (metadata, key) = (metadata(), IdempotencyKey::new("session", metadata().order_id));
    let omr = Currency::from_code("OMR").unwrap();
    let customer = CreateCustomer { metadata: &metadata, email: Some("a@b.example"), name: None };
    let session = CreateSession {
        metadata: &metadata,
        customer: "cus_1",
        currency: omr,
        lines: &[LineItem { name: "Plan M".into(), description: None, amount_minor: 5_120 }],
        success_url: "https://a.example/done?session={CHECKOUT_SESSION_ID}",
        cancel_url: "https://a.example/back",
        expires_at: Timestamp::from_seconds(1_800_000_000),
        locale: None,
    };
    let intent = CreatePaymentIntent {
        metadata: &metadata,
        amount_minor: 9_000,
        currency: omr,
        customer: "cus_1",
        payment_method: "pm_1",
        description: Some("September"),
    };
    let of = RefundOf::PaymentIntent("pi_1");
    let refund = CreateRefund {
        metadata: &metadata,
        of,
        reference: (metadata.order_id, 2),
        amount_minor: 1_000,
    };
    let failed: [Option<StripeError>; 4] = [
        stripe.create_customer(&customer, &key).await.err(),
        stripe.create_checkout_session(&session, &key).await.err(),
        stripe.create_payment_intent(&intent, &key).await.err(),
        stripe.create_refund(&refund, &key).await.err(),
    ];
    assert!(failed.iter().all(Option::is_some), "nothing was prepared to be answered");
    let all = responder.seen();
    let paths: Vec<&str> = all.iter().map(|seen| seen.path.as_str()).collect();
    let expected = ["/v1/customers", "/v1/checkout/sessions", "/v1/payment_intents", "/v1/refunds"];
    assert_eq!(paths, expected);
    for seen in &all {
        assert_common(seen);
        assert_eq!(seen.method, "POST");
        assert_eq!(seen.header("idempotency-key"), format!("session:{}", metadata.order_id));
        assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
        assert_eq!(seen.form["metadata[sovereign]"], "omantel.example", "{}", seen.path);
        assert_eq!(seen.form["metadata[organization]"], "kestrel", "{}", seen.path);
        assert_eq!(seen.form["metadata[order_id]"], metadata.order_id.to_string());
    }
    let session = &all[1].form;
    assert_eq!(session["payment_intent_data[metadata][sovereign]"], "omantel.example");
    assert_eq!(session["success_url"], "https://a.example/done?session={CHECKOUT_SESSION_ID}");
    assert_eq!(all[3].form["payment_intent"], "pi_1");
    assert_eq!(all[3].form["amount"], "1000");
    assert_eq!(all[3].form["metadata[refund]"], format!("{}.2", metadata.order_id));
}

#[tokio::test]
async fn a_new_endpoint_tells_its_secret_once() {
    let endpoint = json!({ "id": "we_1", "url": "https://a.example", "status": "enabled",
        "enabled_events": ["invoice.paid"], "api_version": API_VERSION,
        "metadata": { "sovereign": "a.example" } });
    let mut made: Value = endpoint.clone();
    made["secret"] = json!("whsec_abcdefgh");
    let responder = Responder::start([Answer::Json(200, made), Answer::Json(200, endpoint)]).await;
    let stripe = client(&responder);
    let wanted = sovereign::payment::stripe::CreateEndpoint {
        sovereign: "a.example",
        url: "https://a.example",
        enabled_events: &["invoice.paid"],
    };
    let key = IdempotencyKey::new("webhook", 1);
    let (endpoint, secret) = stripe.create_webhook_endpoint(&wanted, &key).await.unwrap();
    assert!(endpoint.metadata.is_of("a.example"));
    assert_eq!(secret.last4(), "efgh");
    let seen = &responder.seen()[0].form;
    assert_eq!(seen["enabled_events[0]"], "invoice.paid");
    assert_eq!(seen["api_version"], API_VERSION);
    assert_eq!(seen["metadata[sovereign]"], "a.example");
    // Without a secret it is of no use.
    let again = stripe.create_webhook_endpoint(&wanted, &key).await;
    assert!(matches!(again, Err(StripeError::Unknown(_))), "{again:?}");
}
