//! Access tokens of configured issuers (RFC 9068, as far as issuers follow it).

use jsonwebtoken::Header;
use serde::Deserialize;

use super::{Failure, Issuer, Issuers, signed};
use crate::auth::claims::{Identity, TokenError};
use crate::auth::tokens::{Tokens, check_type};

/// Not verified: only says whose keys to ask.
#[derive(Deserialize)]
struct Claimed {
    iss: Option<String>,
}

impl Issuers {
    /// Who a token speaks for that this Sovereign itself has `refused`.
    ///
    /// # Errors
    /// `refused`, where the token was this Sovereign's to judge; or why the issuer's is not good.
    pub(crate) async fn identify(
        &self,
        own: &Tokens,
        token: &str,
        refused: TokenError,
    ) -> Result<Identity, Failure> {
        if self.is_empty() {
            return Err(refused.into());
        }
        let header = jsonwebtoken::decode_header(token);
        if header.is_ok_and(|header| own.judges(&header)) {
            return Err(refused.into());
        }
        let header = signed::header(token)?;
        check_type(header.typ.as_deref())?;
        let claimed = jsonwebtoken::dangerous::insecure_decode_claims::<Claimed>(token);
        let issuer = claimed.ok().and_then(|claimed| self.of_issuer(&claimed.iss?));
        let issuer = issuer.ok_or(TokenError("the token is from an unknown issuer"))?;
        issuer.verify_bearer(token, &header).await
    }
}

impl Issuer {
    async fn verify_bearer(&self, token: &str, header: &Header) -> Result<Identity, Failure> {
        let Some(audience) = &self.settings.audience else {
            return Err(TokenError("access tokens of this issuer are not accepted here").into());
        };
        let claims = self.claims(token, header).await?;
        claims.check_times(self.clock.now())?;
        claims.check_kind()?;
        if !claims.aud.has(audience) {
            return Err(TokenError("the token is meant for somebody else").into());
        }
        Ok(self.identity(&claims)?)
    }
}
