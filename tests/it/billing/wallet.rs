//! `GET /billing/wallet/{tenant_id}`: what there is, where it came from, and how long it lasts.

use serde_json::{Value, json};
use sovereign_domain::tax::TaxRules;

use crate::harness::{Customer, FQDN, Setup, assert_shape, each, on_both};

async fn wallet(customer: &Customer) -> Value {
    let path = format!("/billing/wallet/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

on_both! {
    async fn it_has_its_lots_and_how_long_they_last(app: &TestApp) {
        app.issue("LONG-29", 29, 0).await;
        let ahmed = app.customer("ahmed").await;
        let empty = wallet(&ahmed).await;
        assert_shape(
            &empty,
            "tenant_id:text currency:text available_minor:int balance_minor:int held_minor:int \
             owed_minor:int lots:objects lasts:text expires_unused:objects",
        );
        assert_eq!((&empty["lasts"], &empty["lots"]), (&json!("no_subscription"), &json!([])));
        ahmed.checkout("m", "LONG-29").await.expect(200);
        let found = wallet(&ahmed).await;
        assert_eq!(found["available_minor"], 20_000);
        // The paid month, and two more of 9 each.
        assert_eq!((&found["lasts"], &found["lasts_months"]), (&json!("until"), &json!(2)));
        assert_eq!(found["lasts_until"], "2027-06-01T12:00:00Z");
        assert_eq!(found["lots"][0]["reference"], "LONG-29");
        assert_eq!(found["lots"][0]["remaining_minor"], 20_000);

        // It is gone before the third of the months that it would pay.
        app.issue_as(json!({ "code": "SHORT-40", "credit_omr": 40, "credit_valid_days": 70 })).await;
        ahmed.redeem("SHORT-40").await.expect(200);
        let found = wallet(&ahmed).await;
        assert_eq!(each(&found["lots"], "reference"), ["SHORT-40", "LONG-29"]);
        assert_eq!(found["lasts_until"], "2027-08-01T12:00:00Z");
        assert_eq!(each(&found["expires_unused"], "amount_minor"), [json!(22_000)]);
        assert_eq!(found["expires_unused"][0]["lot_id"], found["lots"][0]["id"]);
        assert_eq!(found["expires_unused"][0]["expires_at"], "2027-05-10T12:00:00Z");

        let path = format!("/billing/subscription/{}/cancel", ahmed.tenant_id);
        ahmed.client.post(&path, &json!({ "at": "period_end" })).await.expect(200);
        let found = wallet(&ahmed).await;
        assert_eq!((&found["lasts"], &found["lasts_until"]),
            (&json!("ends"), &json!("2027-04-01T12:00:00Z")));
        assert_eq!(each(&found["expires_unused"], "amount_minor"), [json!(40_000)]);
    }

    async fn the_price_is_with_tax(app: &TestApp, Setup {
        tax: TaxRules { rate_bp: 500, included: false }, ..Setup::default()
    }) {
        app.issue("CREDIT-28", 28, 0).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "CREDIT-28").await.expect(200);
        // 18.55 is one month of 9.45, and not two.
        let found = wallet(&ahmed).await;
        assert_eq!((&found["available_minor"], &found["lasts_months"]), (&json!(18_550), &json!(1)));
    }

    async fn what_is_held_says_for_which_order(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.checkout("m", "FOUR").await.expect(200);
        let found = wallet(&ahmed).await;
        assert_eq!((&found["available_minor"], &found["held_minor"]), (&json!(0), &json!(4_000)));
        let held = &found["held_for"];
        assert_eq!(held["order_id"], answer["order_id"]);
        assert_eq!((&held["credit_minor"], &held["charge_minor"]), (&json!(4_000), &json!(5_000)));
        let order = answer["order_id"].as_str().unwrap();
        assert_eq!(held["pay_url"], format!("https://{FQDN}/pay/{order}"));
    }

    /// A card pays what credit does not, so that less of it expires.
    async fn beside_a_card_less_expires(app: &TestApp, Setup::with_stripe()) {
        app.issue_as(json!({ "code": "TWELVE", "credit_omr": 12, "credit_valid_days": 40 })).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.checkout("m", "TWELVE").await.expect(200);
        assert_eq!(each(&wallet(&ahmed).await["expires_unused"], "amount_minor"), [json!(3_000)]);
        app.execute("UPDATE customers SET payment_method_id = 'pm_1'").await;
        let found = wallet(&ahmed).await;
        assert_eq!((&found["expires_unused"], &found["lasts_months"]), (&json!([]), &json!(0)));
        app.execute("UPDATE customers SET payment_method_id = NULL").await;
    }
}
