//! Asks Sovereigns for their credit reports and public keys: over TLS, bounded in time and size, never where they
//! redirect to.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use sovereign_domain::split::Month;

use super::error::RollupError;
use crate::auth::oidc::is_protected;
use crate::error_chain::chain;

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_BODY_BYTES: usize = 1024 * 1024;

pub(crate) struct Sovereigns(Client);

impl Sovereigns {
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub(crate) fn new() -> Result<Self, RollupError> {
        // Fails where there is one already, which does as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("sovereign/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(Self).map_err(|error| RollupError::refused(chain(&error)))
    }

    /// The report of a month, as the Sovereign at `base` answers it.
    ///
    /// # Errors
    /// Where it does not answer, or answers that there is none.
    pub(crate) async fn credit_report(
        &self,
        base: &str,
        (month, zone_name): (Month, &str),
        token: &str,
    ) -> Result<String, RollupError> {
        let mut url = address(base, "/billing/admin/credit-report")?;
        url.query_pairs_mut()
            .append_pair("month", &month.to_string())
            .append_pair("time_zone", zone_name);
        let body = self.get(url, Some(token)).await?;
        String::from_utf8(body).map_err(|_| RollupError::refused(format!("{base}: is no text")))
    }

    /// The public keys of the Sovereign at `base`.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(crate) async fn keys(&self, base: &str) -> Result<Vec<u8>, RollupError> {
        self.get(address(base, "/.well-known/jwks.json")?, None).await
    }

    async fn get(&self, url: Url, token: Option<&str>) -> Result<Vec<u8>, RollupError> {
        let shown = url.to_string();
        let lost = |error: reqwest::Error| {
            RollupError::Unreachable(format!("{shown}: {}", chain(&error.without_url())))
        };
        let request = self.0.get(url);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let mut response = request.send().await.map_err(lost)?;
        let status = response.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if bytes.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
                return Err(RollupError::refused(format!("{shown} answers more than 1 MiB")));
            }
            bytes.extend_from_slice(&chunk);
        }
        if status.is_success() {
            return Ok(bytes);
        }
        let said: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let detail = said["detail"].as_str().unwrap_or("it does not say why");
        Err(RollupError::refused(format!("{shown} answers {}: {detail}", status.as_u16())))
    }
}

/// Where something is on a Sovereign.
fn address(base: &str, path: &str) -> Result<Url, RollupError> {
    let wrong = || {
        let text = format!("{base}: must begin with https:// (http:// only on this machine)");
        RollupError::Refused(text)
    };
    let url = Url::parse(&format!("{}{path}", base.trim_end_matches('/'))).map_err(|_| wrong())?;
    if is_protected(&url) { Ok(url) } else { Err(wrong()) }
}
