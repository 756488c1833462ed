//! Credit that ends: it is not spent one moment after, whether it was written off by then or not.

use serde_json::json;

use crate::harness::{Customer, TestApp, each, on_both};

const DAY_SECONDS: i64 = 86_400;

/// A customer with 10 OMR of credit that ends in 30 days.
async fn customer_with_ending_credit(app: &TestApp) -> Customer {
    app.issue_as(json!({ "code": "MONTH-10", "credit_omr": 10, "credit_valid_days": 30 })).await;
    let ahmed = app.customer("ahmed").await;
    ahmed.redeem("MONTH-10").await.expect(200);
    ahmed
}

on_both! {
    async fn credit_can_be_spent_to_its_last_second(app: &TestApp) {
        let ahmed = customer_with_ending_credit(app).await;
        app.clock.advance_seconds(30 * DAY_SECONDS - 1);
        assert_eq!(ahmed.available_minor().await, 10_000);
        let answer = ahmed.checkout("m", "").await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 1_000);
    }

    async fn expired_credit_is_gone_before_the_sweep(app: &TestApp) {
        let ahmed = customer_with_ending_credit(app).await;
        app.clock.advance_days(30);
        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!((&balance["credit_omr"], &balance["credit_baisa"]), (&json!(0), &json!(0)));
        assert_eq!(balance["wallets"][0]["available_minor"], 0);
        assert_eq!(balance["wallets"][0]["balance_minor"], 10_000, "not written off yet");
        app.refuses(ahmed.checkout("m", ""), 503, "payment_not_configured").await;
    }

    /// The sweep writes what remains off, once, and says so in the ledger.
    async fn the_sweep_writes_expired_credit_off(app: &TestApp) {
        let ahmed = customer_with_ending_credit(app).await;
        let sara = app.customer("sara").await;
        app.issue("LASTING-7", 7, 0).await;
        sara.redeem("LASTING-7").await.expect(200);
        app.clock.advance_seconds(30 * DAY_SECONDS - 1);
        let before = app.state().await;
        assert_eq!(app.sweep_credit().await, 0);
        before.assert_unchanged(&app.state().await);

        app.clock.advance_seconds(1);
        assert_eq!(app.sweep_credit().await, 1);
        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!(balance["wallets"][0]["balance_minor"], 0);
        assert_eq!(each(&balance["entries"], "amount_baisa"), [json!(-10_000), json!(10_000)]);
        assert_eq!(each(&balance["entries"], "reason"), ["credit-expired", "promo:MONTH-10"]);
        assert_eq!(sara.available_minor().await, 7_000);
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'credit.expire'";
        assert_eq!(app.number(audited).await, 1);
        app.verify().await;

        let before = app.state().await;
        assert_eq!(app.sweep_credit().await, 0);
        before.assert_unchanged(&app.state().await);
        app.refuses(ahmed.checkout("m", ""), 503, "payment_not_configured").await;
    }

    /// What was spent in time stays spent; only the rest ends.
    async fn the_sweep_takes_what_is_left(app: &TestApp) {
        let ahmed = customer_with_ending_credit(app).await;
        app.issue("LASTING-7", 7, 0).await;
        ahmed.redeem("LASTING-7").await.expect(200);
        ahmed.checkout("m", "").await.expect(200);
        assert_eq!(ahmed.available_minor().await, 8_000);
        app.clock.advance_days(30);
        assert_eq!(ahmed.available_minor().await, 7_000);
        assert_eq!(app.sweep_credit().await, 1);
        assert_eq!(ahmed.available_minor().await, 7_000);
        let expired = "SELECT SUM(amount_minor) FROM credit_ledger WHERE kind = 'expiry'";
        assert_eq!(app.number(&format!("SELECT CAST(({expired}) AS bigint)")).await, -1_000);
    }

    /// Every voucher's credit ends for itself; several that end together are written off together.
    async fn lots_end_one_by_one(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for (code, credit_omr, days) in [("WEEK", 1, 7), ("WEEK-TOO", 2, 7), ("YEAR", 4, 365)] {
            app.issue_as(json!({
                "code": code, "credit_omr": credit_omr, "credit_valid_days": days,
            }))
            .await;
            ahmed.redeem(code).await.expect(200);
        }
        for (days, available_minor, swept) in [(6, 7_000, 0), (1, 4_000, 1), (300, 4_000, 0)] {
            app.clock.advance_days(days);
            assert_eq!(ahmed.available_minor().await, available_minor);
            assert_eq!(app.sweep_credit().await, swept);
            assert_eq!(ahmed.available_minor().await, available_minor);
            app.verify().await;
        }
        assert_eq!(app.number("SELECT COUNT(*) FROM credit_ledger WHERE kind = 'expiry'").await, 2);
    }

    /// How long credit lasts is settled when it is granted (decision 6).
    async fn a_later_edit_does_not_end_granted_credit(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        app.issue("MUSCAT-20", 20, 0).await;
        ahmed.redeem("MUSCAT-20").await.expect(200);
        app.issue_as(json!({ "code": "MUSCAT-20", "credit_omr": 20, "credit_valid_days": 1 }))
            .await;
        app.clock.advance_days(2);
        assert_eq!(app.sweep_credit().await, 0);
        assert_eq!(ahmed.available_minor().await, 20_000);
    }
}
