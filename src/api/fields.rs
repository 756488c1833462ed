//! `?fields=`: of each row of a list, only the members that a client names. Every list has it: what its rows have is
//! taken from its description.

use std::collections::BTreeSet;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr, Required};

use super::described::Described;
use super::problem::Problem;

const NAME: &str = "fields";
/// The largest answer that is read again: a page of a list is far smaller.
const MOST_BYTES: usize = 64 * 1_024 * 1_024;

/// Answers a request as its handler does, with the members only that it names.
pub(super) async fn pick(described: fn() -> Described, request: Request, next: Next) -> Response {
    let Some(asked) = asked(request.uri().query()) else { return next.run(request).await };
    let described = described();
    let Some(known) = members(&described.operation, &described.schemas) else {
        return next.run(request).await;
    };
    let wanted: BTreeSet<&str> = asked.split(',').map(str::trim).collect();
    if let Some(unknown) = wanted.iter().find(|name| !known.iter().any(|one| one == *name)) {
        let known = known.join(", ");
        let detail =
            format!("fields must be some of {known}, separated by commas; {unknown:?} is none");
        return Problem::field(NAME, detail).into_response();
    }
    let response = next.run(request).await;
    if response.status() != StatusCode::OK {
        return response;
    }
    match picked(response, &wanted, &asked).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "an answer was not read again");
            Problem::internal().into_response()
        }
    }
}

/// What the query asks for; nothing where it asks for nothing.
fn asked(query: Option<&str>) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    let (_, asked) = pairs.find(|(name, _)| name == NAME)?;
    (!asked.trim().is_empty()).then(|| asked.into_owned())
}

async fn picked(
    response: Response,
    wanted: &BTreeSet<&str>,
    asked: &str,
) -> anyhow::Result<Response> {
    let (mut parts, body) = response.into_parts();
    let rows: Vec<Map<String, Value>> = serde_json::from_slice(&to_bytes(body, MOST_BYTES).await?)?;
    let rows: Vec<Map<String, Value>> = rows
        .into_iter()
        .map(|row| row.into_iter().filter(|(name, _)| wanted.contains(name.as_str())).collect())
        .collect();
    parts.headers.remove(header::CONTENT_LENGTH);
    // The next page has them too.
    let link = parts.headers.get(header::LINK).and_then(|link| link.to_str().ok());
    if let Some((address, rest)) = link.and_then(|link| link.split_once('>')) {
        let asked: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let link = HeaderValue::from_str(&format!("{address}&{NAME}={asked}>{rest}"))?;
        parts.headers.insert(header::LINK, link);
    }
    Ok(Response::from_parts(parts, Body::from(serde_json::to_vec(&rows)?)))
}

/// What the rows of a list may have; `None` where the answer is no list.
pub(super) fn members(
    operation: &Operation,
    schemas: &[(String, RefOr<Schema>)],
) -> Option<Vec<String>> {
    let RefOr::T(answer) = operation.responses.responses.get("200")? else { return None };
    let RefOr::T(content) = answer.content.get("application/json")? else { return None };
    let Some(RefOr::T(Schema::Array(list))) = &content.schema else { return None };
    let ArrayItems::RefOrSchema(row) = &list.items else { return None };
    let mut names = Vec::new();
    gather(row, schemas, &mut names);
    (!names.is_empty()).then_some(names)
}

fn gather(schema: &RefOr<Schema>, schemas: &[(String, RefOr<Schema>)], names: &mut Vec<String>) {
    match schema {
        RefOr::Ref(Ref { ref_location, .. }) => {
            let name = ref_location.rsplit('/').next().unwrap_or_default();
            if let Some((_, schema)) = schemas.iter().find(|(one, _)| one == name) {
                gather(schema, schemas, names);
            }
        }
        RefOr::T(Schema::Object(object)) => names.extend(object.properties.keys().cloned()),
        RefOr::T(Schema::AllOf(parts)) => {
            for part in &parts.items {
                gather(part, schemas, names);
            }
        }
        RefOr::T(_) => {}
    }
}

/// The parameter of a list whose rows have these members.
pub(super) fn parameter(members: &[String]) -> Parameter {
    let one = format!("({})", members.join("|"));
    let pattern = format!("^({one}(,{one})*)?$");
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    ParameterBuilder::new()
        .name(NAME)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(
            "Of each row only these members, separated by commas, whether or not they are required; empty = all.",
        ))
        .schema(Some(schema))
        .build()
}
