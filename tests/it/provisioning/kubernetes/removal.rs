//! What goes, goes in order: Applications before their environment, and an Organization last.

use super::{APPLICATIONS, ORGANIZATIONS, hold, let_go, stages};
use crate::harness::{Customer, Setup, TestApp, on_both};
use crate::provisioning::{newest, ordered, provision, publish};

/// The reason of the newest provision, which goes on trying.
async fn waits_for(customer: &Customer) -> String {
    let newest = newest(customer).await;
    assert_eq!(newest["status"], "provisioning", "{newest}");
    newest["error"].as_str().unwrap_or_else(|| panic!("{newest}")).to_owned()
}

async fn uninstall(app: &TestApp, customer: &Customer, slug: &str) {
    let path = format!("/tenant/orgs/{}/apps/{slug}", customer.tenant_id);
    app.clock.advance_seconds(1);
    customer.client.delete(&path).await.expect(200);
    provision(app).await;
}

async fn retry(app: &TestApp) {
    app.clock.advance_seconds(3_600);
    provision(app).await;
}

on_both! {
    async fn what_is_uninstalled_goes_when_its_operator_lets_it(
        app: &TestApp, Setup::with_kubernetes()
    ) {
        let customer = ordered(app, "kestrel", &["wordpress", "uptime-kuma"]).await;
        provision(app).await;
        let name = "kestrel-prod-uptime-kuma";
        hold(app.cluster(), APPLICATIONS, name).await;
        uninstall(app, &customer, "uptime-kuma").await;
        let done = newest(&customer).await;
        assert_eq!((&done["status"], &done["steps"][2]["message"]), (
            &serde_json::json!("completed"), &serde_json::json!("1 objects are removed"),
        ));
        let going = app.cluster().get(APPLICATIONS, name).await;
        assert!(going["metadata"]["deletionTimestamp"].is_string(), "{going}");

        // Installed again meanwhile, it would go with what is going.
        let path = format!("/tenant/orgs/{}/apps", customer.tenant_id);
        let again = serde_json::json!({ "slug": "uptime-kuma" });
        app.clock.advance_seconds(1);
        customer.client.post(&path, &again).await.expect(200);
        provision(app).await;
        assert_eq!(
            waits_for(&customer).await,
            format!("{name} is still being removed; it waits for operator.example/tidy-up")
        );
        let_go(app.cluster(), APPLICATIONS, name).await;
        retry(app).await;
        assert_eq!(newest(&customer).await["status"], "completed");
        let back = app.cluster().get(APPLICATIONS, name).await;
        assert!(back["metadata"].get("deletionTimestamp").is_none(), "{back}");
    }

    async fn a_deleted_organization_is_gone_in_the_end(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &["uptime-kuma"]).await;
        ordered(app, "heron", &["uptime-kuma"]).await;
        provision(app).await;
        hold(app.cluster(), APPLICATIONS, "kestrel-prod-uptime-kuma").await;
        let id = customer.tenant_id.clone();
        app.execute(&format!("UPDATE organizations SET status = 'deleted' WHERE id = '{id}'")).await;
        publish(app, "tenant.deleted", &id, 1).await;
        provision(app).await;
        let stage = |name: &str| vec![("prod".to_owned(), name.to_owned())];
        assert_eq!(stages(app, "kestrel").await, stage("without_apps"));

        // Its time is over, but the operator is not done: the cluster it needs stays.
        retry(app).await;
        assert_eq!(stages(app, "kestrel").await, stage("without_apps"));
        let status = format!("SELECT COALESCE(error, '') FROM provisions WHERE tenant_id = '{id}' \
                              ORDER BY created_at DESC LIMIT 1");
        let reason = app.texts(&status).await.remove(0);
        assert!(reason.contains("kestrel-prod-uptime-kuma is still being removed"), "{reason}");
        let_go(app.cluster(), APPLICATIONS, "kestrel-prod-uptime-kuma").await;
        retry(app).await;
        assert_eq!(stages(app, "kestrel").await, stage("without_cluster"));
        assert_eq!(app.cluster().names(APPLICATIONS).await, ["heron-prod-uptime-kuma"]);

        // Somebody else has the address by now, and waits until it is free in the cluster as well.
        hold(app.cluster(), ORGANIZATIONS, "kestrel").await;
        let next = ordered(app, "kestrel", &[]).await;
        retry(app).await;
        retry(app).await;
        assert!(
            waits_for(&next).await.contains(&format!("in the cluster is {id}'s")),
            "{}", waits_for(&next).await
        );
        let_go(app.cluster(), ORGANIZATIONS, "kestrel").await;
        assert_eq!(app.cluster().names(ORGANIZATIONS).await, ["heron"]);
        retry(app).await;
        assert_eq!(newest(&next).await["status"], "completed");
        let organization = app.cluster().get(ORGANIZATIONS, "kestrel").await;
        assert_eq!(organization["spec"]["id"], next.tenant_id);
    }
}
