//! `[provisioning]`: where Organizations are written to, and how.

use std::path::PathBuf;

use super::{ConfigError, Resolved};
use crate::provision::options::{
    check_author, check_branch, check_charts, check_context, check_driver, check_object,
    check_path, check_prefix, check_regions, check_removal_seconds, check_repository,
    check_version,
};
use crate::provision::{DriverKind, KubernetesOptions, ProvisioningOptions, Token};

pub(super) fn read(resolved: &Resolved) -> Result<ProvisioningOptions, ConfigError> {
    let kubernetes = KubernetesOptions {
        config_file: resolved.checked("provisioning.kubeconfig", check_path)?.map(PathBuf::from),
        context: resolved.checked("provisioning.kube_context", check_context)?,
        namespace: resolved.checked_required("provisioning.kube_namespace", check_object)?,
    };
    let options = ProvisioningOptions {
        driver: resolved.checked_required("provisioning.driver", check_driver)?,
        kubernetes,
        repository: resolved.checked("provisioning.repository", check_repository)?,
        branch: resolved.checked_required("provisioning.branch", check_branch)?,
        prefix: resolved.checked_required("provisioning.path", check_prefix)?,
        author: resolved.checked_required("provisioning.author", check_author)?,
        token: resolved.value("provisioning.token").map(Token::new),
        ca_file: resolved.checked("provisioning.ca_file", check_path)?,
        ssh_key_file: resolved.checked("provisioning.ssh_key_file", check_path)?,
        ssh_known_hosts_file: resolved.checked("provisioning.ssh_known_hosts_file", check_path)?,
        flux_namespace: resolved.checked_required("provisioning.flux_namespace", check_object)?,
        flux_source: resolved.checked_required("provisioning.flux_source", check_object)?,
        vcluster_repository: resolved
            .checked_required("provisioning.vcluster_repository", check_charts)?,
        vcluster_version: resolved
            .checked_required("provisioning.vcluster_version", check_version)?,
        ingress_class: resolved.checked("provisioning.ingress_class", check_object)?,
        cluster_issuer: resolved.checked("provisioning.cluster_issuer", check_object)?,
        removal_seconds: resolved
            .checked_required("provisioning.removal_seconds", check_removal_seconds)?,
        regions: resolved.checked_required("provisioning.regions", check_regions)?,
    };
    let over_https = options.repository.as_ref().is_some_and(|address| address.starts_with("http"));
    if options.token.is_some() && !over_https {
        let detail = "is only for a provisioning.repository at https://";
        return Err(resolved.wrong("provisioning.token", detail));
    }
    if options.kubernetes.context.is_some() && options.kubernetes.config_file.is_none() {
        let detail = "is a context of provisioning.kubeconfig, which is not given";
        return Err(resolved.wrong("provisioning.kube_context", detail));
    }
    if options.driver == DriverKind::Kubernetes && options.repository.is_some() {
        let detail = "is for provisioning.driver = \"git\": leave it out, or use that driver";
        return Err(resolved.wrong("provisioning.repository", detail));
    }
    Ok(options)
}
