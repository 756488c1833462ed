//! What a signature covers: the "simple signing" payload of cosign, which names the digest of the artifact.
//!
//! The signature is over the payload's bytes as they are, so they are kept and never written anew.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::BlueprintOptions;

/// What cosign calls its payloads.
const TYPE: &str = "cosign container image signature";

/// What somebody signed. The three belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The Blueprint, byte by byte.
    pub artifact: Vec<u8>,
    /// The payload, byte by byte.
    pub payload: Vec<u8>,
    pub signature: Vec<u8>,
}

/// What a good signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// `sha256:` and the digest of the artifact.
    pub digest: String,
    /// What the payload says the artifact is called.
    pub reference: String,
    /// The key that made the signature.
    pub key_id: String,
    pub key_fingerprint: String,
}

/// Why a Blueprint is not taken. The texts say what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No key is trusted at all.
    NoKeys,
    /// The payload is none.
    Payload(String),
    /// The payload is about something else than the artifact.
    Digest { signed: String, found: String },
    /// The payload is about something of another name, or in another place.
    Reference { found: String, expected: String },
    /// No trusted key is called so.
    UnknownKey,
    /// No trusted key made the signature.
    Signature,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKeys => f.write_str(
                "no key is trusted here, so no private Blueprint can be taken; set \
                 blueprints.trusted_keys",
            ),
            Self::Payload(detail) => write!(f, "payload {detail}"),
            Self::Digest { signed, found } => write!(
                f,
                "the payload is signed for the digest {signed}, and the artifact's is {found}; send the \
                 bytes that were signed, or sign these"
            ),
            Self::Reference { found, expected } => write!(
                f,
                "the payload is signed for {found:?}, which is not {expected}; sign it for that"
            ),
            Self::UnknownKey => {
                f.write_str("no trusted key is called so; leave key_id out, or see the configuration")
            }
            Self::Signature => f.write_str(
                "no trusted key made this signature of this payload; sign it with one that is trusted",
            ),
        }
    }
}

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    identity: Identity,
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Identity {
    #[serde(rename = "docker-reference")]
    reference: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "docker-manifest-digest")]
    digest: String,
}

/// Checks that a trusted key signed this artifact as the Blueprint of that slug.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(
    signed: &Signed,
    slug: &str,
    key_id: Option<&str>,
    options: &BlueprintOptions,
) -> Result<Verified, Refused> {
    if options.keys.is_empty() {
        return Err(Refused::NoKeys);
    }
    let mut keys = options.keys.iter().filter(|key| key_id.is_none_or(|id| key.name == id));
    if keys.clone().next().is_none() {
        return Err(Refused::UnknownKey);
    }
    // The signature first: what nobody trusted has signed is not even read.
    let key = keys.find(|key| key.signed(&signed.payload, &signed.signature));
    let key = key.ok_or(Refused::Signature)?;
    let payload: Payload = serde_json::from_slice(&signed.payload)
        .map_err(|error| Refused::Payload(format!("is no simple signing document: {error}")))?;
    let critical = payload.critical;
    if critical.kind != TYPE {
        return Err(Refused::Payload(format!("must be of the type {TYPE:?}")));
    }
    let found = format!("sha256:{}", crate::hex::encode(&Sha256::digest(&signed.artifact)));
    if critical.image.digest != found {
        return Err(Refused::Digest { signed: critical.image.digest, found });
    }
    let reference = critical.identity.reference;
    check_reference(&reference, slug, options.repository.as_deref())?;
    let (key_id, key_fingerprint) = (key.name.clone(), key.fingerprint.clone());
    Ok(Verified { digest: found, reference, key_id, key_fingerprint })
}

/// `repository/slug` or `repository/bp-slug`, with or without a tag or digest behind it.
fn check_reference(reference: &str, slug: &str, repository: Option<&str>) -> Result<(), Refused> {
    let without_digest = reference.split('@').next().unwrap_or(reference);
    let (place, last) = match without_digest.rsplit_once('/') {
        Some((place, last)) => (Some(place), last),
        None => (None, without_digest),
    };
    let name = last.split(':').next().unwrap_or(last);
    let is_named = name == slug || name.strip_prefix("bp-") == Some(slug);
    let is_there = match repository {
        None => true,
        Some(repository) => place.is_some_and(|place| {
            let below = place.strip_prefix(repository);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
    };
    if is_named && is_there {
        return Ok(());
    }
    let place = repository.map(|repository| format!("{repository}/")).unwrap_or_default();
    let expected = format!("{place}bp-{slug} or {place}{slug}");
    Err(Refused::Reference { found: reference.to_owned(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_the_blueprint_and_lies_in_the_repository() {
        let good =
            |reference, repository| check_reference(reference, "cal-com", repository).is_ok();
        for reference in [
            "cal-com",
            "bp-cal-com",
            "reg.example/catalog/bp-cal-com",
            "reg.example:5000/catalog/cal-com:1.2",
            "reg.example/cal-com@sha256:00",
        ] {
            assert!(good(reference, None), "{reference}");
        }
        for reference in ["", "other", "reg.example/cal-com/other", "bp-bp-cal-com", "cal-com/"] {
            assert!(!good(reference, None), "{reference}");
        }
        let here = Some("reg.example/catalog");
        assert!(good("reg.example/catalog/cal-com", here));
        assert!(good("reg.example/catalog/retail/bp-cal-com:1", here));
        for reference in
            ["cal-com", "reg.example/catalogue/cal-com", "evil.example/reg.example/catalog/cal-com"]
        {
            assert!(!good(reference, here), "{reference}");
        }
    }
}
