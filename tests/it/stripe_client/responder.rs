//! A server that answers one prepared answer after another, and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) enum Answer {
    Json(u16, Value),
    /// A status, headers and a text.
    Raw(u16, Vec<(&'static str, String)>, String),
    /// The first half of an answer, before the connection is lost.
    Broken,
    /// None at all.
    Silence,
}

impl Answer {
    /// An error as Stripe writes it.
    pub(crate) fn error(status: u16, error: &Value) -> Self {
        Self::Json(status, json!({ "error": error }))
    }

    pub(crate) fn account() -> Self {
        Self::Json(
            200,
            json!({ "id": "acct_1", "object": "account", "charges_enabled": true,
                    "default_currency": "omr", "country": "OM" }),
        )
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) form: BTreeMap<String, String>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    seen: Vec<Seen>,
}

pub(crate) struct Responder {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl Responder {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let state = State { answers: answers.into_iter().collect(), seen: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let shared = Arc::clone(&shared);
            async move { answer(&shared, method, &uri, headers, &body).await }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, state, server }
    }

    pub(crate) fn will_answer(&self, answer: Answer) {
        self.state.lock().unwrap().answers.push_back(answer);
    }

    /// What it was asked since the last time.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state.lock().unwrap().seen)
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

async fn answer(
    state: &Mutex<State>,
    method: Method,
    uri: &Uri,
    headers: HeaderMap,
    body: &[u8],
) -> Response {
    let seen = Seen {
        method,
        path: uri.path().to_owned(),
        query: pairs(uri.query().unwrap_or_default().as_bytes()),
        headers,
        form: pairs(body),
    };
    let answer = {
        let mut state = state.lock().unwrap();
        state.seen.push(seen);
        state.answers.pop_front()
    };
    let response = |status: u16| Response::builder().status(status);
    match answer.unwrap_or_else(|| Answer::Raw(500, Vec::new(), "no answer is left".into())) {
        Answer::Json(status, value) => response(status).body(Body::from(value.to_string())),
        Answer::Raw(status, headers, text) => {
            let with = |response: axum::http::response::Builder, (name, value)| {
                response.header(name, value)
            };
            headers.into_iter().fold(response(status), with).body(Body::from(text))
        }
        Answer::Broken => {
            let lost = std::io::Error::other("lost");
            let parts = [Ok(Bytes::from_static(b"{\"id\":")), Err(lost)];
            response(200).body(Body::from_stream(futures_util::stream::iter(parts)))
        }
        Answer::Silence => std::future::pending().await,
    }
    .unwrap()
}
