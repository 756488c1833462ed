//! An Organization's apps: what they cost, what they need, and how they come and go.

mod card;
mod install;
mod month;
mod provisioned;
mod tiers;
mod uninstall;

use serde_json::{Value, json};

use crate::harness::{Customer, Reply, TestApp};

/// Prices as they are in the tests: 1, 2 and 4 OMR a month.
async fn price_tiers(app: &TestApp) {
    for (tier, price_omr) in [("basic", 1), ("standard", 2), ("premium", 4)] {
        let path = format!("/catalog/admin/tiers/{tier}");
        let body = json!({ "price_omr": price_omr });
        app.sovereign_admin().put(&path, &body).await.expect(200);
    }
}

/// A customer who has paid plan M (9 OMR) from a voucher of so many rial.
async fn with_credit(app: &TestApp, rial: i64) -> Customer {
    price_tiers(app).await;
    app.issue("CREDIT", rial, 0).await;
    let customer = app.customer("ahmed").await;
    customer.checkout("m", "CREDIT").await.expect(200);
    customer
}

fn path(customer: &Customer) -> String {
    format!("/tenant/orgs/{}/apps", customer.tenant_id)
}

async fn install(customer: &Customer, slug: &str) -> Reply {
    customer.client.post(&path(customer), &json!({ "slug": slug })).await
}

async fn uninstall(customer: &Customer, slug: &str) -> Reply {
    customer.client.delete(&format!("{}/{slug}", path(customer))).await
}

async fn preview(customer: &Customer, slug: &str, what: &str) -> Value {
    customer.client.get(&format!("{}/{slug}/{what}-preview", path(customer))).await.expect(200)
}

/// The slugs of the apps that the Organization has.
async fn installed(app: &TestApp, customer: &Customer) -> Vec<String> {
    let own = format!("/tenant/orgs/{}", customer.tenant_id);
    let organization = customer.client.get(&own).await.expect(200);
    let catalog = app.anyone().get("/catalog/apps").await.expect(200);
    let slug = |id: &Value| {
        let item =
            catalog.as_array().unwrap().iter().find(|item| item["id"] == *id).expect("an app");
        item["slug"].as_str().unwrap().to_owned()
    };
    organization["apps"].as_array().unwrap().iter().map(slug).collect()
}

/// What runs beside the apps: the slug, the app that it is for alone, and who uses it.
async fn services(customer: &Customer) -> Vec<(String, Option<String>, Vec<String>)> {
    let path = format!("/tenant/orgs/{}/backing-services", customer.tenant_id);
    let services = customer.client.get(&path).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let one = |service: &Value| {
        assert_eq!(service["shared"].as_bool().unwrap(), service["for_app"].is_null());
        let used_by = service["used_by"].as_array().unwrap().iter().map(text).collect();
        (text(&service["slug"]), service["for_app"].as_str().map(str::to_owned), used_by)
    };
    services["services"].as_array().unwrap().iter().map(one).collect()
}

/// Half of the month that is paid for passes.
async fn half_a_month_later(app: &TestApp, customer: &Customer) {
    let path = format!("/billing/subscription/{}", customer.tenant_id);
    let subscription = customer.client.get(&path).await.expect(200);
    let moment = |member: &str| {
        let text = subscription[member].as_str().unwrap();
        sovereign_domain::timestamp::Timestamp::parse_rfc3339(text).unwrap().seconds()
    };
    let seconds = moment("current_period_end") - moment("current_period_start");
    assert_eq!(seconds % 2, 0);
    app.clock.advance_seconds(seconds / 2);
}

/// The month that begins is billed.
async fn renew(app: &TestApp) {
    app.clock.advance_days(31);
    for job in ["renew-subscriptions", "retry-payments", "look-after-orders"] {
        app.run_job(job).await;
    }
}

/// The events of a kind, as their apps and dependencies.
async fn told(app: &TestApp, kind: &str) -> Vec<(String, Vec<String>)> {
    let events = app.events().await;
    let data = events
        .iter()
        .filter(|event| event.kind == kind)
        .map(|event| serde_json::from_str::<Value>(&event.data).expect("JSON"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    data.map(|data| {
        let needs = data["dependencies"].as_array().unwrap().iter().map(text).collect();
        (text(&data["app_slug"]), needs)
    })
    .collect()
}
