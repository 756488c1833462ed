//! Keys come and go, rows are tampered with: what a start makes of it.

use serde_json::json;
use sovereign::blueprints::BlueprintOptions;

use super::{BLUEPRINTS, is_listed, only, order};
use crate::harness::{Engine, SecondServer, Setup, Signer, TestApp, blueprint, on_both};

/// A start with these keys; what it found is in the database.
async fn started(app: &TestApp, options: BlueprintOptions) {
    SecondServer::trusting(app, options).await.stop().await;
}

async fn add(app: &TestApp, slug: &str) {
    let signed = Signer::franchisee().submission(&blueprint(slug));
    app.sovereign_admin().post(BLUEPRINTS, &signed).await.expect(201);
}

async fn alarms(app: &TestApp) -> Vec<String> {
    app.texts(
        "SELECT subject || ': ' || detail FROM alarms WHERE kind = 'blueprint' ORDER BY subject",
    )
    .await
}

/// Changes the entry's document past the API.
async fn tamper(app: &TestApp, slug: &str) {
    let set = match app.engine {
        Engine::Sqlite => "json_set(doc, '$.helm_repo', 'https://evil.example')",
        Engine::Postgres => "jsonb_set(doc, '{helm_repo}', '\"https://evil.example\"')",
    };
    app.execute(&format!("UPDATE catalog_items SET doc = {set} WHERE slug = '{slug}'")).await;
}

on_both! {
    async fn a_key_that_is_not_trusted_any_more_takes_its_blueprints_along(
        app: &TestApp, Setup::with_blueprints()
    ) {
        add(app, "cal-own").await;
        let (kestrel, falcon) = (app.customer("kestrel").await, app.customer("falcon").await);
        order(&kestrel, &["cal-own"]).await.expect(200);
        // The same keys: nothing changes, and nobody is told anything.
        let revision = "SELECT catalog_revision FROM sovereign";
        let before = app.number(revision).await;
        started(app, Signer::franchisee().options()).await;
        assert_eq!((app.number(revision).await, alarms(app).await), (before, Vec::new()));

        for options in [Signer::p256("another").options(), BlueprintOptions::default()] {
            started(app, options).await;
            let found = only(app).await;
            assert_eq!((&found["state"], &found["listed"]), (&json!("untrusted"), &json!(false)));
            assert_eq!(found["installs"], 1);
            assert!(!is_listed(app, "cal-own").await);
            app.anyone().get("/catalog/apps/cal-own").await.expect_problem(404, "not_found");
            for slug in ["cal-own", found["id"].as_str().unwrap()] {
                let problem = order(&falcon, &[slug]).await.expect_problem(400, "invalid_request");
                assert_eq!(problem["field"], "apps");
                let new = json!({ "slug": "third", "name": "Third", "plan_id": "s", "apps": [slug] });
                falcon.client.post("/tenant/orgs", &new).await.expect_problem(400, "invalid_request");
            }
        }
        let told = alarms(app).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("1 Organizations have it"), "{told:?}");

        // Whoever has it goes on, month after month, and can change whatever else there is.
        app.clock.advance_days(31);
        app.run_job("renew-subscriptions").await;
        assert_eq!(app.number("SELECT COUNT(*) FROM orders WHERE kind = 'renewal'").await, 1);
        assert_eq!(app.number("SELECT COUNT(*) FROM alarms WHERE kind = 'renewal'").await, 0);
        let path = format!("/billing/subscription/{}/change/preview", kestrel.tenant_id);
        kestrel.client.post(&path, &json!({ "addons": ["waf"] })).await.expect(200);

        // With the key back, it is listed again.
        started(app, Signer::franchisee().options()).await;
        let found = only(app).await;
        assert_eq!((&found["state"], &found["listed"]), (&json!("verified"), &json!(true)));
        order(&falcon, &["cal-own"]).await.expect(200);
    }

    async fn what_is_tampered_with_is_not_listed_after_a_start(
        app: &TestApp, Setup::with_blueprints()
    ) {
        let blob = |sql: &str| match app.engine {
            Engine::Sqlite => sql.replace("{x}", "x'7b7d'"),
            Engine::Postgres => sql.replace("{x}", "'\\x7b7d'"),
        };
        for (slug, sql) in [
            ("of-document", String::new()),
            ("of-price", "UPDATE catalog_items SET price_minor = 5 WHERE slug = 'of-price'".to_owned()),
            ("of-artifact", blob("UPDATE blueprints SET artifact = {x} WHERE id = (SELECT id \
                FROM catalog_items WHERE slug = 'of-artifact')")),
            ("of-payload", blob("UPDATE blueprints SET payload = {x} WHERE id = (SELECT id \
                FROM catalog_items WHERE slug = 'of-payload')")),
            ("of-signature", blob("UPDATE blueprints SET signature = {x} WHERE id = (SELECT id \
                FROM catalog_items WHERE slug = 'of-signature')")),
        ] {
            add(app, slug).await;
            if sql.is_empty() {
                tamper(app, slug).await;
            } else {
                app.execute(&sql).await;
            }
        }
        add(app, "sound").await;
        started(app, Signer::franchisee().options()).await;
        for slug in ["of-document", "of-price", "of-artifact", "of-payload", "of-signature"] {
            assert!(!is_listed(app, slug).await, "{slug}");
        }
        assert!(is_listed(app, "sound").await);
        assert_eq!(alarms(app).await.len(), 5);
        let states = app.texts(
            "SELECT b.state FROM blueprints b JOIN catalog_items i ON i.id = b.id \
             ORDER BY i.slug"
        );
        let damaged = "damaged";
        assert_eq!(states.await, [damaged, damaged, damaged, damaged, damaged, "verified"]);
        // What needs no key is seen by `verify` as well.
        let broken = app.faults().await;
        let broken: Vec<&str> = broken.iter().map(|(_, subject)| subject.as_str()).collect();
        for slug in ["of-document", "of-price", "of-artifact"] {
            assert!(broken.contains(&slug), "{slug}: {broken:?}");
        }
        assert!(!broken.contains(&"sound"), "{broken:?}");
        // Put in their place what is signed.
        let all = ["of-document", "of-price", "of-artifact", "of-payload", "of-signature"];
        for slug in all {
            let signed = Signer::franchisee().submission(&blueprint(slug));
            let path = format!("{BLUEPRINTS}/{slug}");
            app.sovereign_admin().put(&path, &signed).await.expect(200);
            assert!(is_listed(app, slug).await, "{slug}");
        }
    }

    async fn what_depends_on_one_that_is_not_listed_is_not_listed_either(
        app: &TestApp, Setup::with_blueprints()
    ) {
        add(app, "base").await;
        for (slug, on) in [("middle", "base"), ("top", "middle")] {
            let mut document = blueprint(slug);
            document["dependencies"] = json!([on]);
            let signed = Signer::franchisee().submission(&document);
            app.sovereign_admin().post(BLUEPRINTS, &signed).await.expect(201);
        }
        tamper(app, "base").await;
        started(app, Signer::franchisee().options()).await;
        for slug in ["base", "middle", "top"] {
            assert!(!is_listed(app, slug).await, "{slug}");
        }
        // A circle is refused, also where it closes later.
        let mut document = blueprint("base");
        document["dependencies"] = json!(["postgresql"]);
        let signed = Signer::franchisee().submission(&document);
        let path = format!("{BLUEPRINTS}/base");
        app.sovereign_admin().put(&path, &signed).await.expect(200);
        for slug in ["base", "middle", "top"] {
            assert!(is_listed(app, slug).await, "{slug}");
        }
        document["dependencies"] = json!(["top"]);
        let signed = Signer::franchisee().submission(&document);
        let refused = app.sovereign_admin().put(&path, &signed).await;
        let problem = refused.expect_problem(400, "invalid_request");
        assert!(problem["detail"].as_str().unwrap().contains("lead back"), "{problem}");
    }
}
