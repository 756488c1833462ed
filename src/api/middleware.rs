//! What every request passes: a request identifier, limits, a log line, problems written out.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Response as HttpResponse, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http_body_util::Full;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use super::problem::Problem;
use crate::app::App;
use crate::usecase::bulk::MAX_FILE_BYTES;

/// What is larger is not even read. See `extract` for what is accepted.
const MAX_READ_BYTES: usize = MAX_FILE_BYTES + 1024 * 1024;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const LONG_TIMEOUT: Duration = Duration::from_hours(1);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The identifier of a request: the client's, where it is usable, else a new one.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

pub(super) fn around(router: Router<Arc<App>>) -> Router<Arc<App>> {
    // One layer made of all of them: the router would box the future of each one by itself. The first is
    // the outermost.
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(frame))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIMEOUT))
            .layer(RequestBodyLimitLayer::new(MAX_READ_BYTES)),
    )
}

/// The same around what takes long. How much such a handler reads is its own to limit, once it knows who asks.
pub(super) fn around_long(router: Router<Arc<App>>) -> Router<Arc<App>> {
    router.layer(
        ServiceBuilder::new()
            .layer(from_fn(frame))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONG_TIMEOUT)),
    )
}

/// The outermost layer.
async fn frame(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(&request);
    let method = request.method().clone();
    // The template, not the path: codes and identifiers stay out of the log.
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));

    // Whatever is logged on the way can be found by the identifier that a problem's instance names.
    let span = tracing::error_span!("request", request_id = id);
    let response = next.run(request).instrument(span).await;
    let mut response = written(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = response.status().as_u16();
    let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    tracing::info!(request_id = id, %method, route, status, micros, "request");
    response
}

fn request_id(request: &Request) -> String {
    let usable = |text: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !text.is_empty() && text.len() <= 64 && text.chars().all(allowed)
    };
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    sent.filter(usable).map_or_else(new_request_id, str::to_owned)
}

#[expect(clippy::disallowed_methods, reason = "names a log line, never a row")]
fn new_request_id() -> String {
    Uuid::new_v4().to_string()
}

/// Writes the body of a problem, also of one that the framework answered without a body of ours.
fn written(mut response: Response, request_id: &str) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return problem.respond(request_id);
    }
    let status = response.status();
    // An answer of ours, or a page.
    let ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| {
        let kind = value.as_bytes();
        kind.starts_with(b"application/json") || kind.starts_with(b"text/html")
    });
    if (status.is_client_error() || status.is_server_error()) && !ours {
        return Problem::of_status(status).respond(request_id);
    }
    response
}

#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> HttpResponse<Full<bytes::Bytes>> {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("?");
    tracing::error!(panic = text, "a handler panicked");
    let mut response = HttpResponse::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
