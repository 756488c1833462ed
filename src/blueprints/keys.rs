//! Public keys that sign Blueprints: ECDSA on P-256, as cosign makes them, and Ed25519; in PEM
//! (`BEGIN PUBLIC KEY`, an X.509 `SubjectPublicKeyInfo`).

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";
/// What stands before the 65 bytes of an uncompressed point on P-256 (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// What stands before the 32 bytes of an Ed25519 key (RFC 8410).
const ED25519_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const MAX_NAME: usize = 40;

/// Why a key cannot be used; for people, and says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(pub String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key, and what it is called here.
#[derive(Clone)]
pub struct TrustedKey {
    pub name: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`, in hexadecimal.
    pub fingerprint: String,
    spki: Vec<u8>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    EcdsaP256,
    Ed25519,
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TrustedKey").field(&self.name).field(&self.fingerprint).finish()
    }
}

impl TrustedKey {
    /// # Errors
    /// Where the text is no public key of a kind that can be used.
    pub fn from_pem(name: &str, pem: &str) -> Result<Self, KeyError> {
        let wrong = |what: &str| KeyError(format!("{name}: {what}"));
        let text = pem.trim();
        let inner = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
        let inner = inner.filter(|inner| !inner.contains('-')).ok_or_else(|| {
            wrong("must be one public key in PEM, from BEGIN PUBLIC KEY to END PUBLIC KEY")
        })?;
        let base64: String = inner.split_whitespace().collect();
        let spki = STANDARD.decode(base64).map_err(|_| wrong("is not base64 inside"))?;
        let kind = if spki.starts_with(&P256) && spki.len() == P256.len() + 65 {
            Kind::EcdsaP256
        } else if spki.starts_with(&ED25519_PREFIX) && spki.len() == ED25519_PREFIX.len() + 32 {
            Kind::Ed25519
        } else {
            return Err(wrong("must be an ECDSA key on P-256, as cosign makes them, or Ed25519"));
        };
        let fingerprint = crate::hex::encode(&Sha256::digest(&spki));
        let key = Self { name: name.to_owned(), fingerprint, spki, kind };
        key.parsed().ok_or_else(|| wrong("is no point on its curve"))?;
        Ok(key)
    }

    fn parsed(&self) -> Option<ParsedPublicKey> {
        let (algorithm, skipped): (&'static dyn VerificationAlgorithm, _) = match self.kind {
            Kind::EcdsaP256 => (&ECDSA_P256_SHA256_ASN1, P256.len()),
            Kind::Ed25519 => (&ED25519, ED25519_PREFIX.len()),
        };
        ParsedPublicKey::new(algorithm, self.spki.get(skipped..)?).ok()
    }

    /// Whether this key made the signature: in ASN.1 DER over SHA-256 for P-256, else the 64 bytes.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.parsed().is_some_and(|key| key.verify_sig(message, signature).is_ok())
    }

    /// The key in PEM, in lines of 64 characters.
    #[must_use]
    pub fn pem(&self) -> String {
        let base64 = STANDARD.encode(&self.spki);
        let mut text = format!("{BEGIN}\n");
        for (index, digit) in base64.chars().enumerate() {
            if index > 0 && index % 64 == 0 {
                text.push('\n');
            }
            text.push(digit);
        }
        text.push('\n');
        text.push_str(END);
        text.push('\n');
        text
    }
}

/// Reads `name=file` or `name=-----BEGIN PUBLIC KEY-----…`, several with commas.
///
/// # Errors
/// The first that is no key, cannot be read, or is there twice.
pub fn read_keys(text: &str) -> Result<Vec<TrustedKey>, KeyError> {
    let mut keys: Vec<TrustedKey> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or(("", part));
        let (name, value) = (name.trim(), value.trim());
        if !is_name(name) {
            return Err(KeyError(
                "must list keys as name=file or name=-----BEGIN PUBLIC KEY-----…, with a name of \
                 small letters, digits and hyphens"
                    .to_owned(),
            ));
        }
        let key = if value.starts_with("-----") {
            TrustedKey::from_pem(name, value)?
        } else {
            let pem = std::fs::read_to_string(value)
                .map_err(|error| KeyError(format!("{name}: {value}: {error}")))?;
            TrustedKey::from_pem(name, &pem)?
        };
        let same = |other: &TrustedKey| other.name == key.name || other.spki == key.spki;
        if let Some(other) = keys.iter().find(|other| same(other)) {
            return Err(KeyError(format!("{}: the key {} is there twice", key.name, other.name)));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}
