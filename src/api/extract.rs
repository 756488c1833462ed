//! Reads requests, and says of bad ones which field, what is wrong and what to do.

use std::error::Error as StdError;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError};
use serde::de::{DeserializeOwned, Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::usecase::bulk::MAX_FILE_BYTES;

/// The largest body that is accepted.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Between two pieces of a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A JSON object as a body. Unknown members are ignored, as older clients send whole objects back.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        parse(&whole_body(request, MAX_BODY_BYTES).await?).map(Self)
    }
}

/// A body as it came.
pub(super) struct Raw(pub(super) Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        whole_body(request, MAX_BODY_BYTES).await.map(Self)
    }
}

/// A file that may be as large as those that are imported.
pub(super) struct File(pub(super) Vec<u8>);

impl<S: Send + Sync> FromRequest<S> for File {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        whole_body(request, MAX_FILE_BYTES).await.map(Self)
    }
}

/// Reads a body to its end, also one that is too large: a client that finds the connection closed while
/// it still sends may never see the answer. What is far too large never gets here.
async fn whole_body(request: Request, most: usize) -> Result<Vec<u8>, Problem> {
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    let mut length: usize = 0;
    loop {
        // A piece that is here costs no timer.
        let frame = tokio::time::timeout(BODY_TIMEOUT, body.frame()).await;
        let Some(frame) = frame.map_err(|_| not_whole())? else { break };
        let frame = frame.map_err(|error| unread(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > most {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    if length > most {
        return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(bytes)
}

fn unread(error: &axum::Error) -> Problem {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE);
        }
        cause = error.source();
    }
    not_whole()
}

fn not_whole() -> Problem {
    Problem::field("body", "the body did not arrive whole; send it again")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        return Err(Problem::field("body", "the body must be a JSON object: {\"…\": …}"));
    }
    refuse_depth(bytes)?;
    refuse_nul(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let field = match path.as_str() {
            "." | "?" => named(&error.inner().to_string()).unwrap_or("body").to_owned(),
            _ => path,
        };
        Problem::field(&field, format!("{field}: {}", plain(&error.into_inner())))
    })?;
    json.end().map_err(|error| Problem::field("body", format!("body: {}", plain(&error))))?;
    Ok(value)
}

/// Unknown members are skipped without a look into them, and so could nest without an end.
fn refuse_depth(bytes: &[u8]) -> Result<(), Problem> {
    const MAX_DEPTH: usize = 64;
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth = depth.saturating_add(1),
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let detail = format!("the body is nested more than {MAX_DEPTH} deep");
            return Err(Problem::field("body", detail));
        }
    }
    Ok(())
}

/// A NUL in a text would fail the statement it gets into, and with it a whole batch. What looks as if
/// it had one must be readable as a whole: skipping a member is more lenient than reading it.
fn refuse_nul(bytes: &[u8]) -> Result<(), Problem> {
    let escape: &[u8] = b"\\u0000";
    if !bytes.windows(escape.len()).any(|window| window == escape) {
        return Ok(());
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::field("body", format!("body: {}", plain(&error))))?;
    match nul_path(&value, String::new()) {
        Some(field) => Err(Problem::field(&field, format!("{field} has a NUL character in it"))),
        None => Ok(()),
    }
}

fn nul_path(value: &Value, path: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(path),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| nul_path(item, format!("{path}[{index}]"))),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let name = name.replace('\0', "\u{fffd}");
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            if path.contains('\u{fffd}') { Some(path) } else { nul_path(member, path) }
        }),
        _ => None,
    }
}

/// Serde names a member that is missing or there twice in its text only.
fn named(text: &str) -> Option<&str> {
    let name =
        text.strip_prefix("missing field `").or_else(|| text.strip_prefix("duplicate field `"));
    name?.split('`').next()
}

/// The text without its position, which means little in a body on one line.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(" at line ") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}

/// A whole number. `100.0` is one as well (JSON knows no other numbers); text and fractions are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Whole(pub(super) i64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor)
    }
}

struct WholeVisitor;

impl Visitor<'_> for WholeVisitor {
    type Value = Whole;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Whole, E> {
        let whole = i64::try_from(number).map(Whole);
        whole.map_err(|_| E::custom("the number is too large"))
    }

    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers below 2^53 get here")]
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Whole, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() < EXACT {
            Ok(Whole(number as i64))
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }
}

/// A query string.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        let query = query.map_err(|error| {
            let text = error.body_text();
            let detail = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let field = detail.split_once(": ").map(|(field, _)| field).or(named(detail));
            Problem::field(field.unwrap_or("query"), detail)
        })?;
        Ok(Self(query.0))
    }
}

/// One part of the path, decoded; a part that cannot name anything is not found.
pub(super) struct Segment(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let segments = Segments::from_request_parts(parts, state).await?;
        let last = segments.0.into_iter().next_back();
        last.map(Self).ok_or_else(|| Problem::not_found("there is no such route"))
    }
}

/// All named parts of the path, in order.
pub(super) struct Segments(pub(super) Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Segments {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found("the path is not UTF-8"))?;
        let values: Vec<String> = path.iter().map(|(_, value)| value.to_owned()).collect();
        if values.iter().any(|value| value.contains('\0')) {
            return Err(Problem::not_found("the path has a NUL character in it"));
        }
        Ok(Self(values))
    }
}

/// A member that is an object or nothing. By itself serde reads a list as one, too, member by member.
pub(super) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let Some(members) = Option::<Map<String, Value>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    serde_json::from_value(Value::Object(members)).map(Some).map_err(D::Error::custom)
}

/// References in one list; more is no order of a person.
const MAX_REFERENCES: usize = 200;

/// A list of identifiers or slugs; an absent one is empty.
pub(super) fn references(
    field: &'static str,
    list: Option<Vec<String>>,
) -> Result<Vec<String>, Problem> {
    let list = list.unwrap_or_default();
    if list.len() > MAX_REFERENCES {
        let detail = format!("{field} must have at most {MAX_REFERENCES} entries");
        return Err(Problem::field(field, detail));
    }
    Ok(list)
}

/// The `Idempotency-Key` of a request, if it sent one.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    const NAME: &str = "Idempotency-Key";
    const MAX_CHARS: usize = 255;
    let mut values = headers.get_all(NAME).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=MAX_CHARS).contains(&key.len()));
    match key {
        Some(key) if values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(Problem::field(
            NAME,
            "Idempotency-Key must be one value of 1 to 255 ASCII characters",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Sample {
        amount: Whole,
        days: Option<Whole>,
    }

    #[test]
    fn whole_numbers_come_in_either_spelling() {
        for body in
            ["{\"amount\": 100}", " {\"amount\": 100.0, \"other\": [[]]}", "{\"amount\":1e2}"]
        {
            assert_eq!(parse::<Sample>(body.as_bytes()).unwrap().amount, Whole(100), "{body}");
        }
        let sample: Sample = parse(b"{\"amount\": 1, \"days\": null}").unwrap();
        assert_eq!(sample.days, None);
    }

    #[test]
    fn bad_bodies_name_the_field() {
        let deep =
            format!("{{\"amount\": 1, \"x\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for (body, field) in [
            ("", "body"),
            ("[]", "body"),
            ("[{\"amount\": 1}]", "body"),
            ("{", "body"),
            ("{}", "amount"),
            ("{\"amount\": \"1\"}", "amount"),
            ("{\"amount\": 1.5}", "amount"),
            ("{\"amount\": 1e309}", "amount"),
            ("{\"amount\": 9223372036854775808}", "amount"),
            ("{\"amount\": null}", "amount"),
            ("{\"amount\": 1, \"days\": \"x\"}", "days"),
            ("{\"amount\": 1, \"note\": [\"a\", \"b\\u0000\"]}", "note[1]"),
            ("{\"amount\": 1} {}", "body"),
            (&deep, "body"),
            ("{\"amount\": 1, \"note\": \"\\u0000\", \"x\": 1e999}", "body"),
            ("{\"amount\": 1, \"amount\": 1}", "amount"),
        ] {
            let problem = parse::<Sample>(body.as_bytes()).expect_err(body);
            let problem = format!("{problem:?}");
            assert!(
                problem.contains(&format!("field: Some(\"{field}\")")),
                "{body:.60}: {problem}"
            );
        }
    }
}
