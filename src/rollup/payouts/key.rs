//! The private key that somebody approves payouts with: Ed25519 (RFC 8032) in PKCS #8, as PEM or DER, in a file that
//! only its owner may read.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::private_file;
use crate::rollup::agreements::PublicKey;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

pub(crate) struct ApproverKey(Ed25519KeyPair);

impl ApproverKey {
    /// # Errors
    /// Where the file cannot be read, others may read it, or it is no such key.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let content = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
        private_file::refuse_if_shared(path)?;
        Self::parse(&content).map_err(|error| format!("{shown}: {error}"))
    }

    fn parse(content: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(content).unwrap_or_default().trim();
        let pair = if text.starts_with("-----") {
            Ed25519KeyPair::from_pkcs8(&pem(text)?)
        } else {
            Ed25519KeyPair::from_pkcs8(content)
        };
        pair.map(Self).map_err(|error| format!("is no Ed25519 key in PKCS #8: {error}"))
    }

    /// Makes a key in a file that is not there yet.
    ///
    /// # Errors
    /// Where it is there, or cannot be written.
    pub(crate) fn make(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        if path.exists() {
            return Err(format!("{shown} is there already: name a new file"));
        }
        let made = Ed25519KeyPair::generate().and_then(|pair| {
            let der: Pkcs8V1Der<'_> = pair.as_der()?;
            let bytes: &[u8] = der.as_ref();
            Ok(STANDARD.encode(bytes))
        });
        let base64 = made.map_err(|_| "the system has no randomness".to_owned())?;
        let text = format!("{BEGIN}\n{base64}\n{END}\n");
        private_file::create_once(path, text.as_bytes())
            .map_err(|error| format!("{shown}: {error}"))?;
        // What is there counts: another process may have been first.
        Self::read(path)
    }

    /// # Errors
    /// None that this key can have: it is of 32 bytes.
    pub(crate) fn public(&self) -> Result<PublicKey, String> {
        let public: &[u8] = self.0.public_key().as_ref();
        PublicKey::try_from(public).map_err(|_| "the public key is not of 32 bytes".to_owned())
    }

    /// A signature, in base64url.
    ///
    /// # Errors
    /// Where the library cannot sign.
    pub(crate) fn sign(&self, message: &str) -> Result<String, String> {
        let signature = self.0.try_sign(message.as_bytes());
        let signature = signature.map_err(|_| "the key does not sign".to_owned())?;
        Ok(URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The bytes between the two lines.
fn pem(text: &str) -> Result<Vec<u8>, String> {
    let inner = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let inner = inner.filter(|inner| !inner.contains('-')).ok_or_else(|| {
        format!("is not one private key in PEM, from {BEGIN} to {END}, without a password")
    })?;
    let base64: String = inner.split_whitespace().collect();
    STANDARD.decode(base64).map_err(|_| "is not base64 inside".to_owned())
}

/// In base64url, as the agreements have it.
pub(crate) fn encoded(key: &PublicKey) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

/// Whether this key made the signature, which is in base64url.
pub(super) fn signed(key: &PublicKey, message: &str, signature: &str) -> bool {
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    let key = UnparsedPublicKey::new(&ED25519, *key);
    key.verify(message.as_bytes(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_signs() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("aisha.pem");
        let key = ApproverKey::make(&path).unwrap();
        assert!(ApproverKey::make(&path).err().unwrap().contains("is there already"));
        let again = ApproverKey::read(&path).unwrap();
        let public = key.public().unwrap();
        assert_eq!(again.public().unwrap(), public);
        let signature = again.sign("a payout").unwrap();
        assert!(signed(&public, "a payout", &signature));
        assert!(!signed(&public, "another payout", &signature));
        assert!(!signed(&[7; 32], "a payout", &signature));
        assert!(!signed(&public, "a payout", "no signature"));
    }

    #[test]
    fn keys_are_pem_or_der() {
        let pair = Ed25519KeyPair::generate().unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let bytes: &[u8] = der.as_ref();
        assert!(ApproverKey::parse(bytes).is_ok());
        let base64 = STANDARD.encode(bytes);
        let (first, rest) = base64.split_at(40);
        let pem = format!("{BEGIN}\r\n{first}\r\n{rest}\r\n{END}\r\n");
        assert!(ApproverKey::parse(pem.as_bytes()).is_ok());
        for wrong in ["", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END", "AAAA"] {
            assert!(ApproverKey::parse(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("aisha.pem");
        ApproverKey::make(&path).unwrap();
        let others = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(&path, others).unwrap();
        assert!(ApproverKey::read(&path).err().unwrap().contains("chmod 600"));
    }
}
