//! The servers of the harness do what the tests of sign-in and mail rely on. Nothing of Sovereign's runs
//! here: other programs' code reads what these servers say.

mod mail;
mod provider;
mod tokens;

use jsonwebtoken::errors::Error;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

/// The claims of a token with a good signature by a published key, for this audience and not expired.
fn verify(token: &str, jwks: &Value, issuer: &str, audience: &str) -> Result<Value, Error> {
    let header = decode_header(token)?;
    let published: JwkSet = serde_json::from_value(jwks.clone()).unwrap();
    let key = published.find(&header.kid.unwrap()).expect("a published key");
    let mut validation = Validation::new(header.alg);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    let token = decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?;
    Ok(token.claims)
}

/// Whether the key that signed is published.
fn is_published(token: &str, jwks: &Value) -> bool {
    let signed_with = decode_header(token).unwrap().kid.unwrap();
    jwks["keys"].as_array().unwrap().iter().any(|key| key["kid"] == *signed_with)
}
