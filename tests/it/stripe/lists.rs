//! Lists, search and expansion.

use serde_json::{Value, json};

use super::{World, id};
use crate::harness::Card;

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test]
async fn lists_are_newest_first_and_come_in_pages() {
    let world = World::start();
    let mut made = Vec::new();
    for _ in 0..5 {
        let given = [("amount", "9500"), ("currency", "omr")];
        made.insert(0, id(&world.post("/v1/payment_intents", &given).await));
        world.clock.advance_seconds(10);
    }
    let path = "/v1/payment_intents";
    let first = world.get(path, &[("limit", "2")]).await;
    assert_eq!((ids(&first), &first["has_more"]), (made[..2].to_vec(), &json!(true)));
    let rest = world.get(path, &[("limit", "3"), ("starting_after", &made[1])]).await;
    assert_eq!((ids(&rest), &rest["has_more"]), (made[2..].to_vec(), &json!(false)));
    let before = world.get(path, &[("limit", "1"), ("ending_before", &made[2])]).await;
    assert_eq!((ids(&before), &before["has_more"]), (made[1..2].to_vec(), &json!(true)));
    let second = world.stripe.object(&made[3])["created"].to_string();
    let found = world.get(path, &[("created[gte]", &second), ("limit", "100")]).await;
    assert_eq!(ids(&found), made[..4]);
    let found = world.get(path, &[("created[lt]", &second)]).await;
    assert_eq!(ids(&found), made[4..]);
    for bad in [("limit", "101"), ("starting_after", "pi_nobody"), ("colour", "red")] {
        assert_eq!(world.ask("GET", path, &[bad], None).await.unwrap().status, 400, "{bad:?}");
    }
}

#[tokio::test]
async fn sessions_are_found_by_intent_customer_and_status() {
    let world = World::start();
    let (customer, paid) = world.session().await;
    let (_, open) = world.session().await;
    let intent = world.stripe.pay(&paid, Card::Good)["payment_intent"].clone();
    let path = "/v1/checkout/sessions";
    for (filter, wanted) in [
        (("customer", &*customer), &paid),
        (("payment_intent", intent.as_str().unwrap()), &paid),
        (("status", "open"), &open),
    ] {
        let found = world.get(path, &[filter, ("expand[]", "data.line_items")]).await;
        assert_eq!(ids(&found), std::slice::from_ref(wanted), "{filter:?}");
        assert_eq!(found["data"][0]["line_items"]["data"][0]["description"], "Plan M, March");
    }
    let bad = [("expand[]", "data.amount_total")];
    assert_eq!(world.ask("GET", path, &bad, None).await.unwrap().status, 400);
}

#[tokio::test]
async fn charges_are_found_by_metadata_after_a_minute() {
    let world = World::start();
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    let charge = id(&world.stripe.all("charge")[0]);
    let search =
        async |query: &str| ids(&world.get("/v1/charges/search", &[("query", query)]).await);
    let query = "metadata['sovereign']:'a.example' AND created>1000";
    assert!(search(query).await.is_empty());
    world.clock.advance_seconds(60);
    assert_eq!(search(query).await, [charge]);
    assert!(search("metadata['sovereign']:'b.example'").await.is_empty());
    let (_, session) = world.session().await;
    world.stripe.pay(&session, Card::Good);
    world.stripe.set_search_lag_seconds(0);
    assert_eq!(search("status:'succeeded' AND currency:'omr'").await.len(), 2);
    let bad = [("query", "colour>3")];
    assert_eq!(world.ask("GET", "/v1/charges/search", &bad, None).await.unwrap().status, 400);
}

#[tokio::test]
async fn endpoints_tell_their_secret_once() {
    let world = World::start();
    let given =
        [("url", "https://a.example/billing/webhook"), ("enabled_events[]", "charge.refunded")];
    let made = world.post("/v1/webhook_endpoints", &given).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let listed = world.get("/v1/webhook_endpoints", &[]).await;
    assert_eq!(ids(&listed), [id(&made)]);
    assert!(listed["data"][0].get("secret").is_none());
    let path = format!("/v1/webhook_endpoints/{}", id(&made));
    let gone = world.ask("DELETE", &path, &[], None).await.unwrap();
    assert_eq!(gone.body["deleted"], true);
    assert_eq!(world.ask("GET", &path, &[], None).await.unwrap().status, 404);
}
