//! Takes requests, and has trouble by its plan.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response};
use hyper_util::rt::TokioIo;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::net::TcpListener;

use super::{SECRET_KEY, Shared, pages, transfers};

pub(super) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(|request| handle(Arc::clone(&shared), request));
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What was asked for.
pub(super) struct Request {
    pub(super) path: String,
    pub(super) encoded: String,
    pub(super) key: Option<String>,
    parameters: BTreeMap<String, String>,
}

impl Request {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The values of all whose names begin so.
    pub(super) fn all<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.parameters.iter().filter(move |(name, _)| name.starts_with(prefix));
        all.map(|(_, value)| value.as_str())
    }

    /// The names and values of all members of an object.
    pub(super) fn members<'a>(&'a self, object: &str) -> Vec<(&'a str, &'a str)> {
        let prefix = format!("{object}[");
        let all = self.parameters.iter().filter_map(|(name, value)| {
            let member = name.strip_prefix(&prefix)?.strip_suffix(']')?;
            Some((member, value.as_str()))
        });
        all.collect()
    }

    pub(super) fn number(&self, name: &'static str) -> Result<Option<i64>, Refused> {
        let number = self.get(name).map(str::parse::<i64>).transpose();
        number.map_err(|_| Refused::parameter(name))
    }
}

/// Why there is no answer.
pub(super) struct Refused {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
}

impl Refused {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, code: None, message: message.into() }
    }

    pub(super) fn balance() -> Self {
        let message = "You have insufficient available funds in your Stripe account";
        let code = Some("balance_insufficient");
        Self { code, ..Self::new(400, "invalid_request_error", message) }
    }

    pub(super) fn parameter(name: &str) -> Self {
        Self::new(400, "invalid_request_error", format!("Invalid parameter: {name}"))
    }

    pub(super) fn other_parameters() -> Self {
        let message = "Keys for idempotent requests can only be used with the same parameters";
        Self::new(400, "idempotency_error", message)
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "invalid_request_error", "No such object")
    }

    fn body(&self) -> String {
        let (kind, message) = (self.kind, &self.message);
        let code = self.code.map_or(String::new(), |code| format!(r#""code":"{code}","#));
        format!(r#"{{"error":{{{code}"type":"{kind}","message":"{message}"}}}}"#)
    }
}

/// What a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Nothing,
    Limit,
    Failure,
    Cut,
    Repetition,
}

impl Shared {
    /// By the number of the request and the seed alone.
    fn met(&self, number: u64) -> Met {
        let mut random =
            StdRng::seed_from_u64(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut left = random.random_range(0..1_000_u64);
        let plan = [
            (self.trouble.limited, Met::Limit),
            (self.trouble.failed, Met::Failure),
            (self.trouble.cut, Met::Cut),
            (self.trouble.repeated, Met::Repetition),
        ];
        for (often, met) in plan {
            if left < often {
                return met;
            }
            left -= often;
        }
        Met::Nothing
    }

    /// Whether nobody hears that a transfer was made.
    fn is_lost(&self) -> bool {
        if self.leaving.swap(false, Ordering::SeqCst) {
            self.away.store(true, Ordering::SeqCst);
            return true;
        }
        let left = self.losing.load(Ordering::SeqCst);
        self.losing.store(left.saturating_sub(1), Ordering::SeqCst);
        left > 0
    }
}

async fn handle(
    shared: Arc<Shared>,
    request: HttpRequest<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let number = shared.requests.fetch_add(1, Ordering::SeqCst) + 1;
    shared.seen.send_replace(number);
    let met = shared.met(number);
    if met == Met::Cut || shared.away.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let makes = head.method == "POST";
    if makes {
        shared.posts.fetch_add(1, Ordering::SeqCst);
    }
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let answer = if bearer != Some(SECRET_KEY) {
        Err(Refused::new(401, "invalid_request_error", "Invalid API Key provided"))
    } else if met == Met::Limit {
        Err(Refused::new(429, "invalid_request_error", "Too many requests"))
    } else if met == Met::Failure {
        Err(Refused::new(500, "api_error", "An unknown error occurred"))
    } else {
        let query = head.uri.query().unwrap_or_default();
        let encoded = if body.is_empty() { query.as_bytes() } else { &body[..] };
        let request = Request {
            path: head.uri.path().to_owned(),
            encoded: String::from_utf8_lossy(encoded).into_owned(),
            key: header("idempotency-key").map(str::to_owned),
            parameters: form_urlencoded::parse(encoded).into_owned().collect(),
        };
        answer(&shared, head.method.as_str(), &request, met == Met::Repetition).await
    };
    if makes && answer.is_ok() && shared.is_lost() {
        return Err(io::ErrorKind::ConnectionAborted.into());
    }
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err(refused) => (refused.status, refused.body()),
    };
    let mut response =
        Response::builder().status(status).header("content-type", "application/json");
    if status == 429 {
        response = response.header("retry-after", "0");
    }
    Ok(response.body(Full::new(Bytes::from(body))).unwrap())
}

async fn answer(
    shared: &Shared,
    method: &str,
    request: &Request,
    repeats: bool,
) -> Result<String, Refused> {
    let pool = &shared.pool;
    let path: Vec<&str> = request.path.trim_start_matches("/v1/").split('/').collect();
    match (method, path.as_slice()) {
        ("GET", ["account"]) => {
            let other = shared.account.load(Ordering::SeqCst);
            let id = if other { "acct_another" } else { "acct_publisher" };
            Ok(format!(
                r#"{{"id":"{id}","object":"account","charges_enabled":true,"country":"OM",
            "default_currency":"omr"}}"#
            ))
        }
        ("GET", ["balance_transactions"]) => pages::transactions(pool, request, repeats).await,
        ("GET", ["balance_transactions", id]) => pages::transaction(pool, id).await,
        ("GET", ["charges", "search"]) => pages::search(pool, request).await,
        ("GET", ["charges", id]) => pages::charge(pool, id).await,
        ("POST", ["transfers"]) => {
            let refuses = shared.refusing.load(Ordering::SeqCst);
            transfers::create(pool, request, refuses).await
        }
        ("GET", ["transfers"]) => transfers::list(pool, request).await,
        _ => Err(Refused::not_found()),
    }
}
