//! Private Blueprints: signed with openssl, in cosign's format.

mod command;
mod locked;
mod provision;
mod refused;
mod taken;
mod trust;

use serde_json::{Value, json};

use crate::harness::{Customer, TestApp, each};

const BLUEPRINTS: &str = "/catalog/admin/blueprints";

async fn apps(app: &TestApp) -> Vec<Value> {
    each(&app.anyone().get("/catalog/apps").await.expect(200), "slug")
}

async fn is_listed(app: &TestApp, slug: &str) -> bool {
    apps(app).await.contains(&json!(slug))
}

/// The only private Blueprint, as a franchisee's administrator sees it.
async fn only(app: &TestApp) -> Value {
    let all = app.sovereign_admin().get(BLUEPRINTS).await.expect(200);
    assert_eq!(all.as_array().unwrap().len(), 1, "{all}");
    all[0].clone()
}

/// Orders these apps with a plan that costs nothing.
async fn order(customer: &Customer, apps: &[&str]) -> crate::harness::Reply {
    let body = json!({ "tenant_id": customer.tenant_id, "plan_id": "flexi", "apps": apps });
    customer.client.post("/billing/checkout", &body).await
}
