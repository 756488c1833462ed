//! The first requests of a person whom the Sovereign has never seen, all at once.

use std::sync::Arc;

use serde_json::json;

use super::{at_once, statuses};
use crate::harness::{Customer, on_both};

on_both! {
    /// Ten checkouts at once: one order, one account, ten equal answers.
    async fn ten_first_checkouts_make_one_order(app: &TestApp) {
        app.issue("WELCOME", 50, 0).await;
        let ahmed = Arc::new(app.customer("kestrel").await);
        let replies = at_once(10, |_| {
            let ahmed = Arc::clone(&ahmed);
            async move { ahmed.checkout("m", "WELCOME").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&10));
        assert!(replies.iter().all(|reply| reply.text == replies[0].text), "ten equal answers");
        for (table, expected) in [
            ("orders", 1),
            ("subscriptions", 1),
            ("invoices", 1),
            ("promo_redemptions", 1),
            ("customers", 1),
            ("wallets", 1),
        ] {
            let rows = app.number(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, expected, "{table}");
        }
        assert_eq!(ahmed.available_minor().await, 41_000);
    }

    /// Ten checkouts at once, each under a key of its own: one order, nine told so.
    async fn ten_keyed_first_checkouts_make_one_order(app: &TestApp) {
        app.issue("WELCOME", 50, 0).await;
        let ahmed = Arc::new(app.customer("kestrel").await);
        let replies = at_once(10, |index| {
            let ahmed = Arc::clone(&ahmed);
            async move {
                let body = ahmed.checkout_body("m", "WELCOME");
                ahmed.client.post_keyed("/billing/checkout", &format!("key-{index}"), &body).await
            }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&200), counts.get(&409)), (Some(&1), Some(&9)));
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
    }

    /// A hundred first requests under one new token make one user.
    async fn a_new_user_is_made_once(app: &TestApp) {
        let client = app.member("newcomer");
        let replies = at_once(100, |_| {
            let client = client.clone();
            async move { client.get("/tenant/orgs").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&100));
        assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 1);
        let events = "SELECT COUNT(*) FROM outbox WHERE type = 'user.created'";
        assert_eq!(app.number(events).await, 1);
    }

    /// A hundred people want one address: one gets it, with one account.
    async fn one_address_goes_to_one_organization(app: &TestApp) {
        let replies = at_once(100, |index| {
            let client = app.member(&format!("founder-{index}"));
            let body = json!({ "slug": "pharmacy", "name": "Pharmacy", "plan_id": "s" });
            async move { client.post("/tenant/orgs", &body).await }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!((counts.get(&201), counts.get(&409)), (Some(&1), Some(&99)));
        for table in ["organizations", "customers", "wallets", "members"] {
            let rows = app.number(&format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(rows, 1, "{table}");
        }
    }

    /// Many Organizations of one person, each checked out at once: each has its own account and order.
    async fn one_person_may_order_for_many_organizations(app: &TestApp) {
        let client = app.member("holding");
        let mut owned = Vec::new();
        for index in 0..30 {
            let tenant_id = client.make_organization(&format!("branch-{index}")).await;
            owned.push(Arc::new(Customer { client: client.clone(), tenant_id }));
        }
        let replies = at_once(owned.len(), |index| {
            let organization = Arc::clone(&owned[index]);
            async move { organization.checkout("flexi", "").await }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&30));
        assert_eq!(app.number("SELECT COUNT(DISTINCT customer_id) FROM orders").await, 30);
    }
}
