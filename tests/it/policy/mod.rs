//! The Sovereign's policy: what it refuses, by whichever way and whoever asks, and what is approved beyond it.

mod approvals;
mod binds;
mod command;
mod environments;
mod held;
mod routes;
mod set;

use serde_json::{Value, json};

use crate::harness::{Client, Customer, Reply, TestApp};

const POLICY: &str = "/billing/admin/environment-policy";

/// Sets these rules, and no others; answers the policy.
async fn set(app: &TestApp, rules: Value) -> Value {
    let admin = app.sovereign_admin();
    let before = admin.get(POLICY).await.expect(200);
    let mut wanted = rules;
    wanted["version"] = before["version"].clone();
    admin.put(POLICY, &wanted).await.expect(200)
}

/// Fails where this is not refused by this rule of the policy.
#[track_caller]
fn assert_forbidden(reply: Reply, rule: &str) -> Value {
    let problem = reply.expect_problem(403, "policy_forbids");
    assert_eq!(problem["policy"]["rule"], rule, "{problem}");
    problem
}

/// An Organization with credit, and nothing ordered.
async fn with_credit(app: &TestApp, client: Client, slug: &str) -> Customer {
    let code = format!("{}-200", slug.to_uppercase());
    app.issue(&code, 200, 0).await;
    let tenant_id = client.make_organization(slug).await;
    let customer = Customer { client, tenant_id };
    customer.redeem(&code).await.expect(200);
    customer
}

async fn checkout(customer: &Customer, plan: &str, apps: &[&str]) -> Reply {
    let body = json!({ "tenant_id": customer.tenant_id, "plan_id": plan, "apps": apps });
    customer.client.post("/billing/checkout", &body).await
}

async fn change(customer: &Customer, body: Value) -> Reply {
    let path = format!("/billing/subscription/{}/change", customer.tenant_id);
    customer.client.post(&path, &body).await
}

/// What the Organization has, by slug: its plan and its apps.
async fn holds(app: &TestApp, customer: &Customer) -> (String, Vec<String>) {
    let path = format!("/tenant/orgs/{}", customer.tenant_id);
    let organization = customer.client.get(&path).await.expect(200);
    let plans = app.anyone().get("/catalog/plans").await.expect(200);
    let apps = app.anyone().get("/catalog/apps").await.expect(200);
    let slug = |shelf: &Value, id: &Value| {
        let found = shelf.as_array().unwrap().iter().find(|item| item["id"] == *id);
        found.expect("an item of the catalog")["slug"].as_str().unwrap().to_owned()
    };
    let ids = organization["apps"].as_array().unwrap().iter();
    let apps = ids.map(|id| slug(&apps, id)).collect();
    (slug(&plans, &organization["plan_id"]), apps)
}
