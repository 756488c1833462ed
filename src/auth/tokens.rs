//! Access tokens of this Sovereign's own issuer, and those signed with a configured shared secret. Tokens
//! of other issuers: `oidc/`.
//!
//! A token's algorithm decides nothing: each accepted issuer has its algorithm and keys, and a token that
//! says otherwise is refused. Without a key there is no entry.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::claims::{Claims, Identity, Source, TokenError};
use super::keys::SigningKey;
use super::ring::KeyRing;
use super::roles::Role;
use super::secrets::Secrets;
use crate::clock::Clock;

/// A shared secret shorter than its algorithm's hash can be guessed (RFC 7518, section 3.2).
const MIN_SECRET_BYTES: usize = 32;
/// The issuer under which the bearers of shared-secret tokens are known.
pub const SHARED_SECRET_ISSUER: &str = "shared-secret";
/// What an access token calls itself (RFC 9068, section 2.1).
const ACCESS_TOKEN: &str = "at+jwt";

/// Whom to mint a token for, and for how long.
#[derive(Debug, Clone)]
pub struct MintedFor {
    pub subject: String,
    pub email: String,
    pub role: Role,
    pub lifetime_seconds: i64,
}

/// A person who signed in here.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn<'a> {
    pub(crate) session: Uuid,
    pub(crate) user_id: &'a str,
    pub(crate) email: &'a str,
    pub(crate) role: Role,
    /// When they showed who they are, where that is known.
    pub(crate) at: Option<Timestamp>,
}

pub(super) const INVALID: TokenError = TokenError("the token is not valid");

/// Mints and checks tokens.
pub struct Tokens {
    issuer: String,
    keys: KeyRing,
    shared_secret: Option<DecodingKey>,
    clock: Arc<dyn Clock>,
}

/// The issuer of the tokens that the Sovereign called `fqdn` mints.
#[must_use]
pub fn own_issuer(fqdn: &str) -> String {
    format!("https://{fqdn}")
}

impl Tokens {
    /// The shortest shared secret that is accepted.
    pub const MIN_SECRET_BYTES: usize = MIN_SECRET_BYTES;
    /// How long the token of a session is valid.
    pub(crate) const LIFETIME_SECONDS: i64 = 15 * 60;

    /// The key that signs what goes to another Sovereign: see [`KeyRing::signer`].
    #[must_use]
    pub(crate) fn signer(&self, named: Option<&str>) -> Arc<SigningKey> {
        self.keys.signer(named)
    }

    /// # Errors
    /// Where the shared secret is too short.
    pub fn new(
        fqdn: &str,
        keys: impl Into<KeyRing>,
        shared_secret: Option<&str>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TokenError> {
        if shared_secret.is_some_and(|secret| secret.len() < MIN_SECRET_BYTES) {
            return Err(TokenError("auth.hs256_secret must have at least 32 bytes"));
        }
        let shared_secret = shared_secret.map(|secret| DecodingKey::from_secret(secret.as_bytes()));
        Ok(Self { issuer: own_issuer(fqdn), keys: keys.into(), shared_secret, clock })
    }

    /// The public keys, as other services fetch them (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.keys.jwks()
    }

    #[must_use]
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    #[must_use]
    pub(crate) fn secrets(&self) -> Secrets {
        Secrets::new(self.keys.clone())
    }

    /// Looks for keys that were made since.
    pub(crate) fn reload_keys(&self) {
        self.keys.reload();
    }

    /// A token for whoever the operator names.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub fn mint(&self, bearer: &MintedFor) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now().seconds();
        self.sign(&json!({
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": bearer.subject,
            "iat": now,
            "exp": now.saturating_add(bearer.lifetime_seconds),
            "auth_time": now,
            "email": bearer.email,
            "email_verified": true,
            "role": bearer.role.as_str(),
        }))
    }

    /// The access token of a session.
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub(crate) fn mint_for_session(
        &self,
        person: &SignedIn<'_>,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now().seconds();
        let mut claims = json!({
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": person.user_id,
            "sid": person.session,
            "iat": now,
            "exp": now.saturating_add(Self::LIFETIME_SECONDS),
            "email": person.email,
            "role": person.role.as_str(),
        });
        if let Some(at) = person.at {
            claims["auth_time"] = json!(at.seconds());
        }
        self.sign(&claims)
    }

    fn sign(&self, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        self.sign_as(ACCESS_TOKEN, claims)
    }

    /// Signs what this Sovereign states. Of another `typ` than that of access tokens it is none, here and elsewhere
    /// (RFC 8725, section 3.11).
    ///
    /// # Errors
    /// Where the key cannot sign.
    pub(crate) fn sign_as(
        &self,
        typ: &str,
        claims: &Value,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let key = self.keys.current();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.id.clone());
        jsonwebtoken::encode(&header, claims, &key.encoding)
    }

    /// # Errors
    /// Where the token is not one of ours, is not valid now, or does not say who it is for.
    pub fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| INVALID)?;
        check_type(header.typ.as_deref())?;
        match header.alg {
            Algorithm::EdDSA => self.verify_own(token, header.kid.as_deref()),
            Algorithm::HS256 => self.verify_secret(token),
            _ => Err(INVALID),
        }
    }

    /// Whether a token with this header is ours to judge.
    pub(super) fn judges(&self, header: &Header) -> bool {
        match header.alg {
            Algorithm::HS256 => true,
            Algorithm::EdDSA => {
                let now = self.clock.now();
                header.kid.as_ref().is_none_or(|kid| self.keys.find(kid, now).is_some())
            }
            _ => false,
        }
    }

    fn verify_own(&self, token: &str, kid: Option<&str>) -> Result<Identity, TokenError> {
        let now = self.clock.now();
        let key = match kid {
            Some(kid) => self.keys.find(kid, now).ok_or(INVALID)?,
            None => self.keys.current(),
        };
        if !key.signed(token) {
            return Err(INVALID);
        }
        let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(token);
        let claims = claims.map_err(|_| INVALID)?;
        claims.check_times(now)?;
        claims.check_kind()?;
        if claims.iss.as_deref() != Some(self.issuer.as_str()) {
            return Err(TokenError("the token is from another issuer"));
        }
        if !claims.aud.has(&self.issuer) {
            return Err(TokenError("the token is meant for somebody else"));
        }
        let source = match &claims.sid {
            None => Source::Minted,
            Some(sid) => {
                let sid = sid.as_str().and_then(|sid| Uuid::parse_str(sid).ok());
                Source::Session(sid.ok_or(INVALID)?)
            }
        };
        let (subject, email) = claims.person()?;
        Ok(Identity {
            issuer: self.issuer.clone(),
            subject,
            email_verified: !email.is_empty() && claims.email_is_verified(),
            email,
            role: claims.role(),
            source,
            signed_in_at: claims.signed_in_at(),
        })
    }

    fn verify_secret(&self, token: &str) -> Result<Identity, TokenError> {
        let secret = self.shared_secret.as_ref().ok_or(INVALID)?;
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are compared with the injected clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let decoded = jsonwebtoken::decode::<Claims>(token, secret, &validation);
        let claims = decoded.map_err(|_| INVALID)?.claims;
        let now = self.clock.now();
        claims.check_times(now)?;
        claims.check_kind()?;
        let (subject, email) = claims.person()?;
        Ok(Identity {
            issuer: SHARED_SECRET_ISSUER.to_owned(),
            subject,
            email,
            // A shared secret proves nothing about who owns an address.
            email_verified: false,
            role: claims.role(),
            source: Source::SharedSecret,
            signed_in_at: claims.signed_in_by(now),
        })
    }
}

/// A token that calls itself something else is something else (RFC 8725, section 3.11).
pub(super) fn check_type(typ: Option<&str>) -> Result<(), TokenError> {
    let typ = typ.map(str::to_ascii_lowercase);
    match typ.as_deref() {
        None | Some("jwt" | "at+jwt" | "application/at+jwt") => Ok(()),
        Some(_) => Err(TokenError("this is no access token")),
    }
}
