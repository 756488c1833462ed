//! What a signature by an issuer's published key vouches for.

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};

use super::Failure;
use super::Issuer;
use crate::auth::claims::{Claims, TokenError};
use crate::auth::tokens::INVALID;

/// The header of a token that can be checked with a public key. What else it says of keys (`jku`, `jwk`,
/// `x5u`, `x5c`) is not looked at: whoever wrote the token wrote that too.
pub(super) fn header(token: &str) -> Result<Header, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| INVALID)?;
    let is_secret = matches!(header.alg, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512);
    // RFC 7515, section 4.1.11: no extension is understood here.
    if is_secret || header.crit.is_some() { Err(INVALID) } else { Ok(header) }
}

impl Issuer {
    /// The claims under a good signature of this issuer's, made in its name.
    pub(super) async fn claims(&self, token: &str, header: &Header) -> Result<Claims, Failure> {
        let key = self.documents.key(header).await?;
        let claims = claims(token, header.alg, &key)?;
        if claims.iss.as_deref() != Some(self.settings.issuer.as_str()) {
            return Err(Failure::Refused(TokenError("the token is from another issuer")));
        }
        Ok(claims)
    }
}

fn claims(token: &str, algorithm: Algorithm, key: &DecodingKey) -> Result<Claims, TokenError> {
    let mut validation = Validation::new(algorithm);
    // Times are compared with the injected clock, and audiences by the kind of token.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
    decoded.map(|token| token.claims).map_err(|_| INVALID)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::header;

    #[test]
    fn headers_of_public_keys_without_extensions_are_read() {
        let read = |json: &str| header(&format!("{}.e30.x", URL_SAFE_NO_PAD.encode(json)));
        for good in [r#"{"alg":"RS256"}"#, r#"{"alg":"ES384","kid":"a","jku":"https://evil"}"#] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"HS384"}"#,
            r#"{"alg":"HS512"}"#,
            r#"{"alg":"RS256","alg":"HS256"}"#,
            r#"{"alg":"RS256","crit":[]}"#,
            r#"{"alg":"RS256","crit":["exp"]}"#,
            r#"{"alg":"RS256","crit":"exp"}"#,
            r#"{"kid":"a"}"#,
            "[]",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
