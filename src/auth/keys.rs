//! A key that this Sovereign signs its own tokens with: Ed25519 (RFC 8037), kept in a file that only its
//! owner may read. `ring.rs` says which keys there are.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::bundle::Sign;
use crate::private_file;

/// Why there is no signing key.
#[derive(Debug)]
pub struct KeyError(pub(super) String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

/// A private key and what its public half is called.
#[derive(Clone)]
pub struct SigningKey {
    pub(super) id: String,
    public: String,
    pub(super) encoding: EncodingKey,
    pair: Arc<Ed25519KeyPair>,
    /// What other keys are derived from; never leaves this module's neighbours.
    pub(super) seed: Arc<[u8]>,
}

impl SigningKey {
    /// Reads a key from a file.
    ///
    /// # Errors
    /// Where it is not there, cannot be read, or others may read it.
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let shown = path.display();
        let der = std::fs::read(path).map_err(|error| {
            KeyError(format!("{shown}: {error}; `sovereign serve` makes it at its first start"))
        })?;
        private_file::refuse_if_shared(path).map_err(KeyError)?;
        Self::from_der(&der).map_err(|error| KeyError(format!("{shown}: {error}")))
    }

    /// Makes the file with a new key where there is none. Two processes that do so at once end with the
    /// same key.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(super) fn make(path: &Path) -> Result<(), KeyError> {
        if path.exists() {
            return Ok(());
        }
        let der = generate().map_err(|error| KeyError(error.to_string()))?;
        private_file::create_once(path, &der)
            .map_err(|error| KeyError(format!("{}: {error}", path.display())))
    }

    /// # Errors
    /// Where `der` is no Ed25519 key in PKCS #8.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(der)
            .map_err(|error| KeyError(format!("not an Ed25519 key in PKCS #8: {error}")))?;
        let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let id = thumbprint(&public);
        let encoding = EncodingKey::from_ed_der(der);
        Ok(Self { id, public, encoding, pair: Arc::new(pair), seed: der.into() })
    }

    /// A key that is kept nowhere, for tests.
    ///
    /// # Errors
    /// Where the system has no randomness.
    pub fn ephemeral() -> Result<Self, KeyError> {
        Self::from_der(&generate().map_err(|error| KeyError(error.to_string()))?)
    }

    /// Whether `token`, a JWT in its compact form, bears this key's signature.
    ///
    /// An Ed25519 signature follows from key and message alone (RFC 8032, section 5.1.6), so whoever has
    /// the private key can make it again and compare, which takes a quarter of the time that the public
    /// key would need.
    #[must_use]
    pub(super) fn signed(&self, token: &str) -> bool {
        let Some((message, signature)) = token.rsplit_once('.') else { return false };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let ours = self.pair.sign(message.as_bytes());
        verify_slices_are_equal(ours.as_ref(), &signature).is_ok()
    }

    /// The public half as a JWK (RFC 7517).
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
            "kid": self.id, "x": self.public,
        })
    }
}

impl Sign for SigningKey {
    fn key_id(&self) -> &str {
        &self.id
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

fn generate() -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
    let _ = SystemRandom::new();
    let pair = Ed25519KeyPair::generate()?;
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der()?;
    Ok(der.as_ref().to_vec())
}

/// The key's name: its thumbprint (RFC 7638).
fn thumbprint(public: &str) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}
