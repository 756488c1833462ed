//! Credit goes back to the lots it was drawn from.

use serde_json::json;

use super::{paid, pay, root, setup};
use crate::harness::{TestApp, on_both};

/// What remains in the lot of a voucher.
async fn remaining(app: &TestApp, code: &str) -> i64 {
    let sql = format!("SELECT remaining_minor FROM credit_lots WHERE reference = '{code}'");
    app.number(&sql).await
}

on_both! {
    /// What was drawn last comes back first: the credit that lasts.
    async fn the_last_drawn_comes_back_first(app: &TestApp, setup()) {
        app.issue_as(json!({ "code": "SOON", "credit_omr": 2, "credit_valid_days": 10 })).await;
        app.issue_as(json!({ "code": "LATER", "credit_omr": 3, "credit_valid_days": 90 })).await;
        app.issue("EVER", 2, 0).await;
        let customer = app.customer("ahmed").await;
        for code in ["EVER", "SOON", "LATER"] {
            customer.redeem(code).await.expect(200);
        }
        let paid = pay(app, customer, "").await;
        assert_eq!(paid.left(app).await, (7_000, 2_000));
        let root = root(app).await;
        let mut lots = Vec::new();
        for (key, credit) in [("a", 1_500), ("b", 1_500), ("c", 4_000)] {
            paid.refund(&root, key, json!({ "credit_minor": credit })).await.expect(200);
            lots.push([
                remaining(app, "EVER").await,
                remaining(app, "LATER").await,
                remaining(app, "SOON").await,
            ]);
        }
        assert_eq!(lots, [[1_500, 0, 0], [2_000, 1_000, 0], [2_000, 3_000, 2_000]]);
        assert_eq!(paid.wallet().await, (7_000, 0));
    }

    /// A lot that has ended lasts thirty days more, with what came back alone; one that ends later keeps its
    /// end.
    async fn what_comes_back_lasts_thirty_days_at_least(app: &TestApp, setup()) {
        app.issue_as(json!({ "code": "SHORT", "credit_omr": 10, "credit_valid_days": 5 })).await;
        let short = pay(app, app.customer("ahmed").await, "SHORT").await;
        app.issue_as(json!({ "code": "LONG", "credit_omr": 9, "credit_valid_days": 100 })).await;
        let long = pay(app, app.customer("sara").await, "LONG").await;
        app.clock.advance_seconds(60 * 86_400);
        assert_eq!(short.wallet().await, (0, 0));
        let root = root(app).await;
        // The one OMR that was left of it has ended with it.
        short.refund(&root, "a", json!({})).await.expect(200);
        long.refund(&root, "b", json!({})).await.expect(200);
        assert_eq!((short.wallet().await, long.wallet().await), ((9_000, 0), (9_000, 0)));
        app.clock.advance_seconds(30 * 86_400 - 1);
        assert_eq!((short.wallet().await, long.wallet().await), ((9_000, 0), (9_000, 0)));
        app.clock.advance_seconds(1);
        assert_eq!((short.wallet().await, long.wallet().await), ((0, 0), (9_000, 0)));
        app.clock.advance_seconds(10 * 86_400);
        assert_eq!(long.wallet().await, (0, 0));
    }

    /// What the customer owes is settled from it first.
    async fn what_is_owed_is_settled_first(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        app.stripe().dispute(&paid.charge_id, 3_000);
        app.stripe().deliver_all(1).await;
        assert_eq!(paid.wallet().await, (0, 3_000));
        let root = root(app).await;
        paid.refund(&root, "a", json!({ "credit_minor": 1_000 })).await.expect(200);
        assert_eq!(paid.wallet().await, (0, 2_000));
        paid.refund(&root, "b", json!({})).await.expect(200);
        assert_eq!(paid.wallet().await, (1_000, 0));
    }
}
