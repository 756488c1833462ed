//! From an order to the objects that operators act on.

use serde_json::{Value, json};

use super::{APPLICATIONS, ORGANIZATIONS, hold};
use crate::harness::{Setup, on_both};
use crate::provisioning::{newest, ordered, provision, publish};

fn of_each<'a>(objects: &'a [Value], pointer: &str) -> Vec<&'a Value> {
    objects.iter().map(|object| object.pointer(pointer).unwrap_or(&Value::Null)).collect()
}

on_both! {
    async fn an_order_becomes_objects(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        provision(app).await;
        let done = newest(&customer).await;
        assert_eq!((&done["status"], &done["progress"]), (&json!("completed"), &json!(100)), "{done}");
        let steps = done["steps"].as_array().unwrap();
        assert_eq!(of_each(steps, "/name"), ["render", "apply", "prune"]);
        assert_eq!(
            of_each(steps, "/message"), ["3 objects", "3 objects are new or changed", ""]
        );
        let own = format!("/tenant/orgs/{}", customer.tenant_id);
        assert_eq!(customer.client.get(&own).await.expect(200)["status"], "active");

        let organization = app.cluster().get(ORGANIZATIONS, "kestrel").await;
        assert_eq!(
            organization["spec"],
            json!({
                "id": customer.tenant_id,
                "sovereign": "test.sovereign.example",
                "plan": { "slug": "flexi" },
                "environments": [{
                    "name": "prod", "namespace": "kestrel-prod", "region": "default",
                    "stage": "running",
                }],
            })
        );
        assert_eq!(organization["metadata"]["annotations"]["sovereign/revision"], done["revision"]);
        let applications = app.cluster().list(APPLICATIONS).await;
        assert_eq!(
            of_each(&applications, "/metadata/name"),
            ["kestrel-prod-mariadb", "kestrel-prod-wordpress"]
        );
        let wordpress = &applications[1]["spec"];
        assert_eq!(wordpress["organization"], "kestrel");
        assert_eq!(wordpress["environment"], "prod");
        assert_eq!(wordpress["dependsOn"], json!(["mariadb"]));
        assert_eq!(
            wordpress["ingress"],
            json!({ "host": "wordpress.kestrel.test.sovereign.example", "port": 80 })
        );
        assert_eq!(applications[0]["spec"].get("ingress"), None);
        assert_eq!(
            applications[1]["metadata"]["labels"],
            json!({
                "sovereign/environment": "prod",
                "sovereign/fqdn": "test.sovereign.example",
                "sovereign/organization": "kestrel",
                "sovereign/region": "default",
            })
        );
    }

    /// What is there already is left as it is, to the last byte of its bookkeeping.
    async fn asked_for_again_nothing_changes(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        provision(app).await;
        let before = (app.cluster().list(ORGANIZATIONS).await, app.cluster().list(APPLICATIONS).await);
        let revision = newest(&customer).await["revision"].clone();
        app.clock.advance_seconds(1);
        publish(app, "tenant.app_install_requested", &customer.tenant_id, 1).await;
        provision(app).await;
        let again = newest(&customer).await;
        assert_eq!(again["status"], "completed");
        assert_eq!(again["cause"], "tenant.app_install_requested");
        assert_eq!(again["revision"], revision);
        assert_eq!(again["steps"][1]["message"], "nothing to change");
        let after = (app.cluster().list(ORGANIZATIONS).await, app.cluster().list(APPLICATIONS).await);
        assert_eq!(after, before);
    }

    /// Operators write their status and finalizers beside what is Sovereign's; what they change of that is
    /// put right with the next change.
    async fn what_others_write_stays_beside(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        provision(app).await;
        let name = "kestrel-prod-wordpress";
        hold(app.cluster(), APPLICATIONS, name).await;
        let change = json!({
            "metadata": { "annotations": { "operator.example/seen": "yes" } },
            "spec": { "chart": { "name": "something-else" } },
        });
        app.cluster().change(APPLICATIONS, name, &change).await;
        app.clock.advance_seconds(1);
        let apps = format!("/tenant/orgs/{}/apps", customer.tenant_id);
        customer.client.post(&apps, &json!({ "slug": "uptime-kuma" })).await.expect(200);
        provision(app).await;
        let done = newest(&customer).await;
        assert_eq!(done["status"], "completed", "{done}");
        let wordpress = app.cluster().get(APPLICATIONS, name).await;
        assert_eq!(wordpress["spec"]["chart"]["name"], "wordpress");
        assert_eq!(wordpress["metadata"]["annotations"]["operator.example/seen"], "yes");
        assert_eq!(wordpress["metadata"]["finalizers"], json!(["operator.example/tidy-up"]));
        let names = app.cluster().names(APPLICATIONS).await;
        assert_eq!(
            names, ["kestrel-prod-mariadb", "kestrel-prod-uptime-kuma", "kestrel-prod-wordpress"]
        );
    }

    async fn environments_are_named_with_their_regions(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        let environments = format!("/tenant/orgs/{}/environments", customer.tenant_id);
        customer.client.post(&environments, &json!({ "name": "stg" })).await.expect(201);
        let moving = format!("{environments}/stg/apps/wordpress");
        customer.client.put(&moving, &json!({})).await.expect(200);
        provision(app).await;
        let organization = app.cluster().get(ORGANIZATIONS, "kestrel").await;
        let environments = organization["spec"]["environments"].as_array().unwrap();
        assert_eq!(of_each(environments, "/namespace"), ["kestrel-prod", "kestrel-stg"]);
        let applications = app.cluster().list(APPLICATIONS).await;
        assert_eq!(of_each(&applications, "/spec/environment"), ["stg", "stg"]);
        assert_eq!(
            of_each(&applications, "/spec/ingress/host"),
            [&Value::Null, &json!("wordpress.stg.kestrel.test.sovereign.example")]
        );
    }
}
