//! Setting the policy, and reading it.

use serde_json::{Value, json};

use super::{POLICY, assert_forbidden, checkout, set, with_credit};
use crate::harness::{Setup, on_both};
use sovereign::provision::ProvisioningOptions;

fn two_regions() -> Setup {
    let regions = vec!["muscat".to_owned(), "salalah".to_owned()];
    Setup {
        provisioning: ProvisioningOptions { regions, ..ProvisioningOptions::default() },
        ..Setup::default()
    }
}

on_both! {
    async fn without_a_policy_everything_is_allowed(app: &TestApp) {
        let empty = json!({
            "version": 0, "allowed_apps": null, "denied_apps": [], "allowed_tiers": null,
            "allowed_plans": null, "allowed_regions": null, "allowed_environments": null,
            "max_environments": null, "max_monthly_spend_minor": null,
            "approval": { "apps": [], "tiers": [], "above_monthly_minor": null },
        });
        assert_eq!(app.sovereign_admin().get(POLICY).await.expect(200), empty);
        assert_eq!(app.member("ahmed").get("/tenant/environment-policy").await.expect(200), empty);
        let versions = app.superadmin().get(&format!("{POLICY}/versions")).await.expect(200);
        assert_eq!(versions, json!([]));
    }

    /// Plans and apps by slug, however they were named; each version stays, with who set it when.
    async fn each_version_is_kept(app: &TestApp, two_regions()) {
        let apps = app.anyone().get("/catalog/apps/odoo").await.expect(200);
        let wanted = json!({
            "version": 0, "allowed_apps": ["wordpress", apps["id"], "wordpress"],
            "denied_apps": ["redis"], "allowed_tiers": ["basic", "premium"],
            "allowed_plans": ["s", "m"], "allowed_regions": ["muscat"],
            "allowed_environments": ["stg", "prod"], "max_environments": 2,
            "max_monthly_spend_minor": 20_000,
            "approval": { "apps": ["odoo"], "tiers": ["premium"], "above_monthly_minor": 10_000 },
        });
        let first = app.sovereign_admin().put(POLICY, &wanted).await.expect(200);
        assert_eq!(first["version"], 1);
        assert_eq!(first["allowed_apps"], json!(["odoo", "wordpress"]));
        assert_eq!(first["allowed_environments"], json!(["prod", "stg"]));
        assert_eq!(first["set_by"], app.user_id("campaigns").await.as_str());
        assert_eq!(app.superadmin().get(POLICY).await.expect(200), first);
        let member = app.member("ahmed").get("/tenant/environment-policy").await.expect(200);
        assert_eq!(member.get("set_by"), None);
        assert_eq!(member["approval"], first["approval"]);

        // The same again is no version.
        let again = Value::Object(
            first.as_object().unwrap().iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        );
        assert_eq!(app.superadmin().put(POLICY, &again).await.expect(200)["version"], 1);
        app.clock.advance_seconds(60);
        let second = app.superadmin().put(POLICY, &json!({ "version": 1 })).await.expect(200);
        assert_eq!((&second["version"], &second["denied_apps"]), (&json!(2), &json!([])));
        let path = format!("{POLICY}/versions");
        assert_eq!(app.superadmin().get(&path).await.expect(200), json!([second, first]));
        let page = app.superadmin().get(&format!("{path}?limit=1")).await;
        let link = page.headers["link"].to_str().unwrap().to_owned();
        let next = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        assert_eq!(app.superadmin().get(next).await.expect(200), json!([first]));

        let root = app.superadmin();
        let lines = root.get("/auth/admin/audit?action=policy.set").await.expect(200);
        assert_eq!(lines.as_array().unwrap().len(), 2);
        assert_eq!(lines[0]["before"]["policy"]["denied_apps"], json!(["redis"]));
        assert_eq!(lines[0]["after"]["version"], 2);
        assert_eq!(lines[1]["before"], json!(null));
    }

    /// Of two who read the same version, one writes.
    async fn no_version_is_lost(app: &TestApp) {
        let denying = |app: &str| json!({ "version": 0, "denied_apps": [app] });
        let (one, other) = (app.sovereign_admin(), app.superadmin());
        let (odoo, ghost) = (denying("odoo"), denying("ghost"));
        let (a, b) = tokio::join!(one.put(POLICY, &odoo), other.put(POLICY, &ghost));
        let (won, lost) = if a.status == 200 { (a, b) } else { (b, a) };
        assert_eq!(won.expect(200)["version"], 1);
        let problem = lost.expect_problem(409, "policy_changed");
        assert_eq!(problem["field"], "version");
        assert_eq!(app.number("SELECT count(*) FROM environment_policies").await, 1);
    }

    async fn what_is_wrong_is_named(app: &TestApp) {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "version": 0 });
            body[name] = value;
            body
        };
        let approval = |name: &str, value: Value| with("approval", json!({ name: value }));
        for (body, field) in [
            (json!({}), "version"),
            (json!({ "version": "0" }), "version"),
            (with("allowed_apps", json!(["wordpress", "wordpres"])), "allowed_apps"),
            (with("denied_apps", json!(["m"])), "denied_apps"),
            (with("denied_apps", json!("odoo")), "denied_apps"),
            (with("allowed_plans", json!(["odoo"])), "allowed_plans"),
            (with("allowed_tiers", json!(["Premium"])), "allowed_tiers"),
            (with("allowed_regions", json!(["mars"])), "allowed_regions"),
            (with("allowed_regions", json!([])), "allowed_regions"),
            (with("allowed_environments", json!(["prod", "test"])), "allowed_environments"),
            (with("allowed_environments", json!(["stg"])), "allowed_environments"),
            (with("max_environments", json!(0)), "max_environments"),
            (with("max_environments", json!(1.5)), "max_environments"),
            (with("max_monthly_spend_minor", json!(-1)), "max_monthly_spend_minor"),
            (approval("apps", json!(["nothing"])), "approval.apps"),
            (approval("tiers", json!(["nothing"])), "approval.tiers"),
            (approval("above_monthly_minor", json!(-1)), "approval.above_monthly_minor"),
        ] {
            let problem = app.sovereign_admin().put(POLICY, &body).await;
            let problem = problem.expect_problem(400, "invalid_request");
            assert_eq!(problem["field"], field, "{body}: {problem}");
        }
        let problem = app.sovereign_admin().put(POLICY, &with("allowed_apps", json!(["a", "b"]))).await;
        let detail = problem.expect_problem(400, "invalid_request")["detail"].to_string();
        assert!(detail.contains("allowed_apps[0]") && detail.contains("/catalog/apps"), "{detail}");
        assert_eq!(app.number("SELECT count(*) FROM environment_policies").await, 0);
    }

    /// An edit is seen by the next order, on a server that has cached the policy.
    async fn an_edit_counts_from_the_next_order_on(app: &TestApp) {
        let customer = with_credit(app, app.member("ahmed"), "kestrel").await;
        for _ in 0..3 {
            set(app, json!({ "denied_apps": ["odoo"] })).await;
            assert_forbidden(checkout(&customer, "s", &["odoo"]).await, "denied_apps");
            set(app, json!({})).await;
            checkout(&customer, "s", &["odoo"]).await.expect(200);
            let path = format!("/billing/subscription/{}/cancel", customer.tenant_id);
            customer.client.post(&path, &json!({ "at": "now" })).await.expect(200);
            app.clock.advance_seconds(61);
        }
    }
}
