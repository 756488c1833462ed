//! Tokens that this Sovereign never minted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::harness::{FQDN, Setup, TestApp};

/// The secret of the tests that configure one.
pub(super) const SECRET: &str = "thirty-two bytes or more of a secret";

/// A Sovereign that accepts tokens signed with [`SECRET`] besides its own.
pub(super) fn with_secret() -> Setup {
    Setup { shared_secret: Some(SECRET.to_owned()), ..Setup::default() }
}

/// Signs whatever it is told to.
pub(super) struct Forger {
    pub(super) name: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Forger {
    /// Holds the Sovereign's own key.
    pub(super) fn own(app: &TestApp) -> Self {
        Self::eddsa(&app.key)
    }

    /// Holds an Ed25519 key in PKCS #8.
    pub(super) fn eddsa(key: &[u8]) -> Self {
        Self { name: "own key", algorithm: Algorithm::EdDSA, key: EncodingKey::from_ed_der(key) }
    }

    pub(super) fn secret(secret: &[u8]) -> Self {
        let key = EncodingKey::from_secret(secret);
        Self { name: "shared secret", algorithm: Algorithm::HS256, key }
    }

    /// A token of these claims, which need not be JSON.
    pub(super) fn sign(&self, claims: &str) -> String {
        let algorithm = if self.algorithm == Algorithm::EdDSA { "EdDSA" } else { "HS256" };
        self.sign_with(&json!({ "typ": "JWT", "alg": algorithm }), claims.as_bytes())
    }

    /// A token with this header, signed by the forger's algorithm, whatever the header says.
    pub(super) fn sign_with(&self, header: &Value, claims: &[u8]) -> String {
        let message = unsigned(header, claims);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, self.algorithm);
        format!("{message}.{}", signature.unwrap())
    }
}

/// Header and payload, without a signature.
pub(super) fn unsigned(header: &Value, claims: &[u8]) -> String {
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims))
}

/// What a good token of an administrator says: valid for an hour from the clock of the test.
pub(super) fn good_claims(app: &TestApp) -> Value {
    json!({
        "iss": format!("https://{FQDN}"),
        "aud": format!("https://{FQDN}"),
        "sub": "mallory",
        "exp": app.now_seconds() + 3_600,
        "email": "mallory@example.com",
        "role": "superadmin",
    })
}

/// [`good_claims`] with one member replaced by this text; removed where the text is empty.
pub(super) fn claims_with(app: &TestApp, member: &str, text: &str) -> String {
    let mut claims = good_claims(app);
    claims.as_object_mut().unwrap().shift_remove(member);
    let claims = claims.to_string();
    match text {
        "" => claims,
        text => format!("{{\"{member}\":{text},{}", &claims[1..]),
    }
}
