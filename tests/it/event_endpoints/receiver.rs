//! A service that hears of events: remembers what arrives, and answers as it is told, path by path.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// A status and a text.
    Text(u16, String),
    Redirect(String),
    /// As much as anybody reads.
    Endless,
    /// None at all.
    Silence,
}

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self::Text(status, "so be it".to_owned())
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn kind(&self) -> String {
        self.event()["type"].as_str().unwrap().to_owned()
    }

    pub(super) fn id(&self) -> String {
        self.event()["id"].as_str().unwrap().to_owned()
    }

    /// The time it was signed at, and its signatures.
    pub(super) fn signatures(&self) -> (i64, Vec<String>) {
        let mut parts = self.header("Sovereign-Signature").split(',');
        let time = parts.next().unwrap().strip_prefix("t=").unwrap().parse().unwrap();
        (time, parts.map(|part| part.strip_prefix("v1=").unwrap().to_owned()).collect())
    }

    /// Which of its signatures were made with this secret.
    pub(super) fn signed_by(&self, secret: &str) -> Vec<bool> {
        let (time, signatures) = self.signatures();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signed = [format!("{time}.").as_bytes(), &self.body].concat();
        let tag = hmac::sign(&key, &signed);
        let good = |text: &str| {
            let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
            let bytes = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap());
            bytes.eq(tag.as_ref().iter().copied())
        };
        signatures.iter().map(|signature| good(signature)).collect()
    }
}

#[derive(Default)]
struct State {
    /// What comes next at a path; then, what comes always.
    next: HashMap<String, VecDeque<Answer>>,
    always: HashMap<String, Answer>,
    seen: Vec<Seen>,
}

pub(super) struct Receiver {
    pub(super) url: String,
    state: Arc<Mutex<State>>,
    count: watch::Sender<usize>,
    server: JoinHandle<()>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    pub(super) async fn at(address: &str) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (count, _) = watch::channel(0);
        let (shared, told) = (Arc::clone(&state), count.clone());
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let (shared, told) = (Arc::clone(&shared), told.clone());
            async move {
                let answer = take(&shared, uri.path(), headers, body);
                told.send_modify(|count| *count += 1);
                respond(answer).await
            }
        };
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer);
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { url, state, count, server }
    }

    pub(super) fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Answers so at a path, the next time.
    pub(super) fn next(&self, path: &str, answer: Answer) {
        let mut state = self.state.lock().unwrap();
        state.next.entry(path.to_owned()).or_default().push_back(answer);
    }

    /// Answers so at a path from now on.
    pub(super) fn always(&self, path: &str, answer: Answer) {
        self.state.lock().unwrap().always.insert(path.to_owned(), answer);
    }

    /// What has arrived since the last time.
    pub(super) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state.lock().unwrap().seen)
    }

    /// The types of what has arrived since the last time.
    pub(super) fn kinds(&self) -> Vec<String> {
        self.seen().iter().map(Seen::kind).collect()
    }

    /// Waits until so many have arrived in all.
    pub(super) async fn arrived(&self, count: usize) {
        self.count.subscribe().wait_for(|arrived| *arrived >= count).await.unwrap();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn take(state: &Mutex<State>, path: &str, headers: HeaderMap, body: Bytes) -> Answer {
    let mut state = state.lock().unwrap();
    state.seen.push(Seen { path: path.to_owned(), headers, body });
    let next = state.next.get_mut(path).and_then(VecDeque::pop_front);
    next.or_else(|| state.always.get(path).cloned()).unwrap_or_else(|| Answer::status(200))
}

async fn respond(answer: Answer) -> Response {
    let response = |status: u16| Response::builder().status(status);
    match answer {
        Answer::Text(status, text) => response(status).body(Body::from(text)),
        Answer::Redirect(to) => response(307).header("Location", to).body(Body::empty()),
        Answer::Endless => {
            let piece = || Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 4_096]));
            let pieces = futures_util::stream::repeat_with(piece);
            response(200).body(Body::from_stream(pieces))
        }
        Answer::Silence => std::future::pending().await,
    }
    .unwrap()
}
