//! Two servers on one PostgreSQL: row locks and guarded writes hold between processes too, and a batch
//! that meets the other's is decided again without anybody being told. (An SQLite file has one server.)

use std::sync::Arc;

use serde_json::json;
use sovereign::auth::Role;

use super::{at_once, customers, statuses};
use crate::harness::{Customer, Engine, SecondServer, TestApp};

/// The same customers, half of them asking the second server.
fn spread(
    app: &TestApp,
    second: &SecondServer,
    customers: Vec<Arc<Customer>>,
) -> Vec<Arc<Customer>> {
    let place = |(index, customer): (usize, Arc<Customer>)| {
        if index % 2 == 0 {
            customer
        } else {
            let name = format!("customer-{index:04}");
            Arc::new(second.customer(app, &name, &customer))
        }
    };
    customers.into_iter().enumerate().map(place).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k_slots_stay_k() {
    const SLOTS: usize = 61;
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    app.issue("LAUNCH", 200, SLOTS as i64).await;
    let callers = spread(&app, &second, customers(&app, 400).await);
    let replies = at_once(callers.len(), |index| {
        let caller = Arc::clone(&callers[index]);
        async move { caller.checkout("m", "LAUNCH").await }
    })
    .await;
    let counts = statuses(&replies);
    assert_eq!((counts.get(&200), counts.get(&400)), (Some(&SLOTS), Some(&(400 - SLOTS))));
    second.stop().await;
    app.finish().await;
}

/// Vouchers in opposing orders: whatever the two engines lock, neither waits for the other for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_vouchers_lock_in_one_order() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    for index in 0..40 {
        app.issue(&format!("V-{index:02}"), 20, 0).await;
    }
    let callers = spread(&app, &second, customers(&app, 400).await);
    let replies = at_once(callers.len(), |index| {
        let caller = Arc::clone(&callers[index]);
        // Ascending on one server, descending on the other.
        let voucher = if index % 2 == 0 { index / 2 % 40 } else { 39 - index / 2 % 40 };
        async move { caller.checkout("m", &format!("V-{voucher:02}")).await }
    })
    .await;
    assert_eq!(statuses(&replies).get(&200), Some(&400));
    second.stop().await;
    app.finish().await;
}

/// One key for two Organizations, each request on its own server: no row lock is shared, so only the
/// stored key itself can tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_is_one_request_on_both() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    let here = app.member("traveller");
    let there = second.client(&app, "traveller", Role::Member);
    for round in 0..25 {
        let first = here.make_organization(&format!("first-{round}")).await;
        let other = here.make_organization(&format!("other-{round}")).await;
        let replies = at_once(2, |index| {
            let (client, tenant_id) = if index == 0 {
                (here.clone(), first.clone())
            } else {
                (there.clone(), other.clone())
            };
            let key = format!("round-{round}");
            async move {
                let body = json!({ "plan_id": "flexi", "tenant_id": tenant_id });
                client.post_keyed("/billing/checkout", &key, &body).await
            }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&200), counts.get(&409)), (Some(&1), Some(&1)), "round {round}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 25);
    second.stop().await;
    app.finish().await;
}

/// One customer, both servers, the same press of the button: one order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_on_the_other_server_orders_once() {
    let app = TestApp::start(Engine::Postgres).await;
    let second = SecondServer::beside(&app).await;
    app.issue("RETRY", 20, 0).await;
    let here = customers(&app, 60).await;
    let replies = at_once(240, |index| {
        let number = index / 4;
        let caller = if index % 2 == 0 {
            Arc::clone(&here[number])
        } else {
            Arc::new(second.customer(&app, &format!("customer-{number:04}"), &here[number]))
        };
        async move { caller.checkout("m", "RETRY").await }
    })
    .await;
    assert_eq!(statuses(&replies).get(&200), Some(&240));
    assert!(replies.chunks(4).all(|presses| presses.iter().all(|r| r.text == presses[0].text)));
    assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 60);
    second.stop().await;
    app.finish().await;
}
