//! Two who change the same thing: with `If-Match` the second is told, and without it nothing is as it was not before.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Client, Reply, Setup, on_both};

/// Something that is read at one path and changed at the same or another.
struct Thing<'a> {
    client: Client,
    read: &'a str,
    write: &'a str,
    /// What is said to whoever is late.
    code: &'a str,
}

fn etag(reply: &Reply) -> String {
    reply.headers["etag"].to_str().unwrap().to_owned()
}

impl Thing<'_> {
    async fn seen(&self) -> String {
        etag(&self.client.get(self.read).await)
    }

    async fn put(&self, tag: Option<&str>, change: &Value) -> Reply {
        let headers: Vec<_> = tag.map(|tag| ("If-Match", tag)).into_iter().collect();
        let body = Some(change.to_string().into_bytes());
        self.client.send(Method::PUT, self.write, &headers, body).await
    }

    /// Each of the changes makes it another than it is before.
    async fn second_is_told(&self, [first, second, third, fourth]: [Value; 4]) {
        let seen = self.seen().await;
        let changed = self.put(Some(&seen), &first).await;
        let next = etag(&changed);
        changed.expect(200);
        assert_ne!(seen, next);
        assert_eq!(self.seen().await, next, "the answer has the tag of what is stored");
        let late = self.put(Some(&seen), &second).await.expect_problem(412, self.code);
        assert_eq!(late["field"], "If-Match");
        for none in ["", "\"x\"", &format!("W/{next}")] {
            self.put(Some(none), &second).await.expect_problem(412, self.code);
        }
        assert_eq!(self.seen().await, next);
        self.put(Some(&format!("\"x\", {next}")), &second).await.expect(200);
        self.put(Some("*"), &third).await.expect(200);
        // Older clients send none.
        self.put(None, &second).await.expect(200);

        // At the same moment, one of them is told.
        let seen = self.seen().await;
        let (one, other) =
            tokio::join!(self.put(Some(&seen), &third), self.put(Some(&seen), &fourth));
        assert_eq!(BTreeSet::from([one.status, other.status]), BTreeSet::from([200, 412]));
    }
}

on_both! {
    async fn of_a_webhook_endpoint(app: &TestApp, Setup::with_mail()) {
        let client = crate::refunds::root(app).await;
        let endpoint = json!({ "url": "https://example.com/events", "event_types": ["order.placed"] });
        let made = client.post("/events/admin/endpoints", &endpoint).await.expect(201);
        let path = format!("/events/admin/endpoints/{}", made["endpoint"]["id"].as_str().unwrap());
        let thing = Thing { client, read: &path, write: &path, code: "event_endpoint_edited" };
        // Another secret is no change of what is sent where.
        let seen = thing.seen().await;
        thing.client.post(&format!("{path}/rotate"), &json!({})).await.expect(200);
        assert_eq!(thing.seen().await, seen);
        thing.second_is_told([
            json!({ "description": "the warehouse" }),
            json!({ "enabled": false }),
            json!({ "event_types": ["*"], "enabled": true }),
            json!({ "url": "https://example.com/elsewhere" }),
        ])
        .await;
    }

    async fn of_the_price_of_a_tier(app: &TestApp) {
        let path = "/catalog/admin/tiers/standard";
        let thing = Thing { client: app.sovereign_admin(), read: path, write: path, code: "tier_edited" };
        thing.second_is_told([1_500, 2_500, 3_500, 4_500].map(|minor| json!({ "price_minor": minor }))).await;
        let read = app.superadmin().get(path).await.expect(200);
        let tiers = app.anyone().get("/catalog/tiers").await.expect(200);
        assert!(tiers.as_array().unwrap().contains(&read), "{tiers}");
        app.superadmin().get("/catalog/admin/tiers/gold").await.expect_problem(404, "not_found");
        app.member("ahmed").get(path).await.expect(403);
    }

    async fn of_the_keys_to_stripe(app: &TestApp, Setup::with_mail()) {
        let client = crate::refunds::root(app).await;
        let path = "/billing/admin/settings";
        let thing = Thing { client, read: path, write: path, code: "settings_edited" };
        thing.second_is_told([
            json!({ "stripe_secret_key": "sk_test_51NsecretAAAA" }),
            json!({ "stripe_secret_key": "sk_test_52NsecretAAAA" }),
            json!({ "stripe_webhook_secret": "whsec_51NsecretCCCC", "stripe_secret_key": "" }),
            json!({ "stripe_public_key": "pk_test_51NpublicDDDD" }),
        ])
        .await;
        let seen = thing.seen().await;
        assert!(!seen.contains("secret"), "{seen}");
    }

    async fn of_a_role(app: &TestApp, Setup::with_mail()) {
        let client = crate::refunds::root(app).await;
        let sara = app.sign_in("sara@example.com").await.user_id;
        let read = format!("/auth/admin/users/{sara}");
        let write = format!("{read}/role");
        let thing = Thing { client, read: &read, write: &write, code: "role_edited" };
        let roles = ["sovereign-admin", "superadmin", "member", "sovereign-admin"];
        thing.second_is_told(roles.map(|role| json!({ "role": role }))).await;
    }

    async fn of_what_is_said_of_an_organization(app: &TestApp) {
        let customer = app.customer("ahmed").await;
        let path = format!("/tenant/orgs/{}", customer.tenant_id);
        let client = customer.client.clone();
        let thing = Thing { client, read: &path, write: &path, code: "organization_edited" };
        // What it orders is no change of what is said of it.
        let seen = thing.seen().await;
        app.issue("KESTREL-50", 50, 0).await;
        customer.checkout("m", "KESTREL-50").await.expect(200);
        assert_eq!(thing.seen().await, seen);
        thing.second_is_told([
            json!({ "name": "First" }),
            json!({ "industry": "retail" }),
            json!({ "name": "Third" , "industry": "trade" }),
            json!({ "org_type": "shop" }),
        ])
        .await;
    }
}
