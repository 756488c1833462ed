//! `GET /billing/admin/revenue` and `GET /billing/admin/orders`: the superadmin's.

use serde_json::{Value, json};

use crate::harness::{Customer, TestApp, assert_shape, each, on_both};

const REVENUE: &str = "/billing/admin/revenue";
const ORDERS: &str = "/billing/admin/orders";

async fn revenue(app: &TestApp) -> Value {
    app.superadmin().get(REVENUE).await.expect(200)
}

async fn orders(app: &TestApp) -> Value {
    app.superadmin().get(ORDERS).await.expect(200)
}

on_both! {
    async fn only_the_superadmin_may_look(app: &TestApp) {
        for path in [REVENUE, ORDERS, "/api/billing/admin/revenue", "/api/billing/admin/orders"] {
            app.anyone().get(path).await.expect_problem(401, "unauthorized");
            app.member("ahmed").get(path).await.expect_problem(403, "forbidden");
            app.sovereign_admin().get(path).await.expect_problem(403, "forbidden");
            app.superadmin().get(path).await.expect(200);
        }
    }

    async fn a_fresh_sovereign_has_no_revenue(app: &TestApp) {
        let revenue = revenue(app).await;
        let shape = "total_mrr:int total_mrr_baisa:int total_customers:int new_this_month:int \
                     active_subscriptions:int";
        assert_shape(&revenue, shape);
        for name in ["total_mrr", "total_mrr_baisa", "total_customers", "active_subscriptions"] {
            assert_eq!(revenue[name], 0, "{name}");
        }
        assert_eq!(orders(app).await, json!([]));
    }

    /// Recurring revenue is the list price of what runs, whoever paid: credit is how, not how much.
    async fn recurring_revenue_adds_up(app: &TestApp) {
        app.issue("WELCOME-100", 100, 0).await;
        for (name, plan) in [("ahmed", "m"), ("sara", "xl"), ("khalid", "flexi")] {
            app.customer(name).await.checkout(plan, "WELCOME-100").await.expect(200);
        }
        let fatma = app.customer("fatma").await;
        let mut body = fatma.checkout_body("s", "WELCOME-100");
        body["addons"] = json!(["daily-backup", "waf"]);
        fatma.client.post("/billing/checkout", &body).await.expect(200);
        app.customer("no-order").await;
        let revenue = revenue(app).await;
        assert_eq!(revenue["total_mrr"], 9 + 30 + 5 + 3);
        assert_eq!(revenue["total_mrr_baisa"], 47_000);
        assert_eq!(revenue["active_subscriptions"], 4);
        assert_eq!(revenue["total_customers"], 5);
        assert_eq!(revenue["new_this_month"], 5);
    }

    /// A month begins at midnight UTC of its first day.
    async fn new_this_month_starts_over_with_the_month(app: &TestApp) {
        app.customer("first-of-march").await;
        app.clock.advance_seconds(30 * 86_400 + 43_199);
        app.customer("last-of-march").await;
        assert_eq!(revenue(app).await["new_this_month"], 2);
        app.clock.advance_seconds(1);
        assert_eq!(revenue(app).await["new_this_month"], 0);
        app.customer("first-of-april").await;
        let april = revenue(app).await;
        assert_eq!(april["new_this_month"], 1);
        assert_eq!(april["total_customers"], 3);
        app.clock.advance_days(29);
        assert_eq!(revenue(app).await["new_this_month"], 1);
    }

    async fn a_credit_paid_order_has_the_contracts_shape(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        let ahmed = app.customer("ahmed").await;
        let mut body = ahmed.checkout_body("m", "MUSCAT-20");
        body["apps"] = json!(["wordpress"]);
        body["addons"] = json!(["daily-backup"]);
        let answer = ahmed.client.post("/billing/checkout", &body).await.expect(200);
        let orders = orders(app).await;
        let order = &orders[0];
        assert_shape(
            order,
            "id:uuid customer_id:uuid tenant_id:text plan_id:text apps:texts addons:texts \
             amount_omr:int amount_baisa:int status:text stripe_session_id?:text created_at:time \
             promo_code?:text promo_deleted?:bool",
        );
        assert_eq!(order["id"], answer["order_id"]);
        assert_eq!(order["tenant_id"], ahmed.tenant_id);
        assert_eq!((&order["amount_omr"], &order["amount_baisa"]), (&json!(12), &json!(12_000)));
        assert_eq!(order["status"], "completed");
        assert_eq!(order["created_at"], "2027-03-01T12:00:00Z");
        assert_eq!(order.get("stripe_session_id"), None);
        assert_eq!(
            (order["apps"].as_array().unwrap().len(), &order["promo_deleted"]),
            (1, &json!(false))
        );
    }

    /// Whether the voucher is gone shows on its orders, for as long as it is.
    async fn an_order_tells_that_its_voucher_was_revoked(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue("SALALAH-25", 25, 0).await;
        for (name, code) in [("ahmed", "MUSCAT-20"), ("sara", "SALALAH-25"), ("khalid", "")] {
            app.customer(name).await.checkout("flexi", code).await.expect(200);
            app.clock.advance_seconds(1);
        }
        app.revoke("MUSCAT-20").await;
        let listed = orders(app).await;
        assert_eq!(
            each(&listed, "promo_code"),
            [json!(null), json!("SALALAH-25"), json!("MUSCAT-20")]
        );
        assert_eq!(each(&listed, "promo_deleted"), [json!(null), json!(false), json!(true)]);
        assert_eq!(listed[0].get("promo_code"), None, "absent rather than null");
        app.issue("MUSCAT-20", 20, 0).await;
        let listed = orders(app).await;
        assert_eq!(each(&listed, "promo_deleted"), [json!(null), json!(false), json!(false)]);
    }

    async fn orders_are_the_newest_50(app: &TestApp) {
        let client = app.member("ahmed");
        let mut made = Vec::new();
        for number in 0..53 {
            let tenant_id = client.make_organization(&format!("org-{number}")).await;
            let customer = Customer { client: client.clone(), tenant_id };
            let answer = customer.checkout("flexi", "").await.expect(200);
            made.push(answer["order_id"].clone());
            app.clock.advance_seconds(1);
        }
        made.reverse();
        assert_eq!(each(&orders(app).await, "id"), made[..50]);
        assert_eq!(revenue(app).await["active_subscriptions"], 53);
    }
}
