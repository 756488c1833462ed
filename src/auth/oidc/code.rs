//! The authorization code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700): where
//! a browser is sent, and what becomes of the code that it comes back with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::id_token::Person;
use super::{Failure, Issuer};
use crate::auth::claims::TokenError;

/// What ties an answer to its question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Where the issuer sends the browser back to.
    pub(crate) redirect_uri: &'a str,
    /// PKCE's, kept from the browser's eyes until the code is exchanged.
    pub(crate) verifier: &'a str,
    /// What the ID token repeats.
    pub(crate) nonce: &'a str,
    /// How long ago the person may have shown there who they are, where that matters: the issuer is to ask
    /// them again, and to say when they showed it.
    pub(crate) max_age_seconds: Option<i64>,
}

/// Google knows no `prompt=login`, and does not publish which prompts it knows.
const WITHOUT_LOGIN: &str = "https://accounts.google.com";

impl Issuer {
    /// Where somebody signs in and comes back from with `state`.
    ///
    /// # Errors
    /// [`Failure::Unreachable`].
    pub(crate) async fn authorization_url(
        &self,
        asked: Asked<'_>,
        state: &str,
    ) -> Result<String, Failure> {
        let published = self.documents.published().await?;
        let mut url = published.discovery.authorization_endpoint.clone();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.verifier));
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", asked.redirect_uri),
            ("scope", &self.settings.scopes),
            ("state", state),
            ("nonce", asked.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        if let Some(max_age) = asked.max_age_seconds {
            url.query_pairs_mut().append_pair("max_age", &max_age.to_string());
            let knows_login = self.settings.issuer != WITHOUT_LOGIN;
            if knows_login && published.discovery.takes_prompt("login") {
                url.query_pairs_mut().append_pair("prompt", "login");
            }
        }
        Ok(url.into())
    }

    /// Whether an answer that names `iss` is this issuer's (RFC 9207): else another one is passing off its
    /// own codes as this one's.
    ///
    /// # Errors
    /// Where it is not, or nobody can say now.
    pub(crate) async fn check_answer(&self, iss: Option<&str>) -> Result<(), Failure> {
        let right = if let Some(iss) = iss {
            iss == self.settings.issuer
        } else {
            let published = self.documents.published().await?;
            !published.discovery.authorization_response_iss_parameter_supported
        };
        if right { Ok(()) } else { Err(TokenError("the answer is another issuer's").into()) }
    }

    /// Exchanges a code for the ID token, and reads that.
    ///
    /// # Errors
    /// Where the issuer takes the code not, or cannot be asked, or its ID token is not good.
    pub(crate) async fn redeem(&self, code: &str, asked: Asked<'_>) -> Result<Person, Failure> {
        let published = self.documents.published().await?;
        let settings = &self.settings;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", asked.redirect_uri),
            ("code_verifier", asked.verifier),
        ];
        let secret = settings.client_secret.as_deref();
        if secret.is_none() {
            form.push(("client_id", &settings.client_id));
        }
        let basic = secret.map(|secret| (settings.client_id.as_str(), secret));
        let endpoint = published.discovery.token_endpoint.clone();
        let answer = self.http.post(endpoint, basic, &form).await.map_err(|error| {
            tracing::warn!(issuer = settings.name, error = error.0, "a code was not exchanged");
            Failure::Unreachable
        })?;
        if !answer.is_success {
            // Its name is for programs, and no secret (RFC 6749, section 5.2); the rest may be anything.
            let error = answer.body["error"].as_str().unwrap_or_default();
            tracing::warn!(issuer = settings.name, ?error, "an issuer exchanged a code not");
            return Err(if answer.is_refusal {
                TokenError("the issuer refuses the code").into()
            } else {
                Failure::Unreachable
            });
        }
        let id_token = answer.body["id_token"].as_str();
        let id_token = id_token.ok_or(TokenError("the issuer answered without an ID token"))?;
        self.verify_id_token(id_token, asked.nonce).await
    }
}
