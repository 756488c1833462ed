//! `/apps/{slug}`: what an app costs and needs, and how it is had.

use serde_json::json;

use super::{add_app, cards, change, omr, price};
use crate::harness::{Setup, on_both};

on_both! {
    /// What the franchisee sets is the price on the very next page.
    async fn prices_are_those_of_the_tiers(app: &TestApp) {
        let mut browser = app.browser();
        let free = browser.get("/apps/mattermost").await.expect(200);
        free.has(&["Free with any plan", "It costs nothing beside the plan", "href=\"/join?apps=mattermost\""]);
        for (minor, shown) in [(2_345, "2.345"), (2_346, "2.346")] {
            price(app, "standard", minor).await;
            let page = browser.get("/apps/mattermost").await.expect(200);
            page.has(&[&omr(shown), "Priced as a standard app"]);
            let list = browser.get("/apps?q=mattermost").await.expect(200);
            list.has(&[&omr(shown)]);
        }
        let basic = browser.get("/apps/uptime-kuma").await.expect(200);
        basic.has(&["Free with any plan"]);
    }

    async fn what_it_needs_is_named_with_its_price(app: &TestApp) {
        price(app, "basic", 1_500).await;
        price(app, "standard", 2_000).await;
        add_app(app, "portal", json!({ "tier": "standard", "dependencies": ["uptime-kuma", "redis"] })).await;
        let mut browser = app.browser();
        let page = browser.get("/apps/portal").await.expect(200);
        page.has(&[
            "from <bdi dir=\"ltr\">2.000", "With what it needs: 3.500", "href=\"/apps/uptime-kuma\"",
            "href=\"/apps/redis\"", "No extra cost", &omr("1.500"), "One of its own",
        ]);
        let nextcloud = browser.get("/apps/nextcloud").await.expect(200);
        nextcloud.has(&["One for all your apps", "One of its own", "AGPL-3.0", "nextcloud.com"]);
        assert!(!nextcloud.text.contains("With what it needs"), "services are included");
        nextcloud.has(&["rel=\"noopener noreferrer\"", "768 MB", "5 GB"]);
        // A service is set up by itself.
        let service = browser.get("/apps/redis").await.expect(200);
        service.has(&["It is set up by itself"]);
        assert!(!service.text.contains("Install"));
    }

    async fn what_comes_later_has_no_button_but_others(app: &TestApp) {
        price(app, "basic", 1_500).await;
        let mut browser = app.browser();
        let page = browser.get("/apps/n8n").await.expect(200);
        page.has(&["Coming soon", "It cannot be installed yet", "href=\"#related\"", "What you can have instead"]);
        assert!(!page.text.contains("/join?"), "{}", page.text);
        assert!(!page.text.contains("1.500"), "what cannot be had has no price");
        assert_eq!(cards(&page.text), ["activepieces"]);
        let list = browser.get("/apps?q=n8n").await.expect(200);
        list.has(&["<span class=\"tag\">Coming soon</span>"]);
        let deployable = json!({ "deployable": true, "helm_chart": "n8n", "helm_repo": "https://charts.example" });
        change(app, "apps/n8n", deployable).await;
        let page = browser.get("/apps/n8n").await.expect(200);
        page.has(&["href=\"/join?apps=n8n\"", &omr("1.500")]);
    }

    /// Whoever has an Organization goes on in its console, or to its checkout.
    async fn buttons_lead_owners_on(app: &TestApp, Setup::with_mail()) {
        let customer = app.customer("kestrel").await;
        let mut browser = app.browser();
        browser.sign_in(app, "kestrel@example.com").await;
        let page = browser.get("/apps/grafana").await.expect(200);
        page.has(&["href=\"/checkout?organization=kestrel&#38;apps=grafana\""]);
        let plans = browser.get("/plans").await.expect(200);
        plans.has(&["href=\"/checkout?organization=kestrel&#38;plan=m\""]);
        app.issue("CREDIT-100", 100, 0).await;
        customer.checkout("m", "CREDIT-100").await.expect(200);
        let page = browser.get("/apps/grafana").await.expect(200);
        page.has(&["href=\"/console/kestrel/apps/grafana\"", "Install in <bdi>kestrel</bdi>"]);
        // Who may only look has nothing of it.
        customer.add_member(app, "guest", "viewer").await;
        let mut guest = app.browser();
        guest.sign_in(app, "guest@example.com").await;
        guest.get("/apps/grafana").await.expect(200).has(&["href=\"/join?apps=grafana\""]);
    }

    async fn what_is_not_there_can_be_looked_for(app: &TestApp) {
        let mut browser = app.browser();
        for path in ["/apps/nonesuch", "/bundles/nonesuch", "/industries/nonesuch", "/apps/%00", "/apps/.."] {
            let page = browser.get(path).await;
            if path == "/apps/.." {
                continue;
            }
            page.expect(404).has(&["There is no such page", "action=\"/apps\"", "name=\"q\""]);
        }
    }
}
