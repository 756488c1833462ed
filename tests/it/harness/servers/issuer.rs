//! What every issuer of tokens here can be told, whatever it is beyond that.

use serde_json::{Value, json};
use sovereign_domain::timestamp::Timestamp;
use tokio::sync::Mutex;

use super::helper::Helper;
use crate::harness::client::http_client;
use crate::harness::program::Program;

/// What an issuer answers and tests may disturb.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Endpoint {
    Discovery,
    Jwks,
    /// Of a [`Provider`](super::Provider) only, as the next is.
    Token,
    Userinfo,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    Answer,
    /// With status 500.
    Fail,
    /// Requests wait, until the mode is another one.
    Hold,
}

pub(crate) struct Issuer {
    /// Its name, and where its documents are.
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    helper: Mutex<Helper>,
}

impl Endpoint {
    fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
        }
    }
}

impl Issuer {
    pub(super) async fn start(prepare: impl FnOnce() -> Program + Send + 'static) -> Self {
        let (helper, greeting) = Helper::start(prepare).await;
        let url = greeting["issuer"].as_str().unwrap().to_owned();
        Self { url, http: http_client(), helper: Mutex::new(helper) }
    }

    pub(super) async fn order(&self, command: &Value) -> Value {
        self.helper.lock().await.order(command).await
    }

    /// Signs with new keys from now on; the old ones are published no more.
    pub(crate) async fn rotate_keys(&self) {
        self.order(&json!({ "command": "rotate" })).await;
    }

    pub(crate) async fn set_mode(&self, endpoint: Endpoint, mode: Mode) {
        let mode = match mode {
            Mode::Answer => "answer",
            Mode::Fail => "fail",
            Mode::Hold => "hold",
        };
        self.order(&json!({ "command": "mode", "endpoint": endpoint.name(), "mode": mode })).await;
    }

    /// How many requests have come, whatever became of them.
    pub(crate) async fn requests(&self, endpoint: Endpoint) -> u64 {
        let requests = self.order(&json!({ "command": "requests" })).await;
        requests[endpoint.name()].as_u64().unwrap()
    }

    /// From now on its clock stands at this second. Without, it goes as the machine's does.
    pub(crate) async fn set_clock(&self, now: Timestamp) {
        let now_seconds = now.micros() / 1_000_000;
        self.order(&json!({ "command": "set_clock", "now_seconds": now_seconds })).await;
    }

    /// The document that says where the others are.
    pub(crate) async fn discovery(&self) -> Value {
        self.document(&format!("{}/.well-known/openid-configuration", self.url)).await
    }

    /// The keys that it publishes.
    pub(crate) async fn jwks(&self) -> Value {
        let discovery = self.discovery().await;
        self.document(discovery["jwks_uri"].as_str().unwrap()).await
    }

    async fn document(&self, url: &str) -> Value {
        let response = self.http.get(url).send().await.unwrap().error_for_status().unwrap();
        response.json().await.unwrap()
    }
}
