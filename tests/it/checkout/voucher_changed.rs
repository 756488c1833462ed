//! A voucher that changed between preview and checkout (decision 18): the customer gets the value
//! they saw, or is asked again.

use serde_json::{Value, json};

use crate::harness::{Customer, Reply, TestApp, on_both};

impl Customer {
    async fn checkout_seeing(&self, code: &str, value_minor: i64) -> Reply {
        let mut body = self.checkout_body("m", code);
        body["promo_value_minor"] = json!(value_minor);
        self.client.post("/billing/checkout", &body).await
    }

    async fn redeem_seeing(&self, code: &str, value_minor: i64) -> Reply {
        let body = json!({
            "tenant_id": self.tenant_id, "code": code, "promo_value_minor": value_minor,
        });
        self.client.post("/billing/vouchers/redeem", &body).await
    }
}

async fn previewed_minor(app: &TestApp, code: &str) -> i64 {
    let body = json!({ "code": code });
    let preview = app.anyone().post("/billing/vouchers/redeem-preview", &body).await.expect(200);
    preview["credit_minor"].as_i64().unwrap()
}

on_both! {
    async fn the_value_that_was_seen_is_granted(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let seen_minor = previewed_minor(app, "muscat-20").await;
        assert_eq!(seen_minor, 20_000);
        let answer = ahmed.checkout_seeing("MUSCAT-20", seen_minor).await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 11_000);
    }

    /// Changed either way between preview and checkout: told, asked again, nothing consumed.
    async fn another_value_is_told_first(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 1).await;
        let ahmed = app.customer("ahmed").await;
        let mut seen_minor = previewed_minor(app, "MUSCAT-20").await;
        for (credit_omr, credit_minor) in [(10, 10_000), (40, 40_000)] {
            app.issue("MUSCAT-20", credit_omr, 1).await;
            let checkout = ahmed.checkout_seeing("MUSCAT-20", seen_minor);
            let problem = app.refuses(checkout, 409, "voucher_changed").await;
            assert_eq!(problem["credit_minor"], credit_minor);
            assert_eq!(problem["field"], "promo_value_minor");
            let redeem = ahmed.redeem_seeing("MUSCAT-20", seen_minor);
            let problem = app.refuses(redeem, 409, "voucher_changed").await;
            assert_eq!(problem["credit_minor"], credit_minor);
            seen_minor = problem["credit_minor"].as_i64().unwrap();
        }
        // Asked again with the value it was told.
        let answer = ahmed.checkout_seeing("MUSCAT-20", seen_minor).await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 31_000);
    }

    /// Also where the new value would not cover the total: the change is told before the remainder.
    async fn the_change_is_told_before_the_remainder(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        app.issue("MUSCAT-20", 5, 0).await;
        app.refuses(ahmed.checkout_seeing("MUSCAT-20", 20_000), 409, "voucher_changed").await;
    }

    /// Only the value was shown; other edits do not ask again.
    async fn other_edits_change_nothing(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 1).await;
        let ahmed = app.customer("ahmed").await;
        app.issue_as(json!({
            "code": "MUSCAT-20", "credit_omr": 20, "max_redemptions": 7, "description": "edited",
            "credit_valid_days": 90,
        }))
        .await;
        ahmed.checkout_seeing("MUSCAT-20", 20_000).await.expect(200);
    }

    async fn revoked_since_the_preview(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let seen_minor = previewed_minor(app, "MUSCAT-20").await;
        app.revoke("MUSCAT-20").await;
        let checkout = ahmed.checkout_seeing("MUSCAT-20", seen_minor);
        app.refuses(checkout, 400, "voucher_unknown").await;
        let redeem = ahmed.redeem_seeing("MUSCAT-20", seen_minor);
        app.refuses(redeem, 400, "voucher_unknown").await;
    }

    /// A voucher that cannot be redeemed is refused for that; its new value is nobody's concern.
    async fn a_refused_voucher_does_not_tell_its_value(app: &TestApp) {
        app.issue_as(json!({ "code": "MUSCAT-20", "credit_omr": 30, "active": false })).await;
        let ahmed = app.customer("ahmed").await;
        let checkout = ahmed.checkout_seeing("MUSCAT-20", 20_000);
        let problem = app.refuses(checkout, 400, "voucher_inactive").await;
        assert_eq!(problem.get("credit_minor"), None::<&Value>);
    }

    /// A value without a code was seen for nothing.
    async fn a_value_without_a_code_is_ignored(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let mut body = ahmed.checkout_body("flexi", "");
        body["promo_value_minor"] = json!(20_000);
        ahmed.client.post("/billing/checkout", &body).await.expect(200);
    }

    /// Edits count for later redemptions only (decision 6).
    async fn an_edit_leaves_granted_credit_alone(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        ahmed.redeem("MUSCAT-20").await.expect(200);
        app.issue("MUSCAT-20", 50, 0).await;
        assert_eq!(ahmed.available_minor().await, 20_000);
        sara.redeem("MUSCAT-20").await.expect(200);
        assert_eq!(sara.available_minor().await, 50_000);
        app.revoke("MUSCAT-20").await;
        assert_eq!(ahmed.available_minor().await, 20_000);
    }
}
