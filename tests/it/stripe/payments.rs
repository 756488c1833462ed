//! What becomes of sessions and payment intents.

use serde_json::json;

use super::{SESSION, World, id, kinds};
use crate::harness::Card;

#[tokio::test]
async fn a_paid_session_has_its_intent_s_metadata_on_the_charge_and_saves_the_card() {
    let world = World::start();
    let (customer, session_id) = world.session().await;
    let session = world.stripe.pay(&session_id, Card::Good);
    assert_eq!(session["status"], "complete");
    assert_eq!(session["payment_status"], "paid");
    let path = format!("/v1/checkout/sessions/{session_id}");
    let expanded = world.get(&path, &[("expand[]", "payment_intent.latest_charge")]).await;
    let charge = &expanded["payment_intent"]["latest_charge"];
    assert_eq!(charge["metadata"]["order_id"], "order-1");
    assert_eq!(charge["amount"], 9500);
    let method = world.stripe.object(charge["payment_method"].as_str().unwrap());
    assert_eq!(method["customer"], customer.as_str());
    assert_eq!(
        kinds(&world),
        [
            "customer.created",
            "payment_intent.created",
            "payment_method.attached",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
        ]
    );
    assert!(world.stripe.objects_without_metadata().is_empty());
    // Who is late finds it as it is.
    assert_eq!(world.stripe.pay(&session_id, Card::Good)["status"], "complete");
    assert_eq!(world.stripe.all("charge").len(), 1);
}

/// A session's own metadata goes nowhere.
#[tokio::test]
async fn metadata_of_a_session_does_not_reach_the_charge() {
    let world = World::start();
    let session = world.post("/v1/checkout/sessions", &SESSION[..11]).await;
    world.stripe.pay(&id(&session), Card::Good);
    let charge = &world.stripe.all("charge")[0];
    assert_eq!(charge["metadata"], json!({}));
    let lacking = world.stripe.objects_without_metadata();
    assert_eq!(lacking.len(), 6, "three each of the intent and the charge: {lacking:?}");
    assert!(lacking.contains(&(id(charge), "sovereign")));
}

#[tokio::test]
async fn a_declined_card_leaves_the_session_open_until_it_expires() {
    let world = World::start();
    let (_, session_id) = world.session().await;
    let session = world.stripe.pay(&session_id, Card::Declined);
    assert_eq!(session["status"], "open");
    let intent = world.stripe.object(session["payment_intent"].as_str().unwrap());
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["last_payment_error"]["code"], "card_declined");
    let path = format!("/v1/payment_intents/{}/cancel", id(&intent));
    let (_, error) = world.refused(&path, &[]).await;
    assert_eq!(error["code"], "payment_intent_unexpected_state");

    world.clock.advance_seconds(86_399);
    assert_eq!(world.stripe.expire_due(), 0);
    world.clock.advance_seconds(1);
    assert_eq!(world.stripe.pay(&session_id, Card::Good)["status"], "expired");
    assert_eq!(world.stripe.object(&id(&intent))["status"], "canceled");
    let path = format!("/v1/checkout/sessions/{session_id}/expire");
    assert_eq!(world.refused(&path, &[]).await.0, 400);
    assert_eq!(world.stripe.last_event("checkout.session.expired").object_id, session_id);
}

#[tokio::test]
async fn a_saved_card_is_charged_without_its_holder_or_says_why_not() {
    let world = World::start();
    let (customer, session_id) = world.session().await;
    let session = world.stripe.pay(&session_id, Card::NeedsAuthenticationLater);
    let intent = world.stripe.object(session["payment_intent"].as_str().unwrap());
    let method = intent["payment_method"].as_str().unwrap();
    let renewal = [
        ("amount", "9500"),
        ("currency", "omr"),
        ("customer", &*customer),
        ("payment_method", method),
        ("off_session", "true"),
        ("confirm", "true"),
        ("metadata[order_id]", "order-2"),
    ];
    for (card, code, decline) in [
        (Card::NeedsAuthenticationLater, "authentication_required", "authentication_required"),
        (Card::ExpiresLater, "expired_card", "expired_card"),
        (Card::DeclinedLater, "card_declined", "insufficient_funds"),
    ] {
        world.stripe.set_card(method, card);
        let (status, error) = world.refused("/v1/payment_intents", &renewal).await;
        assert_eq!((status, error["code"].as_str()), (402, Some(code)));
        assert_eq!(error["decline_code"], decline);
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        let charge = world.stripe.object(error["charge"].as_str().unwrap());
        assert_eq!((&charge["status"], &charge["paid"]), (&json!("failed"), &json!(false)));
    }
    world.stripe.set_card(method, Card::Good);
    let intent = world.post("/v1/payment_intents", &renewal).await;
    assert_eq!(intent["status"], "succeeded");
    let charge = world.stripe.object(intent["latest_charge"].as_str().unwrap());
    assert_eq!(charge["metadata"]["order_id"], "order-2");

    world.stripe.detach(method);
    assert_eq!(world.refused("/v1/payment_intents", &renewal).await.0, 400);
    let other = world.stripe.save_card(&customer, Card::Good);
    let renewal =
        renewal.map(|(name, value)| (name, if value == method { &*other } else { value }));
    assert_eq!(world.post("/v1/payment_intents", &renewal).await["status"], "succeeded");
}

#[tokio::test]
async fn a_slow_payment_is_known_later() {
    let world = World::start();
    for succeeded in [true, false] {
        let (_, session_id) = world.session().await;
        let session = world.stripe.pay(&session_id, Card::Async);
        assert_eq!(
            (&session["status"], &session["payment_status"]),
            (&json!("complete"), &json!("unpaid"))
        );
        world.stripe.settle_async(&session_id, succeeded);
        let session = world.stripe.object(&session_id);
        let intent = world.stripe.object(session["payment_intent"].as_str().unwrap());
        let (paid, status, event) = if succeeded {
            ("paid", "succeeded", "checkout.session.async_payment_succeeded")
        } else {
            ("unpaid", "requires_payment_method", "checkout.session.async_payment_failed")
        };
        assert_eq!((&session["payment_status"], &intent["status"]), (&json!(paid), &json!(status)));
        assert_eq!(world.stripe.last_event(event).object_id, session_id);
    }
}

#[tokio::test]
async fn an_intent_that_nobody_paid_can_be_canceled_once() {
    let world = World::start();
    let given = [("amount", "9500"), ("currency", "omr")];
    let intent = world.post("/v1/payment_intents", &given).await;
    let path = format!("/v1/payment_intents/{}/cancel", id(&intent));
    assert_eq!(world.post(&path, &[]).await["status"], "canceled");
    let (status, error) = world.refused(&path, &[]).await;
    assert_eq!((status, &error["payment_intent"]["status"]), (400, &json!("canceled")));
}

/// Its own card, its own month: Stripe renews it.
#[tokio::test]
async fn a_subscription_of_an_earlier_service_goes_on_until_it_is_canceled() {
    let world = World::start();
    let customer = world.stripe.seed_customer("ahmed@example.com");
    let subscription = world.stripe.seed_subscription(&customer, "omr", 9500, 1_806_000_000);
    world.stripe.renew_subscription(&subscription, 1_808_000_000);
    let invoice = world.stripe.last_event("invoice.paid").json();
    let details = &invoice["data"]["object"]["parent"]["subscription_details"];
    assert_eq!(details["subscription"], subscription.as_str());
    let path = format!("/v1/subscriptions/{subscription}");
    let found = world.get(&path, &[]).await;
    assert_eq!(found["items"]["data"][0]["current_period_end"], 1_808_000_000);
    world.stripe.set_subscription_status(&subscription, "past_due");
    let updated = world.stripe.last_event("customer.subscription.updated").json();
    assert_eq!(updated["data"]["object"]["status"], "past_due");
    let ended = world.ask("DELETE", &path, &[], None).await.unwrap();
    assert_eq!(ended.body["status"], "canceled");
    assert_eq!(world.stripe.last_event("customer.subscription.deleted").object_id, subscription);
    assert!(world.stripe.objects_without_metadata().is_empty(), "they are not ours");
}
