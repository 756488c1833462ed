//! Webhook endpoints: where Stripe sends events.

use serde::Deserialize;

use super::client::{IdempotencyKey, Stripe};
use super::form::Form;
use super::keys::WebhookSecret;
use super::list::{List, Listed};
use super::metadata::Tags;
use super::{API_VERSION, StripeError, StripeResult};

#[derive(Debug, Clone, Deserialize)]
pub struct WebhookEndpoint {
    pub id: String,
    pub url: String,
    /// `enabled` or `disabled`.
    pub status: String,
    pub enabled_events: Vec<String>,
    /// The version that its events are written in; `None` = the account's.
    pub api_version: Option<String>,
    #[serde(default)]
    pub metadata: Tags,
}

impl Listed for WebhookEndpoint {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Clone)]
pub struct CreateEndpoint<'a> {
    /// The Sovereign's domain name.
    pub sovereign: &'a str,
    pub url: &'a str,
    pub enabled_events: &'a [&'a str],
}

/// What is to change; the rest stays.
#[derive(Debug, Clone, Default)]
pub struct UpdateEndpoint<'a> {
    pub enabled_events: Option<&'a [&'a str]>,
    /// Switches it on where it was switched off.
    pub enable: bool,
}

#[derive(Deserialize)]
struct Created {
    secret: String,
    #[serde(flatten)]
    endpoint: WebhookEndpoint,
}

#[derive(Deserialize)]
struct Deleted {
    deleted: bool,
}

impl Stripe {
    /// Makes an endpoint, whose events are written in [`API_VERSION`], and answers the secret it signs
    /// with. Stripe tells the secret this once.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn create_webhook_endpoint(
        &self,
        endpoint: &CreateEndpoint<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<(WebhookEndpoint, WebhookSecret)> {
        let form = Form::new()
            .text("url", endpoint.url)
            .list("enabled_events", endpoint.enabled_events)
            .text("api_version", API_VERSION)
            .text("description", format!("sovereign {}", endpoint.sovereign))
            .sovereign(endpoint.sovereign);
        let created: Created = self.post(&["webhook_endpoints"], &form, key).await?;
        let secret = WebhookSecret::parse(&created.secret)
            .map_err(|_| StripeError::Unknown("the new endpoint has no webhook secret".into()))?;
        Ok((created.endpoint, secret))
    }

    /// # Errors
    /// [`StripeError`].
    pub async fn update_webhook_endpoint(
        &self,
        id: &str,
        update: &UpdateEndpoint<'_>,
        key: &IdempotencyKey,
    ) -> StripeResult<WebhookEndpoint> {
        let form = Form::new().list("enabled_events", update.enabled_events.unwrap_or_default());
        let form = if update.enable { form.text("disabled", "false") } else { form };
        self.post(&["webhook_endpoints", id], &form, key).await
    }

    /// The endpoints of the account, those of other Sovereigns included.
    #[must_use]
    pub fn webhook_endpoints(&self) -> List<'_, WebhookEndpoint> {
        List::new(self, &["webhook_endpoints"], Form::new())
    }

    /// # Errors
    /// [`StripeError`].
    pub async fn delete_webhook_endpoint(&self, id: &str) -> StripeResult<()> {
        let answer: Deleted = self.delete(&["webhook_endpoints", id]).await?;
        if answer.deleted {
            Ok(())
        } else {
            Err(StripeError::Unknown("the endpoint is not said to be deleted".into()))
        }
    }
}
