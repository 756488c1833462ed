//! Where apps run.

use serde_json::{Value, json};

use super::{log, order, ordered, provision, tree_of};
use crate::harness::{Customer, on_both};

fn path(customer: &Customer) -> String {
    format!("/tenant/orgs/{}/environments", customer.tenant_id)
}

async fn add(customer: &Customer, name: &str) -> Value {
    customer.client.post(&path(customer), &json!({ "name": name })).await.expect(201)
}

on_both! {
    async fn an_organization_has_prod_and_what_it_adds(app: &TestApp) {
        let customer = app.customer("kestrel").await;
        let prod = json!({
            "name": "prod", "namespace": "kestrel-prod", "region": "default", "status": "running",
            "apps": [],
        });
        assert_eq!(customer.client.get(&path(&customer)).await.expect(200), json!([prod]));
        let stg = add(&customer, "stg").await;
        assert_eq!(stg["namespace"], "kestrel-stg");
        assert_eq!(customer.client.get(&path(&customer)).await.expect(200), json!([prod, stg]));
        for again in ["stg", "prod"] {
            let refused = customer.client.post(&path(&customer), &json!({ "name": again })).await;
            refused.expect_problem(409, "environment_exists");
        }
        for wrong in ["", "production", "../x", "Prod"] {
            let refused = customer.client.post(&path(&customer), &json!({ "name": wrong })).await;
            assert_eq!(refused.expect_problem(400, "invalid_request")["field"], "name");
        }
        // Nobody has paid for anything yet.
        provision(app).await;
        assert_eq!(app.number("SELECT count(*) FROM provisions").await, 0);
        order(&customer, &[]).await;
        provision(app).await;
        let files = tree_of(app, "kestrel");
        assert!(files.contains(&"prod.yaml".to_owned()) && files.contains(&"stg.yaml".to_owned()));
    }

    async fn an_app_moves_with_all_it_needs(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["wordpress", "uptime-kuma"]).await;
        provision(app).await;
        add(&customer, "stg").await;
        let moving = format!("{}/stg/apps/wordpress", path(&customer));
        let moved = customer.client.put(&moving, &json!({})).await.expect(200);
        assert_eq!(moved[0]["apps"].as_array().unwrap().len(), 1);
        assert_eq!(moved[1]["apps"].as_array().unwrap().len(), 1);
        provision(app).await;
        let apps: Vec<String> =
            tree_of(app, "kestrel").into_iter().filter(|path| path.contains("/app-")).collect();
        assert_eq!(
            apps, ["prod/app-uptime-kuma.yaml", "stg/app-mariadb.yaml", "stg/app-wordpress.yaml"]
        );
        let elsewhere = format!("{}/uat/apps/wordpress", path(&customer));
        customer.client.put(&elsewhere, &json!({})).await.expect(404);
        let unknown = format!("{}/stg/apps/odoo", path(&customer));
        customer.client.put(&unknown, &json!({})).await.expect(404);
    }

    async fn one_is_removed_from_the_top_down(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["uptime-kuma"]).await;
        add(&customer, "stg").await;
        let stg = format!("{}/stg", path(&customer));
        customer.client.put(&format!("{stg}/apps/uptime-kuma"), &json!({})).await.expect(200);
        provision(app).await;
        customer.client.delete(&stg).await.expect_problem(409, "environment_in_use");
        let prod = format!("{}/prod", path(&customer));
        customer.client.delete(&prod).await.expect_problem(409, "prod_stays");
        customer.client.put(&format!("{prod}/apps/uptime-kuma"), &json!({})).await.expect(200);
        customer.client.delete(&stg).await.expect(200);
        customer.client.delete(&stg).await.expect(404);
        let stages = [
            ("without_apps", true, true),
            ("without_cluster", false, true),
        ];
        for (status, cluster, namespace) in stages {
            provision(app).await;
            let files = tree_of(app, "kestrel");
            assert_eq!(files.contains(&"stg/vcluster.yaml".to_owned()), cluster, "{status}");
            assert_eq!(files.contains(&"stg/namespace.yaml".to_owned()), namespace, "{status}");
            let listed = customer.client.get(&path(&customer)).await.expect(200);
            assert_eq!(listed[1]["status"], status);
            // It has its time.
            let commits = log(app).len();
            app.clock.advance_seconds(899);
            provision(app).await;
            assert_eq!(log(app).len(), commits, "{status}");
            app.clock.advance_seconds(1);
        }
        provision(app).await;
        assert!(!tree_of(app, "kestrel").iter().any(|path| path.starts_with("stg")));
        assert!(tree_of(app, "kestrel").contains(&"prod/app-uptime-kuma.yaml".to_owned()));
        let listed = customer.client.get(&path(&customer)).await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), 1);
        let open = "SELECT count(*) FROM provisions WHERE status <> 'completed'";
        assert_eq!(app.number(open).await, 0);
        add(&customer, "stg").await;
    }
}
