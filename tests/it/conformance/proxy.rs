//! A proxy before a Sovereign that changes what passes, one thing at a time, as a build would that has drifted. It
//! remembers what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Barrier, watch};
use tokio::task::JoinHandle;

use crate::harness::TestApp;

pub(super) const LIST: &str = "/billing/vouchers/list";
pub(super) const ISSUE: &str = "/billing/vouchers/issue";
pub(super) const REVOKE: &str = "/billing/vouchers/revoke/";
pub(super) const PREVIEW: &str = "/billing/vouchers/redeem-preview";
pub(super) const PROMOS: &str = "/billing/admin/promos";

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) path: String,
    /// The whole header.
    pub(super) authorization: Option<String>,
    pub(super) body: Value,
}

impl Seen {
    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        self.method == *method && self.path == path
    }

    pub(super) fn is_preview(&self) -> bool {
        self.path.ends_with(PREVIEW)
    }

    pub(super) fn is_revoke(&self) -> bool {
        self.method == Method::DELETE && self.path.starts_with(REVOKE)
    }

    /// Whether it is an issue or a list, on the paths of today or the older ones.
    pub(super) fn is_of_vouchers(&self) -> bool {
        [LIST, ISSUE, PROMOS].contains(&self.path.as_str())
    }

    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// An answer on its way back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) bytes: Bytes,
    /// The connection is lost in the middle of it.
    pub(super) is_cut: bool,
}

impl Answer {
    pub(super) fn is_problem(&self) -> bool {
        self.kind == "application/problem+json"
    }

    pub(super) fn say(&mut self, status: u16, body: &Value) {
        (self.status, self.kind) = (status, "application/json".to_owned());
        self.bytes = body.to_string().into();
    }

    pub(super) fn refuse(&mut self, status: u16) {
        let detail = "it is not as it was";
        let body = json!({
            "type": "about:blank", "title": "Refused", "status": status, "detail": detail,
            "instance": "urn:request:1", "error": detail,
        });
        self.say(status, &body);
        "application/problem+json".clone_into(&mut self.kind);
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Value)) {
        let mut body = self.json();
        edit(&mut body);
        self.bytes = body.to_string().into();
    }

    /// Edits a voucher, or each of a list.
    pub(super) fn edit_vouchers(&mut self, edit: impl Fn(&mut Value)) {
        self.edit(|body| match body {
            Value::Array(vouchers) => vouchers.iter_mut().for_each(edit),
            voucher => edit(voucher),
        });
    }

    fn into_response(self) -> Response {
        let response = Response::builder().status(self.status).header("Content-Type", self.kind);
        let with =
            |response: axum::http::response::Builder, (name, value)| response.header(name, value);
        let response = self.headers.into_iter().fold(response, with);
        let body = if self.is_cut {
            let lost = std::io::Error::other("lost");
            let parts = [Ok(Bytes::from_static(b"{")), Err(lost)];
            Body::from_stream(futures_util::stream::iter(parts))
        } else {
            Body::from(self.bytes)
        };
        response.body(body).unwrap()
    }
}

type Before = Box<dyn Fn(&mut Seen) + Send + Sync>;
type After = Box<dyn Fn(&Seen, &mut Answer) + Send + Sync>;

/// How a Sovereign has drifted.
#[derive(Default)]
pub(super) struct Drift {
    before: Option<Before>,
    after: Option<After>,
}

impl Drift {
    /// In what it answers.
    pub(super) fn answers(after: impl Fn(&Seen, &mut Answer) + Send + Sync + 'static) -> Self {
        Self { before: None, after: Some(Box::new(after)) }
    }

    /// In whom it takes a caller for.
    pub(super) fn takes(before: impl Fn(&mut Seen) + Send + Sync + 'static) -> Self {
        Self { before: Some(Box::new(before)), after: None }
    }
}

/// What makes requests wait.
#[derive(Default)]
pub(super) enum Gate {
    #[default]
    Open,
    /// Nobody is told the version before so many have asked for it.
    Together(Barrier),
    /// Previews stand still until the test lets them on.
    Held { arrived: watch::Sender<bool>, open: watch::Receiver<bool> },
}

impl Gate {
    async fn pass(&self, seen: &Seen) {
        match self {
            Self::Together(barrier) if seen.path == "/version" => {
                barrier.wait().await;
            }
            Self::Held { arrived, open } if seen.is_preview() => {
                arrived.send_replace(true);
                open.clone().wait_for(|open| *open).await.unwrap();
            }
            Self::Open | Self::Together(_) | Self::Held { .. } => {}
        }
    }
}

pub(super) struct Proxy {
    pub(super) url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    upstream: String,
    http: reqwest::Client,
    drift: Drift,
    gate: Gate,
    seen: Mutex<Vec<Seen>>,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Proxy {
    pub(super) async fn before(app: &TestApp, drift: Drift) -> Self {
        Self::with_gate(app, drift, Gate::Open).await
    }

    pub(super) async fn with_gate(app: &TestApp, drift: Drift, gate: Gate) -> Self {
        let shared = Arc::new(Shared {
            upstream: app.url(""),
            http: reqwest::Client::new(),
            drift,
            gate,
            seen: Mutex::default(),
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let answering = Arc::clone(&shared);
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let shared = Arc::clone(&answering);
            async move { shared.answer(method, &uri, &headers, body).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, shared, server }
    }

    /// What it was asked since the last time.
    pub(super) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.seen.lock().unwrap())
    }

    /// How many requests were there at once, at most.
    pub(super) fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    async fn answer(
        &self,
        method: Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Response {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        let mut seen = Seen {
            method,
            path: without_number(uri.path()).to_owned(),
            authorization: headers
                .get("authorization")
                .map(|value| value.to_str().unwrap().to_owned()),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        self.seen.lock().unwrap().push(seen.clone());
        self.gate.pass(&seen).await;
        if let Some(before) = &self.drift.before {
            before(&mut seen);
        }
        let mut answer = self.forward(&seen, body).await;
        if let Some(after) = &self.drift.after {
            after(&seen, &mut answer);
        }
        self.inside.fetch_sub(1, Ordering::SeqCst);
        answer.into_response()
    }

    async fn forward(&self, seen: &Seen, body: Bytes) -> Answer {
        let url = format!("{}{}", self.upstream, seen.path);
        let mut request = self.http.request(seen.method.clone(), url);
        if let Some(authorization) = &seen.authorization {
            request = request.header("Authorization", authorization);
        }
        if !body.is_empty() {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = request.send().await.unwrap();
        let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap());
        let (status, kind) = (response.status().as_u16(), kind.unwrap_or_default().to_owned());
        let bytes = response.bytes().await.unwrap();
        Answer { status, kind, headers: Vec::new(), bytes, is_cut: false }
    }
}

/// One proxy is many Sovereigns, at `/s/1`, `/s/2` and so on.
fn without_number(path: &str) -> &str {
    let rest = path.strip_prefix("/s/").and_then(|rest| Some(&rest[rest.find('/')?..]));
    rest.unwrap_or(path)
}
