//! Webhooks: signed as docs.stripe.com/webhooks says, and handed over when the test wants.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::state::{Event, State, text};
use super::{Core, StripeFake};

/// How often the automatic delivery tries an event. Stripe goes on for three days.
const TRIES: u32 = 100;

/// The header `Stripe-Signature` of a body, by every secret given.
pub(crate) fn signature(secrets: &[String], seconds: i64, body: &str) -> String {
    let mut header = format!("t={seconds}");
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
        header.push_str(",v1=");
        for byte in tag.as_ref() {
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

struct Delivery {
    url: String,
    signature: String,
}

impl State {
    /// What is sent for an event, to each endpoint that wants it.
    fn deliveries(&self, event: &Event) -> Vec<Delivery> {
        let rows = self.tables.get("webhook_endpoint").map(|table| &table.rows[..]);
        let wants = |endpoint: &&Value| {
            let wanted = endpoint["enabled_events"].as_array();
            wanted
                .is_some_and(|all| all.iter().any(|one| one == "*" || *one == event.kind.as_str()))
        };
        let endpoints = rows.unwrap_or_default().iter().filter(wants);
        endpoints
            .map(|endpoint| Delivery {
                url: text(endpoint, "url").to_owned(),
                signature: signature(
                    &self.endpoint_secrets[text(endpoint, "id")],
                    self.now,
                    &event.body,
                ),
            })
            .collect()
    }
}

impl StripeFake {
    /// Makes an endpoint for all events, or moves the one there is. Its secret is [`Self::webhook_secret`].
    pub(crate) fn point_at(&self, url: &str) {
        let mut state = self.core.state();
        let secret = state.webhook_secret.clone();
        let mut secrets = state.endpoint_secrets.iter();
        let found =
            secrets.find(|(_, secrets)| secrets.contains(&secret)).map(|(id, _)| id.clone());
        if let Some(id) = found {
            state.update("webhook_endpoint", &id, json!({ "url": url }));
            return;
        }
        let members = json!({ "enabled_events": ["*"], "status": "enabled", "url": url });
        let endpoint = state.insert("webhook_endpoint", "we_1", members);
        state.endpoint_secrets.insert(text(&endpoint, "id").to_owned(), vec![secret]);
    }

    /// A new secret of that endpoint. While the old one is kept both sign, as for a day after rolling.
    pub(crate) fn roll_webhook_secret(&self, keep_old: bool) -> String {
        let mut state = self.core.state();
        let old = state.webhook_secret.clone();
        let new = state.id("whsec_", 32);
        let secrets = state.endpoint_secrets.values_mut().find(|secrets| secrets.contains(&old));
        let secrets = secrets.expect("an endpoint: call point_at first");
        if !keep_old {
            secrets.clear();
        }
        secrets.insert(0, new.clone());
        state.webhook_secret.clone_from(&new);
        new
    }

    /// Hands an event over, once to each endpoint that wants it. Answers the first status that is no
    /// success, else the last; 0 where no answer came.
    pub(crate) async fn deliver(&self, event: &Event) -> u16 {
        deliver(&self.core, &self.http, event).await
    }

    /// Hands all events over that there have been, in their order, each so many times; fails where one is
    /// not taken. Answers how many there were.
    pub(crate) async fn deliver_all(&self, times: usize) -> usize {
        let events = self.events();
        for event in &events {
            for _ in 0..times {
                let status = self.deliver(event).await;
                assert!((200..300).contains(&status), "{status} for {}", event.body);
            }
        }
        events.len()
    }

    /// From now on every new event is handed over when it happens, and again until it is taken.
    pub(crate) fn automatic(&self) {
        let (core, http) = (self.core.clone(), self.http.clone());
        let from = core.state().events.len();
        let task = tokio::spawn(hand_over(core, http, from));
        self.tasks.lock().unwrap().push(task);
    }

    /// Waits until the automatic delivery has handed over all there is.
    pub(crate) async fn settled(&self) {
        let count = self.core.state().events.len();
        let mut handed = self.core.handed_over.subscribe();
        let wait = handed.wait_for(|handed| *handed >= count);
        tokio::time::timeout(crate::harness::process::PATIENCE, wait).await.unwrap().unwrap();
    }
}

async fn deliver(core: &Core, http: &reqwest::Client, event: &Event) -> u16 {
    let deliveries = core.state().deliveries(event);
    let mut last = 0;
    for Delivery { url, signature } in deliveries {
        let request = http
            .post(url)
            .header("content-type", "application/json; charset=utf-8")
            .header("stripe-signature", signature)
            .body(event.body.to_string());
        last = request.send().await.map_or(0, |response| response.status().as_u16());
        if !(200..300).contains(&last) {
            return last;
        }
    }
    last
}

async fn hand_over(core: Arc<Core>, http: reqwest::Client, mut next: usize) {
    let mut events = core.events.subscribe();
    loop {
        if events.wait_for(|count| *count > next).await.is_err() {
            return;
        }
        let event = core.state().events[next].clone();
        let mut pause = Duration::from_millis(10);
        for attempt in 1..=TRIES {
            let status = deliver(&core, &http, &event).await;
            if (200..300).contains(&status) {
                break;
            }
            assert!(attempt < TRIES, "{status} for {}", event.body);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
        next += 1;
        core.handed_over.send_replace(next);
    }
}
