//! `GET /billing/admin/orders`, as far as it looks for some of them, and `GET /billing/admin/orders/{order_id}`.

use serde_json::{Value, json};

use crate::harness::{Engine, TestApp, assert_shape, each, on_both};

const ORDERS: &str = "/billing/admin/orders";

/// The Organizations whose orders are found, by name.
async fn found(app: &TestApp, query: &str) -> Vec<Value> {
    each(&app.superadmin().get(&format!("{ORDERS}?{query}")).await.expect(200), "tenant_id")
}

on_both! {
    /// All that is asked for must fit; a code is found however it is typed, and revoked as well.
    async fn filters_combine(app: &TestApp) {
        app.issue("MUSCAT-20", 20, 0).await;
        app.issue("OTHER-20", 20, 0).await;
        let mut ids = Vec::new();
        for (name, plan, code) in [("ahmed", "m", "MUSCAT-20"), ("sara", "flexi", "OTHER-20"), ("khalid", "flexi", "")] {
            let customer = app.customer(name).await;
            customer.checkout(plan, code).await.expect(200);
            ids.push(json!(customer.tenant_id));
            app.clock.advance_seconds(1);
        }
        app.revoke("MUSCAT-20").await;
        let [ahmed, sara, khalid] = [&ids[0], &ids[1], &ids[2]].map(Clone::clone);
        assert_eq!(found(app, "status=completed").await, [khalid.clone(), sara.clone(), ahmed.clone()]);
        assert_eq!(found(app, "status=pending").await, [json!(null); 0]);
        assert_eq!(found(app, "promo_code=muscat-20").await, ids[..1]);
        assert_eq!(found(app, "promo_code=MUSCAT-20&status=completed").await, ids[..1]);
        assert_eq!(found(app, "promo_code=MUSCAT-20&status=failed").await, [json!(null); 0]);
        assert_eq!(found(app, &format!("tenant_id={}", khalid.as_str().unwrap())).await, [khalid]);
        assert_eq!(found(app, "tenant_id=nobody").await, [json!(null); 0]);
        app.superadmin().get(&format!("{ORDERS}?status=a%00b")).await.expect_problem(400, "invalid_request");
    }

    /// Pages skip nothing and repeat nothing, with a filter and without, also where orders share a moment.
    async fn pages_go_on(app: &TestApp) {
        let mut made = Vec::new();
        for number in 0..7 {
            let customer = app.customer(&format!("bird-{number}")).await;
            made.push(customer.checkout("flexi", "").await.expect(200)["order_id"].clone());
            if number % 3 == 0 {
                app.clock.advance_seconds(1);
            }
        }
        let root = app.superadmin();
        for query in ["limit=3", "limit=3&status=completed"] {
            let mut seen = Vec::new();
            let mut path = format!("{ORDERS}?{query}");
            loop {
                let page = root.get(&path).await;
                seen.extend(each(&page.body, "id"));
                let Some(link) = page.headers.get("link") else { break };
                let link = link.to_str().unwrap();
                link[1..link.find('>').unwrap()].clone_into(&mut path);
                assert!(path.contains(query.split('&').next_back().unwrap()), "{path}");
            }
            let mut sorted = seen.clone();
            sorted.sort_by_key(ToString::to_string);
            made.sort_by_key(ToString::to_string);
            assert_eq!(sorted, made, "{query}");
        }
        for query in ["limit=0", "limit=201", "after=x"] {
            root.get(&format!("{ORDERS}?{query}")).await.expect_problem(400, "invalid_request");
        }
    }

    /// Where few fit, a page ends after 100,000 orders, and the next one goes on behind them.
    async fn a_page_looks_at_so_many_and_no_more(app: &TestApp) {
        let (id, at) = match app.engine {
            Engine::Sqlite => ("randomblob(16)", "n * 1000000"),
            Engine::Postgres => ("gen_random_uuid()", "to_timestamp(n)"),
        };
        app.execute(&format!(
            "INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, amount_baisa, credit_minor, \
                 charge_minor, rounding_minor, status, created_at, updated_at) \
             SELECT {id}, {id}, 'nobody', 'nobody', 'm', '[]', '[]', 0, 0, 0, 0, \
                 CASE WHEN n = 1 THEN 'expired' ELSE 'cancelled' END, {at}, {at} \
             FROM (WITH RECURSIVE numbers (n) AS \
                 (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100010) SELECT n FROM numbers) AS all_numbers"
        ))
        .await;
        let root = app.superadmin();
        let first = root.get(&format!("{ORDERS}?status=expired")).await;
        assert_eq!((first.status, &first.body), (200, &json!([])));
        let link = first.headers["link"].to_str().unwrap();
        let next = root.get(&link[1..link.find('>').unwrap()]).await;
        assert_eq!((each(&next.body, "status"), next.headers.get("link")), (vec![json!("expired")], None));
    }

    async fn one_is_as_in_the_list(app: &TestApp) {
        app.issue("FOUR", 4, 0).await;
        let customer = app.customer("ahmed").await;
        let order = customer.checkout("flexi", "FOUR").await.expect(200);
        let root = app.superadmin();
        let path = format!("{ORDERS}/{}", order["order_id"].as_str().unwrap());
        let one = root.get(&path).await.expect(200);
        assert_shape(&one, "kind:text credit_minor:int charge_minor:int tax_minor:int");
        assert_eq!(one["kind"], "checkout");
        assert_eq!(json!([one]), root.get(ORDERS).await.expect(200));
        for path in [format!("{ORDERS}/x"), format!("{ORDERS}/01a400f6-3600-7001-9c59-0180e54c0e5b")] {
            root.get(&path).await.expect_problem(404, "not_found");
        }
        app.sovereign_admin().get(&path).await.expect_problem(403, "forbidden");
    }
}
