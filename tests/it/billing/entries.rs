//! The ledger lines of `GET /billing/balance`: the newest first, so many as asked for.

use serde_json::{Value, json};

use crate::harness::{Customer, TestApp, each, on_both};

/// Redeems `count` vouchers, a second apart; the n-th is worth n.
async fn redeem_many(app: &TestApp, customer: &Customer, count: i64) {
    for number in 1..=count {
        let code = format!("NUMBER-{number}");
        app.issue(&code, number, 0).await;
        customer.redeem(&code).await.expect(200);
        app.clock.advance_seconds(1);
    }
}

async fn amounts(customer: &Customer, query: &str) -> Vec<Value> {
    let path = format!("/billing/balance{query}");
    let balance = customer.client.get(&path).await.expect(200);
    each(&balance["entries"], "amount_omr")
}

fn newest(from: i64, count: i64) -> Vec<Value> {
    (0..count).map(|n| json!(from - n)).collect()
}

on_both! {
    async fn the_newest_20_unless_told(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        redeem_many(app, &ahmed, 23).await;
        assert_eq!(amounts(&ahmed, "").await, newest(23, 20));
        assert_eq!(amounts(&ahmed, "?limit=3").await, newest(23, 3));
        assert_eq!(amounts(&ahmed, "?limit=22").await, newest(23, 22));
        assert_eq!(amounts(&ahmed, "?limit=200").await, newest(23, 23));
        let one = format!("?tenant_id={}&limit=1", ahmed.tenant_id);
        assert_eq!(amounts(&ahmed, &one).await, newest(23, 1));
        // The credit is that of all lines, shown or not.
        let balance = ahmed.client.get("/billing/balance?limit=1").await.expect(200);
        assert_eq!(balance["credit_omr"], (1..=23).sum::<i64>());
    }

    async fn a_limit_is_1_to_200(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        for limit in ["0", "-1", "201", "20.5", "many", "", "99999999999999999999"] {
            let path = format!("/billing/balance?limit={limit}");
            let problem = ahmed.client.get(&path).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], "limit", "{limit}");
        }
    }

    /// Of several Organizations the lines come in one order, and the limit is for all of them.
    async fn lines_of_several_organizations_are_one_list(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let second = ahmed.client.make_organization("ahmed-again").await;
        let second = Customer { client: ahmed.client.clone(), tenant_id: second };
        for number in 1..=6 {
            let code = format!("NUMBER-{number}");
            app.issue(&code, number, 0).await;
            let customer = if number % 2 == 0 { &ahmed } else { &second };
            customer.redeem(&code).await.expect(200);
            app.clock.advance_seconds(1);
        }
        assert_eq!(amounts(&ahmed, "").await, newest(6, 6));
        assert_eq!(amounts(&ahmed, "?limit=4").await, newest(6, 4));
        let path = format!("?tenant_id={}", second.tenant_id);
        assert_eq!(amounts(&ahmed, &path).await, [json!(5), json!(3), json!(1)]);
    }

    /// Whole units are cut toward zero, also below it; minor units say the truth.
    async fn whole_units_are_truncated_toward_zero(app: &TestApp) {
        app.issue("ODD", 2, 0).await;
        app.execute("UPDATE promo_codes SET credit_minor = 2750").await;
        app.execute("UPDATE catalog_items SET price_minor = 1900 WHERE kind = 'plan'").await;
        app.execute("UPDATE sovereign SET catalog_revision = catalog_revision + 1").await;
        let ahmed = app.customer("ahmed").await;
        let answer = ahmed.checkout("s", "ODD").await.expect(200);
        assert_eq!(answer["credit_balance"], 0);
        assert_eq!(answer["credit_balance_minor"], 850);
        let balance = ahmed.client.get("/billing/balance").await.expect(200);
        assert_eq!((&balance["credit_omr"], &balance["credit_baisa"]), (&json!(0), &json!(850)));
        assert_eq!(each(&balance["entries"], "amount_omr"), [json!(-1), json!(2)]);
        assert_eq!(each(&balance["entries"], "amount_baisa"), [json!(-1_900), json!(2_750)]);
        let path = format!("/billing/invoices/{}", ahmed.tenant_id);
        let invoices = ahmed.client.get(&path).await.expect(200);
        assert_eq!(each(&invoices, "amount_omr"), [json!(1)]);
        assert_eq!(each(&invoices, "amount_baisa"), [json!(1_900)]);
        let orders = app.superadmin().get("/billing/admin/orders").await.expect(200);
        assert_eq!(each(&orders, "amount_omr"), [json!(1)]);
        let revenue = app.superadmin().get("/billing/admin/revenue").await.expect(200);
        assert_eq!(
            (&revenue["total_mrr"], &revenue["total_mrr_baisa"]),
            (&json!(1), &json!(1_900))
        );
    }
}
