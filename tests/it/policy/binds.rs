//! Every way to an app, a plan or an environment, asked by an owner and by an owner who is superadmin too: the
//! policy binds each, and nothing changes.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::routes::BOUND;
use super::{assert_forbidden, change, checkout, holds, set, with_credit};
use crate::harness::{Client, Customer, TestApp, on_both};

/// A request, and the rule that is to refuse it.
struct Attempt {
    /// As the document has it.
    route: &'static str,
    path: String,
    body: Value,
    rule: &'static str,
}

/// What somebody has before there is a policy: an Organization that has ordered nothing, and one with plan M, two
/// apps and two environments.
struct Holder {
    fresh: Customer,
    subscribed: Customer,
}

impl Holder {
    async fn new(app: &TestApp, client: Client, name: &str) -> Self {
        let fresh = with_credit(app, client.clone(), &format!("{name}-fresh")).await;
        let subscribed = with_credit(app, client, &format!("{name}-has")).await;
        checkout(&subscribed, "m", &["wordpress", "uptime-kuma"]).await.expect(200);
        let path = format!("/tenant/orgs/{}/environments", subscribed.tenant_id);
        subscribed.client.post(&path, &json!({ "name": "dev" })).await.expect(201);
        subscribed.client.post(&path, &json!({ "name": "stg" })).await.expect(201);
        Self { fresh, subscribed }
    }

    /// Each with one thing that the policy forbids, and all else allowed.
    fn attempts(&self) -> Vec<Attempt> {
        let (fresh, has) = (&self.fresh.tenant_id, &self.subscribed.tenant_id);
        let mut attempts = Vec::new();
        let mut add = |route, path: String, body, rule| {
            attempts.push(Attempt { route, path, body, rule });
        };
        let selections = [
            (json!({ "plan_id": "xl" }), "allowed_plans"),
            (json!({ "plan_id": "m", "apps": ["odoo"] }), "denied_apps"),
            (json!({ "plan_id": "m", "apps": ["ghost"] }), "allowed_apps"),
            (json!({ "plan_id": "m", "apps": ["vaultwarden"] }), "allowed_tiers"),
            // It would bring what is denied.
            (json!({ "plan_id": "m", "apps": ["wordpress"] }), "denied_apps"),
            (json!({ "plan_id": "l" }), "max_monthly_spend_minor"),
            (json!({ "plan_id": "m", "addons": ["daily-backup"] }), "max_monthly_spend_minor"),
        ];
        for (body, rule) in selections {
            let mut ordered = body.clone();
            ordered["tenant_id"] = json!(fresh);
            let preview = "/billing/checkout/preview";
            add("POST /billing/checkout/preview", preview.into(), ordered.clone(), rule);
            add("POST /billing/checkout", "/billing/checkout".into(), ordered, rule);
            let mut made = body.clone();
            made["slug"] = json!("another");
            made["name"] = json!("Another");
            add("POST /tenant/orgs", "/tenant/orgs".into(), made, rule);
            let mut changed = body;
            if let Some(apps) = changed.get_mut("apps").and_then(Value::as_array_mut) {
                // What it has is no reason.
                if apps.contains(&json!("wordpress")) {
                    continue;
                }
                apps.extend([json!("wordpress"), json!("uptime-kuma")]);
            }
            let path = format!("/billing/subscription/{has}/change");
            let route = "POST /billing/subscription/{tenant_id}/change";
            add(route, path.clone(), changed.clone(), rule);
            let route = "POST /billing/subscription/{tenant_id}/change/preview";
            add(route, format!("{path}/preview"), changed, rule);
        }
        let installed = [
            (json!({ "slug": "odoo" }), "denied_apps"),
            (json!({ "slug": "docuseal" }), "allowed_apps"),
            (json!({ "slug": "vaultwarden" }), "allowed_tiers"),
            (json!({ "slug": "matomo", "environment": "dev" }), "allowed_environments"),
        ];
        for (body, rule) in installed {
            let path = format!("/tenant/orgs/{has}/apps");
            add("POST /tenant/orgs/{id}/apps", path, body, rule);
        }
        let environments = format!("/tenant/orgs/{fresh}/environments");
        let route = "POST /tenant/orgs/{id}/environments";
        add(route, environments.clone(), json!({ "name": "dev" }), "allowed_environments");
        let environments = format!("/tenant/orgs/{has}/environments");
        add(route, environments.clone(), json!({ "name": "uat" }), "max_environments");
        let route = "PUT /tenant/orgs/{id}/environments/{name}/apps/{app}";
        let into = |name: &str, app: &str| format!("{environments}/{name}/apps/{app}");
        add(route, into("dev", "uptime-kuma"), json!({}), "allowed_environments");
        add(route, into("stg", "wordpress"), json!({}), "denied_apps");
        attempts
    }
}

/// Odoo is denied and so is `mariadb`, Ghost is not among what is allowed, Vaultwarden's tier is not.
fn rules() -> Value {
    json!({
        "allowed_apps": ["odoo", "vaultwarden", "wordpress", "uptime-kuma", "n8n"],
        "denied_apps": ["odoo", "mariadb"],
        "allowed_tiers": ["basic"],
        "allowed_plans": ["s", "m", "l"],
        "allowed_environments": ["prod", "stg", "uat"],
        "max_environments": 3,
        "max_monthly_spend_minor": 9_000,
    })
}

/// Vaultwarden is of a tier of its own, as the catalog has it.
async fn give_a_tier(app: &TestApp) {
    let doc = match app.engine {
        crate::harness::Engine::Sqlite => "json_set(doc, '$.tier', 'premium')",
        crate::harness::Engine::Postgres => "jsonb_set(doc, '{tier}', '\"premium\"')",
    };
    app.execute(&format!(
        "UPDATE catalog_items SET doc = {doc} WHERE kind = 'app' AND slug = 'vaultwarden'; \
         UPDATE sovereign SET catalog_revision = catalog_revision + 1"
    ))
    .await;
}

/// The rows of everything that an order or a change would write.
async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["organizations", "orders", "subscriptions", "environments", "app_environments"] {
        counts.push(app.number(&format!("SELECT count(*) FROM {table}")).await);
    }
    counts
}

on_both! {
    async fn every_way_is_bound(app: &TestApp) {
        give_a_tier(app).await;
        let owner = Holder::new(app, app.member("ahmed"), "owner").await;
        let root = Holder::new(app, app.superadmin(), "root").await;
        set(app, rules()).await;
        let before = rows(app).await;
        let mut seen = BTreeSet::from([BILL_HERE.to_owned()]);
        for holder in [&owner, &root] {
            for Attempt { route, path, body, rule } in holder.attempts() {
                let method = if route.starts_with("PUT") { Method::PUT } else { Method::POST };
                let text = Some(body.to_string().into_bytes());
                let reply = holder.fresh.client.send(method, &path, &[], text).await;
                assert_eq!(reply.status, 403, "{route} {body}: {}", reply.text);
                let problem = assert_forbidden(reply, rule);
                assert_eq!(problem["policy"]["version"], 1, "{route}");
                seen.insert(route.to_owned());
            }
            assert_eq!(holds(app, &holder.subscribed).await.0, "m");
        }
        assert_eq!(rows(app).await, before);
        // Each route that is said to be bound has been tried; the one that is missing here is tried below.
        assert_eq!(seen, BOUND.iter().map(|route| (*route).to_owned()).collect());
    }

    /// What stands in the refusal: which rule, what it is about, and the limit.
    async fn a_refusal_says_what_to_do(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        set(app, json!({ "denied_apps": ["mariadb"], "max_monthly_spend_minor": 10_000 })).await;
        let problem = assert_forbidden(checkout(&customer, "s", &["wordpress"]).await, "denied_apps");
        let rule = json!({
            "version": 1, "rule": "denied_apps", "subject": "wordpress", "needs": "mariadb",
        });
        assert_eq!((&problem["policy"], &problem["field"]), (&rule, &json!("apps")));
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("mariadb, which wordpress needs; leave wordpress out"), "{detail}");
        let refused = checkout(&customer, "l", &[]).await;
        let problem = assert_forbidden(refused, "max_monthly_spend_minor");
        let rule = json!({
            "version": 1, "rule": "max_monthly_spend_minor", "limit": 10_000, "asked": 16_000,
        });
        assert_eq!(problem["policy"], rule);
    }

    /// A provision is of what was ordered: nothing else in its body is read.
    async fn a_provision_brings_only_what_was_ordered(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        let order = checkout(&customer, "s", &["uptime-kuma"]).await.expect(200);
        set(app, json!({ "denied_apps": ["odoo", "uptime-kuma"], "allowed_plans": [] })).await;
        let start = json!({
            "tenant_id": customer.tenant_id, "order_id": order["order_id"], "plan_id": "xl",
            "apps": ["odoo"], "app_slug": "odoo",
        });
        let provision = customer.client.post("/provisioning/start", &start).await.expect(201);
        let shown = provision.to_string();
        assert!(!shown.contains("odoo"), "{shown}");
        let held = ("s".to_owned(), vec!["uptime-kuma".to_owned()]);
        assert_eq!(holds(app, &customer).await, held);
    }

    /// An administrator gives nobody a plan that the policy forbids, by the route or the command.
    async fn an_adopted_subscription_gets_no_plan_past_it(app: &TestApp) {
        let customer = app.customer("kestrel").await;
        checkout(&with_credit(app, app.member("other"), "other").await, "m", &[]).await.expect(200);
        let now = match app.engine {
            crate::harness::Engine::Sqlite => (app.now_seconds() * 1_000_000).to_string(),
            crate::harness::Engine::Postgres => format!("to_timestamp({})", app.now_seconds()),
        };
        app.execute(&format!(
            "INSERT INTO subscriptions (id, customer_id, tenant_id, plan_id, status, anchor_at, \
                 billed_by, created_at, updated_at) \
             SELECT id, id, tenant_id, 'm', 'active', {now}, 'none', {now}, {now} \
             FROM customers WHERE tenant_id = '{}'",
            customer.tenant_id
        ))
        .await;
        set(app, json!({ "allowed_plans": ["s"] })).await;
        let path = format!("/billing/admin/subscriptions/{}/bill-here", customer.tenant_id);
        let wish = |plan: Option<&str>| json!({ "from": "2027-04-01", "plan_id": plan });
        let refused = app.superadmin().post(&path, &wish(Some("xl"))).await;
        assert_forbidden(refused, "allowed_plans");
        let bill = |plan: &'static str| {
            let arguments =
                ["subscription", "bill-here", &customer.tenant_id, "--from", "2099-01-01"];
            app.database().run(&[&arguments[..], &["--plan", plan, "--apply"]].concat())
        };
        let said = bill("xl").expect_failure(1);
        assert!(said.contains("allowed_plans") && said.contains("xl"), "{said}");
        // Its own goes on, whatever the policy says by now.
        app.superadmin().post(&path, &wish(None)).await.expect(200);
        assert_eq!(holds(app, &customer).await.0, "m");
    }

    /// What is allowed is as it was before.
    async fn what_is_allowed_goes_through(app: &TestApp) {
        set(app, rules()).await;
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        checkout(&customer, "s", &["uptime-kuma"]).await.expect(200);
        change(&customer, json!({ "plan_id": "m", "apps": ["uptime-kuma", "n8n"] })).await.expect(200);
        let held = ("m".to_owned(), vec!["uptime-kuma".to_owned(), "n8n".to_owned()]);
        assert_eq!(holds(app, &customer).await, held);
        let path = format!("/tenant/orgs/{}/environments", customer.tenant_id);
        customer.client.post(&path, &json!({ "name": "stg" })).await.expect(201);
        let moving = format!("{path}/stg/apps/n8n");
        customer.client.put(&moving, &json!({})).await.expect(200);
    }
}

/// Tried in a test of its own: it takes a subscription that an earlier service made.
const BILL_HERE: &str = "POST /billing/admin/subscriptions/{tenant_id}/bill-here";
