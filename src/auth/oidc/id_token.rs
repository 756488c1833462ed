//! ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): who has just signed in, told to this client.

use super::{Failure, Issuer, signed};
use crate::auth::claims::{Claims, Identity, TokenError};
use crate::auth::secrets::same;

/// An ID token is fetched right after it was issued: clocks differ, and requests wait, but not for so long.
const MAX_AGE_SECONDS: i64 = 600;
const MAX_NAME_CHARS: usize = 200;
const MAX_PICTURE_CHARS: usize = 1_000;

/// Who signed in at an issuer.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) identity: Identity,
    /// Empty where the issuer does not say, as the next is.
    pub(crate) name: String,
    pub(crate) picture: String,
}

impl Issuer {
    /// # Errors
    /// Where it is not this issuer's, for this client and this sign-in, or not valid now.
    pub(super) async fn verify_id_token(
        &self,
        token: &str,
        nonce: &str,
    ) -> Result<Person, Failure> {
        let header = signed::header(token)?;
        // An access token is not told to the client, whatever it says of whom it is for.
        if header.typ.as_ref().is_some_and(|typ| !typ.eq_ignore_ascii_case("jwt")) {
            return Err(TokenError("this is no ID token").into());
        }
        let claims = self.claims(token, &header).await?;
        let now = self.clock.now();
        claims.check_times(now)?;
        claims.check_issued(now, MAX_AGE_SECONDS)?;
        self.check_for_client(&claims)?;
        let theirs = claims.nonce.as_ref().and_then(|nonce| nonce.as_str()).unwrap_or_default();
        if !same(theirs, nonce) {
            return Err(TokenError("the ID token is of another sign-in").into());
        }
        Ok(Person {
            identity: self.identity(&claims)?,
            name: text(claims.name.as_ref(), MAX_NAME_CHARS),
            picture: picture(&claims),
        })
    }

    fn check_for_client(&self, claims: &Claims) -> Result<(), TokenError> {
        const OTHER: TokenError = TokenError("the ID token is meant for another client");
        let client = &self.settings.client_id;
        let to_this_client = match &claims.azp {
            Some(azp) => azp.as_str() == Some(client),
            // Among several, only this claim says who asked for it.
            None => claims.aud.0.len() == 1,
        };
        if claims.aud.has(client) && to_this_client { Ok(()) } else { Err(OTHER) }
    }
}

/// A text that a row can hold and a page can show; else none.
fn text(value: Option<&serde_json::Value>, most: usize) -> String {
    let text = value.and_then(|value| value.as_str()).unwrap_or_default().trim();
    let usable = text.chars().count() <= most && !text.chars().any(char::is_control);
    if usable { text.to_owned() } else { String::new() }
}

fn picture(claims: &Claims) -> String {
    let text = text(claims.picture.as_ref(), MAX_PICTURE_CHARS);
    let is_web = reqwest::Url::parse(&text).is_ok_and(|url| url.scheme() == "https");
    if is_web { text } else { String::new() }
}
