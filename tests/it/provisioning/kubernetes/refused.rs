//! What the API refuses is said, with what to do, and tried again.

use reqwest::Method;
use serde_json::json;

use super::ORGANIZATIONS;
use crate::harness::{Program, Setup, on_both};
use crate::provisioning::{newest, ordered, provision};

on_both! {
    async fn without_its_role_it_says_which_one(app: &TestApp, Setup::with_kubernetes()) {
        let customer = ordered(app, "kestrel", &[]).await;
        let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces";
        let role = format!("{roles}/{}/roles/sovereign", app.cluster().name);
        let rules = json!({ "rules": [] });
        let before = app.cluster().send(Method::GET, &role, None).await.unwrap();
        app.cluster().send(Method::PATCH, &role, Some(&rules)).await.unwrap();
        provision(app).await;
        let failed = newest(&customer).await;
        assert_eq!(failed["status"], "provisioning");
        let reason = failed["error"].as_str().unwrap();
        assert!(reason.starts_with("the Kubernetes API: 403 "), "{reason}");
        assert!(reason.contains("cannot get resource \"organizations\""), "{reason}");
        assert!(reason.ends_with("; give it the role of deploy/kubernetes/access.yaml"), "{reason}");
        assert_eq!(failed["steps"][1]["status"], "failed");

        let rules = json!({ "rules": before["rules"] });
        app.cluster().send(Method::PATCH, &role, Some(&rules)).await.unwrap();
        app.clock.advance_seconds(60);
        provision(app).await;
        assert_eq!(newest(&customer).await["status"], "completed");
    }

    async fn what_is_somebody_elses_is_not_taken(app: &TestApp, Setup::with_kubernetes()) {
        let theirs = json!({
            "apiVersion": "commerce.catalyst.openova.io/v1alpha1",
            "kind": "Organization",
            "metadata": { "name": "kestrel" },
            "spec": {
                "id": "theirs", "sovereign": "other.example", "plan": { "slug": "m" },
                "environments": [{
                    "name": "prod", "namespace": "kestrel-prod", "region": "x", "stage": "running",
                }],
            },
        });
        let path = format!(
            "/apis/commerce.catalyst.openova.io/v1alpha1/namespaces/{}/organizations",
            app.cluster().name
        );
        app.cluster().send(Method::POST, &path, Some(&theirs)).await.unwrap();
        let customer = ordered(app, "kestrel", &[]).await;
        provision(app).await;
        let reason = newest(&customer).await["error"].as_str().unwrap().to_owned();
        assert_eq!(
            reason,
            "the Organization kestrel in the cluster is nobody's; it has to be removed there first"
        );
        assert_eq!(app.cluster().get(ORGANIZATIONS, "kestrel").await["spec"]["id"], "theirs");
    }

    /// The definitions refuse what no Sovereign would write.
    async fn the_definitions_are_strict(app: &TestApp, Setup::with_kubernetes()) {
        ordered(app, "kestrel", &["uptime-kuma"]).await;
        provision(app).await;
        let path = |plural: &str, name: &str| {
            format!(
                "/apis/commerce.catalyst.openova.io/v1alpha1/namespaces/{}/{plural}/{name}",
                app.cluster().name
            )
        };
        for wrong in [
            json!({ "spec": { "id": "" } }),
            json!({ "spec": { "environments": [] } }),
            json!({ "spec": { "plan": { "cpu": 0 } } }),
            json!({ "spec": { "environments": [{
                "name": "prod", "namespace": "../x", "region": "r", "stage": "running",
            }] } }),
        ] {
            let path = path("organizations", "kestrel");
            let answer = app.cluster().send(Method::PATCH, &path, Some(&wrong)).await;
            assert_eq!(answer.unwrap_err(), 422, "{wrong}");
        }
        for wrong in [
            json!({ "spec": { "name": "Up" } }),
            json!({ "spec": { "chart": { "repository": "file:///etc" } } }),
            json!({ "spec": { "ingress": { "port": 0 } } }),
            json!({ "spec": { "environment": "production" } }),
        ] {
            let path = path("applications", "kestrel-prod-uptime-kuma");
            let answer = app.cluster().send(Method::PATCH, &path, Some(&wrong)).await;
            assert_eq!(answer.unwrap_err(), 422, "{wrong}");
        }
    }
}

/// What cannot be used is found when the program starts, and said.
#[test]
fn a_configuration_that_cannot_be_used_is_refused() {
    let serve = || {
        let program = Program::new(["serve", "--demo"]);
        program.env("SOVEREIGN_PROVISIONING_DRIVER", "kubernetes").without_mail()
    };
    let said = serve().run().expect_failure(2);
    assert!(said.contains("this is no pod of a cluster"), "{said}");
    assert!(said.contains("set provisioning.kubeconfig"), "{said}");
    let said = serve().env("SOVEREIGN_PROVISIONING_KUBECONFIG", "/nowhere").run().expect_failure(2);
    assert!(said.contains("provisioning.kubeconfig /nowhere: "), "{said}");
    let said = serve().env("SOVEREIGN_PROVISIONING_REPOSITORY", "/srv/x.git").run();
    let said = said.expect_failure(2);
    assert!(said.contains("provisioning.repository (environment"), "{said}");
    assert!(said.contains("is for provisioning.driver = \"git\""), "{said}");
    let said = serve().env("SOVEREIGN_PROVISIONING_KUBE_CONTEXT", "x").run().expect_failure(2);
    assert!(said.contains("provisioning.kube_context"), "{said}");
}
