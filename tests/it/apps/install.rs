//! `POST /tenant/orgs/{id}/apps` and its preview.

use serde_json::{Value, json};

use super::{
    half_a_month_later, install, installed, path, preview, price_tiers, renew, services, told,
    uninstall, with_credit,
};
use crate::harness::{assert_shape, on_both};

fn own(service: &str, app: &str) -> (String, Option<String>, Vec<String>) {
    (service.to_owned(), Some(app.to_owned()), vec![app.to_owned()])
}

fn shared(service: &str, used_by: &[&str]) -> (String, Option<String>, Vec<String>) {
    (service.to_owned(), None, used_by.iter().copied().map(str::to_owned).collect())
}

on_both! {
    /// Half a month of a standard app at 2 OMR: what was shown is drawn, and the next month has all of it.
    async fn credit_pays_the_rest_of_the_month(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        half_a_month_later(app, &customer).await;
        let shown = preview(&customer, "mattermost", "install").await;
        assert_eq!(shown["month_minor"], 2_000);
        let cost = &shown["cost"];
        let amounts = ["total_minor", "credit_minor", "charge_minor", "month_minor"].map(|m| &cost[m]);
        assert_eq!(amounts, [&json!(1_000), &json!(1_000), &json!(0), &json!(11_000)], "{shown}");
        let answer = install(&customer, "mattermost").await.expect(200);
        assert_shape(
            &answer,
            "status:text apps:texts app_states:object order_id:text credited_minor:int currency:text",
        );
        assert_eq!((&answer["status"], &answer["app_states"]), (&json!("queued"), &json!({})));
        assert_eq!(customer.available_minor().await, 50_000);
        assert_eq!(installed(app, &customer).await, ["mattermost"]);
        let needs = vec!["postgresql".to_owned(), "object-storage".to_owned()];
        let requested = told(app, "tenant.app_install_requested").await;
        assert_eq!(requested, [("mattermost".to_owned(), needs)]);
        renew(app).await;
        assert_eq!(customer.available_minor().await, 39_000);
        let invoices = format!("/billing/invoices/{}", customer.tenant_id);
        let invoices = customer.client.get(&invoices).await.expect(200);
        let amounts: Vec<&Value> = invoices.as_array().unwrap().iter().map(|i| &i["amount_baisa"]).collect();
        assert_eq!(amounts, [&json!(11_000), &json!(1_000), &json!(9_000)]);
        app.verify().await;
    }

    async fn what_is_installed_is_not_installed_again(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "uptime-kuma").await.expect(200);
        let again = install(&customer, "uptime-kuma").await.expect(200);
        assert_eq!(again["status"], "already_installed");
        assert_eq!(again["apps"].as_array().unwrap().len(), 1);
        // 1 OMR, once; gone and back within a minute it is another install.
        assert_eq!(customer.available_minor().await, 50_000);
        uninstall(&customer, "uptime-kuma").await.expect(200);
        assert_eq!(customer.available_minor().await, 51_000);
        assert_eq!(install(&customer, "uptime-kuma").await.expect(200)["status"], "queued");
        assert_eq!(customer.available_minor().await, 50_000);
        assert_eq!(told(app, "tenant.app_install_requested").await.len(), 2);
    }

    async fn a_retry_with_the_same_key_has_the_first_answer(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let body = json!({ "slug": "uptime-kuma" });
        let first = customer.client.post_keyed(&path(&customer), "one", &body).await;
        let second = customer.client.post_keyed(&path(&customer), "one", &body).await;
        second.assert_replays(&first);
        assert_eq!(second.expect(200)["status"], "queued");
        assert_eq!(customer.available_minor().await, 50_000);
        let other = json!({ "slug": "jitsi" });
        let reused = customer.client.post_keyed(&path(&customer), "one", &other).await;
        reused.expect_problem(409, "idempotency_key_reused");
    }

    /// PostgreSQL can be shared and is there once; Redis cannot, and each app has its own.
    async fn what_apps_need_comes_with_them(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "paperless-ngx").await.expect(200);
        install(&customer, "activepieces").await.expect(200);
        assert_eq!(installed(app, &customer).await, ["paperless-ngx", "activepieces"]);
        assert_eq!(services(&customer).await, [
            shared("postgresql", &["paperless-ngx", "activepieces"]),
            own("redis", "paperless-ngx"),
            own("redis", "activepieces"),
        ]);
        let requested = told(app, "tenant.app_install_requested").await;
        assert_eq!(requested[0].1, ["postgresql", "redis"]);
        assert_eq!(requested[1].1, ["redis"]);
        let any = format!("/tenant/admin/tenants/{}/backing-services", customer.tenant_id);
        let any = app.superadmin().get(&any).await.expect(200);
        assert_eq!(any["services"].as_array().unwrap().len(), 3);
    }

    async fn an_app_may_have_a_database_of_its_own(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "wordpress").await.expect(200);
        let body = json!({ "slug": "matomo", "dep_choices": { "mariadb": "dedicated" } });
        customer.client.post(&path(&customer), &body).await.expect(200);
        assert_eq!(services(&customer).await, [
            shared("mariadb", &["wordpress"]), own("mariadb", "matomo"),
        ]);
        let shown = preview(&customer, "matomo", "uninstall").await;
        assert_eq!(shown["purged_services"][0]["for_app"], "matomo");
        assert_eq!(shown["retained_services"], json!([]));
        // Once it is gone, nobody remembers how it was.
        uninstall(&customer, "matomo").await.expect(200);
        install(&customer, "matomo").await.expect(200);
        assert_eq!(services(&customer).await, [shared("mariadb", &["wordpress", "matomo"])]);
    }

    async fn bad_requests_say_what_is_wrong(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let path = path(&customer);
        for (body, field) in [
            (json!({ "slug": "no-such-app" }), "slug"),
            (json!({ "slug": "uptime-kuma", "dep_choices": { "mariadb": "shared" } }), "dep_choices"),
            (json!({ "slug": "matomo", "dep_choices": { "mariadb": "mine" } }), "dep_choices"),
            (json!({ "slug": "erpnext", "dep_choices": { "redis": "shared" } }), "dep_choices"),
            (json!({ "slug": "uptime-kuma", "environment": "live" }), "environment"),
            (json!({ "slug": "uptime-kuma", "environment": "stg" }), "environment"),
            (json!({ "slug": "uptime-kuma", "at": "yesterday" }), "at"),
        ] {
            let problem = customer.client.post(&path, &body).await.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}");
        }
        customer.client.post(&path, &json!({})).await.expect(400);
        let preview = format!("{path}/no-such-app/install-preview");
        customer.client.get(&preview).await.expect(404);
        assert_eq!(customer.available_minor().await, 51_000);
        assert_eq!(installed(app, &customer).await, [""; 0]);
    }

    async fn an_app_that_is_not_ready_cannot_be_installed(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let catalog = app.anyone().get("/catalog/apps").await.expect(200);
        let apps = catalog.as_array().unwrap();
        let soon = apps.iter().find(|item| item["deployable"] == false).expect("an app to come");
        let refused = install(&customer, soon["slug"].as_str().unwrap()).await;
        refused.expect_problem(409, "app_not_available");
    }

    /// What is seen is what is paid, or nothing is installed.
    async fn a_price_that_has_changed_installs_nothing(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let shown = preview(&customer, "uptime-kuma", "install").await;
        let body = json!({ "price_minor": 1_250 });
        app.sovereign_admin().put("/catalog/admin/tiers/basic", &body).await.expect(200);
        let total = &shown["cost"]["total_minor"];
        let body = json!({ "slug": "uptime-kuma", "at": shown["cost"]["at"], "total_minor": total });
        let refused = customer.client.post(&path(&customer), &body).await;
        refused.expect_problem(409, "change_outdated");
        assert_eq!((customer.available_minor().await, installed(app, &customer).await.len()), (51_000, 0));
    }

    async fn before_the_first_order_there_is_nothing_to_add_to(app: &TestApp) {
        let customer = app.customer("ahmed").await;
        install(&customer, "uptime-kuma").await.expect_problem(409, "not_subscribed");
        let shown = preview(&customer, "uptime-kuma", "install").await;
        assert_eq!((&shown["installed"], &shown["cost"]), (&json!(false), &Value::Null));
    }

    /// Apps of the first order are priced by their tiers, and so is what they need.
    async fn a_checkout_prices_its_apps(app: &TestApp) {
        price_tiers(app).await;
        app.issue("CREDIT", 60, 0).await;
        let customer = app.customer("ahmed").await;
        let mut order = customer.checkout_body("m", "CREDIT");
        order["apps"] = json!(["erpnext", "uptime-kuma"]);
        customer.client.post("/billing/checkout", &order).await.expect(200);
        // 9 of the plan, 4 of a premium app, 1 of a basic one; their services are included.
        assert_eq!(customer.available_minor().await, 46_000);
    }

    async fn two_at_once_install_it_once(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let (one, other) = tokio::join!(install(&customer, "uptime-kuma"), install(&customer, "uptime-kuma"));
        let (one, other) = (one.expect(200), other.expect(200));
        assert_eq!(customer.available_minor().await, 50_000, "{one} {other}");
        assert_eq!(app.number("SELECT count(*) FROM orders WHERE kind = 'change'").await, 1);
        assert_eq!(told(app, "tenant.app_install_requested").await.len(), 1);
    }
}
