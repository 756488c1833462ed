//! What an install comes to in the repository, and what is said of it until then.

use serde_json::{Value, json};

use super::{install, path, uninstall, with_credit};
use crate::harness::{Customer, TestApp, on_both};
use crate::provisioning::{log, provision, repository, tree_of};

async fn states(customer: &Customer) -> Value {
    let own = format!("/tenant/orgs/{}", customer.tenant_id);
    customer.client.get(&own).await.expect(200)["app_states"].clone()
}

fn releases(app: &TestApp) -> Vec<String> {
    let tree = tree_of(app, "ahmed");
    let releases = tree.iter().filter_map(|path| path.strip_prefix("prod/app-"));
    releases.map(|file| file.trim_end_matches(".yaml").to_owned()).collect()
}

on_both! {
    async fn an_install_is_one_commit(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        provision(app).await;
        let commits = log(app).len();
        let answer = install(&customer, "erpnext").await.expect(200);
        let id = answer["apps"][0].as_str().unwrap().to_owned();
        app.run_job("relay-events").await;
        assert_eq!(states(&customer).await, json!({ id.as_str(): "installing" }));
        app.run_job("provision").await;
        assert_eq!(states(&customer).await, json!({ id.as_str(): "installed" }));
        assert_eq!(log(app).len(), commits + 1);
        assert_eq!(releases(app), ["erpnext", "mariadb", "redis-for-erpnext"]);
        // One provision of the install; the subscription's own event asks for no other.
        assert_eq!(app.number("SELECT count(*) FROM provisions").await, 2);

        uninstall(&customer, "erpnext").await.expect(200);
        app.run_job("relay-events").await;
        assert_eq!(states(&customer).await, json!({ id.as_str(): "uninstalling" }));
        app.run_job("provision").await;
        assert_eq!(states(&customer).await, json!({}));
        assert_eq!(releases(app), [""; 0]);
        app.verify().await;
    }

    async fn each_app_has_what_cannot_be_shared(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        install(&customer, "erpnext").await.expect(200);
        install(&customer, "paperless-ngx").await.expect(200);
        let own = json!({ "slug": "matomo", "dep_choices": { "mariadb": "dedicated" } });
        customer.client.post(&path(&customer), &own).await.expect(200);
        provision(app).await;
        let expected = [
            "erpnext", "mariadb-for-matomo", "mariadb", "matomo", "paperless-ngx", "postgresql",
            "redis-for-erpnext", "redis-for-paperless-ngx",
        ];
        assert_eq!(releases(app), expected);
        let path = "organizations/ahmed/prod/app-matomo.yaml";
        let matomo = crate::provisioning::git(&repository(app), &["show", &format!("main:{path}")]);
        let release: Value = serde_yaml_ng::from_str(&matomo).expect("YAML");
        assert_eq!(release["spec"]["dependsOn"][1], json!({ "name": "mariadb-for-matomo" }));
    }

    async fn an_app_runs_where_it_was_asked_for(app: &TestApp) {
        let customer = with_credit(app, 60).await;
        let environments = format!("/tenant/orgs/{}/environments", customer.tenant_id);
        customer.client.post(&environments, &json!({ "name": "stg" })).await.expect(201);
        let body = json!({ "slug": "uptime-kuma", "environment": "stg" });
        let answer = customer.client.post(&path(&customer), &body).await.expect(200);
        let all = customer.client.get(&environments).await.expect(200);
        let stg = all.as_array().unwrap().iter().find(|one| one["name"] == "stg").expect("stg");
        assert_eq!(stg["apps"], answer["apps"]);
        // Uninstalled, nothing of that is left.
        uninstall(&customer, "uptime-kuma").await.expect(200);
        install(&customer, "uptime-kuma").await.expect(200);
        let all = customer.client.get(&environments).await.expect(200);
        assert_eq!(all[0]["apps"], answer["apps"], "{all}");
    }
}
