//! Asking an issuer: bounded in time and size, never where it redirects to, and only over TLS.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;

use crate::error_chain::chain;

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Why there is no answer; for the log.
#[derive(Debug)]
pub(super) struct FetchError(pub(super) String);

/// An answer that arrived whole.
pub(super) struct Answer {
    pub(super) is_success: bool,
    pub(super) is_refusal: bool,
    pub(super) body: Value,
}

#[derive(Clone)]
pub(super) struct Http(Client);

impl Http {
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub(super) fn new() -> Result<Self, FetchError> {
        // Fails where there is one already, which does as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("sovereign/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(Self).map_err(|error| FetchError(chain(&error)))
    }

    pub(super) async fn get(&self, url: Url) -> Result<Value, FetchError> {
        let shown = url.to_string();
        let answer = ask(self.0.get(url)).await?;
        if answer.is_success {
            Ok(answer.body)
        } else {
            Err(FetchError(format!("{shown} does not answer with success")))
        }
    }

    /// Posts a form, with HTTP's basic authentication where there is a secret.
    pub(super) async fn post(
        &self,
        url: Url,
        basic: Option<(&str, &str)>,
        form: &[(&str, &str)],
    ) -> Result<Answer, FetchError> {
        let mut request = self.0.post(url).form(form).header("Accept", "application/json");
        if let Some((user, password)) = basic {
            // RFC 6749, section 2.3.1: both encoded as in a form.
            let encode =
                |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encode(user), Some(encode(password)));
        }
        ask(request).await
    }
}

async fn ask(request: RequestBuilder) -> Result<Answer, FetchError> {
    let lost = |error: reqwest::Error| FetchError(chain(&error));
    let mut response = request.send().await.map_err(lost)?;
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if bytes.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
            return Err(FetchError(format!("{} answers more than 1 MiB", response.url())));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Answer { is_success: status.is_success(), is_refusal: status.is_client_error(), body })
}
