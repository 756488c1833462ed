//! From an order to a commit, as the API shows it.

use serde_json::json;

use super::{
    count, events, git, log, newest, order, ordered, provision, publish, repository, tree_of,
};
use crate::harness::{assert_shape, on_both};

on_both! {
    async fn a_paid_order_is_provisioned_and_its_organization_active(app: &TestApp) {
        let customer = app.customer("kestrel").await;
        let own = format!("/tenant/orgs/{}", customer.tenant_id);
        let path = format!("/provisioning/tenant/{}", customer.tenant_id);
        customer.client.get(&path).await.expect(404);
        provision(app).await;
        customer.client.get(&path).await.expect(404);
        let order_id = order(&customer, &["wordpress"]).await;
        app.run_job("relay-events").await;
        let pending = newest(&customer).await;
        assert_eq!((&pending["status"], &pending["progress"]), (&json!("pending"), &json!(0)));
        assert_eq!(customer.client.get(&own).await.expect(200)["status"], "provisioning");
        app.run_job("provision").await;
        let done = newest(&customer).await;
        assert_eq!((&done["status"], &done["progress"]), (&json!("completed"), &json!(100)));
        assert_eq!(done["order_id"], json!(order_id));
        let steps = done["steps"].as_array().unwrap();
        let names: Vec<&str> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["render", "commit", "push"]);
        for step in steps {
            assert_eq!(step["status"], "completed");
            assert_eq!(step["done_at"], step["completed_at"]);
        }
        let head = git(&repository(app), &["rev-parse", "main"]);
        assert_eq!(done["revision"], json!(head));
        assert_eq!(customer.client.get(&own).await.expect(200)["status"], "active");
        let by_id = format!("/provisioning/status/{}", done["id"].as_str().unwrap());
        assert_eq!(customer.client.get(&by_id).await.expect(200), done);
        assert_eq!(
            events(app, &customer.tenant_id).await, ["provision.started", "provision.completed"]
        );
        // Its own events ask for nothing.
        provision(app).await;
        assert_eq!(log(app).len(), 1);
    }

    async fn asked_for_again_an_order_has_the_same_provision(app: &TestApp) {
        let customer = app.customer("kestrel").await;
        let order_id = order(&customer, &["wordpress"]).await;
        let body = json!({
            "tenant_id": customer.tenant_id, "order_id": order_id, "plan_id": "xl", "apps": ["x"],
            "subdomain": "somebody-else",
        });
        let first = customer.client.post("/provisioning/start", &body).await.expect(201);
        assert_eq!(first["subdomain"], "kestrel");
        provision(app).await;
        let second = customer.client.post("/provisioning/start", &body).await.expect(201);
        assert_eq!((&second["id"], &second["status"]), (&first["id"], &json!("completed")));
        assert_eq!(app.number("SELECT count(*) FROM provisions").await, 1);
        let other = json!({ "tenant_id": customer.tenant_id, "order_id": customer.tenant_id });
        let refused = customer.client.post("/provisioning/start", &other).await;
        refused.expect_problem(409, "order_not_paid");
    }

    async fn the_same_event_twice_is_one_provision(app: &TestApp) {
        let customer = ordered(app, "kestrel", &[]).await;
        provision(app).await;
        publish(app, "tenant.app_install_requested", &customer.tenant_id, 7).await;
        app.run_job("relay-events").await;
        app.execute("DELETE FROM published_events").await;
        publish(app, "tenant.app_install_requested", &customer.tenant_id, 7).await;
        publish(app, "tenant.app_install_requested", "nobody", 8).await;
        publish(app, "tenant.created", &customer.tenant_id, 9).await;
        provision(app).await;
        let sql = "SELECT cause || ' ' || status FROM provisions ORDER BY created_at, cause";
        let expected = ["order.placed completed", "tenant.app_install_requested completed"];
        assert_eq!(app.texts(sql).await, expected);
        assert_eq!(count(app, "provision.completed").await, 1, "since the others were deleted");
    }

    async fn administrators_see_how_it_is_doing_and_no_more(app: &TestApp) {
        for slug in ["kestrel", "heron", "osprey"] {
            ordered(app, slug, &["wordpress"]).await;
        }
        provision(app).await;
        let path = "/provisioning/admin/provisions";
        let listed = app.sovereign_admin().get(path).await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 3);
        for summary in listed.as_array().unwrap() {
            let members = "id:uuid tenant_id:text status:text failures:int created_at:time updated_at:time";
            assert_shape(summary, members);
            assert_eq!(summary.as_object().unwrap().len(), 6, "nothing else");
        }
        let page = app.superadmin().get(&format!("{path}?limit=2&status=completed")).await;
        let next = page.headers["link"].to_str().unwrap().to_owned();
        assert_eq!(page.expect(200).as_array().unwrap().len(), 2);
        let next = next.split(['<', '>']).nth(1).unwrap();
        assert_eq!(app.superadmin().get(next).await.expect(200).as_array().unwrap().len(), 1);
        let none = app.superadmin().get(&format!("{path}?status=failed")).await.expect(200);
        assert_eq!(none, json!([]));
        let wrong = app.superadmin().get(&format!("{path}?status=lost")).await;
        assert_eq!(wrong.expect_problem(400, "invalid_request")["field"], "status");
        let one = format!("{path}/{}", listed[0]["id"].as_str().unwrap());
        assert_eq!(app.superadmin().get(&one).await.expect(200)["steps"][0]["name"], "render");
        app.sovereign_admin().get(&one).await.expect_problem(403, "forbidden");
    }

    /// Another selection within the month is in the repository like the first, and what is gone is gone there.
    async fn a_change_of_apps_is_provisioned(app: &TestApp) {
        let customer = ordered(app, "kestrel", &[]).await;
        provision(app).await;
        let has = |slug: &str| {
            let file = format!("/app-{slug}.yaml");
            tree_of(app, "kestrel").iter().any(|path| path.ends_with(&file))
        };
        assert!(!has("wordpress"));
        let path = format!("/billing/subscription/{}/change", customer.tenant_id);
        customer.client.post(&path, &json!({ "apps": ["wordpress"] })).await.expect(200);
        provision(app).await;
        assert!(has("wordpress"), "{:?}", tree_of(app, "kestrel"));
        customer.client.post(&path, &json!({ "apps": [] })).await.expect(200);
        provision(app).await;
        assert!(!has("wordpress"));
        assert_eq!(newest(&customer).await["status"], "completed");
    }
}
