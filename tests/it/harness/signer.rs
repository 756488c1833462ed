//! Signs private Blueprints as a franchisee does, with openssl.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sovereign::blueprints::{BlueprintOptions, TrustedKey};
use tempfile::TempDir;

/// Somebody with a private key.
pub(crate) struct Signer {
    name: &'static str,
    kind: Kind,
    directory: TempDir,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    P256,
    Ed25519,
}

/// The app's document of a small Blueprint.
pub(crate) fn blueprint(slug: &str) -> Value {
    json!({
        "slug": slug, "name": slug.to_uppercase(), "tagline": "Of our own", "category": "scheduling",
        "tags": ["calendar"], "deployable": true, "dependencies": ["postgresql"],
        "helm_chart": slug, "helm_repo": "oci://registry.example/catalog", "helm_version": "1.2.3",
        "helm_values": { "replicas": 1e0, "ratio": 0.25 }, "http_port": 3000,
    })
}

/// `docker-reference` of a Blueprint.
fn reference(slug: &str) -> String {
    format!("registry.example/catalog/bp-{slug}")
}

fn openssl(directory: &Path, arguments: &[&str]) {
    let ended = Command::new("openssl").current_dir(directory).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "openssl {arguments:?}: {said}");
}

impl Signer {
    /// ECDSA on P-256, as `cosign generate-key-pair` makes keys.
    pub(crate) fn p256(name: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let make = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem"];
        openssl(directory.path(), &make);
        Self::of(name, Kind::P256, directory)
    }

    pub(crate) fn ed25519(name: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        openssl(directory.path(), &["genpkey", "-algorithm", "ed25519", "-out", "key.pem"]);
        Self::of(name, Kind::Ed25519, directory)
    }

    fn of(name: &'static str, kind: Kind, directory: TempDir) -> Self {
        openssl(directory.path(), &["pkey", "-in", "key.pem", "-pubout", "-out", "key.pub"]);
        Self { name, kind, directory }
    }

    /// The one whom [`super::Setup::with_blueprints`] trusts.
    pub(crate) fn franchisee() -> &'static Self {
        static FRANCHISEE: OnceLock<Signer> = OnceLock::new();
        FRANCHISEE.get_or_init(|| Self::p256("franchisee"))
    }

    /// The public key, in PEM.
    pub(crate) fn public(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("key.pub")).unwrap()
    }

    pub(crate) fn key(&self) -> TrustedKey {
        TrustedKey::from_pem(self.name, &self.public()).unwrap()
    }

    /// Trusts this one alone.
    pub(crate) fn options(&self) -> BlueprintOptions {
        BlueprintOptions { keys: vec![self.key()], repository: None }
    }

    /// The signature as `cosign sign-blob` makes it: in DER for P-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        // Tests sign with one key at the same time.
        let scratch = tempfile::tempdir().unwrap();
        std::fs::write(scratch.path().join("message"), message).unwrap();
        let key = self.directory.path().join("key.pem");
        let key = key.to_str().unwrap();
        match self.kind {
            Kind::P256 => {
                let sign = ["dgst", "-sha256", "-sign", key, "-out", "signature", "message"];
                openssl(scratch.path(), &sign);
            }
            Kind::Ed25519 => openssl(
                scratch.path(),
                &[
                    "pkeyutl",
                    "-sign",
                    "-inkey",
                    key,
                    "-rawin",
                    "-in",
                    "message",
                    "-out",
                    "signature",
                ],
            ),
        }
        std::fs::read(scratch.path().join("signature")).unwrap()
    }

    /// What is sent of an app's document, signed.
    pub(crate) fn submission(&self, document: &Value) -> Value {
        let artifact = document.to_string();
        let slug = document["slug"].as_str().unwrap_or_default();
        self.submission_of(artifact.as_bytes(), &payload(artifact.as_bytes(), &reference(slug)))
    }

    /// The same of any bytes.
    pub(crate) fn submission_of(&self, artifact: &[u8], payload: &Value) -> Value {
        let payload = payload.to_string();
        json!({
            "artifact": STANDARD.encode(artifact),
            "payload": STANDARD.encode(&payload),
            "signature": STANDARD.encode(self.sign(payload.as_bytes())),
        })
    }
}

/// cosign's simple signing document.
pub(crate) fn payload(artifact: &[u8], reference: &str) -> Value {
    let digest = Sha256::digest(artifact).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    json!({
        "critical": {
            "identity": { "docker-reference": reference },
            "image": { "docker-manifest-digest": format!("sha256:{digest}") },
            "type": "cosign container image signature",
        },
        "optional": null,
    })
}
