//! Apps: what one costs and needs, installing it, and what uninstalling it loses.

use serde_json::{Value, json};

use super::{apps, follow, hidden, kestrel, lacks, policy, price_tiers, setup};
use crate::harness::{Browser, Customer, Shown, on_both};

const APPS: &str = "/console/kestrel/apps";
const WORDPRESS: &str = "/console/kestrel/apps/wordpress";

async fn press(browser: &mut Browser, shown: &Shown, fields: &[(&str, &str)]) -> Shown {
    let [at, total, key] = ["at", "total_minor", "key"].map(|name| hidden(shown, name));
    let seen = [("at", at.as_str()), ("total_minor", total.as_str()), ("key", key.as_str())];
    browser.submit(WORDPRESS, &[&seen[..], fields].concat()).await
}

async fn services(customer: &Customer) -> Vec<(String, bool)> {
    let path = format!("/tenant/orgs/{}/backing-services", customer.tenant_id);
    let found = customer.client.get(&path).await.expect(200);
    let one =
        |one: &Value| (one["slug"].as_str().unwrap().to_owned(), one["shared"].as_bool().unwrap());
    found["services"].as_array().unwrap().iter().map(one).collect()
}

on_both! {
    async fn one_is_installed_with_what_it_needs_and_uninstalled(app: &TestApp, setup()) {
        price_tiers(app).await;
        let (customer, mut browser) = kestrel(app, 60).await;
        let list = browser.get(APPS).await.expect(200);
        list.has(&["There are none yet", "More apps", &format!("href=\"{WORDPRESS}\"")]);
        let shown = browser.get(WORDPRESS).await.expect(200);
        shown.has(&["What it needs", "MariaDB", "Shared with other apps", "One of its own", "From your credit", "Install WordPress"]);
        let before = customer.available_minor().await;
        let total: i64 = hidden(&shown, "total_minor").parse().unwrap();
        for _ in 0..2 {
            let done = press(&mut browser, &shown, &[("act", "install"), ("need-mariadb", "dedicated")]).await;
            assert_eq!(done.location(), APPS);
        }
        browser.get(APPS).await.expect(200).has(&["The app is being installed.", "being installed"]);
        assert_eq!(apps(app, &customer).await, ["wordpress"]);
        assert_eq!(services(&customer).await, [("mariadb".to_owned(), false)]);
        assert_eq!(customer.available_minor().await, before - total);

        let shown = browser.get(WORDPRESS).await.expect(200);
        shown.has(&["Nobody can bring that back.", "This goes with it, with its data:", "MariaDB", "Comes back as credit", "type wordpress"]);
        let wrong = press(&mut browser, &shown, &[("act", "uninstall"), ("confirm", "wordpres")]).await.expect(400);
        wrong.has(&["There is a problem", "href=\"#confirm\"", "Type wordpress", "value=\"wordpres\""]);
        assert_eq!(apps(app, &customer).await, ["wordpress"]);
        for _ in 0..2 {
            let done = press(&mut browser, &shown, &[("act", "uninstall"), ("confirm", " WordPress ")]).await;
            assert_eq!(done.location(), APPS);
        }
        browser.get(APPS).await.expect(200).has(&["The app is being removed."]);
        assert!(apps(app, &customer).await.is_empty());
        assert!(services(&customer).await.is_empty());
        assert_eq!(customer.available_minor().await, before);
    }

    /// A choice is shown with its price before anything is pressed.
    async fn a_choice_is_kept_on_the_page(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 60).await;
        let shown = browser.get(&format!("{WORDPRESS}?need-mariadb=dedicated")).await.expect(200);
        shown.has(&["value=\"dedicated\" checked", "type=\"hidden\" name=\"need-mariadb\" value=\"dedicated\""]);
        browser.get(&format!("{WORDPRESS}?need-nothing=dedicated")).await.expect(400);
        browser.get("/console/kestrel/apps/nothing").await.expect(404).has(&["There is no such app."]);
    }

    async fn what_credit_does_not_cover_a_card_pays(app: &TestApp, setup()) {
        app.sovereign_admin().put("/catalog/admin/tiers/basic", &json!({ "price_omr": 8 })).await.expect(200);
        app.sovereign_admin().put("/catalog/admin/tiers/standard", &json!({ "price_omr": 8 })).await.expect(200);
        let (customer, mut browser) = kestrel(app, 13).await;
        let shown = browser.get(WORDPRESS).await.expect(200);
        shown.has(&["To pay by card", "4.000\u{a0}OMR"]);
        let there = press(&mut browser, &shown, &[("act", "install")]).await;
        let session = app.stripe().all("checkout.session").pop().unwrap();
        assert_eq!(there.location(), session["url"].as_str().unwrap());
        assert!(apps(app, &customer).await.is_empty());
    }

    /// What needs an approval says so, and the request goes to the administrator.
    async fn an_approval_is_asked_for(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        policy(app, json!({ "approval": { "apps": ["wordpress"] } })).await;
        let shown = browser.get(WORDPRESS).await.expect(200);
        shown.has(&["wordpress needs an approval", "Ask for an approval", "Why it is needed"]);
        lacks(&shown, &["value=\"install\""]);
        let wrong = browser.submit(WORDPRESS, &[("act", "ask"), ("reason", " ")]).await.expect(400);
        wrong.has(&["Say why it is needed", "href=\"#reason\""]);
        let asked = browser.submit(WORDPRESS, &[("act", "ask"), ("reason", "a shop")]).await;
        follow(&mut browser, &asked, "The request is sent.").await;
        let path = format!("/tenant/orgs/{}/approvals", customer.tenant_id);
        let requests = customer.client.get(&path).await.expect(200);
        assert!(requests.to_string().contains("a shop") && requests.to_string().contains("wordpress"), "{requests}");
        policy(app, json!({ "denied_apps": ["wordpress"] })).await;
        let shown = browser.get(WORDPRESS).await.expect(200);
        shown.has(&["This Sovereign does not allow wordpress."]);
        lacks(&shown, &["Ask for an approval", "value=\"install\""]);
    }
}
