//! The directory of one environment: its namespace, its cluster, and what runs in that.

use serde_json::{Map, Value, json};
use sovereign_domain::environment::Stage;

use super::document::{Labels, yaml};
use super::{Desired, Environment, Files, Plan, Platform, RenderError, Slug};
use super::{KUSTOMIZATION, app, ingress, kustomization, names};

/// What the cluster's release is called in its namespace. No app can be called so.
pub(super) const CLUSTER: &str = "vcluster";
/// Where the cluster leaves what is needed to reach it.
pub(super) const CLUSTER_SECRET: &str = "vc-vcluster";

pub(super) fn files(
    platform: &Platform,
    desired: &Desired,
    environment: &Environment,
    slug: &Slug,
    labels: &Labels,
) -> Result<Files, RenderError> {
    let namespace = slug.namespace(environment.name);
    let mut files = Files::new();
    let object = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": labels.metadata(&namespace, None),
    });
    files.insert("namespace.yaml".to_owned(), yaml(&object));
    if environment.stage <= Stage::WithoutApps {
        files.extend(cluster(platform, &desired.plan, &namespace, labels)?);
    }
    if environment.stage == Stage::Running {
        files.extend(app::files(platform, &environment.apps, &namespace, labels)?);
        files.extend(ingress::file(platform, environment, slug, labels)?);
    }
    let resources: Vec<String> = files.keys().cloned().collect();
    files.insert(KUSTOMIZATION.to_owned(), kustomization(&resources));
    Ok(files)
}

fn cluster(
    platform: &Platform,
    plan: &Plan,
    namespace: &str,
    labels: &Labels,
) -> Result<Files, RenderError> {
    let source = repository_object(CLUSTER, &platform.cluster_repository, namespace, labels)?;
    let version = names::version(CLUSTER, &platform.cluster_version)?;
    let host = format!("{CLUSTER}.{namespace}.svc");
    let mut values = json!({
        "controlPlane": { "proxy": { "extraSANs": [host] } },
        "exportKubeConfig": {
            "server": format!("https://{host}:443"),
            "secret": { "name": CLUSTER_SECRET },
        },
        "sync": { "toHost": { "ingresses": { "enabled": false } } },
    });
    if let Some(quota) = quota(plan) {
        values["policies"] = json!({ "resourceQuota": { "enabled": true, "quota": quota } });
    }
    let release = json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": labels.metadata(CLUSTER, Some(namespace)),
        "spec": {
            "interval": "10m",
            "releaseName": CLUSTER,
            "chart": { "spec": {
                "chart": CLUSTER,
                "version": version,
                "sourceRef": { "kind": "HelmRepository", "name": source.0 },
            } },
            "install": { "remediation": { "retries": 3 } },
            "upgrade": { "remediation": { "retries": 3 } },
            "values": values,
        },
    });
    let release = ("vcluster.yaml".to_owned(), yaml(&release));
    Ok(Files::from([(format!("{}.yaml", source.0), source.1), release]))
}

/// What a plan gives, in the words of a `ResourceQuota`.
fn quota(plan: &Plan) -> Option<Map<String, Value>> {
    let parts = [
        ("requests.cpu", plan.cpu.map(|cpu| cpu.to_string())),
        ("requests.memory", plan.memory_gb.map(|gb| format!("{gb}Gi"))),
        ("requests.storage", plan.storage_gb.map(|gb| format!("{gb}Gi"))),
    ];
    let given = parts.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?))));
    Some(given.collect()).filter(|quota: &Map<String, Value>| !quota.is_empty())
}

/// The name and document of where charts come from.
pub(super) fn repository_object(
    app: &str,
    url: &str,
    namespace: &str,
    labels: &Labels,
) -> Result<(String, String), RenderError> {
    let (url, registry) = names::repository(app, url)?;
    let name = names::source(url);
    let mut spec = json!({ "interval": "1h", "url": url });
    if registry {
        spec["type"] = json!("oci");
    }
    let object = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "HelmRepository",
        "metadata": labels.metadata(&name, Some(namespace)),
        "spec": spec,
    });
    Ok((name, yaml(&object)))
}
