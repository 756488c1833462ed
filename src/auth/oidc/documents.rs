//! What an issuer publishes, kept for an hour: where its endpoints are, and its keys.
//!
//! Both are fetched when they are first needed, and again for a key that is not among them, since it may
//! be new. Whatever tokens come, an issuer is asked at most once a minute, by one request for all who wait;
//! and what is there stays in use while it does not answer.

use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{DecodingKey, Header};
use reqwest::Url;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::Mutex;

use super::Failure;
use super::http::{FetchError, Http};
use super::keys::{KeySet, NoKey};
use super::settings::{is_loopback, is_protected};
use crate::auth::claims::TokenError;
use crate::clock::Clock;

const KEPT_SECONDS: i64 = 3_600;
const FLOOR_SECONDS: i64 = 60;
/// The same, while nothing is there to go on with.
pub(super) const FIRST_FLOOR_SECONDS: i64 = 5;

/// The part of a discovery document that is used here (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Deserialize)]
pub(super) struct Discovery {
    issuer: String,
    #[serde(deserialize_with = "url")]
    pub(super) authorization_endpoint: Url,
    #[serde(deserialize_with = "url")]
    pub(super) token_endpoint: Url,
    #[serde(deserialize_with = "url")]
    jwks_uri: Url,
    /// RFC 9207: whether the way back names the issuer.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
    /// Initiating User Registration via OpenID Connect 1.0, section 3. Not every issuer says it.
    #[serde(default)]
    prompt_values_supported: Value,
}

impl Discovery {
    /// Whether the issuer does not say that it knows no such prompt.
    pub(super) fn takes_prompt(&self, prompt: &str) -> bool {
        let known = self.prompt_values_supported.as_array();
        known.is_none_or(|known| known.iter().any(|one| one == prompt))
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

pub(super) struct Published {
    pub(super) discovery: Discovery,
    keys: KeySet,
    fetched_at: Timestamp,
}

/// One issuer's documents.
#[derive(Clone)]
pub(super) struct Documents(Arc<Shared>);

struct Shared {
    issuer: String,
    http: Http,
    clock: Arc<dyn Clock>,
    kept: RwLock<Option<Arc<Published>>>,
    /// When it was last asked. Held by whoever asks.
    asked_at: Mutex<Option<Timestamp>>,
}

impl Documents {
    pub(super) fn new(issuer: &str, http: Http, clock: Arc<dyn Clock>) -> Self {
        let (kept, asked_at) = (RwLock::default(), Mutex::default());
        Self(Arc::new(Shared { issuer: issuer.to_owned(), http, clock, kept, asked_at }))
    }

    /// The documents, not older than an hour where the issuer answers.
    pub(super) async fn published(&self) -> Result<Arc<Published>, Failure> {
        let kept = self.0.kept();
        if let Some(kept) = kept.as_ref().filter(|kept| self.0.is_fresh(kept)) {
            return Ok(Arc::clone(kept));
        }
        self.renew(kept).await.ok_or(Failure::Unreachable)
    }

    /// The key for a token of this header.
    pub(super) async fn key(&self, header: &Header) -> Result<DecodingKey, Failure> {
        let find =
            |published: &Published| published.keys.find(header.kid.as_deref(), header.alg).cloned();
        let refused = || Failure::Refused(TokenError("the token is signed with an unknown key"));
        let published = self.published().await?;
        match find(&published) {
            Ok(key) => Ok(key),
            Err(NoKey::Unfit) => Err(refused()),
            Err(NoKey::Unknown) => {
                let newer = self.renew(Some(published)).await;
                newer.and_then(|newer| find(&newer).ok()).ok_or_else(refused)
            }
        }
    }

    /// What is published now, or what was there. In a task of its own: whoever hangs up before the answer
    /// has come must not keep it from the others.
    async fn renew(&self, seen: Option<Arc<Published>>) -> Option<Arc<Published>> {
        let shared = Arc::clone(&self.0);
        let renewed = tokio::spawn(async move { shared.renew(seen.as_ref()).await }).await;
        renewed.ok().flatten()
    }
}

impl Shared {
    fn kept(&self) -> Option<Arc<Published>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_fresh(&self, published: &Published) -> bool {
        self.clock.now() < published.fetched_at.plus_seconds(KEPT_SECONDS)
    }

    async fn renew(&self, seen: Option<&Arc<Published>>) -> Option<Arc<Published>> {
        // Who has something to go on with need not wait for somebody else's question.
        let mut asked_at = match (self.asked_at.try_lock(), seen) {
            (Ok(asked_at), _) => asked_at,
            (Err(_), Some(stale)) if !self.is_fresh(stale) => return Some(Arc::clone(stale)),
            (Err(_), _) => self.asked_at.lock().await,
        };
        let kept = self.kept();
        let is_newer = match (&kept, seen) {
            (Some(kept), Some(seen)) => !Arc::ptr_eq(kept, seen),
            (kept, None) => kept.is_some(),
            (None, Some(_)) => false,
        };
        let floor = if kept.is_some() { FLOOR_SECONDS } else { FIRST_FLOOR_SECONDS };
        let now = self.clock.now();
        if is_newer || asked_at.is_some_and(|at| now < at.plus_seconds(floor)) {
            return kept;
        }
        *asked_at = Some(now);
        match self.fetch(now).await {
            Ok(published) => {
                let published = Arc::new(published);
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                *kept = Some(Arc::clone(&published));
                Some(published)
            }
            Err(FetchError(error)) => {
                let (issuer, in_use) = (&self.issuer, kept.is_some());
                tracing::warn!(issuer, error, in_use, "an issuer's documents were not fetched");
                kept
            }
        }
    }

    async fn fetch(&self, now: Timestamp) -> Result<Published, FetchError> {
        let base = self.issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{base}/.well-known/openid-configuration"));
        let url = url.map_err(|error| FetchError(error.to_string()))?;
        let discovery = read_discovery(&self.issuer, self.http.get(url).await?)?;
        let keys = self.http.get(discovery.jwks_uri.clone()).await?;
        let keys = KeySet::read(&keys);
        let keys = keys.ok_or_else(|| FetchError("jwks_uri leads to no set of keys".to_owned()))?;
        Ok(Published { discovery, keys, fetched_at: now })
    }
}

/// A document of another issuer, or one that leads away from protected places, is not believed.
fn read_discovery(issuer: &str, document: Value) -> Result<Discovery, FetchError> {
    let discovery: Discovery = serde_json::from_value(document)
        .map_err(|error| FetchError(format!("the discovery document: {error}")))?;
    if discovery.issuer != issuer {
        let other = &discovery.issuer;
        return Err(FetchError(format!("the discovery document is of another issuer: {other:?}")));
    }
    // Only an issuer on this machine may name others on it: they are out of reach from elsewhere.
    let local = Url::parse(issuer).is_ok_and(|url| is_loopback(&url));
    let endpoints = [
        ("authorization_endpoint", &discovery.authorization_endpoint),
        ("token_endpoint", &discovery.token_endpoint),
        ("jwks_uri", &discovery.jwks_uri),
    ];
    for (name, url) in endpoints {
        if !is_protected(url) || (is_loopback(url) && !local) {
            return Err(FetchError(format!("the discovery document: {name} is not https: {url}")));
        }
    }
    Ok(discovery)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_discovery_document_is_of_this_issuer_and_stays_protected() {
        const ISSUER: &str = "https://id.example";
        let read = |member: &str, value: &str| {
            let mut document = json!({
                "issuer": ISSUER,
                "authorization_endpoint": "https://id.example/authorize",
                "token_endpoint": "https://id.example/token",
                "jwks_uri": "https://keys.example/jwks",
            });
            document[member] = json!(value);
            read_discovery(ISSUER, document).map_err(|error| error.0)
        };
        assert!(read("x", "").is_ok());
        for (member, value) in [
            ("issuer", "https://id.example/"),
            ("issuer", "https://evil.example"),
            ("authorization_endpoint", "http://id.example/authorize"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("token_endpoint", "http://127.0.0.1/token"),
            ("token_endpoint", "/token"),
            ("jwks_uri", "http://localhost/jwks"),
            ("jwks_uri", "file:///etc/passwd"),
        ] {
            assert!(read(member, value).is_err(), "{member}: {value}");
        }
    }
}
