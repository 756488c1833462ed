//! The pages of an Organization's money, as its owner sees them.

mod invoices;
mod overview;
mod voucher;

use crate::harness::{Browser, Customer, TestApp};

const PAGE: &str = "/console/kestrel/wallet";

/// An Organization called kestrel, and its owner's browser.
async fn owner(app: &TestApp) -> (Customer, Browser) {
    let mut browser = app.browser();
    browser.sign_in(app, "kestrel@example.com").await;
    let client = app.sign_in("kestrel@example.com").await.client;
    let tenant_id = client.make_organization("kestrel").await;
    (Customer { client, tenant_id }, browser)
}

/// The browser of somebody else there.
async fn another(app: &TestApp, customer: &Customer, role: &str) -> Browser {
    let email = format!("{role}@example.com");
    let mut browser = app.browser();
    browser.sign_in(app, &email).await;
    let body = serde_json::json!({ "email": email, "role": role });
    let path = format!("/tenant/orgs/{}/members", customer.tenant_id);
    customer.client.post(&path, &body).await.expect(201);
    browser
}
