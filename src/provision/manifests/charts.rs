//! Charts whose signature Flux verifies before it installs anything of them.

use serde_json::json;

use super::document::{Labels, yaml};
use super::{AppSpec, Files, Platform, RenderError, names};

/// Has the keys that signatures are verified with, in each namespace that needs them.
pub(crate) const KEYS_SECRET: &str = "sovereign-blueprint-keys";
/// What a Helm chart is called in a registry.
const CHART_MEDIA_TYPE: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// Whether a chart can be named so in a manifest; else the member that is wrong, and why.
pub(crate) fn check_chart(
    slug: &str,
    chart: &str,
    repository: &str,
    version: Option<&str>,
) -> Result<(), (&'static str, String)> {
    names::chart(slug, chart).map_err(|error| ("helm_chart", error.0))?;
    names::repository(slug, repository).map_err(|error| ("helm_repo", error.0))?;
    if let Some(version) = version {
        names::version(slug, version).map_err(|error| ("helm_version", error.0))?;
    }
    Ok(())
}

/// The name and document of where a signed chart is.
pub(super) fn verified(
    app: &AppSpec,
    namespace: &str,
    labels: &Labels,
) -> Result<(String, String), RenderError> {
    let slug = app.slug.as_str();
    let chart = names::chart(slug, &app.chart)?;
    let (repository, registry) = names::repository(slug, &app.repository)?;
    if !registry {
        return Err(RenderError(format!("helm_repo of {slug} must be oci://…, to be verified")));
    }
    let version =
        app.version.as_deref().map(|version| names::version(slug, version)).transpose()?;
    let name = format!("chart-{slug}");
    let object = json!({
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "OCIRepository",
        "metadata": labels.metadata(&name, Some(namespace)),
        "spec": {
            "interval": "1h",
            "url": format!("{}/{chart}", repository.trim_end_matches('/')),
            "ref": { "semver": version.unwrap_or("*") },
            "layerSelector": { "mediaType": CHART_MEDIA_TYPE, "operation": "copy" },
            "verify": { "provider": "cosign", "secretRef": { "name": KEYS_SECRET } },
        },
    });
    Ok((name, yaml(&object)))
}

/// The keys, where what is verified with them is.
pub(super) fn keys(platform: &Platform, namespace: &str, labels: &Labels) -> Files {
    let object = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": labels.metadata(KEYS_SECRET, Some(namespace)),
        "data": platform.blueprint_keys,
    });
    Files::from([(format!("{KEYS_SECRET}.yaml"), yaml(&object))])
}
