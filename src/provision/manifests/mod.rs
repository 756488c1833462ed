//! What an Organization should have, as the files of a repository that Flux reads.
//!
//! Pure: the same Organization has the same files, byte by byte, whoever writes them. Every part of a path is
//! checked by `names.rs`, and every document is written by a serializer, so that no name can leave its
//! directory or its place in a document.
//!
//! ```text
//! kustomization.yaml                 every Organization's directory
//! sovereign.yaml                     whose they are
//! {slug}/kustomization.yaml          its environments
//! {slug}/{environment}.yaml          Flux's Kustomization of the directory beside it
//! {slug}/{environment}/…             namespace, vcluster, apps, ingress
//! ```

mod app;
mod charts;
mod document;
mod emit;
mod environment;
mod ingress;
mod names;
#[cfg(feature = "kubernetes")]
pub(crate) mod objects;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};
use sovereign_domain::environment::{EnvironmentName, Stage};

pub(crate) use self::charts::{KEYS_SECRET, check_chart};
use self::document::{Labels, yaml};
pub(crate) use self::emit::write as to_yaml;
pub(crate) use self::names::{Slug, service_for};

/// Why there are no files of an Organization. The text is for people, and says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenderError(pub(crate) String);

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Has a directory's resources, by the name that kustomize looks for.
pub(crate) const KUSTOMIZATION: &str = "kustomization.yaml";
/// Beside the Organizations: no slug has a dot.
const ABOUT: &str = "sovereign.yaml";

/// Files by their path below the prefix, which always has `/` between its parts.
pub(crate) type Files = BTreeMap<String, String>;

/// What is the same for every Organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The Sovereign's name.
    pub(crate) fqdn: String,
    /// The directory of the repository that the files are in.
    pub(crate) prefix: String,
    /// The namespace that Flux runs in, and its source of this repository there.
    pub(crate) flux_namespace: String,
    pub(crate) source: String,
    pub(crate) cluster_repository: String,
    pub(crate) cluster_version: String,
    pub(crate) ingress_class: Option<String>,
    /// Who signs the certificates, where somebody does.
    pub(crate) cluster_issuer: Option<String>,
    /// What the charts of private Blueprints are verified with, as a Secret has it.
    pub(crate) blueprint_keys: Map<String, Value>,
}

/// What an Organization should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Desired {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) plan: Plan,
    pub(crate) environments: Vec<Environment>,
}

impl Desired {
    /// The environments of which anything is left, each once, in the order of their names.
    fn standing(&self) -> Vec<&Environment> {
        let mut environments: Vec<&Environment> =
            self.environments.iter().filter(|one| one.stage != Stage::Gone).collect();
        environments.sort_by_key(|one| one.name);
        environments.dedup_by_key(|one| one.name);
        environments
    }
}

/// How large each environment may become; `None` where nothing says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) slug: String,
    pub(crate) cpu: Option<u32>,
    pub(crate) memory_gb: Option<u32>,
    pub(crate) storage_gb: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    pub(crate) name: EnvironmentName,
    pub(crate) stage: Stage,
    pub(crate) region: String,
    /// With all that they need, each once.
    pub(crate) apps: Vec<AppSpec>,
}

/// An app, as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppSpec {
    /// The app's slug; of a service that one app has for itself, what that is called.
    pub(crate) slug: String,
    pub(crate) chart: String,
    pub(crate) repository: String,
    /// Whether Flux verifies who signed the chart.
    pub(crate) verified: bool,
    pub(crate) version: Option<String>,
    pub(crate) values: Option<Value>,
    /// Whether people open it. A database is for other apps alone.
    pub(crate) has_pages: bool,
    pub(crate) port: u16,
    /// What must be there before it, as it is called here.
    pub(crate) dependencies: Vec<String>,
}

/// The files of an Organization, or none where all of it is gone.
///
/// # Errors
/// Where a name is not one that can stand in a path or a manifest.
pub(crate) fn render(platform: &Platform, desired: &Desired) -> Result<Files, RenderError> {
    let slug = Slug::new(&desired.slug)?;
    let mut files = Files::new();
    let environments = desired.standing();
    for environment in &environments {
        let labels = Labels::new(platform, desired, &slug, environment);
        let name = environment.name;
        for (file, content) in environment::files(platform, desired, environment, &slug, &labels)? {
            files.insert(format!("{slug}/{name}/{file}", slug = slug.as_str()), content);
        }
        let path = format!("{}/{name}.yaml", slug.as_str());
        files.insert(path, yaml(&flux_kustomization(platform, &slug, name, &labels)));
    }
    if !environments.is_empty() {
        let resources: Vec<String> =
            environments.iter().map(|one| format!("{}.yaml", one.name)).collect();
        files.insert(format!("{}/{KUSTOMIZATION}", slug.as_str()), kustomization(&resources));
    }
    Ok(files)
}

/// The list of all Organizations' directories. Kustomize refuses an empty list, so that an object stands in
/// it which is there whoever comes and goes.
pub(crate) fn root(platform: &Platform, slugs: impl IntoIterator<Item = Slug>) -> Files {
    let mut slugs: Vec<String> = slugs.into_iter().map(|slug| slug.as_str().to_owned()).collect();
    slugs.sort_unstable();
    slugs.dedup();
    let about = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "sovereign", "namespace": platform.flux_namespace },
        "data": { "fqdn": platform.fqdn },
    });
    let resources: Vec<String> = std::iter::once(ABOUT.to_owned()).chain(slugs).collect();
    Files::from([
        (ABOUT.to_owned(), yaml(&about)),
        (KUSTOMIZATION.to_owned(), kustomization(&resources)),
    ])
}

/// As kustomize reads it.
fn kustomization(resources: &[String]) -> String {
    yaml(&json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    }))
}

/// Has Flux apply an environment's directory, and remove what is no longer in it.
fn flux_kustomization(
    platform: &Platform,
    slug: &Slug,
    environment: EnvironmentName,
    labels: &Labels,
) -> Value {
    let directory = format!("{}/{environment}", slug.as_str());
    let path = format!("./{}/{directory}", platform.prefix);
    json!({
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": labels.metadata(&slug.namespace(environment), Some(&platform.flux_namespace)),
        "spec": {
            "interval": "10m",
            "retryInterval": "2m",
            "timeout": "5m",
            "path": path,
            "prune": true,
            "sourceRef": { "kind": "GitRepository", "name": platform.source },
        },
    })
}
