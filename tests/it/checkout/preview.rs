//! `POST /billing/checkout/preview`: what an order would come to, and nothing of it happens.

use serde_json::{Value, json};
use sovereign_domain::calendar::TimeZone;
use sovereign_domain::tax::TaxRules;

use crate::harness::{Customer, Reply, Setup, assert_shape, on_both};

const PREVIEW: &str = "/billing/checkout/preview";

impl Customer {
    async fn preview(&self, plan: &str, code: &str) -> Reply {
        self.client.post(PREVIEW, &self.checkout_body(plan, code)).await
    }
}

fn amounts(quote: &Value, names: [&str; 5]) -> [i64; 5] {
    names.map(|name| quote[name].as_i64().unwrap())
}

const AMOUNTS: [&str; 5] =
    ["total_minor", "credit_minor", "charge_minor", "credit_available_minor", "credit_left_minor"];

/// With tax that is added.
fn muscat() -> Setup {
    let zone = TimeZone::get("Asia/Muscat").unwrap();
    Setup { zone, tax: TaxRules { rate_bp: 500, included: false }, ..Setup::with_stripe() }
}

on_both! {
    /// Before and after say the same, to the minor unit.
    async fn it_says_what_the_checkout_then_does(app: &TestApp, muscat()) {
        app.issue_as(json!({ "code": "MUSCAT-40", "credit_omr": 40, "credit_valid_days": 70 })).await;
        let ahmed = app.customer("ahmed").await;
        let mut body = ahmed.checkout_body("m", "MUSCAT-40");
        body["addons"] = json!(["daily-backup"]);
        let before = app.state().await;
        let quote = ahmed.client.post(PREVIEW, &body).await.expect(200);
        before.assert_unchanged(&app.state().await);
        assert_shape(
            &quote,
            "plan_id:text apps:texts addons:texts lines:objects tax_minor:int total_minor:int \
             promo_value_minor:int promo_expires_at:time credit_available_minor:int credit_minor:int \
             charge_minor:int rounding_minor:int credit_left_minor:int month_minor:int \
             month_tax_minor:int covered_months:int covered_until:time currency:text",
        );
        // 9 and 3 OMR, and 5% on them.
        assert_eq!(amounts(&quote, AMOUNTS), [12_600, 12_600, 0, 0, 27_400]);
        assert_eq!((&quote["tax_minor"], &quote["month_minor"]), (&json!(600), &json!(12_600)));
        assert_eq!(quote["promo_value_minor"], 40_000);
        let lines: Vec<_> = quote["lines"].as_array().unwrap().iter().collect();
        assert_eq!((&lines[0]["kind"], &lines[0]["amount_minor"]), (&json!("plan"), &json!(9_000)));
        assert_eq!((&lines[1]["kind"], &lines[1]["amount_minor"]), (&json!("addon"), &json!(3_000)));
        // The second month is paid too, and the third; by then the credit has ended.
        assert_eq!(quote["covered_months"], 3);

        body["promo_value_minor"] = quote["promo_value_minor"].clone();
        let answer = ahmed.client.post("/billing/checkout", &body).await.expect(200);
        assert_eq!(answer["credit_balance_minor"], quote["credit_left_minor"]);
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        let invoice = ahmed.client.get(&path).await.expect(200)[0].clone();
        assert_eq!(invoice["amount_baisa"], quote["total_minor"]);
        let refused = ahmed.client.post(PREVIEW, &body);
        app.refuses(refused, 409, "already_subscribed").await;
    }

    async fn a_card_pays_the_remainder(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 0).await;
        let ahmed = app.customer("ahmed").await;
        let quote = ahmed.preview("m", "FOUR").await.expect(200);
        assert_eq!(amounts(&quote, AMOUNTS), [9_000, 4_000, 5_000, 0, 0]);
        assert_eq!((quote["covered_months"].clone(), quote.get("covered_until")), (json!(0), None));
        assert_eq!(app.stripe().calls().len(), 0, "nobody asks Stripe");
    }

    /// The order that waits is reckoned as given back, its voucher too, and goes on waiting.
    async fn an_order_that_waits_does_not_stand_in_its_way(app: &TestApp, Setup::with_stripe()) {
        app.issue("FOUR", 4, 1).await;
        let ahmed = app.customer("ahmed").await;
        let first = ahmed.checkout("m", "FOUR").await.expect(200);
        let before = app.state().await;
        let quote = ahmed.preview("l", "FOUR").await.expect(200);
        assert_eq!(amounts(&quote, AMOUNTS), [16_000, 4_000, 12_000, 0, 0]);
        let without = ahmed.preview("l", "").await.expect(200);
        assert_eq!(amounts(&without, AMOUNTS), [16_000, 0, 16_000, 0, 0]);
        before.assert_unchanged(&app.state().await);

        let second = ahmed.checkout("l", "FOUR").await.expect(200);
        assert_ne!(first["order_id"], second["order_id"]);
        let session = app.stripe().all("checkout.session").pop().unwrap();
        assert_eq!(json!(session["amount_total"]), quote["charge_minor"]);
    }

    /// Each rule in the words of the checkout; and a wrong value asks again.
    async fn what_the_checkout_refuses_the_preview_refuses(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue_as(json!({ "code": "SLEEPING-20", "credit_omr": 20, "active": false })).await;
        let (ahmed, sara) = (app.customer("ahmed").await, app.customer("sara").await);
        let viewer = ahmed.add_member(app, "fatma", "viewer").await;
        let changed = |value: i64| {
            let mut body = ahmed.checkout_body("m", "MUSCAT-20");
            body["promo_value_minor"] = json!(value);
            body
        };
        let foreign = json!({ "tenant_id": sara.tenant_id, "plan_id": "m" });
        for (customer, body, status, rule) in [
            (&ahmed, ahmed.checkout_body("m", "NEVER-20"), 400, "voucher_unknown"),
            (&ahmed, ahmed.checkout_body("m", "SLEEPING-20"), 400, "voucher_inactive"),
            (&ahmed, ahmed.checkout_body("no-plan", ""), 400, "invalid_request"),
            (&ahmed, ahmed.checkout_body("m", ""), 503, "payment_not_configured"),
            (&ahmed, changed(10_000), 409, "voucher_changed"),
            (&ahmed, foreign, 403, "not_a_member"),
            (&viewer, viewer.checkout_body("m", ""), 403, "role_may_not_spend"),
        ] {
            let preview = customer.client.post(PREVIEW, &body).await;
            let checkout = customer.client.post("/billing/checkout", &body).await;
            assert_eq!((preview.status, checkout.status), (status, status), "{rule}");
            let (mut preview, mut checkout) = (preview.body, checkout.body);
            for problem in [&mut preview, &mut checkout] {
                problem.as_object_mut().unwrap().remove("instance");
            }
            assert_eq!((&preview["code"], &preview), (&json!(rule), &checkout));
        }
        let quote = ahmed.client.post(PREVIEW, &changed(20_000)).await.expect(200);
        assert_eq!(quote["credit_left_minor"], 11_000);
    }

    /// A key of a preview would be nobody's: the checkout that has it afterwards is the first.
    async fn it_takes_no_key(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 1).await;
        let ahmed = app.customer("ahmed").await;
        let body = ahmed.checkout_body("m", "MUSCAT-20");
        ahmed.client.post_keyed(PREVIEW, "key", &body).await.expect(200);
        let other = ahmed.checkout_body("s", "MUSCAT-20");
        let ordered = ahmed.client.post_keyed("/billing/checkout", "key", &other).await;
        assert_eq!(ordered.headers.get("idempotency-replayed"), None);
        ordered.expect(200);
    }

    /// What costs nothing is covered for good, and the voucher is kept.
    async fn nothing_is_to_pay_for_a_plan_of_nothing(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let quote = ahmed.preview("flexi", "MUSCAT-20").await.expect(200);
        assert_eq!(amounts(&quote, AMOUNTS), [0, 0, 0, 0, 20_000]);
        assert_eq!((quote.get("covered_months"), quote.get("covered_until")), (None, None));
    }

    /// A thousand at once, beside checkouts of the last slots: they move nothing, and nobody loses a slot to them.
    async fn a_thousand_move_nothing(app: &TestApp) {
        app.issue("TWICE-20", 20, 2).await;
        let mut customers = Vec::new();
        for name in ["ahmed", "sara", "khalid", "fatma"] {
            customers.push(app.customer(name).await);
        }
        let before = app.state().await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..1_000 {
            let customer = customers[number % customers.len()].clone();
            tasks.spawn(async move { customer.preview("m", "TWICE-20").await });
        }
        for reply in tasks.join_all().await {
            assert_eq!(reply.expect(200)["credit_left_minor"], 11_000);
        }
        before.assert_unchanged(&app.state().await);

        let mut orders = tokio::task::JoinSet::new();
        let mut previews = tokio::task::JoinSet::new();
        for number in 0..100 {
            let customer = customers[number % customers.len()].clone();
            if number < customers.len() {
                let customer = customer.clone();
                orders.spawn(async move { customer.checkout("m", "TWICE-20").await });
            }
            previews.spawn(async move { customer.preview("m", "TWICE-20").await });
        }
        let ordered = orders.join_all().await;
        assert_eq!(ordered.iter().filter(|reply| reply.status == 200).count(), 2);
        for reply in previews.join_all().await {
            let told = reply.body["code"].as_str().unwrap_or_default().to_owned();
            let expected = ["", "voucher_exhausted", "already_subscribed", "voucher_redeemed_by_you"];
            assert!(expected.contains(&&*told), "{}", reply.text);
        }
    }
}
