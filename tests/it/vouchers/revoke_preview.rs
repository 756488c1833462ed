//! `GET /billing/vouchers/code/{code}/revoke-preview` and `/billing/vouchers/revoke-preview`: whom revoking touches.

use reqwest::Method;
use serde_json::{Value, json};

use super::{assert_field, refuses_others, revoke};
use crate::harness::{Setup, TestApp, on_both};

const OF_ALL: &str = "/billing/vouchers/revoke-preview";

fn of(code: &str) -> String {
    format!("/billing/vouchers/code/{code}/revoke-preview")
}

/// Customers, what they have left, orders that wait, and what those reserved.
async fn impact(app: &TestApp, path: &str) -> [Value; 4] {
    let told = app.sovereign_admin().get(path).await.expect(200);
    assert_eq!(told["currency"], "OMR");
    ["customers", "outstanding_minor", "orders", "reserved_minor"].map(|name| told[name].clone())
}

fn numbers(all: [i64; 4]) -> [Value; 4] {
    all.map(|number| json!(number))
}

on_both! {
    async fn it_counts_who_holds_credit_and_which_orders_wait(app: &TestApp, Setup::with_stripe()) {
        app.issue("GIFT-20", 20, 0).await;
        app.issue("GIFT-4", 4, 0).await;
        app.customer("banked").await.redeem("GIFT-20").await.expect(200);
        // 9 rial of it are spent.
        let spender = app.customer("spender").await;
        spender.checkout("m", "GIFT-20").await.expect(200);
        // What a card has to pay the rest of is reserved until it did.
        app.customer("waits").await.checkout("m", "GIFT-4").await.expect(200);
        let given_up = app.customer("given-up").await;
        given_up.checkout("m", "GIFT-4").await.expect(200);
        given_up.checkout("l", "").await.expect(200);
        assert_eq!(impact(app, &of("GIFT-20")).await, numbers([2, 31_000, 0, 0]));
        assert_eq!(impact(app, &of("gift-4")).await, numbers([0, 0, 1, 4_000]));
        // Who holds credit from both is one customer.
        spender.redeem("GIFT-4").await.expect(200);
        assert_eq!(impact(app, OF_ALL).await, numbers([2, 35_000, 1, 4_000]));
        assert_eq!(impact(app, &format!("{OF_ALL}?q=-4")).await, numbers([1, 4_000, 1, 4_000]));
        assert_eq!(impact(app, &format!("{OF_ALL}?q=nonesuch")).await, numbers([0; 4]));
        // Nothing happened by asking, and revoking takes nothing.
        revoke(app, "GIFT-20").await;
        assert_eq!(spender.available_minor().await, 15_000);
        assert_eq!(impact(app, &of("GIFT-20")).await, numbers([0; 4]));
    }

    async fn what_was_redeemed_too_often_is_not_counted(app: &TestApp) {
        app.issue("GIFT-1", 1, 0).await;
        app.execute("UPDATE promo_codes SET times_redeemed = 10001").await;
        assert_eq!(impact(app, &of("GIFT-1")).await, [const { Value::Null }; 4]);
        assert_eq!(impact(app, OF_ALL).await, [const { Value::Null }; 4]);
        app.execute("UPDATE promo_codes SET times_redeemed = 0").await;
    }

    async fn only_issuers_may_ask(app: &TestApp) {
        refuses_others(app, Method::GET, &of("NEVER-1"), None).await;
        refuses_others(app, Method::GET, OF_ALL, None).await;
        let admin = app.sovereign_admin();
        admin.get(&of("NEVER-1")).await.expect_problem(404, "not_found");
        let problem = admin.get(&format!("{OF_ALL}?status=gone")).await.expect_problem(400, "invalid_request");
        assert_field(&problem, "status");
    }
}
