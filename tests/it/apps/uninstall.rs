//! `DELETE /tenant/orgs/{id}/apps/{slug}` and its preview.

use serde_json::{Value, json};

use super::{
    half_a_month_later, install, installed, path, preview, renew, services, told, uninstall,
    with_credit,
};
use crate::harness::on_both;

fn slugs(services: &Value) -> Vec<&str> {
    services.as_array().unwrap().iter().map(|one| one["slug"].as_str().unwrap()).collect()
}

on_both! {
    async fn what_is_not_used_comes_back_as_credit(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "jitsi").await.expect(200);
        assert_eq!(customer.available_minor().await, 47_000);
        half_a_month_later(app, &customer).await;
        let shown = preview(&customer, "jitsi", "uninstall").await;
        let cost = ["credited_minor", "total_minor", "month_minor"].map(|m| &shown["cost"][m]);
        assert_eq!(cost, [&json!(2_000), &json!(-2_000), &json!(9_000)]);
        let answer = uninstall(&customer, "jitsi").await.expect(200);
        assert_eq!((&answer["status"], &answer["credited_minor"]), (&json!("queued"), &json!(2_000)));
        assert_eq!(customer.available_minor().await, 49_000);
        assert_eq!(installed(app, &customer).await, [""; 0]);
        let requested = told(app, "tenant.app_uninstall_requested").await;
        assert_eq!(requested, [("jitsi".to_owned(), vec![])]);
        uninstall(&customer, "jitsi").await.expect_problem(404, "not_found");
        renew(app).await;
        assert_eq!(customer.available_minor().await, 40_000);
    }

    /// What others need stays; what nobody needs goes.
    async fn services_go_with_the_last_app_that_needs_them(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "erpnext").await.expect(200);
        install(&customer, "wordpress").await.expect(200);
        let shown = preview(&customer, "erpnext", "uninstall").await;
        assert_eq!(slugs(&shown["purged_services"]), ["redis"]);
        assert_eq!(slugs(&shown["retained_services"]), ["mariadb"]);
        uninstall(&customer, "erpnext").await.expect(200);
        assert_eq!(services(&customer).await.len(), 1);
        uninstall(&customer, "wordpress").await.expect(200);
        assert_eq!(services(&customer).await.len(), 0);
        let requested = told(app, "tenant.app_uninstall_requested").await;
        let expected = [("erpnext", "redis"), ("wordpress", "mariadb")];
        assert_eq!(requested, expected.map(|(app, need)| (app.to_owned(), vec![need.to_owned()])));
    }

    /// A database that was installed as an app stays with those that need it, though it is asked for no more.
    async fn what_others_need_goes_only_when_forced(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "mariadb").await.expect(200);
        install(&customer, "wordpress").await.expect(200);
        assert_eq!(services(&customer).await, []);
        let problem = uninstall(&customer, "mariadb").await.expect_problem(409, "app_needed");
        assert_eq!(problem["dependents"], json!(["wordpress"]));
        assert!(problem["error"].as_str().unwrap().contains("wordpress"), "{problem}");
        assert_eq!(preview(&customer, "mariadb", "uninstall").await["dependents"], json!(["wordpress"]));
        let forced = format!("{}/mariadb?force=true", path(&customer));
        customer.client.delete(&forced).await.expect(200);
        assert_eq!(installed(app, &customer).await, ["wordpress"]);
        assert_eq!(services(&customer).await[0].0, "mariadb");
    }

    /// A retry of a request whose answer was lost: what went is gone, and is not given back twice.
    async fn a_retry_gives_nothing_back_twice(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "jitsi").await.expect(200);
        let path = format!("{}/jitsi", path(&customer));
        let keyed = [("idempotency-key", "gone")];
        for _ in 0..2 {
            let reply = customer.client.send(reqwest::Method::DELETE, &path, &keyed, None).await;
            assert_eq!(reply.expect(200)["credited_minor"], 4_000);
        }
        assert_eq!(customer.available_minor().await, 51_000);
    }
}
