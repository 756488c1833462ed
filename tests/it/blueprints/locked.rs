//! A franchisee's administrator changes, removes and shadows nothing of the publisher's.

use serde_json::{Value, json};

use super::BLUEPRINTS;
use crate::harness::{Setup, Signer, TestApp, blueprint, on_both};

const KINDS: [&str; 5] = ["plans", "addons", "apps", "industries", "bundles"];

async fn catalog(app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in KINDS {
        all.push(app.anyone().get(&format!("/catalog/{kind}")).await.expect(200));
    }
    all
}

on_both! {
    async fn entries_of_the_publisher_are_locked(app: &TestApp, Setup::with_blueprints()) {
        let before = catalog(app).await;
        let admin = app.sovereign_admin();
        for (kind, all) in KINDS.into_iter().zip(&before) {
            let list = format!("/catalog/admin/{kind}");
            let entry = json!({ "slug": "of-mine", "name": "Of mine", "price_omr": 1 });
            admin.post(&list, &entry).await.expect_problem(403, "catalog_entry_locked");
            for member in ["id", "slug"] {
                let one = format!("{list}/{}", all[0][member].as_str().unwrap());
                let cheaper = json!({ "price_omr": 0, "name": "Mine" });
                admin.put(&one, &cheaper).await.expect_problem(403, "catalog_entry_locked");
                admin.delete(&one).await.expect_problem(403, "catalog_entry_locked");
            }
            app.member("ahmed").post(&list, &entry).await.expect_problem(403, "forbidden");
            app.anyone().post(&list, &entry).await.expect_problem(401, "unauthorized");
        }
        assert_eq!(catalog(app).await, before);
    }

    /// Not even of what the publisher has retired, and not even by a superadmin.
    async fn no_blueprint_takes_the_place_of_the_publishers(app: &TestApp, Setup::with_blueprints()) {
        let before = catalog(app).await;
        let shadow = Signer::franchisee().submission(&blueprint("wordpress"));
        for client in [app.sovereign_admin(), app.superadmin()] {
            let one = format!("{BLUEPRINTS}/wordpress");
            client.post(BLUEPRINTS, &shadow).await.expect_problem(403, "catalog_entry_locked");
            client.put(&one, &shadow).await.expect_problem(403, "catalog_entry_locked");
            client.delete(&one).await.expect_problem(403, "catalog_entry_locked");
        }
        assert_eq!(catalog(app).await, before);
        let app_of_ours = json!({ "slug": "fax", "name": "Fax" });
        app.superadmin().post("/catalog/admin/apps", &app_of_ours).await.expect(201);
        app.superadmin().delete("/catalog/admin/apps/fax").await.expect(200);
        let shadow = Signer::franchisee().submission(&blueprint("fax"));
        let refused = app.sovereign_admin().post(BLUEPRINTS, &shadow).await;
        refused.expect_problem(403, "catalog_entry_locked");
    }

    /// What the franchisee may take away at any time carries nothing of the publisher's.
    async fn the_publishers_entries_name_no_private_ones(app: &TestApp, Setup::with_blueprints()) {
        let signed = Signer::franchisee().submission(&blueprint("cal-own"));
        app.sovereign_admin().post(BLUEPRINTS, &signed).await.expect(201);
        let bundle = json!({ "slug": "pack", "name": "Pack", "apps": ["wordpress", "cal-own"] });
        let refused = app.superadmin().post("/catalog/admin/bundles", &bundle).await;
        let problem = refused.expect_problem(400, "invalid_request");
        assert!(problem["detail"].as_str().unwrap().contains("apps[1]"), "{problem}");
        let shadow = json!({ "slug": "cal-own", "name": "Ours" });
        let refused = app.superadmin().post("/catalog/admin/apps", &shadow).await;
        refused.expect_problem(409, "slug_taken");
    }
}
