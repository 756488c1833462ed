//! Answers that are one page of a list.

use axum::Json;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::problem::Problem;

/// How many rows were asked for.
pub(super) fn limit(asked: Option<i64>, default: i64, most: i64) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(default);
    if (1..=most).contains(&limit) {
        Ok(limit)
    } else {
        Err(Problem::field("limit", format!("limit must be 1 to {most}")))
    }
}

/// A page, with a Link header where there is another one.
pub(super) fn answer<T: Serialize>(
    rows: Vec<T>,
    next: Option<String>,
    uri: &Uri,
    limit: i64,
) -> Response {
    let mut response = Json(rows).into_response();
    if let Some(next) = next {
        let link = format!("<{}?after={next}&limit={limit}>; rel=\"next\"", uri.path());
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    response
}
