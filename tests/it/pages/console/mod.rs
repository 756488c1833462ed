//! The console of an Organization, in a browser without JavaScript.

mod apps;
mod closing;
mod environments;
mod home;
mod members;
mod money;
mod plan;
mod roles;

use serde_json::{Value, json};

use super::{hidden, lacks};
use crate::harness::{Browser, Customer, Setup, Shown, TestApp};

/// A name that is harmless only where pages write it as text.
const HOSTILE: &str = "<script>alert(1)</script>\"'&";
const INERT: &str = "&#60;script&#62;alert(1)&#60;/script&#62;";

/// With mail, to sign in, and a card processor.
fn setup() -> Setup {
    Setup { takes_cards: true, ..Setup::with_mail() }
}

/// An Organization at `kestrel` that has paid plan M (9 OMR) from a voucher of so many rial, and its owner's browser.
async fn kestrel(app: &TestApp, rial: i64) -> (Customer, Browser) {
    app.issue("CREDIT", rial, 0).await;
    let customer = app.customer("kestrel").await;
    customer.checkout("m", "CREDIT").await.expect(200);
    let browser = browser_of(app, "kestrel").await;
    (customer, browser)
}

async fn browser_of(app: &TestApp, name: &str) -> Browser {
    let mut browser = app.browser();
    browser.sign_in(app, &format!("{name}@example.com")).await;
    // A page with a form: one of before the sign-in is worth nothing.
    browser.get("/console").await.expect(200);
    browser
}

/// The browser of somebody who is made a member.
async fn member(app: &TestApp, customer: &Customer, name: &str, role: &str) -> Browser {
    customer.add_member(app, name, role).await;
    browser_of(app, name).await
}

/// The page that a button led to; the notice on it is shown once.
async fn follow(browser: &mut Browser, pressed: &Shown, notice: &str) -> Shown {
    let path = pressed.location().to_owned();
    let shown = browser.get(&path).await.expect(200);
    shown.has(&[notice]);
    let again = browser.get(&path).await.expect(200);
    lacks(&again, &[notice]);
    again
}

async fn organization(customer: &Customer) -> Value {
    customer.client.get(&format!("/tenant/orgs/{}", customer.tenant_id)).await.expect(200)
}

async fn subscription(customer: &Customer) -> Value {
    let path = format!("/billing/subscription/{}", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

/// The slug of the plan that the Organization has.
async fn plan(app: &TestApp, customer: &Customer) -> String {
    slug_of(app, "plans", &organization(customer).await["plan_id"]).await
}

/// The slugs of its apps.
async fn apps(app: &TestApp, customer: &Customer) -> Vec<String> {
    let mut slugs = Vec::new();
    for id in organization(customer).await["apps"].as_array().unwrap() {
        slugs.push(slug_of(app, "apps", id).await);
    }
    slugs
}

async fn slug_of(app: &TestApp, shelf: &str, id: &Value) -> String {
    let all = app.anyone().get(&format!("/catalog/{shelf}")).await.expect(200);
    let item = all.as_array().unwrap().iter().find(|item| item["id"] == *id).expect("an item");
    item["slug"].as_str().unwrap().to_owned()
}

/// Prices of apps as they are in the tests: 1, 2 and 4 OMR a month.
async fn price_tiers(app: &TestApp) {
    for (tier, price_omr) in [("basic", 1), ("standard", 2), ("premium", 4)] {
        let path = format!("/catalog/admin/tiers/{tier}");
        let body = json!({ "price_omr": price_omr });
        app.sovereign_admin().put(&path, &body).await.expect(200);
    }
}

/// Sets the rules of the Sovereign's policy.
async fn policy(app: &TestApp, rules: Value) {
    const POLICY: &str = "/billing/admin/environment-policy";
    let admin = app.sovereign_admin();
    let mut wanted = rules;
    wanted["version"] = admin.get(POLICY).await.expect(200)["version"].clone();
    admin.put(POLICY, &wanted).await.expect(200);
}
