//! Environments and regions under the policy.

use serde_json::{Value, json};
use sovereign::provision::ProvisioningOptions;

use super::{assert_forbidden, set};
use crate::harness::{Customer, Reply, Setup, on_both};

fn two_regions() -> Setup {
    let regions = vec!["muscat".to_owned(), "salalah".to_owned()];
    Setup {
        provisioning: ProvisioningOptions { regions, ..ProvisioningOptions::default() },
        ..Setup::default()
    }
}

fn path(customer: &Customer) -> String {
    format!("/tenant/orgs/{}/environments", customer.tenant_id)
}

async fn add(customer: &Customer, body: Value) -> Reply {
    customer.client.post(&path(customer), &body).await
}

on_both! {
    async fn an_environment_is_in_a_region(app: &TestApp, two_regions()) {
        let customer = app.customer("kestrel").await;
        let wrong = add(&customer, json!({ "name": "stg", "region": "mars" })).await;
        let problem = wrong.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "region");
        assert!(problem["detail"].as_str().unwrap().contains("muscat, salalah"), "{problem}");
        let stg = add(&customer, json!({ "name": "stg" })).await.expect(201);
        assert_eq!(stg["region"], "muscat");
        let dev = add(&customer, json!({ "name": "dev", "region": "salalah" })).await.expect(201);
        assert_eq!(dev["region"], "salalah");
        let all = customer.client.get(&path(&customer)).await.expect(200);
        let regions: Vec<&str> =
            all.as_array().unwrap().iter().map(|one| one["region"].as_str().unwrap()).collect();
        assert_eq!(regions, ["muscat", "muscat", "salalah"]);
    }

    async fn a_region_can_be_closed(app: &TestApp, two_regions()) {
        let customer = app.customer("kestrel").await;
        add(&customer, json!({ "name": "stg", "region": "salalah" })).await.expect(201);
        let order = json!({ "tenant_id": customer.tenant_id, "plan_id": "flexi", "apps": ["n8n"] });
        customer.client.post("/billing/checkout", &order).await.expect(200);
        set(app, json!({ "allowed_regions": ["muscat"] })).await;
        let closed = add(&customer, json!({ "name": "dev", "region": "salalah" })).await;
        let problem = assert_forbidden(closed, "allowed_regions");
        assert_eq!((&problem["policy"]["subject"], &problem["field"]), (&json!("salalah"), &json!("region")));
        add(&customer, json!({ "name": "dev", "region": "muscat" })).await.expect(201);
        // Nothing more goes into the one that is there.
        let moving = format!("{}/stg/apps/n8n", path(&customer));
        assert_forbidden(customer.client.put(&moving, &json!({})).await, "allowed_regions");
        // It can be given up.
        customer.client.delete(&format!("{}/stg", path(&customer))).await.expect(200);
    }

    async fn there_are_no_more_than_allowed(app: &TestApp) {
        set(app, json!({ "max_environments": 2 })).await;
        let customer = app.customer("kestrel").await;
        add(&customer, json!({ "name": "stg" })).await.expect(201);
        let problem = assert_forbidden(add(&customer, json!({ "name": "dev" })).await, "max_environments");
        let rule = json!({ "version": 1, "rule": "max_environments", "limit": 2, "asked": 3 });
        assert_eq!(problem["policy"], rule);
        add(&customer, json!({ "name": "stg" })).await.expect_problem(409, "environment_exists");
        // As long as one is being removed, it is there.
        customer.client.delete(&format!("{}/stg", path(&customer))).await.expect(200);
        assert_forbidden(add(&customer, json!({ "name": "dev" })).await, "max_environments");
    }

    /// Several at once come to no more than one after another.
    async fn several_at_once_do_not_pass_the_limit(app: &TestApp) {
        set(app, json!({ "max_environments": 3 })).await;
        let customer = app.customer("kestrel").await;
        let names = ["stg", "uat", "dev", "poc"].map(|name| json!({ "name": name }));
        let [a, b, c, d] = names;
        let replies = tokio::join!(
            add(&customer, a), add(&customer, b), add(&customer, c), add(&customer, d)
        );
        let mut statuses = [replies.0, replies.1, replies.2, replies.3].map(|reply| reply.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 201, 403, 403]);
        let all = customer.client.get(&path(&customer)).await.expect(200);
        assert_eq!(all.as_array().unwrap().len(), 3);
    }
}
