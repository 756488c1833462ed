//! The pages of what can be had: src/web/market.

mod app;
mod arabic;
mod bundles;
mod home;
mod plans;
mod search;
mod shown;

use serde_json::{Value, json};

use crate::harness::{Browser, TestApp};

/// An address with these parameters.
fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(format!("{path}?"));
    query.extend_pairs(parameters);
    query.finish().replacen("?&", "?", 1)
}

/// The slugs of the cards on a page, in their order.
fn cards(text: &str) -> Vec<String> {
    let after = text.split("<h3><a href=\"/apps/").skip(1);
    after.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn found(browser: &mut Browser, parameters: &[(&str, &str)]) -> Vec<String> {
    cards(&browser.get(&address("/apps", parameters)).await.expect(200).text)
}

/// An amount as it stands on a page.
fn omr(amount: &str) -> String {
    format!("{amount}\u{a0}OMR")
}

async fn price(app: &TestApp, tier: &str, price_minor: i64) {
    let path = format!("/catalog/admin/tiers/{tier}");
    let body = json!({ "price_minor": price_minor });
    app.sovereign_admin().put(&path, &body).await.expect(200);
}

async fn change(app: &TestApp, entry: &str, body: Value) {
    app.superadmin().put(&format!("/catalog/admin/{entry}"), &body).await.expect(200);
}

async fn add_app(app: &TestApp, slug: &str, body: Value) {
    let mut whole = json!({ "slug": slug, "name": slug, "deployable": true, "helm_chart": "chart",
        "helm_repo": "https://charts.example" });
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    app.superadmin().post("/catalog/admin/apps", &whole).await.expect(201);
}
