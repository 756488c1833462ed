//! `If-Match` and `If-None-Match` (RFC 9110, section 13.1): what is changed is still what was read.

use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use super::problem::Problem;

/// The tag of an answer.
pub(super) type Tag = [(HeaderName, String); 1];

/// The tag of what has this fingerprint.
pub(super) fn tag(fingerprint: &str) -> Tag {
    [(header::ETAG, format!("\"{fingerprint}\""))]
}

/// Somebody has changed `what` since it was read; nothing is done.
pub(super) fn failed(code: &'static str, what: &str) -> Problem {
    let detail = format!("somebody has changed {what} since; read it, and change it again");
    Problem::new(StatusCode::PRECONDITION_FAILED, code, detail).about("If-Match")
}

/// The tags of `If-Match`, without their quotes; `None` where anything may be changed. A tag that is none of ours is
/// among them all the same: nothing has it.
pub(super) fn tags(headers: &HeaderMap) -> Option<Vec<String>> {
    let tags = listed(headers, &header::IF_MATCH)?;
    if tags.contains(&"*") {
        return None;
    }
    let unquoted = |tag: &&str| tag.strip_prefix('"')?.strip_suffix('"').map(str::to_owned);
    Some(tags.iter().filter_map(unquoted).collect())
}

/// Whether there must be nothing yet: `If-None-Match: *`.
pub(super) fn nothing(headers: &HeaderMap) -> bool {
    listed(headers, &header::IF_NONE_MATCH).is_some_and(|tags| tags.contains(&"*"))
}

fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let values: Vec<_> = headers.get_all(name).iter().collect();
    let texts = values.iter().filter_map(|value| value.to_str().ok());
    let tags = texts.flat_map(|text| text.split(',')).map(str::trim);
    (!values.is_empty()).then(|| tags.collect())
}
