//! What a token says, whoever signed it: when it is valid, for whom, with which roles.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};
use sovereign_domain::timestamp::Timestamp;
use uuid::Uuid;

use super::roles::Role;

/// Clocks of other machines may differ by this much.
const LEEWAY_SECONDS: i64 = 30;
const MAX_SUBJECT_CHARS: usize = 255;
const MAX_EMAIL_CHARS: usize = 320;

/// Why a token is not accepted. The bearer is told no more than this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenError(pub &'static str);

/// Who vouches for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// This Sovereign, for somebody who signed in here: the session.
    Session(Uuid),
    /// This Sovereign's signing key, in the hands of whoever operates it.
    Minted,
    /// Whoever holds the configured secret.
    SharedSecret,
    /// A configured issuer, and whether roles count for whom it vouches.
    Issuer { grants_roles: bool },
}

/// Who a valid token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    pub email: String,
    pub email_verified: bool,
    pub role: Role,
    pub source: Source,
    /// When the person proved who they are, where the token says so.
    pub signed_in_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: Option<String>,
    pub(super) iss: Option<String>,
    #[serde(default, deserialize_with = "audience")]
    pub(super) aud: Audience,
    exp: Option<Number>,
    nbf: Option<Number>,
    /// Looked at in ID tokens only.
    iat: Option<Value>,
    auth_time: Option<Number>,
    email: Option<String>,
    /// Some issuers write it as a text.
    email_verified: Option<Value>,
    role: Option<String>,
    realm_access: Option<Granted>,
    resource_access: Option<Map<String, Value>>,
    /// The session, in tokens of ours.
    pub(super) sid: Option<Value>,
    /// What the token is, in Keycloak's: `Bearer`, `ID`, `Refresh`.
    typ: Option<Value>,
    pub(super) nonce: Option<Value>,
    at_hash: Option<Value>,
    c_hash: Option<Value>,
    pub(super) azp: Option<Value>,
    pub(super) name: Option<Value>,
    pub(super) picture: Option<Value>,
}

/// Roles as Keycloak writes them.
#[derive(Debug, Default, Deserialize)]
struct Granted {
    #[serde(default)]
    roles: Vec<String>,
}

/// Whom a token is meant for: one text, or a list of them.
#[derive(Debug, Default)]
pub(super) struct Audience(pub(super) Vec<String>);

impl Audience {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|one| one == name)
    }
}

/// What is neither a text nor a list of texts names nobody.
fn audience<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Audience, D::Error> {
    Ok(Audience(match Value::deserialize(deserializer)? {
        Value::String(one) => vec![one],
        Value::Array(all) => {
            let texts = all.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().unwrap_or_default()
        }
        _ => Vec::new(),
    }))
}

impl Claims {
    pub(super) fn check_times(&self, now: Timestamp) -> Result<(), TokenError> {
        const MALFORMED: TokenError = TokenError("the token's times are not numbers of seconds");
        let exp = self.exp.as_ref().ok_or(TokenError("the token has no exp"))?;
        let exp = moment(exp).ok_or(MALFORMED)?;
        if exp.plus_seconds(LEEWAY_SECONDS) <= now {
            return Err(TokenError("the token has expired"));
        }
        if let Some(nbf) = &self.nbf
            && moment(nbf).ok_or(MALFORMED)? > now.plus_seconds(LEEWAY_SECONDS)
        {
            return Err(TokenError("the token is not valid yet"));
        }
        Ok(())
    }

    /// Refuses what was issued longer than `most` seconds ago, or will be.
    pub(super) fn check_issued(&self, now: Timestamp, most: i64) -> Result<(), TokenError> {
        let iat = self.iat.as_ref().and_then(Value::as_number).and_then(moment);
        let iat = iat.ok_or(TokenError("the token has no usable iat"))?;
        let newest = now.plus_seconds(LEEWAY_SECONDS);
        if iat > newest || iat.plus_seconds(most) < now {
            return Err(TokenError("the token was not issued just now"));
        }
        Ok(())
    }

    /// Refuses what was issued to tell a client who signed in, or to fetch other tokens with: neither is
    /// a key to this API (RFC 9068, section 5; RFC 8725, section 3.12).
    pub(super) fn check_kind(&self) -> Result<(), TokenError> {
        let bearer = self.typ.as_ref().is_none_or(|typ| typ.as_str() == Some("Bearer"));
        let of_an_id_token = [&self.nonce, &self.at_hash, &self.c_hash];
        if bearer && of_an_id_token.iter().all(|claim| claim.is_none()) {
            return Ok(());
        }
        Err(TokenError("this is no access token"))
    }

    pub(super) fn email_is_verified(&self) -> bool {
        match &self.email_verified {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// The highest role that the token names.
    pub(super) fn role(&self) -> Role {
        let realm = self.realm_access.iter().flat_map(|granted| &granted.roles);
        let clients = self.resource_access.iter().flat_map(Map::values);
        let client_roles = clients.filter_map(|client| client["roles"].as_array()).flatten();
        let names = self.role.as_deref().into_iter().chain(realm.map(String::as_str));
        Role::highest(names.chain(client_roles.filter_map(Value::as_str)))
    }

    /// Subject and e-mail address, where a row can hold them.
    pub(super) fn person(&self) -> Result<(String, String), TokenError> {
        let fits = |text: &str, most: usize| {
            text.chars().count() <= most && !text.chars().any(char::is_control)
        };
        let usable = |sub: &&String| !sub.is_empty() && fits(sub, MAX_SUBJECT_CHARS);
        let subject = self.sub.as_ref().filter(usable);
        let subject = subject.ok_or(TokenError("the token has no usable sub"))?;
        let email = self.email.clone().unwrap_or_default();
        if !fits(&email, MAX_EMAIL_CHARS) {
            return Err(TokenError("the token has no usable email"));
        }
        Ok((subject.clone(), email))
    }

    pub(super) fn signed_in_at(&self) -> Option<Timestamp> {
        self.auth_time.as_ref().and_then(moment)
    }

    /// The same by somebody else's clock; what they say will be is not taken for what was.
    pub(super) fn signed_in_by(&self, now: Timestamp) -> Option<Timestamp> {
        self.signed_in_at().filter(|at| *at <= now.plus_seconds(LEEWAY_SECONDS))
    }
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
