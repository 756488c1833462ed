//! The stand-in for Stripe is as strict as Stripe: what it refuses, remembers, and says by itself.

mod idempotency;
mod lists;
mod package;
mod parameters;
mod payments;
mod refunds;
mod trouble;
mod webhooks;

use std::sync::Arc;

use serde_json::Value;

use crate::harness::{StripeFake, TestClock};

struct World {
    clock: Arc<TestClock>,
    stripe: StripeFake,
    http: reqwest::Client,
}

struct Reply {
    status: u16,
    replayed: bool,
    body: Value,
}

const SESSION: [(&str, &str); 14] = [
    ("mode", "payment"),
    ("success_url", "https://a.example/paid"),
    ("cancel_url", "https://a.example/left"),
    ("line_items[0][price_data][currency]", "omr"),
    ("line_items[0][price_data][unit_amount]", "9500"),
    ("line_items[0][price_data][product_data][name]", "Plan M, March"),
    ("line_items[0][quantity]", "1"),
    ("client_reference_id", "order-1"),
    ("metadata[sovereign]", "a.example"),
    ("metadata[organization]", "org-1"),
    ("metadata[order_id]", "order-1"),
    ("payment_intent_data[metadata][sovereign]", "a.example"),
    ("payment_intent_data[metadata][organization]", "org-1"),
    ("payment_intent_data[metadata][order_id]", "order-1"),
];

impl World {
    fn start() -> Self {
        let clock = Arc::new(TestClock::new());
        let stripe = StripeFake::start(clock.clone());
        Self { clock, stripe, http: reqwest::Client::new() }
    }

    /// An answer; none where the connection gave none.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        params: &[(&str, &str)],
        key: Option<&str>,
    ) -> Option<Reply> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let url = format!("{}{path}", self.stripe.url());
        let url = if method == "GET" { format!("{url}?{form}") } else { url };
        let mut request = self
            .http
            .request(method.parse().unwrap(), url)
            .bearer_auth(self.stripe.secret_key())
            .header("stripe-version", StripeFake::api_version());
        if method == "POST" {
            request =
                request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotent-replayed");
        let body = serde_json::from_slice(&response.bytes().await.ok()?).unwrap();
        Some(Reply { status, replayed, body })
    }

    async fn post(&self, path: &str, params: &[(&str, &str)]) -> Value {
        let reply = self.ask("POST", path, params, None).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    async fn get(&self, path: &str, params: &[(&str, &str)]) -> Value {
        let reply = self.ask("GET", path, params, None).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    /// The status and the `error` of a refusal.
    async fn refused(&self, path: &str, params: &[(&str, &str)]) -> (u16, Value) {
        let mut reply = self.ask("POST", path, params, None).await.unwrap();
        (reply.status, reply.body["error"].take())
    }

    /// A customer, and a session of theirs that saves the card.
    async fn session(&self) -> (String, String) {
        let customer = self.post("/v1/customers", &SESSION[8..11]).await;
        let customer = id(&customer);
        let more =
            [("customer", &*customer), ("payment_intent_data[setup_future_usage]", "off_session")];
        let session = self.post("/v1/checkout/sessions", &[&SESSION[..], &more].concat()).await;
        (customer, id(&session))
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

fn kinds(world: &World) -> Vec<String> {
    world.stripe.events().into_iter().map(|event| event.kind).collect()
}
