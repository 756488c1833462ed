//! Refunds and disputes.

use serde_json::json;

use super::{World, id};
use crate::harness::Card;

async fn charge(world: &World) -> String {
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    id(world.stripe.all("charge").last().unwrap())
}

#[tokio::test]
async fn a_charge_is_refunded_in_parts_and_never_beyond() {
    let world = World::start();
    let charge = charge(&world).await;
    let of = ("charge", &*charge);
    let refund =
        world.post("/v1/refunds", &[of, ("amount", "500"), ("metadata[order_id]", "1")]).await;
    assert_eq!((&refund["status"], &refund["amount"]), (&json!("succeeded"), &json!(500)));
    assert_eq!(refund["metadata"], json!({ "order_id": "1" }));
    for (amount, param) in [("9010", "amount"), ("5", "amount"), ("0", "amount")] {
        let (status, error) = world.refused("/v1/refunds", &[of, ("amount", amount)]).await;
        assert_eq!((status, error["param"].as_str()), (400, Some(param)), "{amount}");
    }
    world.stripe.refund_from_dashboard(&charge, 1000);
    let path = format!("/v1/charges/{charge}");
    let found = world.get(&path, &[("expand[]", "refunds")]).await;
    assert_eq!((&found["amount_refunded"], &found["refunded"]), (&json!(1500), &json!(false)));
    assert_eq!(found["refunds"]["data"].as_array().unwrap().len(), 2);
    let intent = found["payment_intent"].as_str().unwrap();
    let rest = world.post("/v1/refunds", &[("payment_intent", intent)]).await;
    assert_eq!(rest["amount"], 8000);
    let (_, error) = world.refused("/v1/refunds", &[of]).await;
    assert_eq!(error["code"], "charge_already_refunded");
    let event = world.stripe.last_event("charge.refunded").json();
    assert_eq!(event["data"]["object"]["refunded"], true);
}

#[tokio::test]
async fn a_refund_that_fails_gives_the_amount_back() {
    let world = World::start();
    let charge = charge(&world).await;
    world.stripe.refunds_are("pending");
    let refund = world.post("/v1/refunds", &[("charge", &charge)]).await;
    assert_eq!(refund["status"], "pending");
    assert_eq!(world.stripe.object(&charge)["refunded"], true);
    world.stripe.settle_refund(&id(&refund), false);
    assert_eq!(world.stripe.object(&charge)["amount_refunded"], 0);
    assert_eq!(world.stripe.last_event("refund.failed").object_id, id(&refund));
    world.stripe.refunds_are("failed");
    let refund = world.post("/v1/refunds", &[("charge", &charge)]).await;
    assert_eq!(refund["status"], "failed");
}

#[tokio::test]
async fn a_dispute_forbids_refunds_and_an_inquiry_does_not() {
    let world = World::start();
    let charge = charge(&world).await;
    let of = [("charge", &*charge), ("amount", "10")];
    let inquiry = world.stripe.inquire(&charge, 9500);
    world.post("/v1/refunds", &of).await;
    world.stripe.escalate(&inquiry);
    let (_, error) = world.refused("/v1/refunds", &of).await;
    assert_eq!(error["code"], "charge_disputed");
    world.stripe.win(&inquiry);
    assert_eq!(world.stripe.last_event("charge.dispute.funds_reinstated").object_id, inquiry);
    world.post("/v1/refunds", &of).await;
    let dispute = world.stripe.dispute(&charge, 9480);
    world.stripe.lose(&dispute);
    let closed = world.stripe.last_event("charge.dispute.closed").json();
    assert_eq!(closed["data"]["object"]["status"], "lost");
    let asked = world.stripe.inquire(&charge, 10);
    world.stripe.close_inquiry(&asked);
    assert_eq!(world.stripe.object(&asked)["status"], "warning_closed");
    let listed = world.get("/v1/disputes", &[("charge", &charge)]).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
}
