//! Checkouts that credit covers.

use serde_json::json;

use crate::harness::on_both;

on_both! {
    /// One checkout with a voucher: every record of it agrees with every other.
    async fn everything_agrees_after_a_checkout(app: &TestApp) {
        app.issue("OMANTEL-MUSCAT-200", 200, 50).await;
        let ahmed = app.customer("kestrel-pharmacy").await;
        let answer = ahmed.checkout("m", " omantel-muscat-200 ").await.expect(200);
        assert_eq!(answer["paid_by_credit"], true);
        assert_eq!(answer["credit_balance"], 191);
        assert_eq!(answer["credit_balance_minor"], 191_000);
        assert!(answer.get("session_url").is_none());

        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!(balance["credit_omr"], 191);
        assert_eq!(balance["credit_baisa"], 191_000);
        assert_eq!(balance["held_minor"], 0);
        let amounts: Vec<_> = balance["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["amount_baisa"].clone())
            .collect();
        assert_eq!(amounts, [json!(-9_000), json!(200_000)], "newest first");
        assert_eq!(balance["entries"][0]["order_id"], answer["order_id"]);

        let subscription = format!("/billing/subscription/{}", ahmed.tenant_id);
        let subscription = ahmed.client.get(&subscription).await.expect(200);
        assert_eq!(subscription["status"], "active");
        assert_eq!(subscription["current_period_start"], "2027-03-01T12:00:00Z");
        assert_eq!(subscription["current_period_end"], "2027-04-01T12:00:00Z");

        let invoices = ahmed.client.get(&format!("/billing/invoices/{}", ahmed.tenant_id)).await;
        let invoices = invoices.expect(200);
        assert_eq!(invoices.as_array().unwrap().len(), 1);
        assert_eq!(invoices[0]["amount_baisa"], 9_000);
        assert_eq!(invoices[0]["status"], "paid");

        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        assert_eq!(orders.as_array().unwrap().len(), 1);
        assert_eq!(orders[0]["id"], answer["order_id"]);
        assert_eq!(orders[0]["status"], "completed");
        assert_eq!(orders[0]["promo_code"], "OMANTEL-MUSCAT-200");
        assert_eq!(orders[0]["promo_deleted"], false);

        let vouchers = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
        assert_eq!(vouchers[0]["times_redeemed"], 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM outbox WHERE type = 'order.placed'").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM audit_log WHERE action = 'checkout'").await, 1);
    }
}
