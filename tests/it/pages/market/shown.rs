//! Who is shown what: what is listed, as it is now, and as text.

use serde_json::json;

use super::{add_app, change, found};
use crate::harness::{SecondServer, Setup, Signer, blueprint, on_both};

on_both! {
    async fn a_change_is_on_the_next_page(app: &TestApp) {
        let mut browser = app.browser();
        add_app(app, "wiki", json!({ "name": "Wiki", "tagline": "First words" })).await;
        for words in ["Other words", "Last words"] {
            change(app, "apps/wiki", json!({ "tagline": words })).await;
            browser.get("/apps/wiki").await.expect(200).has(&[words]);
            browser.get("/apps?q=wiki").await.expect(200).has(&[words]);
        }
        app.superadmin().delete("/catalog/admin/apps/wiki").await.expect(200);
        browser.get("/apps/wiki").await.expect(404);
        assert!(!found(&mut browser, &[]).await.contains(&"wiki".to_owned()));
        change(app, "plans/s", json!({ "price_minor": 4_321 })).await;
        browser.get("/").await.expect(200).has(&["4.321"]);
        browser.get("/plans").await.expect(200).has(&["4.321"]);
    }

    /// Whoever else serves this Sovereign changes what is shown here as well.
    async fn a_change_of_another_server_is_on_the_next_page(app: &TestApp) {
        let mut browser = app.browser();
        browser.get("/apps/grafana").await.expect(200);
        let second = SecondServer::beside(app).await;
        let root = second.client(app, "root", sovereign::auth::Role::Superadmin);
        for tagline in ["One", "Two"] {
            root.put("/catalog/admin/apps/grafana", &json!({ "tagline": tagline })).await.expect(200);
            browser.get("/apps/grafana").await.expect(200).has(&[&format!("<bdi>{tagline}</bdi>")]);
        }
        second.stop().await;
    }

    /// As the catalog's routes: one whose signature does not hold is nowhere.
    async fn private_blueprints_are_shown_while_they_are_listed(app: &TestApp, Setup::with_blueprints()) {
        let mut browser = app.browser();
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        app.sovereign_admin().post("/catalog/admin/blueprints", &signed).await.expect(201);
        let slug = "cal-own".to_owned();
        assert!(found(&mut browser, &[]).await.contains(&slug));
        browser.get("/apps/cal-own").await.expect(200);
        SecondServer::trusting(app, Signer::p256("another").options()).await.stop().await;
        assert!(!found(&mut browser, &[]).await.contains(&slug));
        browser.get("/apps/cal-own").await.expect(404);
        SecondServer::trusting(app, Signer::franchisee().options()).await.stop().await;
        assert!(found(&mut browser, &[]).await.contains(&slug));
        app.sovereign_admin().delete("/catalog/admin/blueprints/cal-own").await.expect(200);
        assert!(!found(&mut browser, &[]).await.contains(&slug));
    }

    async fn whatever_somebody_writes_is_text(app: &TestApp) {
        let evil = "\"><script>alert(1)</script><b>";
        add_app(app, "evil", json!({
            "name": evil, "tagline": evil, "description": evil, "features": [evil], "category": evil,
            "license": evil, "name_ar": evil, "tagline_ar": evil, "tags": [evil], "icon": evil,
            "website": "javascript:alert(1)", "related_apps": ["wordpress"],
        })).await;
        change(app, "plans/m", json!({ "name": evil, "description": evil, "cpu": evil, "features": [evil] })).await;
        change(app, "bundles/law-pack", json!({ "name": evil, "tagline": evil, "apps": ["evil"] })).await;
        change(app, "industries/law", json!({ "name": evil, "emoji": "<b>", "description": evil })).await;
        let query = "/apps?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&category=%22%3E%3Cscript%3E&sort=%3Cb%3E";
        let mut browser = app.browser();
        for language in ["en", "ar"] {
            browser.language = language;
            for path in ["/", "/plans", "/apps", query, "/apps/evil", "/bundles/law-pack", "/industries/law"] {
                let page = browser.get(path).await.expect(200);
                for marker in ["<script>alert", "<b>", "javascript:"] {
                    assert!(!page.text.contains(marker), "{path}: {marker} in {}", page.text);
                }
                assert!(!page.text.contains(" style="), "{path}");
            }
        }
    }
}
