//! HTTP as a client of the wire contract speaks it.

use std::net::IpAddr;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::app::TestApp;

/// A client of HTTP. The library makes none without a provider of cryptography, whether it is used or not.
pub(super) fn http_client() -> reqwest::Client {
    http_builder().build().unwrap()
}

pub(super) fn http_builder() -> reqwest::ClientBuilder {
    // Fails where there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder()
}

/// A caller, with or without a token.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    /// Where a trusted proxy says that they are.
    address: Option<IpAddr>,
}

/// An answer: status, headers, and the body as it came, as text, and as JSON (`null` where it is none).
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, base: String, token: Option<String>) -> Self {
        Self { http, base, token, address: None }
    }

    /// The same caller behind a proxy, which says that they come from this address. It counts where the
    /// server trusts the proxy.
    pub(crate) fn at(mut self, address: impl Into<IpAddr>) -> Self {
        self.address = Some(address.into());
        self
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, &[], Some(body.to_string().into_bytes())).await
    }

    /// A body that may be no JSON at all.
    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.send(Method::POST, path, &[], Some(body.into())).await
    }

    pub(crate) async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> Reply {
        let headers = [("Idempotency-Key", key)];
        self.send(Method::POST, path, &headers, Some(body.to_string().into_bytes())).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Reply {
        let sent = self.try_send(method, path, headers, body).await;
        sent.unwrap_or_else(|error| panic!("{path}: {error:?}"))
    }

    /// Sends to a server that may be killed meanwhile; `None` where no whole answer came.
    pub(crate) async fn try_post_keyed(
        &self,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Option<Reply> {
        let headers = [("Idempotency-Key", key)];
        let body = body.to_string().into_bytes();
        self.try_send(Method::POST, path, &headers, Some(body)).await.ok()
    }

    /// The same, to delete something.
    pub(crate) async fn try_delete(&self, path: &str) -> Option<Reply> {
        self.try_send(Method::DELETE, path, &[], None).await.ok()
    }

    async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> reqwest::Result<Reply> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(address) = self.address {
            request = request.header("X-Forwarded-For", address.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status, headers, body, text, bytes })
    }
}

impl Reply {
    /// The body, where the status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// The body of a problem with this status and rule. Every problem must be well formed.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        let kind = self.headers.get("content-type").map(|value| value.to_str().unwrap());
        assert_eq!(kind, Some("application/problem+json"), "{}", self.text);
        let body = &self.body;
        assert_eq!(body["type"], format!("urn:sovereign:problem:{code}"), "{}", self.text);
        assert_eq!(body["status"], status);
        assert_eq!(body["error"], body["detail"], "older clients read `error`");
        assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.text);
        let title = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
        assert_eq!(body["title"], title);
        assert!(body["instance"].is_string(), "{}", self.text);
        self.body
    }
}

impl Reply {
    /// Fails where this is not `first`, byte for byte, and marked as sent again.
    #[track_caller]
    pub(crate) fn assert_replays(&self, first: &Self) {
        const REPLAYED: &str = "idempotency-replayed";
        assert_eq!((self.status, &self.text), (first.status, &first.text));
        assert_eq!(first.headers.get(REPLAYED), None, "the first decides");
        assert_eq!(self.headers.get(REPLAYED).map(HeaderValue::as_bytes), Some(&b"true"[..]));
    }
}

/// A user, and an Organization they act for.
#[derive(Clone)]
pub(crate) struct Customer {
    pub(crate) client: Client,
    pub(crate) tenant_id: String,
}

impl TestApp {
    /// Signs `name` in and makes an Organization for them.
    pub(crate) async fn customer(&self, name: &str) -> Customer {
        let client = self.member(name);
        let tenant_id = client.make_organization(name).await;
        Customer { client, tenant_id }
    }
}

impl Client {
    /// Makes an Organization with this slug; answers its identifier.
    pub(crate) async fn make_organization(&self, slug: &str) -> String {
        let body = json!({ "slug": slug, "name": slug, "plan_id": "m", "apps": [], "addons": [] });
        let made = self.post("/tenant/orgs", &body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

impl Customer {
    /// Checks out a plan, with a voucher where `code` is not empty.
    pub(crate) async fn checkout(&self, plan: &str, code: &str) -> Reply {
        self.client.post("/billing/checkout", &self.checkout_body(plan, code)).await
    }

    pub(crate) fn checkout_body(&self, plan: &str, code: &str) -> Value {
        json!({
            "plan_id": plan, "apps": [], "addons": [],
            "tenant_id": self.tenant_id, "promo_code": code,
        })
    }

    /// Signs `name` in and makes them a member of this Organization.
    pub(crate) async fn add_member(&self, app: &TestApp, name: &str, role: &str) -> Self {
        let client = app.member(name);
        // A person exists from their first request on.
        client.get("/tenant/orgs").await.expect(200);
        let body = json!({ "email": format!("{name}@example.com"), "role": role });
        let path = format!("/tenant/orgs/{}/members", self.tenant_id);
        self.client.post(&path, &body).await.expect(201);
        Self { client, tenant_id: self.tenant_id.clone() }
    }

    pub(crate) async fn redeem(&self, code: &str) -> Reply {
        let body = json!({ "tenant_id": self.tenant_id, "code": code });
        self.client.post("/billing/vouchers/redeem", &body).await
    }

    /// Available credit, in minor units.
    pub(crate) async fn available_minor(&self) -> i64 {
        let path = format!("/billing/balance?tenant_id={}", self.tenant_id);
        let balance = self.client.get(&path).await.expect(200);
        balance["credit_baisa"].as_i64().unwrap()
    }
}
