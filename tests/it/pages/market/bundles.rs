//! `/bundles/{slug}` and `/industries/{slug}`.

use serde_json::json;

use super::{cards, change, omr, price};
use crate::harness::on_both;

on_both! {
    /// What the page says is what the checkout takes.
    async fn a_bundle_costs_what_its_page_says(app: &TestApp) {
        price(app, "basic", 1_250).await;
        price(app, "standard", 2_000).await;
        let mut browser = app.browser();
        let page = browser.get("/bundles/pharmacy-pack").await.expect(200);
        assert_eq!(cards(&page.text), ["odoo", "nextcloud", "vaultwarden"]);
        page.has(&[
            &omr("9.000"), &omr("5.250"), &omr("14.250"), "<bdi>2 cores</bdi> · <bdi>4 GB</bdi> · <bdi>50 GB</bdi>",
            "href=\"/join?plan=m&#38;apps=odoo%2Cnextcloud%2Cvaultwarden\"",
        ]);
        app.issue("CREDIT-100", 100, 0).await;
        let kestrel = app.customer("kestrel").await;
        let mut order = kestrel.checkout_body("m", "CREDIT-100");
        order["apps"] = json!(["odoo", "nextcloud", "vaultwarden"]);
        kestrel.client.post("/billing/checkout", &order).await.expect(200);
        assert_eq!(kestrel.available_minor().await, 100_000 - 14_250);
        // No discount is shown that no checkout gives.
        change(app, "bundles/pharmacy-pack", json!({ "discount": 10 })).await;
        let page = browser.get("/bundles/pharmacy-pack").await.expect(200);
        page.has(&[&omr("14.250")]);
        // What cannot be had yet is not ordered, and costs nothing.
        change(app, "apps/vaultwarden", json!({ "deployable": false })).await;
        let page = browser.get("/bundles/pharmacy-pack").await.expect(200);
        page.has(&[&omr("13.000"), "apps=odoo%2Cnextcloud\"", "Coming soon"]);
        // Without a plan there is no sum, and still a way on.
        change(app, "bundles/pharmacy-pack", json!({ "recommended_size": "" })).await;
        let page = browser.get("/bundles/pharmacy-pack").await.expect(200);
        page.has(&["href=\"/join?apps=odoo%2Cnextcloud\""]);
        assert!(!page.text.contains("13.000"));
    }

    async fn an_industry_shows_its_apps_and_its_bundle(app: &TestApp) {
        let mut browser = app.browser();
        let page = browser.get("/industries/law").await.expect(200);
        let suggested = ["nextcloud", "paperless-ngx", "docuseal", "kimai", "vaultwarden", "jitsi"];
        assert_eq!(cards(&page.text), suggested);
        page.has(&["Law office", "href=\"/bundles/law-pack\"", &omr("16.000"), "href=\"/industries/school\""]);
        change(app, "industries/law", json!({ "suggested_apps": [], "bundle_id": "" })).await;
        let page = browser.get("/industries/law").await.expect(200);
        page.has(&["Nothing is suggested for this yet", "href=\"/apps\""]);
    }
}
