//! Environments: adding, moving, removing.

use serde_json::{Value, json};

use super::{follow, kestrel, lacks, policy, setup};
use crate::harness::{Customer, on_both};

const PAGE: &str = "/console/kestrel/environments";

async fn environments(customer: &Customer) -> Value {
    let path = format!("/tenant/orgs/{}/environments", customer.tenant_id);
    customer.client.get(&path).await.expect(200)
}

on_both! {
    async fn one_is_added_used_and_removed(app: &TestApp, setup()) {
        let (customer, mut browser) = kestrel(app, 60).await;
        let path = format!("/tenant/orgs/{}/apps", customer.tenant_id);
        customer.client.post(&path, &json!({ "slug": "wordpress" })).await.expect(200);
        let shown = browser.get(PAGE).await.expect(200);
        shown.has(&["Production", "WordPress", "Add an environment"]);
        lacks(&shown, &["Move to", "Remove Production"]);
        let added = browser.submit(PAGE, &[("act", "add"), ("name", "dev")]).await;
        follow(&mut browser, &added, "The environment is added.").await
            .has(&["Development", "Remove Development", "Move to Development"]);
        browser.submit(PAGE, &[("act", "add"), ("name", "dev")]).await.expect(409)
            .has(&["There is such an environment already"]);

        browser.get(PAGE).await.expect(200);
        let moved = browser.submit(PAGE, &[("act", "move"), ("app", "wordpress"), ("name", "dev")]).await;
        let shown = follow(&mut browser, &moved, "The app moves.").await;
        shown.has(&["Move to Production"]);
        lacks(&shown, &["Remove Development"]);
        assert!(environments(&customer).await.to_string().contains("dev"));
        browser.submit(PAGE, &[("act", "remove"), ("name", "dev")]).await.expect(409)
            .has(&["Apps run in it. Move or uninstall them first."]);
        browser.submit(PAGE, &[("act", "remove"), ("name", "prod")]).await.expect(409)
            .has(&["Production always stays."]);
        browser.get(PAGE).await.expect(200);
        browser.submit(PAGE, &[("act", "move"), ("app", "wordpress"), ("name", "prod")]).await.location();
        let gone = browser.submit(PAGE, &[("act", "remove"), ("name", "dev")]).await;
        assert_eq!(gone.location(), PAGE);
        browser.get(PAGE).await.expect(200).has(&["The environment is being removed."]);
    }

    async fn the_policy_is_told_in_words(app: &TestApp, setup()) {
        let (_, mut browser) = kestrel(app, 20).await;
        policy(app, json!({ "max_environments": 2 })).await;
        browser.get(PAGE).await.expect(200);
        browser.submit(PAGE, &[("act", "add"), ("name", "dev")]).await.location();
        browser.submit(PAGE, &[("act", "add"), ("name", "stg")]).await.expect(403)
            .has(&["This Sovereign allows 2 environments. Remove one first."]);
        policy(app, json!({ "allowed_environments": ["prod", "dev"] })).await;
        browser.get(PAGE).await.expect(200);
        browser.submit(PAGE, &[("act", "add"), ("name", "stg")]).await.expect(403)
            .has(&["This Sovereign does not allow the environment stg."]);
        browser.submit(PAGE, &[("act", "add"), ("name", "moon")]).await.expect(400);
    }
}
