//! All of a change or nothing of it.

use serde_json::json;

use crate::harness::{TestApp, on_both};

/// Rows in the tables that an issue or a checkout writes to.
async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "promo_codes",
        "promo_redemptions",
        "credit_lots",
        "credit_ledger",
        "orders",
        "subscriptions",
        "invoices",
        "idempotency_keys",
        "audit_log",
        "outbox",
    ] {
        counts.push(app.number(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    counts.push(
        app.number("SELECT COALESCE(CAST(SUM(balance_minor) AS bigint), 0) FROM wallets").await,
    );
    counts.push(
        app.number("SELECT COALESCE(CAST(SUM(times_redeemed) AS bigint), 0) FROM promo_codes")
            .await,
    );
    counts
}

on_both! {
    /// The last statement of an issue fails: what the others wrote is gone, and the connection is
    /// as good as before.
    async fn an_issue_that_fails_leaves_nothing(app: &TestApp) {
        let before = rows(app).await;
        let voucher = json!({ "code": "HALF-25", "credit_omr": 25 });
        let admin = app.sovereign_admin();
        // Signs in, which writes as well.
        admin.get("/billing/vouchers/list").await.expect(200);
        let signed_in = rows(app).await;
        assert_ne!(signed_in, before);
        app.execute("ALTER TABLE audit_log RENAME TO away").await;
        for _ in 0..20 {
            let issued = admin.post("/billing/vouchers/issue", &voucher).await;
            issued.expect_problem(500, "internal");
        }
        app.execute("ALTER TABLE away RENAME TO audit_log").await;
        assert_eq!(rows(app).await, signed_in);
        admin.post("/billing/vouchers/issue", &voucher).await.expect(200);
    }

    /// A checkout that cannot write its event has taken no credit, no slot of the cap, no key.
    async fn a_checkout_that_fails_leaves_nothing(app: &TestApp) {
        app.issue("HALF-25", 25, 1).await;
        let ahmed = app.customer("kestrel-pharmacy").await;
        let before = rows(app).await;
        app.execute("ALTER TABLE outbox RENAME TO away").await;
        let body = ahmed.checkout_body("m", "HALF-25");
        for _ in 0..3 {
            let failed = ahmed.client.post_keyed("/billing/checkout", "first", &body).await;
            failed.expect_problem(500, "internal");
        }
        app.execute("ALTER TABLE away RENAME TO outbox").await;
        assert_eq!(rows(app).await, before);
        let done = ahmed.client.post_keyed("/billing/checkout", "first", &body).await.expect(200);
        assert_eq!(done["credit_balance"], 16);
    }

    /// Many transactions that were begun and given up: none of them keeps its connection or its lock.
    async fn a_transaction_that_is_dropped_holds_nothing(app: &TestApp) {
        for _ in 0..50 {
            drop(app.store.begin().await.unwrap());
            drop(app.store.snapshot().await.unwrap());
        }
        app.issue("FREE-5", 5, 0).await;
    }

    /// Somebody writes for a long time: whoever only reads is not kept waiting, and sees no half.
    async fn readers_do_not_wait_for_writers(app: &TestApp) {
        app.issue("READ-5", 5, 0).await;
        let long = app.store.begin().await.unwrap();
        let code = json!({ "code": "READ-5" });
        app.anyone().post("/billing/vouchers/redeem-preview", &code).await.expect(200);
        app.anyone().get("/readyz").await.expect(200);
        app.verify().await;
        drop(long);
    }
}
