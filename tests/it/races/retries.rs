//! A client that is not sure and asks again, while its first request still runs.

use std::sync::Arc;

use super::{at_once, customers, statuses};
use crate::harness::on_both;

on_both! {
    /// Two hundred requests with one key: one order, and everybody has its answer.
    async fn one_key_makes_one_order(app: &TestApp) {
        app.issue("RETRY", 30, 0).await;
        let owner = Arc::new(app.customer("nervous").await);
        let replies = at_once(200, |_| {
            let owner = Arc::clone(&owner);
            async move {
                let body = owner.checkout_body("m", "RETRY");
                owner.client.post_keyed("/billing/checkout", "the-same-key", &body).await
            }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&200));
        assert!(replies.iter().all(|reply| reply.text == replies[0].text), "equal answers");
        let first = replies.iter().filter(|r| !r.headers.contains_key("idempotency-replayed"));
        assert_eq!(first.count(), 1, "one request did the work");
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
        assert_eq!(owner.available_minor().await, 21_000);
    }

    /// One key with two bodies at once: one is served, the other is told.
    async fn one_key_with_two_bodies_serves_one(app: &TestApp) {
        let client = app.member("confused");
        let first = client.make_organization("first-shop").await;
        let second = client.make_organization("second-shop").await;
        let replies = at_once(60, |index| {
            let client = client.clone();
            let tenant_id = if index % 2 == 0 { first.clone() } else { second.clone() };
            async move {
                let body = serde_json::json!({ "plan_id": "flexi", "tenant_id": tenant_id });
                client.post_keyed("/billing/checkout", "one-key", &body).await
            }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&200), counts.get(&409)), (Some(&30), Some(&30)));
        for told in replies.into_iter().filter(|reply| reply.status == 409) {
            told.expect_problem(409, "idempotency_key_reused");
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
    }

    /// Every customer presses the button three times at once: one order each.
    async fn a_button_pressed_three_times_orders_once(app: &TestApp) {
        app.issue("TRIPLE", 20, 0).await;
        let callers = customers(app, 100).await;
        let replies = at_once(300, |index| {
            let caller = Arc::clone(&callers[index / 3]);
            async move { caller.checkout("m", "TRIPLE").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&300));
        for presses in replies.chunks(3) {
            assert!(presses.iter().all(|reply| reply.text == presses[0].text));
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 100);
        assert_eq!(app.number("SELECT COUNT(*) FROM promo_redemptions").await, 100);
    }

    /// A further voucher, redeemed by an impatient customer.
    async fn a_retried_redemption_grants_once(app: &TestApp) {
        app.issue("FURTHER", 20, 0).await;
        let owner = Arc::new(app.customer("impatient").await);
        let replies = at_once(100, |_| {
            let owner = Arc::clone(&owner);
            async move { owner.redeem("FURTHER").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&100));
        assert_eq!(owner.available_minor().await, 20_000);
    }
}
