//! Who signed a manifest. The keys are those that the Sovereign signs its tokens with; what is signed here begins
//! with a line that no token can begin with, so that one is never taken for the other.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{BundleError, shown};
use super::manifest::{self, VERSION};
use super::{MANIFEST, SIGNATURE};

/// Before the manifest, in what is signed.
const DOMAIN: &[u8] = b"sovereign.bundle.v1\n";
const ALGORITHM: &str = "Ed25519";

/// Has the exporting Sovereign's private key.
pub trait Sign {
    /// By what name a reader will look for the public key.
    fn key_id(&self) -> &str;
    /// An Ed25519 signature (RFC 8032) of exactly these bytes.
    fn sign(&self, message: &[u8]) -> Vec<u8>;
}

/// Knows whom to trust.
pub trait Keys {
    /// The Ed25519 public key of this name; `None` where it is not trusted.
    fn public_key(&self, key_id: &str) -> Option<[u8; ED25519_PUBLIC_KEY_LEN]>;
}

/// Public keys by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedKeys(BTreeMap<String, [u8; ED25519_PUBLIC_KEY_LEN]>);

impl Keys for TrustedKeys {
    fn public_key(&self, key_id: &str) -> Option<[u8; ED25519_PUBLIC_KEY_LEN]> {
        self.0.get(key_id).copied()
    }
}

impl TrustedKeys {
    /// The Ed25519 keys of a JWK set (RFC 7517, RFC 8037), as a Sovereign publishes it; keys of other kinds are
    /// passed over. `None` where it is no such set, or has no such key.
    #[must_use]
    pub fn from_jwks(set: &Value) -> Option<Self> {
        let keys = set.get("keys")?.as_array()?.iter().filter_map(|key| {
            let text = |member: &str| key.get(member).and_then(Value::as_str);
            let ours = text("kty") == Some("OKP") && text("crv") == Some("Ed25519");
            let public = URL_SAFE_NO_PAD.decode(text("x").filter(|_| ours)?).ok()?;
            Some((text("kid")?.to_owned(), public.try_into().ok()?))
        });
        let keys: BTreeMap<_, _> = keys.collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Trusts these as well.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// `manifest.sig`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    key_id: String,
    algorithm: String,
    /// In base64url without padding.
    signature: String,
}

/// The content of `manifest.sig`.
pub(super) fn sign(signer: &dyn Sign, manifest: &[u8]) -> Result<Vec<u8>, BundleError> {
    let signature = signer.sign(&[DOMAIN, manifest].concat());
    let signed = Signed {
        key_id: signer.key_id().to_owned(),
        algorithm: ALGORITHM.into(),
        signature: URL_SAFE_NO_PAD.encode(signature),
    };
    let mut bytes = serde_json::to_vec_pretty(&signed)
        .map_err(|error| BundleError::Misuse(format!("{SIGNATURE}: {error}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The name of the trusted key that signed the manifest.
pub(super) fn verify(
    keys: &dyn Keys,
    manifest: &[u8],
    signed: &[u8],
) -> Result<String, BundleError> {
    let outcome = verify_bytes(keys, manifest, signed);
    match (&outcome, manifest::claimed_version(manifest)) {
        // Later versions are signed in another way: this one cannot tell theirs from a forgery.
        (Err(_), Some(version)) if version > VERSION => Err(BundleError::Unsupported {
            fault: format!(
                "it says that it is of version {version}, and this program knows {VERSION}"
            ),
        }),
        _ => outcome,
    }
}

fn verify_bytes(keys: &dyn Keys, manifest: &[u8], signed: &[u8]) -> Result<String, BundleError> {
    let signed: Signed = serde_json::from_slice(signed)
        .map_err(|_| BundleError::altered(SIGNATURE, "it is no signature"))?;
    if signed.algorithm != ALGORITHM {
        let fault = format!("its algorithm is not {ALGORITHM}");
        return Err(BundleError::altered(SIGNATURE, fault));
    }
    let key_id = shown(signed.key_id.as_bytes());
    let Some(key) = keys.public_key(&signed.key_id) else {
        return Err(BundleError::UnknownKey { key_id });
    };
    let wrong = || BundleError::WrongSignature { key_id: key_id.clone() };
    let signature = URL_SAFE_NO_PAD.decode(&signed.signature).map_err(|_| wrong())?;
    let message = [DOMAIN, manifest].concat();
    UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).map_err(|_| wrong())?;
    Ok(signed.key_id)
}

/// The manifest says the same: `manifest.sig` itself is not signed.
pub(super) fn same_key(signed_with: &str, named: &str) -> Result<(), BundleError> {
    if signed_with == named {
        return Ok(());
    }
    let fault = format!("{MANIFEST} names another key than this");
    Err(BundleError::altered(SIGNATURE, fault))
}
