//! Idempotency keys.

use super::{World, id};
use crate::harness::Trouble;

const PATH: &str = "/v1/customers";
const PARAMS: [(&str, &str); 1] = [("email", "ahmed@example.com")];

#[tokio::test]
async fn a_key_has_one_answer_for_a_day() {
    let world = World::start();
    let ask = || world.ask("POST", PATH, &PARAMS, Some("k"));
    let first = ask().await.unwrap();
    let again = ask().await.unwrap();
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(first.body, again.body);
    let other = [("email", "other@example.com")];
    let other = world.ask("POST", PATH, &other, Some("k")).await.unwrap();
    assert_eq!((other.status, &other.body["error"]["type"]), (400, &"idempotency_error".into()));
    world.clock.advance_days(1);
    let later = ask().await.unwrap();
    assert!(!later.replayed);
    assert_ne!(id(&first.body), id(&later.body));
}

#[tokio::test]
async fn a_key_in_use_is_a_conflict() {
    let world = World::start();
    let held = world.stripe.hold("POST /v1/customers");
    let ask = || world.ask("POST", PATH, &PARAMS, Some("k"));
    let meanwhile = async {
        held.arrived(1).await;
        let second = ask().await.unwrap();
        held.release();
        second
    };
    let (first, second) = tokio::join!(ask(), meanwhile);
    assert_eq!(first.unwrap().status, 200);
    assert_eq!(second.status, 409);
    assert_eq!(second.body["error"]["code"], "idempotency_key_in_use");
    assert_eq!(world.stripe.all("customer").len(), 1);
}

/// What was begun is kept, be it an error; what was not is not.
#[tokio::test]
async fn errors_are_kept_where_the_request_was_begun() {
    let world = World::start();
    for (trouble, first, second) in [
        (Trouble::RateLimited, 429, 200),
        (Trouble::Unavailable, 503, 200),
        (Trouble::ErrorBefore, 500, 500),
        (Trouble::ErrorAfter, 500, 500),
    ] {
        let key = format!("{trouble:?}");
        world.stripe.trouble("POST /v1/customers", trouble, 1);
        let ask = || world.ask("POST", PATH, &PARAMS, Some(&key));
        let found = (ask().await.unwrap().status, ask().await.unwrap().status);
        assert_eq!(found, (first, second), "{key}");
    }
    assert_eq!(world.stripe.all("customer").len(), 3, "not by the error before");
    let bad = [("colour", "red")];
    assert_eq!(world.ask("POST", PATH, &bad, Some("v")).await.unwrap().status, 400);
    assert_eq!(world.ask("POST", PATH, &PARAMS, Some("v")).await.unwrap().status, 200);
}
