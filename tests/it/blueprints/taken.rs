//! Signed Blueprints are taken, shown, ordered, changed and retired.

use reqwest::Method;
use serde_json::{Value, json};

use super::{BLUEPRINTS, is_listed, only, order};
use crate::harness::{Setup, Signer, assert_shape, blueprint, on_both};

/// Two who are trusted, with a key of each kind.
fn both_kinds() -> Setup {
    let mut options = Signer::franchisee().options();
    options.keys.push(second().key());
    Setup { blueprints: options, ..Setup::default() }
}

fn second() -> &'static Signer {
    static SECOND: std::sync::OnceLock<Signer> = std::sync::OnceLock::new();
    SECOND.get_or_init(|| Signer::ed25519("second"))
}

on_both! {
    async fn one_that_is_signed_is_listed_and_ordered(app: &TestApp, Setup::with_blueprints()) {
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        let made = app.sovereign_admin().post(BLUEPRINTS, &signed).await.expect(201);
        assert_shape(
            &made,
            "id:uuid slug:text name:text state:text listed:bool key_id:text key_fingerprint:text \
             digest:text docker_reference:text helm_chart:text helm_repo:text helm_version:text \
             installs:int added_by:text created_at:time updated_at:time",
        );
        assert_eq!(made["state"], "verified");
        assert_eq!(made["key_id"], "franchisee");
        assert_eq!(made["key_fingerprint"], Signer::franchisee().key().fingerprint);
        assert_eq!(made["docker_reference"], "registry.example/catalog/bp-cal-own");
        assert_eq!(only(app).await, made);
        let shown = app.anyone().get("/catalog/apps/cal-own").await.expect(200);
        assert_eq!(shown["origin"], "private");
        assert_eq!(shown["dependencies"], json!(["postgresql"]));
        assert_eq!(shown["id"], made["id"]);
        let others = app.anyone().get("/catalog/apps/wordpress").await.expect(200);
        assert_eq!(others["origin"], "publisher");
        let customer = app.customer("kestrel").await;
        order(&customer, &["cal-own"]).await.expect(200);
        assert_eq!(only(app).await["installs"], 1);
        let line = app
            .texts("SELECT action || ' ' || subject FROM audit_log WHERE action LIKE 'blueprint%'")
            .await;
        assert_eq!(line, ["blueprint.add app/cal-own"]);
        let said = app.texts("SELECT CAST(after AS text) FROM audit_log WHERE action = 'blueprint.add'");
        let after: Value = serde_json::from_str(&said.await[0]).unwrap();
        assert_eq!((&after["digest"], &after["key_id"]), (&made["digest"], &json!("franchisee")));
    }

    async fn either_kind_of_key_will_do(app: &TestApp, both_kinds()) {
        for (slug, signer, name) in
            [("by-first", Signer::franchisee(), "franchisee"), ("by-second", second(), "second")]
        {
            let signed = signer.submission(&blueprint(slug));
            let made = app.superadmin().post(BLUEPRINTS, &signed).await.expect(201);
            assert_eq!(made["key_id"], name);
            let mut named = signer.submission(&blueprint(slug));
            named["key_id"] = json!(name);
            let path = format!("{BLUEPRINTS}/{slug}");
            app.superadmin().put(&path, &named).await.expect(200);
            named["key_id"] = json!(if name == "second" { "franchisee" } else { "second" });
            let refused = app.superadmin().put(&path, &named).await;
            refused.expect_problem(400, "blueprint_signature_invalid");
        }
    }

    /// Members that cannot be set from outside of what was signed are not there to be set.
    async fn another_artifact_takes_its_place_and_nothing_else_does(
        app: &TestApp, Setup::with_blueprints()
    ) {
        let admin = app.sovereign_admin();
        let first = Signer::franchisee().submission(&blueprint("cal-own"));
        let made = admin.post(BLUEPRINTS, &first).await.expect(201);
        admin.post(BLUEPRINTS, &first).await.expect_problem(409, "slug_taken");
        let mut document = blueprint("cal-own");
        document["helm_version"] = json!("2.0.0");
        document["name"] = json!("Calendar");
        let mut next = Signer::franchisee().submission(&document);
        next["name"] = json!("Ignored");
        next["helm_chart"] = json!("evil");
        let path = format!("{BLUEPRINTS}/{}", made["id"].as_str().unwrap());
        let changed = admin.put(&path, &next).await.expect(200);
        assert_eq!(changed["id"], made["id"]);
        assert_eq!(changed["name"], "Calendar");
        assert_eq!((&changed["helm_chart"], &changed["helm_version"]), (&json!("cal-own"), &json!("2.0.0")));
        assert_ne!(changed["digest"], made["digest"]);
        let other = Signer::franchisee().submission(&blueprint("other"));
        let problem = admin.put(&path, &other).await.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "artifact");
        for (client, path) in [
            (app.superadmin(), "/catalog/admin/apps/cal-own"),
            (app.superadmin(), "/catalog/admin/apps/by-id"),
        ] {
            let path = path.replace("by-id", made["id"].as_str().unwrap());
            let evil = json!({ "helm_repo": "https://evil.example" });
            client.put(&path, &evil).await.expect_problem(409, "private_blueprint");
            client.delete(&path).await.expect_problem(409, "private_blueprint");
        }
        let shown = app.anyone().get("/catalog/apps/cal-own").await.expect(200);
        assert_eq!(shown["helm_repo"], "oci://registry.example/catalog");
    }

    async fn the_second_of_two_who_change_one_is_told(app: &TestApp, Setup::with_blueprints()) {
        let admin = app.sovereign_admin();
        let first = Signer::franchisee().submission(&blueprint("cal-own"));
        let made = admin.post(BLUEPRINTS, &first).await.expect(201);
        let seen = format!("\"{}\"", made["digest"].as_str().unwrap());
        let path = format!("{BLUEPRINTS}/cal-own");
        let mut document = blueprint("cal-own");
        document["helm_version"] = json!("2.0.0");
        let next = Signer::franchisee().submission(&document).to_string().into_bytes();
        let put = async |tag: &str, body: &[u8]| {
            admin.send(Method::PUT, &path, &[("If-Match", tag)], Some(body.to_vec())).await
        };
        let changed = put(&seen, &next).await;
        let tag = changed.headers["etag"].to_str().unwrap().to_owned();
        let changed = changed.expect(200);
        assert_eq!(tag, format!("\"{}\"", changed["digest"].as_str().unwrap()));
        let back = first.to_string().into_bytes();
        put(&seen, &back).await.expect_problem(412, "catalog_entry_edited");
        let late = admin.send(Method::DELETE, &path, &[("If-Match", &seen)], None).await;
        late.expect_problem(412, "catalog_entry_edited");
        assert_eq!(only(app).await, changed);
        put(&tag, &back).await.expect(200);
        admin.send(Method::DELETE, &path, &[("If-Match", &seen)], None).await.expect(200);
    }

    async fn one_that_is_retired_is_kept_by_whoever_has_it(app: &TestApp, Setup::with_blueprints()) {
        let admin = app.sovereign_admin();
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        let made = admin.post(BLUEPRINTS, &signed).await.expect(201);
        let mut needing = blueprint("needing");
        needing["dependencies"] = json!(["cal-own"]);
        admin.post(BLUEPRINTS, &Signer::franchisee().submission(&needing)).await.expect(201);
        let refused = admin.delete(&format!("{BLUEPRINTS}/cal-own")).await;
        let problem = refused.expect_problem(409, "catalog_entry_referenced");
        assert!(problem["detail"].as_str().unwrap().contains("the app needing"), "{problem}");
        admin.delete(&format!("{BLUEPRINTS}/needing")).await.expect(200);
        let customer = app.customer("kestrel").await;
        order(&customer, &["cal-own"]).await.expect(200);
        let done = admin.delete(&format!("{BLUEPRINTS}/cal-own")).await.expect(200);
        assert_eq!(done, json!({ "ok": true }));
        admin.delete(&format!("{BLUEPRINTS}/cal-own")).await.expect_problem(404, "not_found");
        assert!(!is_listed(app, "cal-own").await);
        let other = app.customer("falcon").await;
        let problem = order(&other, &["cal-own"]).await.expect_problem(400, "invalid_request");
        assert_eq!(problem["field"], "apps");
        app.clock.advance_days(31);
        app.run_job("renew-subscriptions").await;
        assert_eq!(app.number("SELECT COUNT(*) FROM alarms").await, 0);
        assert_eq!(app.number("SELECT COUNT(*) FROM orders WHERE kind = 'renewal'").await, 1);
        let again = admin.post(BLUEPRINTS, &signed).await.expect(201);
        assert_eq!((&again["id"], &again["installs"]), (&made["id"], &json!(1)));
        order(&other, &["cal-own"]).await.expect(200);
    }
}
