//! What a cluster's Kyverno is told: which keys sign Blueprints, and what of the platform nobody else changes.
//!
//! The objects are written by `sovereign blueprint policy`; `deploy/kyverno` has an example.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::TrustedKey;
use crate::provision::manifests::KEYS_SECRET;

/// The group of the platform's own resources.
pub const DEFAULT_GROUP: &str = "catalyst.openova.io";
/// On every namespace of an Organization.
const ORGANIZATION_LABEL: &str = "sovereign/organization";
/// What brings the repository into the cluster.
const CONTROLLERS: [&str; 2] = ["kustomize-controller", "helm-controller"];

/// Two policies: that what comes from `repository` is signed by one of the keys, and that resources of
/// `group` and these policies are changed by nobody but Flux in its namespace and the cluster's masters.
#[must_use]
pub fn policies(
    keys: &[TrustedKey],
    repository: &str,
    group: &str,
    flux_namespace: &str,
) -> [Value; 2] {
    [signed(keys, repository), locked(group, flux_namespace)]
}

fn policy(name: &str, description: &str, rules: &Value) -> Value {
    json!({
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {
            "name": name,
            "annotations": {
                "policies.kyverno.io/category": "Sovereign",
                "policies.kyverno.io/severity": "high",
                "policies.kyverno.io/description": description,
            },
        },
        "spec": {
            "validationFailureAction": "Enforce",
            "failurePolicy": "Fail",
            "background": false,
            "webhookTimeoutSeconds": 30,
            "rules": rules,
        },
    })
}

fn signed(keys: &[TrustedKey], repository: &str) -> Value {
    let url = format!("oci://{repository}/*");
    let rules = json!([
        {
            "name": "images-are-signed",
            "match": { "any": [{ "resources": { "kinds": ["Pod"] } }] },
            "verifyImages": [{
                "imageReferences": [format!("{repository}/*")],
                "mutateDigest": true,
                "verifyDigest": true,
                "required": true,
                "attestors": [{ "count": 1, "entries": attestors(keys) }],
            }],
        },
        {
            "name": "charts-are-verified",
            "match": in_organizations("source.toolkit.fluxcd.io/*/OCIRepository"),
            "validate": {
                "message": "charts of an Organization are fetched with their signature verified: \
                            spec.verify must name cosign and the trusted keys",
                "pattern": { "spec": {
                    "verify": { "provider": "cosign", "secretRef": { "name": KEYS_SECRET } },
                    "=(insecure)": false,
                } },
            },
        },
        {
            "name": "charts-have-one-way",
            "match": in_organizations("source.toolkit.fluxcd.io/*/HelmRepository"),
            "validate": {
                "message": "charts of the private catalog come by an OCIRepository, which is verified",
                "pattern": { "spec": { "url": format!("!{url} & !oci://{repository}") } },
            },
        },
        {
            "name": "keys-are-the-trusted-ones",
            "match": { "any": [{ "resources": { "kinds": ["Secret"], "names": [KEYS_SECRET] } }] },
            "validate": {
                "message": "the keys that Blueprints are verified with are those of the configuration",
                "deny": { "conditions": { "any": [
                    {
                        "key": "{{ keys(request.object.data || `{}`) }}",
                        "operator": "AnyNotIn",
                        "value": keys.iter().map(file_of).collect::<Vec<_>>(),
                    },
                    {
                        "key": "{{ values(request.object.data || `{}`) }}",
                        "operator": "AnyNotIn",
                        "value": keys.iter().map(encoded).collect::<Vec<_>>(),
                    },
                ] } },
            },
        },
    ]);
    let description = "What comes from the private catalog is signed by a trusted key.";
    policy("sovereign-signed-blueprints", description, &rules)
}

/// One good signature of these is enough. Signatures are made offline: no log has them.
fn attestors(keys: &[TrustedKey]) -> Vec<Value> {
    let entry = |key: &TrustedKey| {
        json!({ "keys": {
            "publicKeys": key.pem(),
            "signatureAlgorithm": "sha256",
            "rekor": { "ignoreTlog": true },
            "ctlog": { "ignoreSCT": true },
        } })
    };
    keys.iter().map(entry).collect()
}

/// What a key is called in the Secret: Flux reads the members that end so.
fn file_of(key: &TrustedKey) -> String {
    format!("{}.pub", key.name)
}

fn encoded(key: &TrustedKey) -> String {
    STANDARD.encode(key.pem())
}

/// The data of the Secret that Flux verifies charts with.
pub(crate) fn secret_data(keys: &[TrustedKey]) -> Map<String, Value> {
    keys.iter().map(|key| (file_of(key), json!(encoded(key)))).collect()
}

fn in_organizations(kind: &str) -> Value {
    let namespaces = json!({
        "matchExpressions": [{ "key": ORGANIZATION_LABEL, "operator": "Exists" }],
    });
    json!({ "any": [{ "resources": { "kinds": [kind], "namespaceSelector": namespaces } }] })
}

fn locked(group: &str, flux_namespace: &str) -> Value {
    let lock = |name: &str, resources: Value, message: &str| {
        let mut resources = resources;
        resources["operations"] = json!(["CREATE", "UPDATE", "DELETE"]);
        json!({
            "name": name,
            "match": { "any": [{ "resources": resources }] },
            "exclude": { "any": [{ "subjects": masters(flux_namespace) }] },
            "validate": { "message": message, "deny": {} },
        })
    };
    let rules = json!([
        lock(
            "definitions",
            json!({
                "kinds": ["apiextensions.k8s.io/v1/CustomResourceDefinition"],
                "names": [format!("*.{group}")],
            }),
            "the platform's definitions are the publisher's",
        ),
        lock(
            "resources",
            json!({ "kinds": [format!("{group}/*/*")] }),
            "the platform's resources are changed in its repository only",
        ),
        lock(
            "policies",
            json!({ "kinds": ["kyverno.io/*/ClusterPolicy"], "names": ["sovereign-*"] }),
            "the Sovereign's policies are changed in its repository only",
        ),
    ]);
    let description = "Nobody but the platform's own repository changes the platform's resources.";
    policy("sovereign-locked-platform", description, &rules)
}

fn masters(flux_namespace: &str) -> Vec<Value> {
    let controllers = CONTROLLERS
        .map(|name| json!({ "kind": "ServiceAccount", "name": name, "namespace": flux_namespace }));
    let mut subjects = Vec::from(controllers);
    subjects.push(json!({ "kind": "Group", "name": "system:masters" }));
    subjects
}
