//! Organization and Application objects in a Kubernetes API.
//!
//! Objects are applied by the server (field manager `sovereign`), so that what operators write into them, such
//! as their status and finalizers, stays. Applying what is there already changes nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch,
    PatchParams, Preconditions,
};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;

use super::manifests::Slug;
use super::manifests::objects::{GROUP, VERSION};
use super::options::KubernetesOptions;
use crate::error_chain::chain_once;

const MANAGER: &str = "sovereign";
/// A provision is claimed for longer than that.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way to the objects.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(super) organizations: Api<DynamicObject>,
    pub(super) applications: Api<DynamicObject>,
    pub(super) namespace: String,
}

/// Why something could not be done, for people.
#[derive(Debug)]
pub(super) struct ClusterError {
    pub(super) reason: String,
    /// Whether trying again may help.
    pub(super) may_pass: bool,
}

/// What there is of an Organization.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) organization: Option<DynamicObject>,
    /// By their names.
    pub(super) applications: BTreeMap<String, DynamicObject>,
}

impl Cluster {
    /// Reads the credentials; asks the API nothing yet.
    ///
    /// # Errors
    /// Where there are none; for people.
    pub(crate) async fn connect(options: &KubernetesOptions) -> Result<Self, String> {
        let mut config = configuration(options).await?;
        config.connect_timeout = Some(PATIENCE);
        config.read_timeout = Some(PATIENCE);
        config.reset_reader_on_write = true;
        let client = Client::try_from(config).map_err(|error| {
            format!("the Kubernetes API cannot be used: {}", chain_once(&error))
        })?;
        let api = |kind, plural| {
            let gvk = GroupVersionKind::gvk(GROUP, VERSION, kind);
            let resource = ApiResource::from_gvk_with_plural(&gvk, plural);
            Api::namespaced_with(client.clone(), &options.namespace, &resource)
        };
        Ok(Self {
            organizations: api("Organization", "organizations"),
            applications: api("Application", "applications"),
            namespace: options.namespace.clone(),
        })
    }

    pub(super) async fn find(&self, slug: &Slug) -> Result<Found, ClusterError> {
        let organization = self.organizations.get_opt(slug.as_str()).await.map_err(failed)?;
        let own = format!("sovereign/organization={}", slug.as_str());
        let found = self.applications.list(&ListParams::default().labels(&own)).await;
        let named =
            |object: DynamicObject| (object.metadata.name.clone().unwrap_or_default(), object);
        let applications = found.map_err(failed)?.items.into_iter().map(named).collect();
        Ok(Found { organization, applications })
    }
}

async fn configuration(options: &KubernetesOptions) -> Result<Config, String> {
    let Some(file) = &options.config_file else {
        return Config::incluster().map_err(|error| {
            format!(
                "provisioning.driver is kubernetes, and this is no pod of a cluster ({}): set \
                 provisioning.kubeconfig",
                chain_once(&error)
            )
        });
    };
    let wrong = |error: &dyn Error| {
        format!("provisioning.kubeconfig {}: {}", file.display(), chain_once(error))
    };
    let read = Kubeconfig::read_from(file).map_err(|error| wrong(&error))?;
    let wanted = KubeConfigOptions { context: options.context.clone(), ..Default::default() };
    Config::from_custom_kubeconfig(read, &wanted).await.map_err(|error| wrong(&error))
}

/// Has an object be as it is here, and answers what it is now.
pub(super) async fn apply(
    api: &Api<DynamicObject>,
    name: &str,
    object: &Value,
) -> Result<DynamicObject, ClusterError> {
    let ours = PatchParams::apply(MANAGER).force();
    api.patch(name, &ours, &Patch::Apply(object)).await.map_err(failed)
}

/// Asks for an object to be removed; it is there until its finalizers have been.
pub(super) async fn delete(
    api: &Api<DynamicObject>,
    object: &DynamicObject,
) -> Result<(), ClusterError> {
    let name = object.metadata.name.as_deref().unwrap_or_default();
    let this = Preconditions { uid: object.metadata.uid.clone(), resource_version: None };
    match api.delete(name, &DeleteParams::default().preconditions(this)).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
        answer => answer.map(|_| ()).map_err(failed),
    }
}

fn failed(error: kube::Error) -> ClusterError {
    let kube::Error::Api(status) = error else {
        return ClusterError { reason: chain_once(&error), may_pass: true };
    };
    let hint = match status.code {
        401 => "; renew its credentials",
        403 => "; give it the role of deploy/kubernetes/access.yaml",
        404 => "; apply deploy/kubernetes/definitions.yaml, and make provisioning.kube_namespace",
        _ => "",
    };
    ClusterError {
        reason: format!("the Kubernetes API: {} {}{hint}", status.code, status.message.trim()),
        // What it finds wrong in an object it will find wrong again.
        may_pass: !matches!(status.code, 400 | 422),
    }
}
