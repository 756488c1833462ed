//! Sovereigns of other currencies: `*_omr` counts whole units, minor units have the currency's
//! decimals, and prices are the seed's whole units.

use serde_json::json;

use crate::harness::{Setup, TestApp, each, on_both};

/// Follows 20 units of credit through every amount there is, in a currency of `scale` minor units.
async fn follow_the_money(app: &TestApp, code: &str, scale: i64) {
    let plans = app.anyone().get("/catalog/plans").await.expect(200);
    assert_eq!(each(&plans, "price_omr"), [5, 9, 16, 30, 0].map(|units| json!(units)));
    assert_eq!(each(&plans, "price_minor"), [5, 9, 16, 30, 0].map(|units| json!(units * scale)));
    assert_eq!(each(&plans, "currency"), vec![json!(code); 5]);
    let addons = app.anyone().get("/catalog/addons").await.expect(200);
    assert_eq!(addons[0]["price_minor"], 3 * scale);

    let issue = json!({ "code": "TWENTY", "credit_omr": 20 });
    let voucher = app.sovereign_admin().post("/billing/vouchers/issue", &issue).await.expect(200);
    assert_eq!(voucher["credit_omr"], 20);
    assert_eq!(voucher["credit_minor"], 20 * scale);
    assert_eq!(voucher["currency"], code);
    let asked = json!({ "code": "twenty" });
    let preview = app.anyone().post("/billing/vouchers/redeem-preview", &asked).await.expect(200);
    assert_eq!(preview["credit_omr"], 20);
    assert_eq!(preview["credit_minor"], 20 * scale);

    let customer = app.customer("customer").await;
    let mut body = customer.checkout_body("m", "TWENTY");
    body["addons"] = json!(["daily-backup"]);
    body["promo_value_minor"] = json!(20 * scale);
    let answer = customer.client.post("/billing/checkout", &body).await.expect(200);
    assert_eq!(answer["credit_balance"], 8);
    assert_eq!(answer["credit_balance_minor"], 8 * scale);
    assert_eq!(answer["currency"], code);

    let balance = customer.client.get("/billing/balance").await.expect(200);
    assert_eq!((&balance["credit_omr"], &balance["credit_baisa"]), (&json!(8), &json!(8 * scale)));
    assert_eq!(balance["currency"], code);
    assert_eq!(each(&balance["entries"], "amount_omr"), [json!(-12), json!(20)]);
    assert_eq!(each(&balance["entries"], "amount_baisa"), [json!(-12 * scale), json!(20 * scale)]);
    let path = format!("/billing/invoices/{}", customer.tenant_id);
    let invoices = customer.client.get(&path).await.expect(200);
    assert_eq!(each(&invoices, "amount_omr"), [json!(12)]);
    assert_eq!(each(&invoices, "amount_baisa"), [json!(12 * scale)]);
    assert_eq!(each(&invoices, "currency"), [json!(code)]);
    let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
    assert_eq!(each(&orders, "amount_omr"), [json!(12)]);
    assert_eq!(each(&orders, "amount_baisa"), [json!(12 * scale)]);
    let revenue = app.superadmin().get("/billing/admin/revenue").await.expect(200);
    assert_eq!(revenue["total_mrr"], 12);
    assert_eq!(revenue["total_mrr_baisa"], 12 * scale);

    let over = json!({ "code": "TOO-MUCH", "credit_omr": 1_000_000_001 });
    let refused = app.sovereign_admin().post("/billing/vouchers/issue", &over).await;
    assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "credit_omr");
}

on_both! {
    async fn a_bahraini_dinar_has_1000_fils(app: &TestApp, Setup::in_currency("BHD")) {
        follow_the_money(app, "BHD", 1_000).await;
    }
}

on_both! {
    async fn a_dollar_has_100_cents(app: &TestApp, Setup::in_currency("USD")) {
        follow_the_money(app, "USD", 100).await;
    }
}

on_both! {
    async fn a_yen_is_the_minor_unit(app: &TestApp, Setup::in_currency("JPY")) {
        follow_the_money(app, "JPY", 1).await;
    }
}
