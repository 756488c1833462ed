//! One call at a time: bounded in time and size, never where it redirects to, never tried again in secret.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use serde::de::DeserializeOwned;
use sovereign_domain::money::Currency;

use super::error::StripeError;
use super::form::Form;
use super::keys::{Mode, SecretKey};
use super::{API_VERSION, DEFAULT_API_URL, StripeResult};
use crate::error_chain::chain;

/// A page of a hundred objects with others in them has less than one.
const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// Where Stripe is and how long it is waited for.
#[derive(Debug, Clone)]
pub struct StripeOptions {
    /// `https://`, and `http://` only for a loopback address: without a slash at the end.
    pub api_url: String,
    pub connect_timeout: Duration,
    /// For a whole call, its answer's body included.
    pub call_timeout: Duration,
    /// Between the first two tries of [`Stripe::resolve`]; doubled each time.
    pub first_pause: Duration,
    /// The most that [`Stripe::resolve`] tries.
    pub tries: u32,
    /// The smallest charge, in minor units, where it is not Stripe's own for the currency.
    pub minimum_charge_minor: Option<i64>,
}

impl Default for StripeOptions {
    fn default() -> Self {
        Self {
            api_url: DEFAULT_API_URL.to_owned(),
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(20),
            first_pause: Duration::from_millis(500),
            tries: 4,
            minimum_charge_minor: None,
        }
    }
}

/// Names a request that changes something, so that Stripe does it once however often it is asked. Stripe
/// keeps keys for at least a day, with the answer, a failure of its own included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key of what is done for one thing: `session:<order id>`.
    #[must_use]
    pub fn new(purpose: &str, id: impl fmt::Display) -> Self {
        Self(format!("{purpose}:{id}"))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The way to one account at Stripe.
pub struct Stripe {
    http: Client,
    api_url: String,
    authorization: HeaderValue,
    mode: Mode,
    pub(super) first_pause: Duration,
    pub(super) tries: u32,
}

impl fmt::Debug for Stripe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stripe({}, {})", self.api_url, self.mode.as_str())
    }
}

impl Stripe {
    /// # Errors
    /// Where there are no certificate authorities to trust.
    pub fn new(key: &SecretKey, options: &StripeOptions) -> Result<Self, String> {
        // Fails where there is one already, which does as well.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let http = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(options.connect_timeout)
            .timeout(options.call_timeout)
            .user_agent(concat!("sovereign/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| chain(&error))?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", key.expose()))
            .map_err(|_| "the secret key cannot stand in a header".to_owned())?;
        authorization.set_sensitive(true);
        Ok(Self {
            http,
            api_url: options.api_url.trim_end_matches('/').to_owned(),
            authorization,
            mode: key.mode(),
            first_pause: options.first_pause,
            tries: options.tries,
        })
    }

    /// Whether real money moves.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &Form,
    ) -> StripeResult<T> {
        self.call(Method::GET, path, query, |request| request).await
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &[&str]) -> StripeResult<T> {
        self.call(Method::DELETE, path, &Form::new(), |request| request).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        form: &Form,
        key: &IdempotencyKey,
    ) -> StripeResult<T> {
        let with_body = |request: RequestBuilder| {
            request
                .header("Idempotency-Key", key.as_str())
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.encode())
        };
        self.call(Method::POST, path, &Form::new(), with_body).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &Form,
        finish: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> StripeResult<T> {
        let url = self.url(path, query)?;
        let request = self
            .http
            .request(method, url)
            .header(AUTHORIZATION, self.authorization.clone())
            .header("Stripe-Version", API_VERSION);
        let response = finish(request).send().await.map_err(lost)?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let body = whole_body(response).await?;
        if !status.is_success() {
            return Err(StripeError::of(status.as_u16(), retry_after, &body));
        }
        let mut json = serde_json::Deserializer::from_slice(&body);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            // The error's own text would repeat values, which may be secrets.
            let (at, what) = (error.path(), error.inner().classify());
            StripeError::Unknown(format!("the answer cannot be read at {at}: {what:?}"))
        })
    }

    fn url(&self, path: &[&str], query: &Form) -> StripeResult<Url> {
        let wrong = || StripeError::Unknown(format!("{} is no address", self.api_url));
        let mut url = Url::parse(&self.api_url).map_err(|_| wrong())?;
        url.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().push("v1").extend(path);
        if !query.is_empty() {
            url.set_query(Some(&query.encode()));
        }
        Ok(url)
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn whole_body(mut response: Response) -> StripeResult<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if bytes.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
            return Err(StripeError::Unknown("the answer is larger than 8 MiB".into()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The request may have arrived, or not. The URL stays out: it can have a person's identifiers in it.
fn lost(error: reqwest::Error) -> StripeError {
    StripeError::Unknown(chain(&error.without_url()))
}

/// How Stripe writes a currency.
pub(super) fn currency_code(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}
