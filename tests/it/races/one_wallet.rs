//! Many commands, one wallet.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{at_once, statuses};
use crate::harness::on_both;

/// Distinct selections: none is the retry of another.
fn selections(catalog: &Value, count: usize) -> Vec<Value> {
    let apps: Vec<&Value> = catalog.as_array().unwrap().iter().map(|app| &app["slug"]).collect();
    (1..=count)
        .map(|index| {
            let chosen = (0..apps.len()).filter(|bit| *bit < 16 && index >> bit & 1 == 1);
            Value::Array(chosen.map(|bit| apps[bit].clone()).collect())
        })
        .collect()
}

on_both! {
    /// Two hundred different orders at once against one Organization's credit: one is placed, and the
    /// credit is spent once.
    async fn credit_is_spent_once(app: &TestApp) {
        app.issue("ENOUGH-FOR-ONE", 9, 0).await;
        let owner = Arc::new(app.customer("busy-shop").await);
        owner.redeem("ENOUGH-FOR-ONE").await.expect(200);
        let catalog = app.anyone().get("/catalog/apps").await.expect(200);
        let selections = selections(&catalog, 200);
        let replies = at_once(selections.len(), |index| {
            let (owner, apps) = (Arc::clone(&owner), selections[index].clone());
            async move {
                let mut body = owner.checkout_body("m", "");
                body["apps"] = apps;
                owner.client.post("/billing/checkout", &body).await
            }
        })
        .await;
        let counts = statuses(&replies);
        assert_eq!(counts.get(&200), Some(&1));
        for refused in replies.into_iter().filter(|reply| reply.status != 200) {
            refused.expect_problem(409, "already_subscribed");
        }
        assert_eq!(owner.available_minor().await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 1);
    }

    /// Grants and a draw at the same time on one wallet: nothing is lost, nothing is made up.
    async fn grants_and_draws_add_up(app: &TestApp) {
        const VOUCHERS: usize = 150;
        for index in 0..VOUCHERS {
            app.issue(&format!("GIFT-{index}"), 1, 0).await;
        }
        app.issue("FIRST", 9, 0).await;
        let owner = Arc::new(app.customer("lucky-shop").await);
        let replies = at_once(VOUCHERS + 1, |index| {
            let owner = Arc::clone(&owner);
            async move {
                if index == VOUCHERS {
                    owner.checkout("m", "FIRST").await
                } else {
                    owner.redeem(&format!("GIFT-{index}")).await
                }
            }
        })
        .await;
        assert_eq!(statuses(&replies).get(&200), Some(&(VOUCHERS + 1)));
        assert_eq!(owner.available_minor().await, VOUCHERS as i64 * 1_000);
        let draws = "SELECT CAST(SUM(amount_minor) AS bigint) FROM credit_ledger WHERE kind = 'draw'";
        assert_eq!(app.number(draws).await, -9_000);
    }

    /// Too little credit for an order: however many try, the credit stays whole.
    async fn refusals_at_once_take_nothing(app: &TestApp) {
        app.issue("TOO-LITTLE", 8, 0).await;
        let owner = Arc::new(app.customer("small-shop").await);
        owner.redeem("TOO-LITTLE").await.expect(200);
        let replies = at_once(100, |index| {
            let owner = Arc::clone(&owner);
            let key = format!("try-{index}");
            async move {
                let body = json!({ "plan_id": "m", "tenant_id": owner.tenant_id });
                owner.client.post_keyed("/billing/checkout", &key, &body).await
            }
        })
        .await;
        for refused in replies {
            refused.expect_problem(503, "payment_not_configured");
        }
        assert_eq!(owner.available_minor().await, 8_000);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders").await, 0);
    }
}
