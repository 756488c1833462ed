//! What goes wrong is said, tried again, and begun anew by a person.

use serde_json::json;

use super::{allow, events, log, newest, ordered, provision, refuse, repository};
use crate::harness::on_both;

on_both! {
    async fn a_repository_that_refuses_is_asked_again_later_and_later(app: &TestApp) {
        ordered(app, "first", &[]).await;
        provision(app).await;
        refuse(app, "the branch is protected");
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        provision(app).await;
        let failing = newest(&customer).await;
        assert_eq!((&failing["status"], &failing["failures"]), (&json!("provisioning"), &json!(1)));
        let error = failing["error"].as_str().unwrap();
        assert!(error.contains("the branch is protected"), "{error}");
        assert_eq!(failing["steps"][2]["status"], "failed");
        assert_eq!(failing["steps"][2]["message"], failing["error"]);
        // Not before its time.
        app.clock.advance_seconds(59);
        provision(app).await;
        assert_eq!(newest(&customer).await["failures"], 1);
        // What is wrong with one is nothing to another, and a checkout goes on.
        ordered(app, "heron", &[]).await;
        for _ in 0..9 {
            app.clock.advance_seconds(3_600);
            provision(app).await;
        }
        let failed = newest(&customer).await;
        assert_eq!((&failed["status"], &failed["failures"]), (&json!("failed"), &json!(10)));
        assert_eq!(
            events(app, &customer.tenant_id).await, ["provision.started", "provision.failed"]
        );
        let own = format!("/tenant/orgs/{}", customer.tenant_id);
        assert_eq!(customer.client.get(&own).await.expect(200)["status"], "provisioning");
        app.clock.advance_days(1);
        provision(app).await;
        assert_eq!(newest(&customer).await, failed, "nobody asked for it");

        allow(app);
        let path = format!("/provisioning/retry/{}", failed["id"].as_str().unwrap());
        let again = customer.client.post(&path, &json!({})).await.expect(200);
        assert_eq!((&again["status"], &again["failures"]), (&json!("pending"), &json!(0)));
        provision(app).await;
        assert_eq!(newest(&customer).await["status"], "completed");
        assert_eq!(newest(&customer).await.get("error"), None);
        assert_eq!(customer.client.get(&own).await.expect(200)["status"], "active");
        assert_eq!(log(app)[0], "kestrel: order.placed");
        customer.client.post(&path, &json!({})).await.expect_problem(409, "not_failed");
        let audited = "SELECT count(*) FROM audit_log WHERE action = 'provision.retry'";
        assert_eq!(app.number(audited).await, 1);
    }

    async fn what_no_waiting_mends_fails_at_once(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["wordpress"]).await;
        let gone = "DELETE FROM catalog_items WHERE slug = 'wordpress'";
        app.execute(gone).await;
        provision(app).await;
        let failed = newest(&customer).await;
        assert_eq!((&failed["status"], &failed["failures"]), (&json!("failed"), &json!(1)));
        let error = failed["error"].as_str().unwrap();
        assert!(error.contains("bring it back, or uninstall it"), "{error}");
        assert_eq!(failed["steps"][0]["message"], failed["error"]);
    }

    async fn an_app_that_cannot_be_deployed_yet_is_left_out_and_named(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["n8n", "uptime-kuma"]).await;
        provision(app).await;
        let done = newest(&customer).await;
        assert_eq!(done["status"], "completed");
        let said = done["steps"][0]["message"].as_str().unwrap();
        assert!(said.contains("the catalog cannot deploy n8n yet"), "{said}");
    }

    /// An adopted database may have addresses that no directory can be called.
    async fn a_slug_that_is_none_changes_nothing(app: &TestApp) {
        let customer = ordered(app, "kestrel", &[]).await;
        let slug = "UPDATE organizations SET slug = '../../etc'";
        app.execute(slug).await;
        provision(app).await;
        let failed = newest(&customer).await;
        assert_eq!(failed["status"], "failed");
        let error = failed["error"].as_str().unwrap();
        assert!(error.starts_with("the Organization's slug \"../../etc\" must be 3 to 31"), "{error}");
        let refs = repository(app).join("refs/heads/main");
        assert!(!refs.exists(), "there is no commit");
    }
}
