//! The keys that an issuer publishes (RFC 7517), and which signatures each may check.
//!
//! The key decides, never the token (RFC 8725, section 3.1): an RSA key checks RSA, a curve's its own, and
//! a key that names an algorithm only that one. There are no shared secrets among them.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

const RSA: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

struct Published {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

pub(super) struct KeySet(Vec<Published>);

/// Why there is no key for a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// It may be newer than the set.
    Unknown,
    /// There is one of this name, which does not check such signatures.
    Unfit,
}

impl KeySet {
    /// Reads a set. A key that cannot be read or is for something else is left out; `None` where it is no
    /// set of keys.
    pub(super) fn read(document: &Value) -> Option<Self> {
        let keys = document.get("keys")?.as_array()?;
        Some(Self(keys.iter().filter_map(published).collect()))
    }

    /// The key for a token's header. One without a name is found where there is only one that fits.
    pub(super) fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&DecodingKey, NoKey> {
        let named = |key: &&Published| id.is_none() || key.id.as_deref() == id;
        let mut fitting =
            self.0.iter().filter(named).filter(|key| key.algorithms.contains(&algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(found), None) => Ok(&found.key),
            // Two of one name: the issuer's fault, and nobody can tell which is meant.
            (Some(_), Some(_)) => Err(NoKey::Unfit),
            (None, _) if id.is_some() && self.0.iter().any(|key| named(&key)) => Err(NoKey::Unfit),
            (None, _) => Err(NoKey::Unknown),
        }
    }
}

fn published(json: &Value) -> Option<Published> {
    let jwk: Jwk = serde_json::from_value(json.clone()).ok()?;
    let common = &jwk.common;
    let signs = common.public_key_use.as_ref().is_none_or(|to| *to == PublicKeyUse::Signature);
    let verifies = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !signs || !verifies {
        return None;
    }
    let of_type: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => RSA,
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    let fits = |algorithm: &&Algorithm| match common.key_algorithm {
        None => true,
        Some(only) => of_key(only) == Some(**algorithm),
    };
    let algorithms: Vec<Algorithm> = of_type.iter().filter(fits).copied().collect();
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    Some(Published { id: jwk.common.key_id.clone(), algorithms, key })
}

fn of_key(algorithm: KeyAlgorithm) -> Option<Algorithm> {
    Some(match algorithm {
        KeyAlgorithm::ES256 => Algorithm::ES256,
        KeyAlgorithm::ES384 => Algorithm::ES384,
        KeyAlgorithm::RS256 => Algorithm::RS256,
        KeyAlgorithm::RS384 => Algorithm::RS384,
        KeyAlgorithm::RS512 => Algorithm::RS512,
        KeyAlgorithm::PS256 => Algorithm::PS256,
        KeyAlgorithm::PS384 => Algorithm::PS384,
        KeyAlgorithm::PS512 => Algorithm::PS512,
        KeyAlgorithm::EdDSA => Algorithm::EdDSA,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set() -> KeySet {
        let coordinate = "A".repeat(43);
        let rsa = |more: Value| {
            let mut key = json!({ "kty": "RSA", "n": "A".repeat(342), "e": "AQAB" });
            key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            key
        };
        KeySet::read(&json!({ "keys": [
            rsa(json!({ "kid": "open" })),
            rsa(json!({ "kid": "bound", "alg": "RS256", "use": "sig" })),
            rsa(json!({ "kid": "encrypts", "alg": "RSA-OAEP", "use": "enc" })),
            rsa(json!({ "kid": "unnamed use", "alg": "RSA-OAEP" })),
            rsa(json!({ "kid": "wraps", "key_ops": ["wrapKey"] })),
            json!({ "kty": "EC", "crv": "P-256", "kid": "curve", "x": coordinate, "y": coordinate }),
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": "edwards", "x": coordinate }),
            json!({ "kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256" }),
            json!({ "kty": "unheard of", "kid": "new" }),
            json!("no key"),
        ]}))
        .unwrap()
    }

    #[test]
    fn the_key_decides_what_it_checks() {
        let set = set();
        let checks = |kid: &str| {
            let all = RSA.iter().chain(&[
                Algorithm::ES256,
                Algorithm::ES384,
                Algorithm::EdDSA,
                Algorithm::HS256,
            ]);
            all.filter(|algorithm| set.find(Some(kid), **algorithm).is_ok())
                .copied()
                .collect::<Vec<_>>()
        };
        assert_eq!(checks("open"), RSA);
        assert_eq!(checks("bound"), [Algorithm::RS256]);
        assert_eq!(checks("curve"), [Algorithm::ES256]);
        assert_eq!(checks("edwards"), [Algorithm::EdDSA]);
        for none in ["encrypts", "unnamed use", "wraps", "secret", "new", "nobody's"] {
            assert_eq!(checks(none), [], "{none}");
        }
    }

    #[test]
    fn a_known_name_is_not_looked_for_again() {
        let set = set();
        let why = |kid, algorithm| set.find(kid, algorithm).err();
        assert_eq!(why(Some("curve"), Algorithm::RS256), Some(NoKey::Unfit));
        assert_eq!(why(Some("nobody's"), Algorithm::RS256), Some(NoKey::Unknown));
        assert_eq!(why(None, Algorithm::ES256), None);
        assert_eq!(why(None, Algorithm::RS256), Some(NoKey::Unfit), "two would fit");
        assert!(KeySet::read(&json!({})).is_none() && KeySet::read(&json!([])).is_none());
    }
}
