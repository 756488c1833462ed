//! Issuers that are configured (OpenID Connect): their access tokens, and signing in with them.
//!
//! Nothing that a token says of itself is believed before a key that its issuer publishes has vouched for
//! it. What may be believed then is in docs/SIGN-IN.md.

mod bearer;
mod code;
mod documents;
mod http;
mod id_token;
mod keys;
mod settings;
mod signed;

use std::sync::Arc;

pub(crate) use self::code::Asked;
use self::documents::Documents;
use self::http::Http;
pub(crate) use self::id_token::Person;
pub use self::settings::IssuerSettings;
pub(crate) use self::settings::{DEFAULT_SCOPES, check_issuer, check_scopes, is_name};
pub(crate) use self::settings::{is_loopback, is_protected};
use super::claims::{Claims, Identity, Source, TokenError};
use super::roles::Role;
use crate::clock::Clock;

/// Why nobody is let in.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(TokenError),
    /// The issuer does not answer, and nothing here says whether the token is good.
    Unreachable,
}

impl Failure {
    /// After so many seconds the issuer is asked again.
    pub(crate) const RETRY_SECONDS: u64 = documents::FIRST_FLOOR_SECONDS.unsigned_abs();
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::Refused(error)
    }
}

/// A configured issuer.
pub(crate) struct Issuer {
    pub(crate) settings: IssuerSettings,
    documents: Documents,
    http: Http,
    clock: Arc<dyn Clock>,
}

/// All that are configured.
pub(crate) struct Issuers(Vec<Issuer>);

impl Issuers {
    /// # Errors
    /// Where one is this Sovereign itself, called `own`, or nothing can be fetched over TLS.
    pub(crate) fn new(
        settings: Vec<IssuerSettings>,
        own: &str,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, String> {
        if let Some(same) = settings.iter().find(|settings| settings.issuer == own) {
            return Err(format!("oidc.{}.issuer: is this Sovereign itself", same.name));
        }
        // Without issuers there need be no certificate authorities either.
        if settings.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let http = Http::new().map_err(|error| {
            format!("oidc: no HTTPS to issuers: {}; are there certificate authorities?", error.0)
        })?;
        let issuers = settings.into_iter().map(|settings| Issuer {
            documents: Documents::new(&settings.issuer, http.clone(), Arc::clone(clock)),
            http: http.clone(),
            clock: Arc::clone(clock),
            settings,
        });
        Ok(Self(issuers.collect()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Issuer> {
        self.0.iter()
    }

    /// The one that is called so here.
    pub(crate) fn named(&self, name: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.settings.name == name)
    }

    /// The one that calls itself so in its tokens.
    fn of_issuer(&self, iss: &str) -> Option<&Issuer> {
        self.0.iter().find(|issuer| issuer.settings.issuer == iss)
    }
}

impl Issuer {
    /// Who claims speak for that were verified.
    fn identity(&self, claims: &Claims) -> Result<Identity, TokenError> {
        let (subject, email) = claims.person()?;
        let grants_roles = self.settings.grants_roles;
        Ok(Identity {
            issuer: self.settings.issuer.clone(),
            subject,
            email_verified: !email.is_empty() && claims.email_is_verified(),
            email,
            role: if grants_roles { claims.role() } else { Role::Member },
            source: Source::Issuer { grants_roles },
            signed_in_at: claims.signed_in_by(self.clock.now()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn this_sovereign_is_no_issuer_beside_itself() {
        const OWN: &str = "https://sov.example";
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let settings = IssuerSettings {
            name: "own".to_owned(),
            issuer: OWN.to_owned(),
            client_id: "sovereign".to_owned(),
            client_secret: Some("hunter2".to_owned()),
            label: String::new(),
            audience: None,
            grants_roles: true,
            scopes: DEFAULT_SCOPES.to_owned(),
        };
        assert!(!format!("{settings:?}").contains("hunter2"));
        let refused = Issuers::new(vec![settings], OWN, &clock).err().unwrap();
        assert!(refused.starts_with("oidc.own.issuer: "), "{refused}");
    }
}
