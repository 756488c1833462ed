//! Answers that are one page of a list.

use axum::Json;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use super::problem::Problem;

/// How many rows were asked for.
pub(super) fn limit(asked: Option<i64>, default: i64, most: i64) -> Result<i64, Problem> {
    within("limit", asked, default, most)
}

/// A number that was asked for, from 1 to `most`.
pub(super) fn within(
    field: &'static str,
    asked: Option<i64>,
    default: i64,
    most: i64,
) -> Result<i64, Problem> {
    let number = asked.unwrap_or(default);
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(Problem::field(field, format!("{field} must be 1 to {most}")))
    }
}

/// A page, with a Link header where there is another one.
pub(super) fn answer<T: Serialize>(
    rows: Vec<T>,
    next: Option<String>,
    uri: &Uri,
    limit: i64,
) -> Response {
    linked(rows, next.map(|next| [("after", next), ("limit", limit.to_string())]), uri)
}

/// The same, where more than a place is asked for: `next` is the query of the next page.
pub(super) fn linked<T: Serialize>(
    rows: Vec<T>,
    next: Option<impl Serialize>,
    uri: &Uri,
) -> Response {
    let mut response = Json(rows).into_response();
    let query = next.and_then(|next| serde_urlencoded::to_string(next).ok());
    let link = query.map(|query| format!("<{}?{query}>; rel=\"next\"", uri.path()));
    let link = link.and_then(|link| HeaderValue::from_str(&link).ok());
    response.headers_mut().extend(link.map(|link| (header::LINK, link)));
    response
}
