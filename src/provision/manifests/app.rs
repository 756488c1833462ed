//! The apps of an environment, each a release in its cluster.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::document::{Labels, yaml};
use super::environment::{CLUSTER, CLUSTER_SECRET, repository_object};
use super::{AppSpec, Files, Platform, RenderError, charts, names};

/// Where in the cluster an app is.
pub(super) const INNER_NAMESPACE: &str = "default";

pub(super) fn files(
    platform: &Platform,
    apps: &[AppSpec],
    namespace: &str,
    labels: &Labels,
) -> Result<Files, RenderError> {
    let mut files = Files::new();
    let by_slug: BTreeMap<&str, &AppSpec> =
        apps.iter().map(|app| (app.slug.as_str(), app)).collect();
    for (slug, app) in &by_slug {
        let slug = names::app(slug)?;
        let (source, object) = if app.verified {
            files.extend(charts::keys(platform, namespace, labels));
            charts::verified(app, namespace, labels)?
        } else {
            repository_object(slug, &app.repository, namespace, labels)?
        };
        files.insert(format!("{source}.yaml"), object);
        let needs = app.dependencies.iter().map(String::as_str);
        let needs = needs.filter(|need| by_slug.contains_key(need) && *need != slug).collect();
        let release = release(app, &source, needs, namespace, labels)?;
        files.insert(format!("app-{slug}.yaml"), yaml(&release));
    }
    Ok(files)
}

fn release(
    app: &AppSpec,
    source: &str,
    mut needs: Vec<&str>,
    namespace: &str,
    labels: &Labels,
) -> Result<Value, RenderError> {
    let slug = app.slug.as_str();
    needs.sort_unstable();
    needs.dedup();
    let after = std::iter::once(CLUSTER).chain(needs).map(|name| json!({ "name": name }));
    let mut values = app.values.clone().unwrap_or_else(|| json!({}));
    let Some(members) = values.as_object_mut() else {
        return Err(RenderError(format!("helm_values of {slug} must be an object")));
    };
    // The ingress looks for a Service that is called as the app is.
    members.entry("fullnameOverride").or_insert_with(|| json!(slug));
    let (member, chart) = if app.verified {
        ("chartRef", json!({ "kind": "OCIRepository", "name": source }))
    } else {
        ("chart", json!({ "spec": chart(app, source)? }))
    };
    Ok(json!({
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": labels.metadata(slug, Some(namespace)),
        "spec": {
            "interval": "10m",
            "releaseName": slug,
            "targetNamespace": INNER_NAMESPACE,
            "storageNamespace": INNER_NAMESPACE,
            "kubeConfig": { "secretRef": { "name": CLUSTER_SECRET, "key": "config" } },
            "dependsOn": after.collect::<Vec<_>>(),
            (member): chart,
            "install": { "remediation": { "retries": 3 } },
            "upgrade": { "remediation": { "retries": 3 } },
            "values": values,
        },
    }))
}

fn chart(app: &AppSpec, source: &str) -> Result<Value, RenderError> {
    let slug = app.slug.as_str();
    let mut chart = json!({
        "chart": names::chart(slug, &app.chart)?,
        "sourceRef": { "kind": "HelmRepository", "name": source },
    });
    if let Some(version) = &app.version {
        chart["version"] = json!(names::version(slug, version)?);
    }
    Ok(chart)
}
