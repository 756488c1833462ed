//! What is in the repository: exactly what was ordered, as Flux, kustomize and Kubernetes read it.

use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::{git, log, order, ordered, provision, publish, repository, tree, tree_of};
use crate::harness::{Setup, TestApp, on_both};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
/// A release as it is written, to be read by people.
const WORDPRESS: &str = "tests/it/provisioning/expected/app-wordpress.yaml";

fn charts(url: &str) -> String {
    let digest = Sha256::digest(url);
    let parts = [0, 1, 2, 3, 4].map(|place| format!("{:02x}", digest[place]));
    format!("charts-{}.yaml", parts.concat())
}

/// Where the packages of `tests/manifests` are.
fn installed() -> String {
    let mut install = Command::new(format!("{REPOSITORY}/scripts/install-pinned"));
    let lock_file = format!("{REPOSITORY}/tests/manifests/package-lock.json");
    let ended = install.arg(lock_file).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
}

/// Parses every file, checks it against the schemas, and follows every reference; answers how many objects
/// there are.
fn check(clone: &Path) -> Result<usize, String> {
    let said = node("check.mjs", &[clone, Path::new("organizations")])?;
    Ok(said.strip_suffix(" objects\n").unwrap().parse().unwrap())
}

/// Fails where Flux, kustomize or Kubernetes could not read what there is now.
pub(crate) async fn assert_sound(app: &TestApp) {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "--quiet", repository(app).to_str().unwrap(), "."]);
    tokio::task::spawn_blocking(move || check(clone.path())).await.unwrap().unwrap();
}

/// Runs a script of `tests/manifests` with the packages there; answers what it says.
pub(crate) fn node(script: &str, arguments: &[&Path]) -> Result<String, String> {
    let scratch = tempfile::tempdir().unwrap();
    let packages = Path::new(REPOSITORY).join(installed()).join("node_modules");
    std::os::unix::fs::symlink(packages, scratch.path().join("node_modules")).unwrap();
    std::fs::write(scratch.path().join("package.json"), "{\"type\": \"module\"}").unwrap();
    let copy = scratch.path().join(script);
    std::fs::copy(format!("{REPOSITORY}/tests/manifests/{script}"), &copy).unwrap();
    let mut node = Command::new("node");
    let ended = node.arg(copy).args(arguments).arg(scratch.path()).output().unwrap();
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into_owned());
    }
    Ok(String::from_utf8(ended.stdout).unwrap())
}

on_both! {
    async fn it_has_exactly_what_was_ordered(app: &TestApp) {
        ordered(app, "kestrel", &["wordpress", "uptime-kuma"]).await;
        provision(app).await;
        let mut expected: Vec<String> = [
            "organizations/kestrel/kustomization.yaml",
            "organizations/kestrel/prod.yaml",
            "organizations/kestrel/prod/app-mariadb.yaml",
            "organizations/kestrel/prod/app-uptime-kuma.yaml",
            "organizations/kestrel/prod/app-wordpress.yaml",
            "organizations/kestrel/prod/ingress.yaml",
            "organizations/kestrel/prod/kustomization.yaml",
            "organizations/kestrel/prod/namespace.yaml",
            "organizations/kestrel/prod/vcluster.yaml",
            "organizations/kustomization.yaml",
            "organizations/sovereign.yaml",
        ]
        .map(str::to_owned)
        .to_vec();
        for url in [
            "https://repo.helmforge.dev",
            "https://helm.irsigler.cloud",
            "https://charts.loft.sh",
            "oci://registry-1.docker.io/cloudpirates",
        ] {
            expected.push(format!("organizations/kestrel/prod/{}", charts(url)));
        }
        expected.sort_unstable();
        let mut found = tree(app);
        found.sort_unstable();
        assert_eq!(found, expected);
        let show = ["show", "main:organizations/kestrel/prod/app-wordpress.yaml"];
        let written = git(&repository(app), &show);
        let own: String = written.lines().filter(|line| !line.contains("organization-id")).collect::<Vec<_>>().join("\n");
        let expected = std::fs::read_to_string(format!("{REPOSITORY}/{WORDPRESS}")).unwrap();
        assert_eq!(own, expected.trim_end());
    }

    async fn another_order_changes_what_it_changes_and_nothing_else(app: &TestApp) {
        let customer = ordered(app, "kestrel", &["uptime-kuma"]).await;
        ordered(app, "heron", &["uptime-kuma"]).await;
        provision(app).await;
        assert_eq!(log(app).len(), 2, "one commit for each");
        let heron = git(&repository(app), &["rev-parse", "main:organizations/heron"]);
        // Nothing that the repository does not have already.
        let filed = "UPDATE provisions SET status = 'pending', done_at = NULL";
        app.execute(filed).await;
        provision(app).await;
        assert_eq!(log(app).len(), 2, "no commit without a change");
        let apps = format!(
            "UPDATE organizations SET apps = '[]' WHERE id = '{}'", customer.tenant_id
        );
        app.execute(&apps).await;
        publish(app, "tenant.app_uninstall_requested", &customer.tenant_id, 1).await;
        provision(app).await;
        assert_eq!(log(app)[0], "kestrel: tenant.app_uninstall_requested");
        assert!(!tree_of(app, "kestrel").contains(&"prod/app-uptime-kuma.yaml".to_owned()));
        assert_eq!(git(&repository(app), &["rev-parse", "main:organizations/heron"]), heron);
    }
}

on_both! {
    /// Every app that can be deployed, in every environment, and names that YAML takes for something else.
    async fn flux_kustomize_and_kubernetes_can_read_it(app: &TestApp, with_everything_configured()) {
        let all = app.anyone().get("/catalog/apps").await.expect(200);
        let apps: Vec<&str> = all.as_array().unwrap().iter()
            .filter(|app| app["deployable"] == true)
            .map(|app| app["slug"].as_str().unwrap()).collect();
        assert!(apps.len() > 25, "{apps:?}");
        let customer = ordered(app, "kestrel-pharmacy-of-the-harbour", &apps).await;
        for name in ["stg", "uat", "dev", "poc"] {
            let path = format!("/tenant/orgs/{}/environments", customer.tenant_id);
            customer.client.post(&path, &serde_json::json!({ "name": name })).await.expect(201);
            let moved = format!("{path}/{name}/apps/{}", apps[name.len()]);
            customer.client.put(&moved, &serde_json::json!({})).await.expect(200);
        }
        for slug in ["yes", "null", "off", "true"] {
            let customer = app.customer(slug).await;
            order(&customer, &["uptime-kuma"]).await;
        }
        provision(app).await;
        let pending = "SELECT count(*) FROM provisions WHERE status <> 'completed'";
        assert_eq!(app.number(pending).await, 0);
        let clone = tempfile::tempdir().unwrap();
        git(clone.path(), &["clone", "--quiet", repository(app).to_str().unwrap(), "."]);
        let clone = std::sync::Arc::new(clone);
        let checked = std::sync::Arc::clone(&clone);
        let objects = tokio::task::spawn_blocking(move || check(checked.path())).await.unwrap();
        assert!(objects.unwrap() > 100);
        // The check finds what is wrong: a reference into nothing, and a word that nobody knows.
        let namespace = clone.path().join("organizations/yes/prod/namespace.yaml");
        std::fs::remove_file(&namespace).unwrap();
        let cluster = clone.path().join("organizations/yes/prod/vcluster.yaml");
        let text = std::fs::read_to_string(&cluster).unwrap();
        std::fs::write(&cluster, text.replace("releaseName", "releaseNames")).unwrap();
        let checked = std::sync::Arc::clone(&clone);
        let found = tokio::task::spawn_blocking(move || check(checked.path())).await.unwrap();
        let problems = found.unwrap_err();
        assert!(problems.contains("there is no namespace.yaml"), "{problems}");
        assert!(problems.contains("releaseNames\"' does not exist"), "{problems}");
    }
}

fn with_everything_configured() -> Setup {
    let mut setup = Setup::default();
    setup.provisioning.ingress_class = Some("nginx".to_owned());
    setup.provisioning.cluster_issuer = Some("letsencrypt".to_owned());
    setup
}
