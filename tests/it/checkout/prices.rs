//! What a checkout costs, and which credit pays for it.

use serde_json::{Value, json};

use crate::harness::{Customer, TestApp, each, on_both};

/// The identifiers of catalog items, in the order of their slugs.
async fn ids(app: &TestApp, path: &str, slugs: &[&str]) -> Vec<Value> {
    let items = app.anyone().get(path).await.expect(200);
    let items = items.as_array().unwrap();
    let id = |slug: &&str| items.iter().find(|item| item["slug"] == *slug).unwrap()["id"].clone();
    slugs.iter().map(id).collect()
}

async fn check_out(customer: &Customer, body: Value) -> Value {
    customer.client.post("/billing/checkout", &body).await.expect(200)
}

async fn newest_order(app: &TestApp) -> Value {
    let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
    orders[0].clone()
}

/// What each lot paid, as `REFERENCE amount`, sorted.
async fn draws(app: &TestApp) -> Vec<String> {
    let mut draws = app
        .texts(
            "SELECT l.reference || ' ' || CAST(-e.amount_minor AS text) FROM credit_ledger e \
             JOIN credit_lots l ON l.id = e.lot_id WHERE e.kind = 'draw'",
        )
        .await;
    draws.sort();
    draws
}

on_both! {
    async fn every_plan_costs_its_list_price(app: &TestApp) {
        let plans = [("s", 5_000), ("m", 9_000), ("l", 16_000), ("xl", 30_000), ("flexi", 0)];
        app.issue("WELCOME-100", 100, 0).await;
        for (slug, price_minor) in plans {
            let customer = app.customer(&format!("org-{slug}")).await;
            let answer = customer.checkout(slug, "WELCOME-100").await.expect(200);
            assert_eq!(answer["credit_balance_minor"], 100_000 - price_minor, "{slug}");
            assert_eq!(newest_order(app).await["amount_baisa"], price_minor, "{slug}");
            app.clock.advance_seconds(1);
        }
    }

    /// Paid add-ons cost a month each, however often and by whichever name they are listed;
    /// included ones and apps cost nothing. Slugs come in, identifiers go out.
    async fn a_selection_is_priced_and_answered_by_identifier(app: &TestApp) {
        app.issue("WELCOME-100", 100, 0).await;
        let ahmed = app.customer("ahmed").await;
        let plan = ids(app, "/catalog/plans", &["m"]).await.remove(0);
        let addons = ids(app, "/catalog/addons", &["daily-backup", "waf", "api-access"]).await;
        let apps = ids(app, "/catalog/apps", &["wordpress", "matomo"]).await;
        let body = json!({
            "plan_id": "m", "tenant_id": ahmed.tenant_id, "promo_code": "WELCOME-100",
            "addons": ["daily-backup", "waf", "api-access", addons[0], "daily-backup", "waf"],
            "apps": [apps[0], "matomo", "wordpress"],
        });
        let answer = check_out(&ahmed, body).await;
        assert_eq!(answer["credit_balance_minor"], 100_000 - 9_000 - 3_000 - 5_000);

        let order = newest_order(app).await;
        assert_eq!(order["amount_baisa"], 17_000);
        assert_eq!(order["amount_omr"], 17);
        assert_eq!(order["plan_id"], plan);
        assert_eq!(order["addons"], json!(addons));
        assert_eq!(order["apps"], json!(apps));
        let path = format!("/billing/subscription/{}", ahmed.tenant_id);
        assert_eq!(ahmed.client.get(&path).await.expect(200)["plan_id"], plan);
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        assert_eq!(ahmed.client.get(&path).await.expect(200)[0]["amount_baisa"], 17_000);
        // The Organization has what was ordered, whatever it was made with.
        let path = format!("/tenant/orgs/{}", ahmed.tenant_id);
        let organization = ahmed.client.get(&path).await.expect(200);
        assert_eq!(organization["plan_id"], plan);
        assert_eq!(organization["addons"], json!(addons));
        assert_eq!(organization["apps"], json!(apps));
    }

    /// Lists may be absent or null, and are answered as `[]`.
    async fn absent_lists_are_empty(app: &TestApp) {
        for (name, lists) in [
            ("ahmed", json!({})),
            ("sara", json!({ "apps": null, "addons": null })),
            ("khalid", json!({ "apps": [], "addons": [] })),
        ] {
            let customer = app.customer(name).await;
            let mut body = json!({ "plan_id": "flexi", "tenant_id": customer.tenant_id });
            body.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
            check_out(&customer, body).await;
        }
        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        assert_eq!(each(&orders, "apps"), vec![json!([]); 3]);
        assert_eq!(each(&orders, "addons"), vec![json!([]); 3]);
        assert!(each(&orders, "promo_code").iter().all(Value::is_null));
    }

    /// Nothing to pay: no credit moves, and no card is asked for.
    async fn a_zero_total_is_paid_by_credit(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.checkout("flexi", "").await.expect(200);
        assert_eq!(answer["paid_by_credit"], true);
        assert_eq!(answer["credit_balance"], 0);
        assert!(answer.get("session_url").is_none());
        assert_eq!(app.number("SELECT COUNT(*) FROM credit_ledger").await, 0);
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        let invoices = ahmed.client.get(&path).await.expect(200);
        assert_eq!(each(&invoices, "amount_baisa"), [json!(0)]);
        assert_eq!(each(&invoices, "status"), [json!("paid")]);
    }

    /// A zero total with a code still redeems: the credit is banked (decision 9).
    async fn a_zero_total_banks_the_voucher(app: &TestApp) {
        app.issue("SALALAH-25", 25, 0).await;
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.checkout("flexi", "SALALAH-25").await.expect(200);
        assert_eq!(answer["paid_by_credit"], true);
        assert_eq!(answer["credit_balance"], 25);
        assert_eq!(ahmed.available_minor().await, 25_000);
        let vouchers = app.sovereign_admin().get("/billing/vouchers/list").await.expect(200);
        assert_eq!(vouchers[0]["times_redeemed"], 1);
        assert_eq!(newest_order(app).await["promo_code"], "SALALAH-25");
    }

    async fn credit_of_exactly_the_total_is_enough(app: &TestApp) {
        app.issue("EXACT-9", 9, 0).await;
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.checkout("m", "EXACT-9").await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 0);
        assert_eq!(ahmed.available_minor().await, 0);
    }

    async fn credit_of_one_baisa_less_is_not(app: &TestApp) {
        app.issue("SHORT-9", 9, 0).await;
        app.execute("UPDATE promo_codes SET credit_minor = 8999").await;
        let ahmed = app.customer("ahmed").await;
        app.refuses(ahmed.checkout("m", "SHORT-9"), 503, "payment_not_configured").await;
    }

    /// Credit that ends soonest is spent first, whenever it was granted.
    async fn credit_that_ends_soonest_is_spent_first(app: &TestApp) {
        app.issue("LASTING", 10, 0).await;
        app.issue_as(json!({ "code": "LATER", "credit_omr": 5, "credit_valid_days": 30 })).await;
        app.issue_as(json!({ "code": "SOON", "credit_omr": 5, "credit_valid_days": 10 })).await;
        let ahmed = app.customer("ahmed").await;
        for code in ["LASTING", "LATER", "SOON"] {
            ahmed.redeem(code).await.expect(200);
            app.clock.advance_seconds(1);
        }
        let answer = ahmed.checkout("m", "").await.expect(200);
        assert_eq!(answer["credit_balance_minor"], 11_000);
        assert_eq!(draws(app).await, ["LATER 4000", "SOON 5000"]);
    }

    /// Of lots that never end, the oldest is spent first; the checkout's own is the newest.
    async fn older_credit_is_spent_before_newer(app: &TestApp) {
        app.issue("FIRST", 4, 0).await;
        app.issue("SECOND", 4, 0).await;
        app.issue("THIRD", 4, 0).await;
        let ahmed = app.customer("ahmed").await;
        // Redeemed in another order than their names or issue would give.
        for code in ["SECOND", "FIRST"] {
            ahmed.redeem(code).await.expect(200);
            app.clock.advance_seconds(1);
        }
        ahmed.checkout("m", "THIRD").await.expect(200);
        assert_eq!(draws(app).await, ["FIRST 4000", "SECOND 4000", "THIRD 1000"]);
        assert_eq!(ahmed.available_minor().await, 3_000);
    }

    /// The voucher of the checkout itself, where it ends, goes before credit that lasts.
    async fn the_checkouts_own_voucher_may_be_spent_first(app: &TestApp) {
        app.issue("LASTING", 20, 0).await;
        app.issue_as(json!({ "code": "SOON", "credit_omr": 5, "credit_valid_days": 1 })).await;
        let ahmed = app.customer("ahmed").await;
        ahmed.redeem("LASTING").await.expect(200);
        ahmed.checkout("m", "SOON").await.expect(200);
        assert_eq!(draws(app).await, ["LASTING 4000", "SOON 5000"]);
    }
}
