//! What an Organization should have, as objects of a Kubernetes API: one Organization, and an Application for
//! each app and service of each environment. What they mean is in deploy/kubernetes/definitions.yaml.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use sovereign_domain::environment::Stage;

use super::document::Labels;
use super::{AppSpec, Desired, Environment, Platform, RenderError, Slug, ingress, names};

pub(crate) const GROUP: &str = "commerce.catalyst.openova.io";
pub(crate) const VERSION: &str = "v1alpha1";
/// On the Organization: the same for the same objects.
pub(crate) const REVISION: &str = "sovereign/revision";

/// All objects of an Organization.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Objects {
    /// `None` where all of it is gone.
    pub(crate) organization: Option<Value>,
    /// By their names.
    pub(crate) applications: BTreeMap<String, Value>,
    pub(crate) revision: String,
}

/// # Errors
/// Where a name is not one that can stand in an object.
pub(crate) fn render(
    platform: &Platform,
    desired: &Desired,
    namespace: &str,
) -> Result<Objects, RenderError> {
    let slug = Slug::new(&desired.slug)?;
    let environments = desired.standing();
    let mut applications = BTreeMap::new();
    for environment in &environments {
        if environment.stage != Stage::Running {
            continue;
        }
        let labels = Labels::new(platform, desired, &slug, environment);
        let here: BTreeSet<&str> = environment.apps.iter().map(|app| app.slug.as_str()).collect();
        for app in &environment.apps {
            let name = format!("{}-{}", slug.namespace(environment.name), names::app(&app.slug)?);
            let spec = application(platform, (&slug, environment), app, &here)?;
            let object = object("Application", &labels.metadata(&name, Some(namespace)), &spec);
            applications.insert(name, object);
        }
    }
    let mut organization = environments.first().map(|first| {
        let labels = Labels::new(platform, desired, &slug, first).of_organization();
        let metadata = labels.metadata(slug.as_str(), Some(namespace));
        object("Organization", &metadata, &organization(platform, desired, &slug, &environments))
    });
    let all = json!([organization, applications]);
    let revision = crate::hex::encode(&Sha256::digest(all.to_string()));
    if let Some(organization) = &mut organization {
        organization["metadata"]["annotations"][REVISION] = json!(revision);
    }
    Ok(Objects { organization, applications, revision })
}

fn object(kind: &str, metadata: &Value, spec: &Value) -> Value {
    json!({
        "apiVersion": format!("{GROUP}/{VERSION}"),
        "kind": kind,
        "metadata": metadata,
        "spec": spec,
    })
}

fn organization(
    platform: &Platform,
    desired: &Desired,
    slug: &Slug,
    environments: &[&Environment],
) -> Value {
    let environments = environments.iter().map(|one| {
        json!({
            "name": one.name,
            "namespace": slug.namespace(one.name),
            "region": one.region,
            "stage": one.stage.as_str(),
        })
    });
    let mut plan = Map::new();
    if !desired.plan.slug.is_empty() {
        plan.insert("slug".to_owned(), json!(desired.plan.slug));
    }
    let sizes = [
        ("cpu", desired.plan.cpu),
        ("memoryGb", desired.plan.memory_gb),
        ("storageGb", desired.plan.storage_gb),
    ];
    plan.extend(sizes.into_iter().filter_map(|(key, size)| Some((key.to_owned(), json!(size?)))));
    json!({
        "id": desired.id,
        "sovereign": platform.fqdn,
        "plan": plan,
        "environments": environments.collect::<Vec<_>>(),
    })
}

/// As a release of its chart in the cluster of its environment, after what it needs of what is `here`.
fn application(
    platform: &Platform,
    (slug, environment): (&Slug, &Environment),
    app: &AppSpec,
    here: &BTreeSet<&str>,
) -> Result<Value, RenderError> {
    let name = app.slug.as_str();
    let mut chart = json!({
        "name": names::chart(name, &app.chart)?,
        "repository": names::repository(name, &app.repository)?.0,
        "verify": app.verified,
    });
    if let Some(version) = &app.version {
        chart["version"] = json!(names::version(name, version)?);
    }
    let needs: BTreeSet<&str> = app.dependencies.iter().map(String::as_str).collect();
    let needs: Vec<&&str> = needs.intersection(here).filter(|need| **need != name).collect();
    let mut spec = json!({
        "organization": slug.as_str(),
        "environment": environment.name,
        "name": name,
        "chart": chart,
        "values": app.values.clone().unwrap_or_else(|| json!({})),
        "dependsOn": needs,
    });
    if app.has_pages {
        let host = ingress::host(platform, slug, environment.name, name);
        spec["ingress"] = json!({ "host": host, "port": app.port });
    }
    Ok(spec)
}
