//! Lists of any length.

use serde_json::{Value, json};
use sovereign::payment::stripe::{Created, StripeError};
use sovereign_domain::timestamp::Timestamp;

use super::client;
use super::responder::{Answer, Responder};

fn charge(id: &str) -> Value {
    json!({ "id": id, "amount": 100, "currency": "omr", "status": "succeeded", "created": 1 })
}

fn page(ids: &[&str], has_more: bool) -> Answer {
    let data: Vec<Value> = ids.iter().map(|id| charge(id)).collect();
    Answer::Json(200, json!({ "object": "list", "data": data, "has_more": has_more }))
}

#[tokio::test]
async fn every_page_is_read_also_after_a_failure() {
    let broken = Answer::Raw(500, Vec::new(), String::new());
    let answers = [page(&["ch_3", "ch_2"], true), broken, page(&["ch_1"], false)];
    let responder = Responder::start(answers).await;
    let stripe = client(&responder);
    let from = Some(Timestamp::from_seconds(1_000));
    let before = Some(Timestamp::from_seconds(2_000));
    let charges = stripe.charges(Created { from, before }, Some("pi_1")).all().await.unwrap();
    let ids: Vec<&str> = charges.iter().map(|charge| charge.id.as_str()).collect();
    assert_eq!(ids, ["ch_3", "ch_2", "ch_1"]);
    let seen = responder.seen();
    assert_eq!(seen.len(), 3);
    for request in &seen {
        assert_eq!(request.path, "/v1/charges");
        assert_eq!(request.query["created[gte]"], "1000");
        assert_eq!(request.query["created[lt]"], "2000");
        assert_eq!(request.query["payment_intent"], "pi_1");
        assert_eq!(request.query["limit"], "100");
    }
    assert!(!seen[0].query.contains_key("starting_after"));
    assert_eq!(seen[1].query["starting_after"], "ch_2");
    assert_eq!(seen[2].query["starting_after"], "ch_2");
}

#[tokio::test]
async fn a_search_goes_on_by_its_token() {
    let first = json!({ "data": [charge("ch_2")], "has_more": true, "next_page": "token" });
    let last = json!({ "data": [charge("ch_1")], "has_more": false, "next_page": null });
    let responder = Responder::start([Answer::Json(200, first), Answer::Json(200, last)]).await;
    let stripe = client(&responder);
    let query = "metadata['sovereign']:'omantel.example'";
    let found = stripe.search_charges(query).all().await.unwrap();
    assert_eq!(found.len(), 2);
    let seen = responder.seen();
    assert_eq!(seen[0].path, "/v1/charges/search");
    assert_eq!(seen[0].query["query"], query);
    assert_eq!(seen[1].query["page"], "token");
}

/// A page that cannot be is no end of the list.
#[tokio::test]
async fn an_empty_page_with_more_behind_it_is_an_error() {
    let responder = Responder::start([page(&[], true)]).await;
    let stripe = client(&responder);
    let error = stripe.charges(Created::default(), None).all().await.unwrap_err();
    assert!(matches!(error, StripeError::Unknown(_)), "{error:?}");
}
