//! An order is refunded whole, once, by whoever may.

use serde_json::json;

use super::{paid, parts, pay, root, setup};
use crate::harness::on_both;

on_both! {
    /// Credit goes back as credit, the card's part to the card, and the order stays what it was.
    async fn each_side_gets_back_what_it_paid(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        assert_eq!(paid.left(app).await, (4_000, 5_000));
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(parts(&refund), (4_000, 5_000));
        assert_eq!((&refund["amount_minor"], &refund["status"]), (&json!(9_000), &json!("succeeded")));
        assert_eq!((&refund["reason"], &refund["voucher_freed"]), (&json!("asked for"), &json!(false)));
        assert_eq!(paid.wallet().await, (4_000, 0));
        assert_eq!(paid.left(app).await, (0, 0));
        let made = app.stripe().all("refund");
        assert_eq!((made.len(), &made[0]["amount"]), (1, &json!(5_000)));
        assert_eq!(made[0]["metadata"]["order_id"], paid.order_id);
        assert_eq!(app.stripe().objects_without_metadata(), []);
        // Stripe tells of it, and that is no second one.
        app.stripe().deliver_all(2).await;
        let listed = paid.refunds(app).await;
        assert_eq!(listed["refunds"], json!([refund]));
        assert_eq!((&listed["order_status"], &listed["disputed"]), (&json!("completed"), &json!(false)));
        let again = paid.refund(&root(app).await, "b", json!({})).await;
        again.expect_problem(409, "nothing_to_refund");
    }

    async fn what_credit_paid_alone_needs_no_card(app: &TestApp, setup()) {
        app.issue("TWENTY", 20, 0).await;
        let paid = pay(app, app.customer("ahmed").await, "TWENTY").await;
        let refund = paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!((parts(&refund), &refund["status"]), ((9_000, 0), &json!("succeeded")));
        assert_eq!(paid.wallet().await, (20_000, 0));
        assert_eq!(app.stripe().all("refund").len(), 0);
    }

    /// A retry has the first refund; another wish under the same key is refused.
    async fn a_retry_refunds_nothing_more(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let root = root(app).await;
        let first = paid.refund(&root, "a", json!({ "amount_minor": 900 })).await;
        let again = paid.refund(&root, "a", json!({ "amount_minor": 900 })).await;
        again.assert_replays(&first);
        let other = paid.refund(&root, "a", json!({ "amount_minor": 910 })).await;
        other.expect_problem(409, "idempotency_key_reused");
        let body = json!({ "amount_minor": 900, "reason": "no key" });
        let first = root.post(&paid.path(), &body).await;
        root.post(&paid.path(), &body).await.assert_replays(&first);
        assert_eq!(paid.left(app).await, (3_200, 4_000));
        app.clock.advance_seconds(61);
        root.post(&paid.path(), &body).await.expect(200);
        assert_eq!(paid.left(app).await, (2_800, 3_500));
        assert_eq!(app.stripe().all("refund").len(), 3);
    }

    /// What an administrator sees of the Organization is net of what came back and was taken back.
    async fn totals_are_net_of_what_came_back(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let totals = async || {
            let listed = app.superadmin().get("/billing/admin/organizations").await.expect(200);
            ["granted", "spent", "available"]
                .map(|name| listed[0][format!("credit_{name}_minor")].as_i64().unwrap())
        };
        assert_eq!(totals().await, [4_000, 4_000, 0]);
        paid.refund(&root(app).await, "a", json!({ "amount_minor": 900 })).await.expect(200);
        assert_eq!(totals().await, [4_000, 3_600, 400]);
        let dispute = app.stripe().dispute(&paid.charge_id, 1_000);
        app.stripe().deliver_all(1).await;
        assert_eq!(totals().await, [3_000, 3_600, 0]);
        app.stripe().win(&dispute);
        app.stripe().deliver_all(1).await;
        assert_eq!(totals().await, [4_000, 3_600, 400]);
    }

    /// Only an order that was paid, only by a superadmin, and only after a recent sign-in.
    async fn not_every_order_is_refunded_by_everybody(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        let body = json!({ "reason": "asked for" });
        app.sovereign_admin().post(&paid.path(), &body).await.expect_problem(403, "forbidden");
        paid.customer.client.post(&paid.path(), &body).await.expect_problem(403, "forbidden");
        let root = root(app).await;
        for nothing in ["00000000-0000-0000-0000-000000000000", "x"] {
            let path = format!("/billing/admin/orders/{nothing}/refund");
            root.post(&path, &body).await.expect_problem(404, "not_found");
            let path = format!("{path}s");
            root.get(&path).await.expect_problem(404, "not_found");
        }
        for reason in [json!(""), json!("  "), json!("x".repeat(501)), json!("a\u{0}b")] {
            let refused = root.post(&paid.path(), &json!({ "reason": reason })).await;
            assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "reason");
        }
        let waiting = app.customer("sara").await;
        let order = waiting.checkout("m", "").await.expect(200);
        let path = format!("/billing/admin/orders/{}/refund", order["order_id"].as_str().unwrap());
        root.post(&path, &body).await.expect_problem(409, "order_not_completed");
        app.clock.advance_seconds(601);
        root.post(&paid.path(), &body).await.expect_problem(401, "sign_in_again");
        assert_eq!(paid.left(app).await, (4_000, 5_000));
    }
}
