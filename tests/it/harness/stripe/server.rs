//! Takes requests: connections, keys, trouble, and the answer on the wire.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::api::API;
use super::errors::ApiError;
use super::idempotency::Answer;
use super::state::Call;
use super::trouble::{self, Trouble, What};
use super::{Core, calls, form};

/// Whether connections are taken, from now on.
pub(super) struct Listening {
    pub(super) accept: bool,
    pub(super) done: oneshot::Sender<()>,
}

/// Several of these may have one port, if all are ours.
fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.set_reuseport(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

/// A port of ours: nobody else is given it, whether or not anybody listens, for as long as this is there.
pub(super) struct Port {
    pub(super) address: SocketAddr,
    _kept: TcpSocket,
}

impl Port {
    pub(super) fn new() -> Self {
        let kept = socket(SocketAddr::from(([127, 0, 0, 1], 0)));
        Self { address: kept.local_addr().unwrap(), _kept: kept }
    }

    pub(super) fn listen(&self) -> TcpListener {
        socket(self.address).listen(1024).unwrap()
    }
}

pub(super) async fn serve(
    core: Arc<Core>,
    port: Port,
    listener: TcpListener,
    mut orders: mpsc::UnboundedReceiver<Listening>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        let accept = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => pending().await,
            }
        };
        tokio::select! {
            Ok((stream, _)) = accept => {
                let core = core.clone();
                connections.spawn(async move {
                    let service = service_fn(|request| handle(core.clone(), request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                });
            }
            order = orders.recv() => {
                let Some(Listening { accept, done }) = order else { return };
                if accept {
                    listener.get_or_insert_with(|| port.listen());
                } else {
                    drop(listener.take());
                    connections.shutdown().await;
                }
                let _ = done.send(());
            }
        }
    }
}

struct Asked {
    method: String,
    path: String,
    headers: HeaderMap,
    encoded: Bytes,
}

/// What the connection does.
enum Reply {
    Answer(Response<Full<Bytes>>),
    Cut,
    Silent,
}

async fn handle(core: Arc<Core>, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let query = head.uri.query().unwrap_or_default();
    let encoded = if body.is_empty() { Bytes::from(query.to_owned()) } else { body };
    let path = head.uri.path().to_owned();
    let asked = Asked { method: head.method.to_string(), path, headers: head.headers, encoded };
    // What was begun is done, also when the caller leaves.
    match tokio::spawn(reply(core, asked)).await.map_err(io::Error::other)? {
        Reply::Answer(response) => Ok(response),
        Reply::Cut => Err(io::ErrorKind::ConnectionAborted.into()),
        Reply::Silent => match pending::<Infallible>().await {},
    }
}

async fn reply(core: Arc<Core>, asked: Asked) -> Reply {
    let key = header(&asked.headers, "idempotency-key").filter(|_| asked.method == "POST");
    let call = Call {
        method: asked.method.clone(),
        path: asked.path.clone(),
        params: form_urlencoded::parse(&asked.encoded).into_owned().collect(),
        idempotency_key: key.clone(),
    };
    let (request_id, rule) = {
        let mut state = core.state();
        state.calls.push(call);
        let call = API.route(&asked.method, &asked.path).map_or("", |(call, _)| call);
        (state.id("req_", 14), trouble::met(&mut state.rules, call))
    };
    let trouble = match &rule {
        Some(What::Trouble(trouble)) => Some(*trouble),
        _ => None,
    };
    match trouble {
        Some(Trouble::CutBefore) => return Reply::Cut,
        Some(Trouble::RateLimited) => {
            let error = ApiError::new(429, "invalid_request_error", "Too many requests");
            return answer(&refused(&error.code("rate_limit")), &request_id, key.as_deref(), false);
        }
        Some(Trouble::Unavailable) => {
            let error = ApiError::new(503, "api_error", "The service is not available");
            return answer(&refused(&error), &request_id, key.as_deref(), false);
        }
        _ => {}
    }
    let (done, replayed) = perform(&core, &asked, key.as_deref(), &request_id, rule).await;
    match trouble {
        Some(Trouble::CutAfter) => Reply::Cut,
        Some(Trouble::SilentAfter) => Reply::Silent,
        _ => answer(&done, &request_id, key.as_deref(), replayed),
    }
}

/// The answer, and whether it is one of before.
async fn perform(
    core: &Core,
    asked: &Asked,
    key: Option<&str>,
    request_id: &str,
    rule: Option<What>,
) -> (Answer, bool) {
    let (call, id, params) = match understood(core, asked) {
        Ok(understood) => understood,
        Err(error) => return (refused(&error), false),
    };
    if let Some(key) = key {
        let request = format!("{} {} {}", asked.method, asked.path, Value::from(params.clone()));
        let mut state = core.state();
        let now = state.now;
        match state.keys.begin(key, &request, now) {
            Ok(Some(answer)) => return (answer, true),
            Ok(None) => {}
            Err(error) => return (refused(&error), false),
        }
    }
    let trouble = match rule {
        Some(What::Hold(gate)) => {
            gate.pass().await;
            None
        }
        Some(What::Trouble(trouble)) => Some(trouble),
        None => None,
    };
    let answer = core.change(|state| {
        state.request = json!({ "id": request_id, "idempotency_key": key });
        let done = if trouble == Some(Trouble::ErrorBefore) {
            refused(&ApiError::server_error())
        } else {
            match calls::run(state, call, id, &params) {
                Ok(body) => Answer { status: 200, body: body.to_string() },
                Err(error) => refused(&error),
            }
        };
        let error_after = trouble == Some(Trouble::ErrorAfter);
        let done = if error_after { refused(&ApiError::server_error()) } else { done };
        state.request = Value::Null;
        if let Some(key) = key {
            state.keys.end(key, done.clone());
        }
        done
    });
    (answer, false)
}

type Understood<'a> = (&'static str, Option<&'a str>, Map<String, Value>);

fn understood<'a>(core: &Core, asked: &'a Asked) -> Result<Understood<'a>, ApiError> {
    let bearer = header(&asked.headers, AUTHORIZATION.as_str()).unwrap_or_default();
    if bearer.strip_prefix("Bearer ") != Some(&core.state().secret_key) {
        let message = "Invalid API Key provided";
        return Err(ApiError::new(401, "invalid_request_error", message));
    }
    let version = header(&asked.headers, "stripe-version").unwrap_or_default();
    if version != API.version {
        let known = &API.version;
        let message = format!("Invalid Stripe API version: '{version}', this speaks {known}");
        return Err(ApiError::invalid(message));
    }
    let Some((call, id)) = API.route(&asked.method, &asked.path) else {
        let message = format!("Unrecognized request URL ({}: {}).", asked.method, asked.path);
        return Err(ApiError::new(404, "invalid_request_error", message));
    };
    let params = form::parameters(&API.calls[call], &asked.encoded)?;
    Ok((call, id, params))
}

fn refused(error: &ApiError) -> Answer {
    Answer { status: error.status, body: error.body().to_string() }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn answer(answer: &Answer, request_id: &str, key: Option<&str>, replayed: bool) -> Reply {
    let mut response = Response::builder()
        .status(answer.status)
        .header("content-type", "application/json")
        .header("request-id", request_id)
        .header("stripe-version", &API.version);
    if let Some(key) = key {
        response = response.header("idempotency-key", key);
    }
    if replayed {
        response = response.header("idempotent-replayed", "true");
    }
    if answer.status == 429 {
        response = response.header(RETRY_AFTER, "1");
    }
    Reply::Answer(response.body(Bytes::from(answer.body.clone()).into()).unwrap())
}
