//! The way from outside to an environment's apps.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sovereign_domain::environment::EnvironmentName;

use super::app::INNER_NAMESPACE;
use super::document::{Labels, yaml};
use super::environment::CLUSTER;
use super::{AppSpec, Environment, Platform, RenderError, Slug, names};

/// One rule for each app with pages, or no file where there is none: an Ingress must have a rule.
pub(super) fn file(
    platform: &Platform,
    environment: &Environment,
    slug: &Slug,
    labels: &Labels,
) -> Result<Option<(String, String)>, RenderError> {
    let apps: BTreeMap<&str, &AppSpec> = environment
        .apps
        .iter()
        .filter(|app| app.has_pages)
        .map(|app| (app.slug.as_str(), app))
        .collect();
    let mut rules = Vec::new();
    let mut hosts = Vec::new();
    for app in apps.into_values() {
        let host = host(platform, slug, environment.name, names::app(&app.slug)?);
        rules.push(rule(app, &host));
        hosts.push(host);
    }
    if rules.is_empty() {
        return Ok(None);
    }
    let namespace = slug.namespace(environment.name);
    let mut metadata = labels.metadata("apps", Some(&namespace));
    let mut spec = json!({ "rules": rules });
    if let Some(class) = &platform.ingress_class {
        spec["ingressClassName"] = json!(class);
    }
    if let Some(issuer) = &platform.cluster_issuer {
        metadata["annotations"]["cert-manager.io/cluster-issuer"] = json!(issuer);
        spec["tls"] = json!([{ "hosts": hosts, "secretName": "apps-tls" }]);
    }
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": spec,
    });
    Ok(Some(("ingress.yaml".to_owned(), yaml(&ingress))))
}

/// In production without the environment's name: `wordpress.kestrel.omantel.example`.
pub(super) fn host(
    platform: &Platform,
    slug: &Slug,
    environment: EnvironmentName,
    app: &str,
) -> String {
    let (slug, fqdn) = (slug.as_str(), &platform.fqdn);
    match environment {
        EnvironmentName::Prod => format!("{app}.{slug}.{fqdn}"),
        other => format!("{app}.{other}.{slug}.{fqdn}"),
    }
}

/// A Service inside the cluster is this one outside of it.
fn rule(app: &AppSpec, host: &str) -> Value {
    let service = format!("{}-x-{INNER_NAMESPACE}-x-{CLUSTER}", app.slug);
    json!({
        "host": host,
        "http": { "paths": [{
            "path": "/",
            "pathType": "Prefix",
            "backend": { "service": { "name": service, "port": { "number": app.port } } },
        }] },
    })
}
