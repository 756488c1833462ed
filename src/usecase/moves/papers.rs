//! What the two Sovereigns sign for each other: a receipt of the target, and a release of the source. Each is a JSON
//! document for a person to read and keep; the signature is over its inner part as `serde_json` writes it in one
//! line, behind a line that says which paper it is.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::signature::{ED25519, ED25519_PUBLIC_KEY_LEN, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::bundle::{BundleError, Keys, Manifest, Sign};
use crate::hex;

/// Longest paper that is read.
const MAX_BYTES: usize = 64 << 10;

/// A kind of paper.
pub(crate) trait Paper: Serialize + DeserializeOwned {
    /// In what is signed, before the paper.
    const DOMAIN: &'static str;
    /// What a person calls it.
    const NAME: &'static str;
}

/// The target has everything that is in a bundle, and lets nobody spend it yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    /// That of the bundle.
    pub(crate) move_id: Uuid,
    /// Of the bundle's manifest, in lower-case hexadecimal.
    pub(crate) manifest_sha256: String,
    pub(crate) organization: String,
    pub(crate) source_fqdn: String,
    /// Who signs.
    pub(crate) target_fqdn: String,
    /// ISO 4217.
    pub(crate) currency: String,
    pub(crate) balance_minor: i64,
    pub(crate) held_minor: i64,
    pub(crate) owed_minor: i64,
    /// How many rows there are, by table.
    pub(crate) counts: BTreeMap<String, i64>,
    /// RFC 3339.
    pub(crate) imported_at: String,
}

impl Paper for Receipt {
    const DOMAIN: &'static str = "sovereign.move.receipt.v1\n";
    const NAME: &'static str = "receipt";
}

/// The source has let go of an Organization: from now on the target may let it spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    pub(crate) move_id: Uuid,
    pub(crate) manifest_sha256: String,
    pub(crate) organization: String,
    /// Who signs.
    pub(crate) source_fqdn: String,
    pub(crate) target_fqdn: String,
    pub(crate) currency: String,
    pub(crate) balance_minor: i64,
    pub(crate) owed_minor: i64,
    /// RFC 3339.
    pub(crate) moved_at: String,
}

impl Paper for Release {
    const DOMAIN: &'static str = "sovereign.move.release.v1\n";
    const NAME: &'static str = "release";
}

/// As it is written down.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed<P> {
    paper: P,
    key_id: String,
    /// In base64url without padding.
    signature: String,
}

/// Why a paper is not believed.
#[derive(Debug)]
pub(crate) enum PaperError {
    /// It is something else.
    NoPaper { name: &'static str, fault: String },
    /// Nobody here trusts the key that it names.
    UnknownKey { name: &'static str, key_id: String },
    /// A trusted key is named, but did not sign this.
    WrongSignature { name: &'static str, key_id: String },
}

impl fmt::Display for PaperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPaper { name, fault } => write!(
                f,
                "this is no {name}: {fault}; give the file as the other Sovereign wrote it"
            ),
            Self::UnknownKey { name, key_id } => write!(
                f,
                "the {name} is signed with key {key_id:?}, which is not trusted here; ask the other \
                 Sovereign whether the key is its own, and give its keys if so"
            ),
            Self::WrongSignature { name, key_id } => write!(
                f,
                "key {key_id:?} did not sign this {name}: it was forged, or altered since; ask for another"
            ),
        }
    }
}

impl std::error::Error for PaperError {}

/// The document, signed.
///
/// # Errors
/// Where it cannot be JSON, which is a mistake in the program.
pub(crate) fn sign<P: Paper>(paper: &P, signer: &dyn Sign) -> Result<String, PaperError> {
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(&message(paper)?));
    let signed = Signed { paper, key_id: signer.key_id().to_owned(), signature };
    let text = serde_json::to_string_pretty(&signed);
    text.map(|text| text + "\n").map_err(|error| no_paper::<P>(&error.to_string()))
}

/// What was signed, where one of these keys did.
///
/// # Errors
/// [`PaperError`].
pub(crate) fn verify<P: Paper>(text: &str, keys: &dyn Keys) -> Result<P, PaperError> {
    let signed: Signed<P> = parse(text)?;
    let (name, key_id) = (P::NAME, shown(&signed.key_id));
    let Some(key) = keys.public_key(&signed.key_id) else {
        return Err(PaperError::UnknownKey { name, key_id });
    };
    let wrong = || PaperError::WrongSignature { name, key_id: key_id.clone() };
    let signature = URL_SAFE_NO_PAD.decode(&signed.signature).map_err(|_| wrong())?;
    let message = message(&signed.paper)?;
    UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).map_err(|_| wrong())?;
    Ok(signed.paper)
}

/// What a paper says, whoever signed it: of one that this Sovereign has written itself.
///
/// # Errors
/// Where it is no such paper.
pub(crate) fn read<P: Paper>(text: &str) -> Result<P, PaperError> {
    parse(text).map(|signed| signed.paper)
}

fn parse<P: Paper>(text: &str) -> Result<Signed<P>, PaperError> {
    if text.len() > MAX_BYTES {
        return Err(no_paper::<P>("it is too long for one"));
    }
    serde_json::from_str(text).map_err(|error| no_paper::<P>(&error.to_string()))
}

fn message<P: Paper>(paper: &P) -> Result<Vec<u8>, PaperError> {
    let paper = serde_json::to_string(paper).map_err(|error| no_paper::<P>(&error.to_string()))?;
    Ok([P::DOMAIN, &paper].concat().into_bytes())
}

fn no_paper<P: Paper>(fault: &str) -> PaperError {
    PaperError::NoPaper { name: P::NAME, fault: shown(fault) }
}

/// What somebody else has written, for a person's terminal: short, and without anything that moves a cursor.
fn shown(text: &str) -> String {
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

/// SHA-256 of a manifest as it was signed, in lower-case hexadecimal.
///
/// # Errors
/// Where it cannot be JSON, which is a mistake in the program.
pub(crate) fn digest(manifest: &Manifest) -> Result<String, BundleError> {
    let mut bytes = serde_json::to_vec_pretty(manifest)
        .map_err(|error| BundleError::Misuse(error.to_string()))?;
    bytes.push(b'\n');
    Ok(hex::encode(&Sha256::digest(&bytes)))
}

/// One key, as it was noted with a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotedKey {
    id: String,
    public: [u8; ED25519_PUBLIC_KEY_LEN],
}

impl NotedKey {
    /// `public` is in base64url; `None` where it is no key.
    pub(crate) fn parse(id: &str, public: &str) -> Option<Self> {
        let public = URL_SAFE_NO_PAD.decode(public).ok()?.try_into().ok()?;
        Some(Self { id: id.to_owned(), public })
    }
}

impl Keys for NotedKey {
    fn public_key(&self, key_id: &str) -> Option<[u8; ED25519_PUBLIC_KEY_LEN]> {
        (key_id == self.id).then_some(self.public)
    }
}

/// A public key as it is noted; `None` where it is not trusted.
pub(crate) fn noted(keys: &dyn Keys, key_id: &str) -> Option<String> {
    keys.public_key(key_id).map(|public| URL_SAFE_NO_PAD.encode(public))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::SigningKey;
    use crate::bundle::TrustedKeys;
    use serde_json::json;

    fn release() -> Release {
        Release {
            move_id: Uuid::from_u128(7),
            manifest_sha256: "ab".repeat(32),
            organization: "kestrel".into(),
            source_fqdn: "a.example".into(),
            target_fqdn: "b.example".into(),
            currency: "OMR".into(),
            balance_minor: 12_000,
            owed_minor: 0,
            moved_at: "2027-03-01T00:00:00Z".into(),
        }
    }

    fn keys_of(key: &SigningKey) -> TrustedKeys {
        TrustedKeys::from_jwks(&json!({ "keys": [key.jwk()] })).unwrap()
    }

    #[test]
    fn what_was_signed_is_believed_and_nothing_else() {
        let (key, other) = (SigningKey::ephemeral().unwrap(), SigningKey::ephemeral().unwrap());
        let text = sign(&release(), &key).unwrap();
        assert_eq!(verify::<Release>(&text, &keys_of(&key)).unwrap(), release());
        let more = text.replace("12000", "12001");
        assert_ne!(more, text);
        let error = verify::<Release>(&more, &keys_of(&key)).unwrap_err();
        assert!(matches!(error, PaperError::WrongSignature { .. }), "{error}");
        let error = verify::<Release>(&text, &keys_of(&other)).unwrap_err();
        assert!(matches!(error, PaperError::UnknownKey { .. }), "{error}");
        let error = verify::<Receipt>(&text, &keys_of(&key)).unwrap_err();
        assert!(matches!(error, PaperError::NoPaper { name: "receipt", .. }), "{error}");
    }

    #[test]
    fn a_noted_key_is_the_only_one() {
        let key = SigningKey::ephemeral().unwrap();
        let trusted = keys_of(&key);
        let id = Sign::key_id(&key).to_owned();
        let noted_key = NotedKey::parse(&id, &noted(&trusted, &id).unwrap()).unwrap();
        let text = sign(&release(), &key).unwrap();
        assert_eq!(verify::<Release>(&text, &noted_key).unwrap(), release());
        assert!(noted_key.public_key("another").is_none());
        assert!(NotedKey::parse(&id, "short").is_none());
    }
}
