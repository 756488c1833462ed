//! A network and a Stripe that fail.

use super::World;
use crate::harness::Trouble;

const PATH: &str = "/v1/customers";
const PARAMS: [(&str, &str); 1] = [("email", "ahmed@example.com")];

#[tokio::test]
async fn a_cut_leaves_done_what_was_done() {
    let world = World::start();
    for (trouble, made) in [(Trouble::CutBefore, 0), (Trouble::CutAfter, 1)] {
        world.stripe.trouble("POST /v1/customers", trouble, 1);
        assert!(world.ask("POST", PATH, &PARAMS, Some("k")).await.is_none());
        assert_eq!(world.stripe.all("customer").len(), made);
    }
    world.stripe.trouble("*", Trouble::Unavailable, 9);
    world.stripe.no_trouble();
    let again = world.ask("POST", PATH, &PARAMS, Some("k")).await.unwrap();
    assert_eq!((again.status, again.replayed), (200, true));
}

/// The caller's own patience ends it.
#[tokio::test]
async fn silence_comes_after_it_was_done() {
    let world = World::start();
    world.stripe.trouble("*", Trouble::SilentAfter, 1);
    let asked = world.ask("POST", PATH, &PARAMS, Some("k"));
    let done = async {
        while world.stripe.all("customer").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = asked => panic!("it was answered"),
        () = done => {}
    }
    let again = world.ask("POST", PATH, &PARAMS, Some("k")).await.unwrap();
    assert_eq!((again.status, again.replayed), (200, true));
    assert_eq!(world.stripe.count("POST", PATH), 2);
}

/// A caller who leaves does not undo what was asked.
#[tokio::test]
async fn what_is_held_is_done_when_it_is_released() {
    let world = World::start();
    let held = world.stripe.hold("POST /v1/customers");
    tokio::select! {
        _ = world.ask("POST", PATH, &PARAMS, Some("k")) => panic!("it was held"),
        () = held.arrived(1) => {}
    }
    assert!(world.stripe.all("customer").is_empty());
    held.release();
    let mut again = world.ask("POST", PATH, &PARAMS, Some("k")).await.unwrap();
    while again.status == 409 {
        tokio::task::yield_now().await;
        again = world.ask("POST", PATH, &PARAMS, Some("k")).await.unwrap();
    }
    assert_eq!((again.status, again.replayed), (200, true));
    assert_eq!(world.stripe.all("customer").len(), 1);
}

#[tokio::test]
async fn connections_are_refused_until_they_are_not() {
    let world = World::start();
    world.get("/v1/account", &[]).await;
    for _ in 0..2 {
        world.stripe.refuse_connections().await;
        assert!(world.ask("GET", "/v1/account", &[], None).await.is_none());
        world.stripe.accept_connections().await;
        world.get("/v1/account", &[]).await;
    }
}

#[tokio::test]
async fn calls_are_remembered_with_what_they_said() {
    let world = World::start();
    world.ask("POST", PATH, &[("metadata[order_id]", "a b")], Some("k")).await.unwrap();
    let calls = world.stripe.calls();
    assert_eq!((calls.len(), &*calls[0].method, &*calls[0].path), (1, "POST", PATH));
    assert_eq!(calls[0].param("metadata[order_id]"), Some("a b"));
    assert_eq!(calls[0].idempotency_key.as_deref(), Some("k"));
}
