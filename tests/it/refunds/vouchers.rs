//! A refund frees the voucher of its order only where somebody says so.

use serde_json::json;

use super::{paid, pay, root, setup};
use crate::harness::{TestApp, on_both};

async fn times_redeemed(app: &TestApp, code: &str) -> i64 {
    let sql =
        format!("SELECT CAST(times_redeemed AS bigint) FROM promo_codes WHERE code = '{code}'");
    app.number(&sql).await
}

on_both! {
    /// Unless it is said, the voucher stays redeemed and its credit stays the customer's.
    async fn a_refund_alone_frees_nothing(app: &TestApp, setup()) {
        let paid = paid(app, "ahmed").await;
        paid.refund(&root(app).await, "a", json!({})).await.expect(200);
        assert_eq!(times_redeemed(app, "FOUR").await, 1);
        let again = paid.customer.redeem("FOUR").await;
        again.expect_problem(400, "voucher_redeemed_by_you");
        assert_eq!(paid.wallet().await, (4_000, 0));
    }

    /// The grant is taken back, the slot is free, and the same customer may redeem again.
    async fn a_freed_voucher_is_good_again(app: &TestApp, setup()) {
        app.issue("ONCE", 4, 1).await;
        let paid = pay(app, app.customer("ahmed").await, "ONCE").await;
        let wish = json!({ "free_voucher": true });
        let refund = paid.refund(&root(app).await, "a", wish).await.expect(200);
        assert_eq!(refund["voucher_freed"], true);
        assert_eq!(times_redeemed(app, "ONCE").await, 0);
        assert_eq!(paid.wallet().await, (0, 0));
        paid.customer.redeem("ONCE").await.expect(200);
        assert_eq!(paid.wallet().await, (4_000, 0));
        assert_eq!(times_redeemed(app, "ONCE").await, 1);
    }

    /// What was spent and does not come back is owed; what was not spent is taken back.
    async fn what_was_spent_is_owed(app: &TestApp, setup()) {
        app.issue("TWENTY", 20, 0).await;
        let paid = pay(app, app.customer("ahmed").await, "TWENTY").await;
        assert_eq!(paid.wallet().await, (11_000, 0));
        let root = root(app).await;
        let wish = json!({ "amount_minor": 4_000, "free_voucher": true });
        paid.refund(&root, "a", wish).await.expect(200);
        assert_eq!(paid.wallet().await, (0, 5_000));
        // What comes back later pays what is owed for it.
        paid.refund(&root, "b", json!({ "amount_minor": 3_000 })).await.expect(200);
        assert_eq!(paid.wallet().await, (0, 2_000));
        paid.customer.redeem("TWENTY").await.expect(200);
        assert_eq!(paid.wallet().await, (18_000, 0));
    }

    /// Credit that ended unspent was never the customer's: nothing is owed for it.
    async fn what_ended_unspent_is_not_owed(app: &TestApp, setup()) {
        app.issue_as(json!({ "code": "SHORT", "credit_omr": 20, "credit_valid_days": 5 })).await;
        let paid = pay(app, app.customer("ahmed").await, "SHORT").await;
        app.clock.advance_seconds(6 * 86_400);
        assert_eq!(app.sweep_credit().await, 1);
        let wish = json!({ "free_voucher": true });
        paid.refund(&root(app).await, "a", wish).await.expect(200);
        assert_eq!(paid.wallet().await, (0, 0));
    }

    async fn there_must_be_one_to_free(app: &TestApp, setup()) {
        let root = root(app).await;
        let wish = json!({ "amount_minor": 1_000, "free_voucher": true });
        let without = pay(app, app.customer("sara").await, "").await;
        let refused = without.refund(&root, "a", wish.clone()).await;
        assert_eq!(refused.expect_problem(409, "no_voucher_to_free")["field"], "free_voucher");
        let paid = paid(app, "ahmed").await;
        paid.refund(&root, "b", wish.clone()).await.expect(200);
        paid.refund(&root, "c", wish).await.expect_problem(409, "no_voucher_to_free");
        assert_eq!(times_redeemed(app, "FOUR").await, 0);
    }

    /// Another order of the Organization holds credit of the voucher, which cannot be taken back then.
    async fn credit_that_is_held_stays(app: &TestApp, setup()) {
        app.issue("TWELVE", 12, 0).await;
        let paid = pay(app, app.customer("ahmed").await, "TWELVE").await;
        app.execute("UPDATE subscriptions SET status = 'canceled'").await;
        paid.customer.checkout("m", "").await.expect(200);
        let root = root(app).await;
        let wish = json!({ "amount_minor": 1_000, "free_voucher": true });
        let refused = paid.refund(&root, "a", wish).await;
        refused.expect_problem(409, "voucher_credit_held");
        assert_eq!(paid.left(app).await, (9_000, 0));
    }
}
