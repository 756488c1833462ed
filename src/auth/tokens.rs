//! Bearer tokens: minted by this Sovereign's own issuer, or signed with a configured shared secret.
//!
//! A token's algorithm decides nothing: each accepted issuer has one algorithm and one key, and a token
//! that says otherwise is refused. Without a key there is no entry.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};
use sovereign_domain::timestamp::Timestamp;

use super::keys::SigningKey;
use super::roles::Role;
use crate::clock::Clock;

/// Clocks of other machines may differ by this much.
const LEEWAY_SECONDS: i64 = 30;
/// A shared secret shorter than its algorithm's hash can be guessed (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;
const MAX_SUBJECT_CHARS: usize = 255;
const MAX_EMAIL_CHARS: usize = 320;
/// The issuer under which the bearers of shared-secret tokens are known.
pub const SHARED_SECRET_ISSUER: &str = "shared-secret";

/// Who a valid token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub email: String,
    pub email_verified: bool,
    pub role: Role,
}

/// Why a token is not accepted. The bearer is told no more than this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError(pub &'static str);

/// Whom to mint a token for, and for how long.
#[derive(Debug, Clone)]
pub struct MintedFor {
    pub subject: String,
    pub email: String,
    pub role: Role,
    pub lifetime_seconds: i64,
}

const INVALID: TokenError = TokenError("the token is not valid");

/// Mints and checks tokens.
pub struct Tokens {
    issuer: String,
    key: SigningKey,
    shared_secret: Option<DecodingKey>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: Option<String>,
    iss: Option<String>,
    exp: Option<Number>,
    nbf: Option<Number>,
    email: Option<String>,
    email_verified: Option<bool>,
    role: Option<String>,
    realm_access: Option<Granted>,
    resource_access: Option<Map<String, Value>>,
}

/// Roles as Keycloak writes them.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Granted {
    #[serde(default)]
    roles: Vec<String>,
}

/// The issuer of the tokens that the Sovereign called `fqdn` mints.
#[must_use]
pub fn own_issuer(fqdn: &str) -> String {
    format!("https://{fqdn}")
}

impl Tokens {
    /// The shortest shared secret that is accepted.
    pub const MIN_SECRET_BYTES: usize = MIN_SECRET_BYTES;

    /// # Errors
    /// Where the shared secret is too short.
    pub fn new(
        fqdn: &str,
        key: SigningKey,
        shared_secret: Option<&str>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TokenError> {
        if shared_secret.is_some_and(|secret| secret.len() < MIN_SECRET_BYTES) {
            return Err(TokenError("auth.hs256_secret must have at least 32 bytes"));
        }
        let shared_secret = shared_secret.map(|secret| DecodingKey::from_secret(secret.as_bytes()));
        Ok(Self { issuer: own_issuer(fqdn), key, shared_secret, clock })
    }

    /// The public keys, as other services fetch them (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.key.jwk()] })
    }

    /// A token of this Sovereign's own issuer.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub fn mint(&self, bearer: &MintedFor) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now().seconds();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key.id.clone());
        let claims = json!({
            "iss": self.issuer,
            "sub": bearer.subject,
            "iat": now,
            "exp": now.saturating_add(bearer.lifetime_seconds),
            "email": bearer.email,
            "email_verified": true,
            "role": bearer.role.as_str(),
        });
        jsonwebtoken::encode(&header, &claims, &self.key.encoding)
    }

    /// # Errors
    /// Where the token is not one of ours, is not valid now, or does not say who it is for.
    pub fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| INVALID)?;
        let own = header.alg == Algorithm::EdDSA;
        let claims = match header.alg {
            Algorithm::EdDSA if header.kid.is_none_or(|kid| kid == self.key.id) => {
                if !self.key.signed(token) {
                    return Err(INVALID);
                }
                jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(token)
            }
            Algorithm::HS256 => decode(token, self.shared_secret.as_ref().ok_or(INVALID)?),
            _ => return Err(INVALID),
        };
        let claims = claims.map_err(|_| INVALID)?;
        self.check_times(&claims)?;
        if own && claims.iss.as_deref() != Some(self.issuer.as_str()) {
            return Err(TokenError("the token is from another issuer"));
        }
        let issuer = if own { self.issuer.clone() } else { SHARED_SECRET_ISSUER.to_owned() };
        identity(issuer, own, claims)
    }

    fn check_times(&self, claims: &Claims) -> Result<(), TokenError> {
        const MALFORMED: TokenError = TokenError("the token's times are not numbers of seconds");
        let now = self.clock.now();
        let exp = claims.exp.as_ref().ok_or(TokenError("the token has no exp"))?;
        let exp = moment(exp).ok_or(MALFORMED)?;
        if exp.plus_seconds(LEEWAY_SECONDS) <= now {
            return Err(TokenError("the token has expired"));
        }
        if let Some(nbf) = &claims.nbf
            && moment(nbf).ok_or(MALFORMED)? > now.plus_seconds(LEEWAY_SECONDS)
        {
            return Err(TokenError("the token is not valid yet"));
        }
        Ok(())
    }
}

/// The claims of a token that the bearer of `secret` signed.
fn decode(token: &str, secret: &DecodingKey) -> jsonwebtoken::errors::Result<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    // Times are compared with the injected clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode(token, secret, &validation).map(|token| token.claims)
}

/// A `NumericDate` (RFC 7519): seconds, possibly with decimals, which are cut.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked before")]
fn moment(number: &Number) -> Option<Timestamp> {
    // The end of the year 9999; what lies behind it is nobody's clock.
    const LATEST: i64 = 253_402_300_799;
    let seconds = number.as_i64().or_else(|| {
        number.as_f64().filter(|f| (0.0..1e12).contains(f)).map(|seconds| seconds as i64)
    })?;
    (0..=LATEST).contains(&seconds).then(|| Timestamp::from_seconds(seconds))
}

fn identity(issuer: String, own: bool, claims: Claims) -> Result<Identity, TokenError> {
    let fits = |text: &str, most: usize| {
        text.chars().count() <= most && !text.chars().any(char::is_control)
    };
    let subject = claims.sub.filter(|sub| !sub.is_empty() && fits(sub, MAX_SUBJECT_CHARS));
    let subject = subject.ok_or(TokenError("the token has no usable sub"))?;
    let email = claims.email.unwrap_or_default();
    if !fits(&email, MAX_EMAIL_CHARS) {
        return Err(TokenError("the token has no usable email"));
    }
    let realm = claims.realm_access.unwrap_or_default().roles;
    let clients = claims.resource_access.unwrap_or_default();
    let client_roles = clients.values().filter_map(|client| client["roles"].as_array()).flatten();
    let names = claims.role.as_deref().into_iter();
    let names = names.chain(realm.iter().map(String::as_str));
    let role = Role::highest(names.chain(client_roles.filter_map(Value::as_str)));
    // A shared secret proves nothing about who owns an address.
    let email_verified = own && !email.is_empty() && claims.email_verified == Some(true);
    Ok(Identity { issuer, subject, email, email_verified, role })
}
