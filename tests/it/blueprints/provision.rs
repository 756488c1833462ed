//! Private Blueprints on their way into the repository.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sovereign::blueprints::BlueprintOptions;

use super::{BLUEPRINTS, order};
use crate::harness::{Engine, Setup, Signer, TestApp, blueprint, on_both};
use crate::provisioning::{self, newest, provision};

fn in_a_repository() -> Setup {
    let repository = Some("registry.example/catalog".to_owned());
    let blueprints = BlueprintOptions { repository, ..Signer::franchisee().options() };
    Setup { blueprints, ..Setup::default() }
}

async fn add(app: &TestApp, slug: &str) {
    let mut document = blueprint(slug);
    document["dependencies"] = json!([]);
    let signed = Signer::franchisee().submission(&document);
    app.sovereign_admin().post(BLUEPRINTS, &signed).await.expect(201);
}

fn read(app: &TestApp, file: &str) -> String {
    let path = format!("main:organizations/kestrel/prod/{file}");
    provisioning::git(&provisioning::repository(app), &["show", &path])
}

on_both! {
    async fn its_chart_is_what_the_artifact_says(app: &TestApp, Setup::with_blueprints()) {
        add(app, "cal-own").await;
        order(&app.customer("kestrel").await, &["cal-own"]).await.expect(200);
        provision(app).await;
        let release = read(app, "app-cal-own.yaml");
        for part in ["chart: cal-own", "kind: HelmRepository", "version: \"1.2.3\"", "ratio: 0.25"] {
            let bare = part.replace('"', "");
            assert!(release.contains(part) || release.contains(&bare), "{part}: {release}");
        }
    }

    /// What lies in the configured repository is fetched with its signature verified.
    async fn a_chart_of_the_catalog_is_verified_by_flux(app: &TestApp, in_a_repository()) {
        add(app, "cal-own").await;
        order(&app.customer("kestrel").await, &["cal-own"]).await.expect(200);
        provision(app).await;
        let release = read(app, "app-cal-own.yaml");
        assert!(release.contains("chartRef:") && !release.contains("sourceRef:"), "{release}");
        let source: serde_json::Value = serde_yaml_ng::from_str(&read(app, "chart-cal-own.yaml")).unwrap();
        assert_eq!(source["kind"], "OCIRepository");
        assert_eq!(source["spec"]["url"], "oci://registry.example/catalog/cal-own");
        assert_eq!(source["spec"]["ref"], json!({ "semver": "1.2.3" }));
        let verify = json!({ "provider": "cosign", "secretRef": { "name": "sovereign-blueprint-keys" } });
        assert_eq!(source["spec"]["verify"], verify);
        let keys: serde_json::Value =
            serde_yaml_ng::from_str(&read(app, "sovereign-blueprint-keys.yaml")).unwrap();
        let data = keys["data"]["franchisee.pub"].as_str().unwrap();
        let pem = STANDARD.decode(data).unwrap();
        assert_eq!(String::from_utf8(pem).unwrap(), Signer::franchisee().public());
        provisioning::tree::assert_sound(app).await;
    }

    /// Nothing that was tampered with reaches a cluster, even before the next start sees it.
    async fn what_is_tampered_with_goes_no_further(app: &TestApp, Setup::with_blueprints()) {
        add(app, "cal-own").await;
        order(&app.customer("heron").await, &["cal-own"]).await.expect(200);
        provision(app).await;
        let customer = app.customer("kestrel").await;
        order(&customer, &["cal-own"]).await.expect(200);
        let set = match app.engine {
            Engine::Sqlite => "json_set(doc, '$.helm_repo', 'https://evil.example')",
            Engine::Postgres => "jsonb_set(doc, '{helm_repo}', '\"https://evil.example\"')",
        };
        app.execute(&format!("UPDATE catalog_items SET doc = {set} WHERE slug = 'cal-own'")).await;
        provision(app).await;
        let failed = newest(&customer).await;
        assert_eq!(failed["status"], "failed", "{failed}");
        assert!(failed.to_string().contains("the Blueprint cal-own is not what was signed"), "{failed}");
        let all = provisioning::tree_of(app, "kestrel");
        assert_eq!(all, Vec::<String>::new());
        assert!(provisioning::tree_of(app, "heron").contains(&"prod/app-cal-own.yaml".to_owned()));
        let signed = {
            let mut document = blueprint("cal-own");
            document["dependencies"] = json!([]);
            Signer::franchisee().submission(&document)
        };
        app.sovereign_admin().put(&format!("{BLUEPRINTS}/cal-own"), &signed).await.expect(200);
    }
}
