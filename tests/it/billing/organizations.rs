//! `GET /billing/admin/organizations`: what each Organization comes to, and nothing of its inside.

use serde_json::{Value, json};

use crate::harness::{Client, Customer, Engine, Reply, TestApp, assert_shape, each, on_both};

const PATH: &str = "/billing/admin/organizations";
const SHAPE: &str = "id:text name:text slug:text plan_id:text status:text created_at:time \
                     member_count:int credit_granted_minor:int credit_spent_minor:int \
                     credit_available_minor:int charged_minor:int currency:text";

async fn listed(app: &TestApp) -> Value {
    app.sovereign_admin().get(PATH).await.expect(200)
}

/// Granted, spent and available credit of an Organization, in minor units.
async fn credit_of(app: &TestApp, customer: &Customer) -> [i64; 3] {
    let listed = listed(app).await;
    let all = listed.as_array().unwrap();
    let row = all.iter().find(|row| row["id"] == customer.tenant_id.as_str()).unwrap();
    ["granted", "spent", "available"]
        .map(|name| row[format!("credit_{name}_minor")].as_i64().unwrap())
}

/// The sum of an Organization's ledger lines of some kinds.
async fn ledger(app: &TestApp, customer: &Customer, kinds: &str) -> i64 {
    app.number(&format!(
        "SELECT CAST(COALESCE(SUM(e.amount_minor), 0) AS bigint) FROM credit_ledger e \
         JOIN wallets w ON w.customer_id = e.customer_id \
         WHERE w.tenant_id = '{}' AND e.kind IN ({kinds})",
        customer.tenant_id
    ))
    .await
}

/// The address of the next page, where the answer names one.
fn next(reply: &Reply) -> Option<String> {
    let link = reply.headers.get("link")?.to_str().unwrap();
    let target = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    Some(target.to_owned())
}

/// Follows the links from `path` to the end; answers the slugs of each page.
async fn follow(client: &Client, path: &str) -> Vec<Vec<Value>> {
    let (mut pages, mut path) = (Vec::new(), Some(path.to_owned()));
    while let Some(address) = path {
        let reply = client.get(&address).await;
        path = next(&reply);
        pages.push(each(&reply.expect(200), "slug"));
        assert!(pages.len() < 20, "the links lead in a circle");
    }
    pages
}

on_both! {
    async fn administrators_of_both_kinds_may_look(app: &TestApp) {
        for path in [PATH, "/api/billing/admin/organizations"] {
            app.anyone().get(path).await.expect_problem(401, "unauthorized");
            app.member("ahmed").get(path).await.expect_problem(403, "forbidden");
            assert_eq!(app.sovereign_admin().get(path).await.expect(200), json!([]));
            assert_eq!(app.superadmin().get(path).await.expect(200), json!([]));
        }
    }

    /// Every member of the answer is listed here: what is added shows to every sovereign-admin.
    async fn it_tells_what_it_should_and_nothing_else(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        ahmed.add_member(app, "sara", "viewer").await;
        let mut order = ahmed.checkout_body("flexi", "");
        order["apps"] = json!(["wordpress"]);
        order["addons"] = json!(["waf"]);
        ahmed.client.post("/billing/checkout", &order).await.expect(200);
        let reply = app.sovereign_admin().get(PATH).await;
        assert!(!reply.text.contains("example.com") && !reply.text.contains("wordpress"));
        let listed = reply.expect(200);
        assert_shape(&listed[0], SHAPE);
        let names: Vec<&String> = listed[0].as_object().unwrap().keys().collect();
        let described: Vec<&str> =
            SHAPE.split_whitespace().map(|member| member.split(':').next().unwrap()).collect();
        assert_eq!(names, described);
        assert_eq!(listed[0]["id"], ahmed.tenant_id);
        assert_eq!((&listed[0]["name"], &listed[0]["slug"]), (&json!("ahmed"), &json!("ahmed")));
        assert_eq!(listed[0]["member_count"], 2);
        assert_eq!(listed[0]["currency"], "OMR");
        assert_eq!(listed[0]["created_at"], "2027-03-01T12:00:00Z");
    }

    /// After redemptions, draws and expiry, swept or not, the totals are the ledger's and the wallet's.
    async fn totals_are_those_of_the_ledger(app: &TestApp) {
        app.issue("LASTING-20", 20, 0).await;
        app.issue_as(json!({ "code": "MONTH-7", "credit_omr": 7, "credit_valid_days": 30 })).await;
        let (ahmed, sara, none) =
            (app.customer("ahmed").await, app.customer("sara").await, app.customer("none").await);
        ahmed.checkout("m", "LASTING-20").await.expect(200);
        ahmed.redeem("MONTH-7").await.expect(200);
        sara.redeem("MONTH-7").await.expect(200);
        assert_eq!(credit_of(app, &ahmed).await, [27_000, 9_000, 18_000]);
        assert_eq!(credit_of(app, &sara).await, [7_000, 0, 7_000]);
        assert_eq!(credit_of(app, &none).await, [0, 0, 0]);

        app.clock.advance_days(30);
        assert_eq!(credit_of(app, &ahmed).await, [27_000, 9_000, 11_000]);
        assert_eq!(credit_of(app, &sara).await, [7_000, 0, 0]);
        assert_eq!(app.sweep_credit().await, 2);
        assert_eq!(credit_of(app, &sara).await, [7_000, 0, 0]);
        for customer in [&ahmed, &sara, &none] {
            let [granted, spent, available] = credit_of(app, customer).await;
            assert_eq!(granted, ledger(app, customer, "'grant'").await);
            assert_eq!(spent, -ledger(app, customer, "'draw'").await);
            let expired = -ledger(app, customer, "'expiry'").await;
            assert_eq!(available, granted - spent - expired);
            assert_eq!(available, customer.available_minor().await);
        }
    }

    /// What an order took in credit is no charge, nor is what was never paid.
    async fn charges_are_those_of_completed_orders(app: &TestApp) {
        app.issue("LASTING-20", 20, 0).await;
        app.customer("sara").await.checkout("m", "LASTING-20").await.expect(200);
        app.clock.advance_seconds(3_600);
        let ahmed = app.customer("ahmed").await;
        for _ in 0..2 {
            ahmed.checkout("flexi", "").await.expect(200);
            app.execute("UPDATE subscriptions SET status = 'canceled'").await;
            app.clock.advance_seconds(3_600);
        }
        assert_eq!(each(&listed(app).await, "charged_minor"), [0, 0]);
        // The rows are as if a card had paid.
        let of_ahmed = format!("WHERE tenant_id = '{}'", ahmed.tenant_id);
        let (id, text) = match app.engine {
            Engine::Sqlite => ("randomblob(16)", "hex(id)"),
            Engine::Postgres => ("gen_random_uuid()", "id"),
        };
        app.execute(&format!(
            "UPDATE orders SET amount_baisa = 2250, charge_minor = 2250 {of_ahmed}; \
             UPDATE invoices SET amount_minor = 2250 {of_ahmed}; \
             INSERT INTO orders (id, customer_id, tenant_id, user_id, plan_id, apps, addons, \
                 amount_baisa, credit_minor, charge_minor, rounding_minor, status, created_at, \
                 updated_at) \
             SELECT {id}, customer_id, tenant_id, user_id, plan_id, apps, addons, 70, 0, 70, 0, \
                 'expired', created_at, updated_at FROM orders {of_ahmed}; \
             INSERT INTO card_payments (id, order_id, customer_id, tenant_id, intent_id, charge_id, \
                 amount_minor, purpose, created_at) \
             SELECT {id}, id, customer_id, tenant_id, 'pi_' || {text}, 'ch_' || {text}, charge_minor, \
                 'order', created_at FROM orders {of_ahmed} AND status = 'completed'"
        ))
        .await;
        assert_eq!(each(&listed(app).await, "charged_minor"), [4_500, 0]);
    }

    /// The sums of a Sovereign include those of an Organization that is gone.
    async fn a_deleted_organization_stays_in_the_list(app: &TestApp) {
        let ahmed = app.customer("ahmed").await;
        let delete = "UPDATE organizations SET status = 'deleted'";
        app.execute(delete).await;
        let listed = listed(app).await;
        assert_eq!((&listed[0]["id"], &listed[0]["status"]), (&json!(ahmed.tenant_id), &json!("deleted")));
    }

    /// Pages neither repeat nor skip one when others come in the meantime, also of one moment.
    async fn pages_are_newest_first_and_stand(app: &TestApp) {
        let client = app.member("ahmed");
        for number in 0..7 {
            client.make_organization(&format!("org-{number}")).await;
            if number % 2 == 0 {
                app.clock.advance_seconds(1);
            }
        }
        let admin = app.sovereign_admin();
        let whole = each(&listed(app).await, "slug");
        assert_eq!(whole.len(), 7);
        assert_eq!((&whole[6], whole[0] == "org-6"), (&json!("org-0"), true));
        for limit in [1, 2, 3, 7] {
            let pages = follow(&admin, &format!("{PATH}?limit={limit}")).await;
            assert_eq!(pages.concat(), whole);
            assert_eq!(pages.len(), 7_usize.div_ceil(limit), "no empty page at the end");
        }
        let first = admin.get(&format!("{PATH}?limit=3")).await;
        let rest = next(&first).unwrap();
        assert_eq!(each(&first.expect(200), "slug"), whole[..3]);
        client.make_organization("newer").await;
        assert_eq!(follow(&admin, &rest).await.concat(), whole[3..]);
    }

    async fn a_page_is_of_one_to_two_hundred(app: &TestApp) {
        let admin = app.sovereign_admin();
        for limit in ["0", "-1", "201", "x", ""] {
            let problem = admin.get(&format!("{PATH}?limit={limit}")).await;
            assert_eq!(problem.expect_problem(400, "invalid_request")["field"], "limit", "{limit}");
        }
        for limit in [1, 200] {
            admin.get(&format!("{PATH}?limit={limit}")).await.expect(200);
        }
        let problem = admin.get(&format!("{PATH}?after=nowhere")).await;
        assert_eq!(problem.expect_problem(400, "invalid_request")["field"], "after");
    }
}
