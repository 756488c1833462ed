//! `sovereign blueprint`

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::output::{Failure, answer, answer_json};
use crate::blueprints::{self, BlueprintOptions, DEFAULT_GROUP, Signed, TrustedKey};
use crate::provision::manifests::to_yaml;

/// The signatures of private Blueprints: see docs/BLUEPRINTS.md
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  sovereign blueprint verify cal-com.json --payload payload.json --signature payload.sig
  sovereign blueprint policy --config sovereign.toml")]
pub(super) enum BlueprintCommand {
    Verify(Verify),
    Policy(Policy),
}

/// Check a Blueprint's signature as a server would; no server and no database are asked
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign blueprint verify cal-com.json --payload payload.json --signature payload.sig
  sovereign blueprint verify a.json --payload p.json --signature p.sig --key cosign.pub")]
pub(super) struct Verify {
    #[command(flatten)]
    common: Common,
    /// The artifact: the app's document, in JSON
    file: PathBuf,
    /// What was signed: the simple signing document
    #[arg(long, value_name = "FILE")]
    payload: PathBuf,
    /// The signature, as it is or in base64
    #[arg(long, value_name = "FILE")]
    signature: PathBuf,
    /// A public key in PEM, in place of those of the configuration
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Print Kyverno's policies for the cluster, with the configured keys in them
///
/// They need the settings `blueprints.trusted_keys` and `blueprints.repository`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sovereign blueprint policy --config sovereign.toml > deploy/kyverno/policies.yaml
  sovereign blueprint policy --group catalyst.openova.io | kubectl apply -f -")]
pub(super) struct Policy {
    #[command(flatten)]
    common: Common,
    /// The API group of the platform's own resources
    #[arg(long, value_name = "GROUP", default_value = DEFAULT_GROUP)]
    group: String,
}

impl BlueprintCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Verify(arguments) => verify(&arguments),
            Self::Policy(arguments) => policy(&arguments),
        }
    }
}

fn verify(arguments: &Verify) -> Result<(), Failure> {
    let configured = arguments.common.config()?.blueprints;
    let options = match &arguments.key {
        None => configured,
        Some(path) => {
            let pem = String::from_utf8(read(path)?).map_err(Failure::usage)?;
            let key = TrustedKey::from_pem(&path.display().to_string(), &pem);
            BlueprintOptions { keys: vec![key.map_err(Failure::usage)?], ..configured }
        }
    };
    if options.keys.is_empty() {
        return Err(Failure::usage(
            "no key is trusted: give --key, or set blueprints.trusted_keys",
        ));
    }
    let signature = read(&arguments.signature)?;
    let signed = Signed {
        artifact: read(&arguments.file)?,
        payload: read(&arguments.payload)?,
        signature: decoded(&signature).unwrap_or(signature),
    };
    let document: Value = serde_json::from_slice(&signed.artifact)
        .map_err(|error| Failure::refused(format!("{}: {error}", arguments.file.display())))?;
    let slug = document["slug"].as_str().ok_or_else(|| {
        Failure::refused(format!("{}: slug must be there, a text", arguments.file.display()))
    })?;
    let found = blueprints::verify(&signed, slug, None, &options).map_err(Failure::refused)?;
    if arguments.common.json {
        answer_json(&json!({
            "slug": slug, "digest": found.digest, "docker_reference": found.reference,
            "key_id": found.key_id, "key_fingerprint": found.key_fingerprint,
        }));
    } else {
        answer(format_args!("{slug} {} is signed by {}", found.digest, found.key_id));
    }
    Ok(())
}

fn policy(arguments: &Policy) -> Result<(), Failure> {
    let config = arguments.common.config()?;
    let BlueprintOptions { keys, repository } = config.blueprints;
    let missing =
        |key: &str| Failure::usage(format!("{key}: must be set, because the policies have it"));
    if keys.is_empty() {
        return Err(missing("blueprints.trusted_keys"));
    }
    let repository = repository.ok_or_else(|| missing("blueprints.repository"))?;
    let namespace = &config.provisioning.flux_namespace;
    let policies = blueprints::policies(&keys, &repository, &arguments.group, namespace);
    if arguments.common.json {
        answer_json(&json!(policies));
    } else {
        let documents = policies.iter().map(to_yaml).collect::<Vec<_>>();
        answer(documents.join("---\n").trim_end());
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// cosign writes base64, openssl the bytes themselves.
fn decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let text: String = std::str::from_utf8(bytes).ok()?.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}
