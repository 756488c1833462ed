//! Telling Stripe where to send events.

use std::collections::BTreeSet;

use super::settings::{self, Desk, SettingsError, Wish, Wishes};
use crate::payment::events::HANDLED_EVENTS;
use crate::payment::stripe::{
    API_VERSION, CreateEndpoint, IdempotencyKey, Stripe, StripeError, UpdateEndpoint,
    WebhookEndpoint,
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// Made, and its secret stored.
    Created,
    /// Made in place of one with the same URL, and its secret stored.
    Replaced,
    /// It was there; its events were set right, or it was switched on.
    Updated,
    /// It was there as it should be.
    Unchanged,
}

impl Done {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) endpoint: WebhookEndpoint,
    pub(crate) done: Done,
    /// What is still to do, where anything is.
    pub(crate) advice: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) enum RegisterError {
    Stripe(StripeError),
    /// The endpoint was made, and its secret could not be stored: it is of no use as it is.
    NotStored(String, SettingsError),
    Settings(SettingsError),
}

impl From<StripeError> for RegisterError {
    fn from(error: StripeError) -> Self {
        Self::Stripe(error)
    }
}

/// Makes an endpoint at `url` for the events that are handled, and stores its secret. One that is there
/// already is set right instead, or, with `replace`, made anew: Stripe tells a secret only once, and writes
/// an endpoint's events in the version that it was made with. The former secret stays good for a day.
///
/// # Errors
/// [`RegisterError`].
pub(crate) async fn register(
    desk: &mut Desk<'_>,
    stripe: &Stripe,
    url: &str,
    replace: bool,
) -> Result<Registered, RegisterError> {
    let all = stripe.webhook_endpoints().all().await?;
    let mut same: Vec<_> = all.into_iter().filter(|endpoint| endpoint.url == url).collect();
    let Some(first) = same.pop() else {
        let endpoint = create(desk, stripe, url).await?;
        return Ok(Registered { endpoint, done: Done::Created, advice: None });
    };
    if replace {
        let endpoint = create(desk, stripe, url).await?;
        for old in same.iter().chain([&first]) {
            stripe.delete_webhook_endpoint(&old.id).await?;
        }
        return Ok(Registered { endpoint, done: Done::Replaced, advice: None });
    }
    let (endpoint, done) = set_right(desk, stripe, first).await?;
    let settings = settings::read(desk.store, desk.keeper).await;
    let settings = settings.map_err(|error| RegisterError::Settings(error.into()))?;
    let advice = if !same.is_empty() {
        Some(
            "several endpoints have this URL, and each event comes several times: --replace makes one of them",
        )
    } else if settings.webhook_secret.known().is_none() {
        Some(
            "its secret is not set here: `sovereign stripe keys --webhook-secret FILE`, or --replace",
        )
    } else if endpoint.api_version.as_deref() != Some(API_VERSION) {
        Some("its events are written in another version of Stripe's API: --replace makes it anew")
    } else {
        None
    };
    Ok(Registered { endpoint, done, advice })
}

async fn create(
    desk: &mut Desk<'_>,
    stripe: &Stripe,
    url: &str,
) -> Result<WebhookEndpoint, RegisterError> {
    // New each time: with a key of its URL Stripe would answer an endpoint that was deleted since.
    let key = IdempotencyKey::new("webhook", desk.ids.next_id());
    let wanted =
        CreateEndpoint { sovereign: &desk.keeper.fqdn, url, enabled_events: &HANDLED_EVENTS };
    let made = stripe.resolve(|| stripe.create_webhook_endpoint(&wanted, &key)).await;
    let (endpoint, secret) = made?;
    let wishes = Wishes { webhook_secret: Wish::Set(secret), ..Wishes::default() };
    match settings::change(desk, &wishes, None).await {
        Ok(_) => Ok(endpoint),
        Err(error) => Err(RegisterError::NotStored(endpoint.id, error)),
    }
}

async fn set_right(
    desk: &mut Desk<'_>,
    stripe: &Stripe,
    endpoint: WebhookEndpoint,
) -> Result<(WebhookEndpoint, Done), RegisterError> {
    let enabled: BTreeSet<&str> = endpoint.enabled_events.iter().map(String::as_str).collect();
    let is_right = enabled == BTreeSet::from(HANDLED_EVENTS);
    let is_on = endpoint.status == "enabled";
    if is_right && is_on {
        return Ok((endpoint, Done::Unchanged));
    }
    let update = UpdateEndpoint { enabled_events: Some(&HANDLED_EVENTS), enable: !is_on };
    let key = IdempotencyKey::new("webhook-update", desk.ids.next_id());
    let id = endpoint.id;
    let updated = stripe.resolve(|| stripe.update_webhook_endpoint(&id, &update, &key)).await?;
    Ok((updated, Done::Updated))
}
