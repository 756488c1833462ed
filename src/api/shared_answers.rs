//! The answers that the extractors, the middleware and the database give on every route of a kind, and
//! the bodies and headers of problems. Handlers describe what is theirs; this is added to it.

use utoipa::ToSchema as _;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa::openapi::{Components, Content, Header, Ref, RefOr};

use super::openapi::STATUS_TAG;
use super::problem::ProblemBody;

/// A status, the name of its description, and what it means.
type Shared = (&'static str, &'static str, &'static str);

const INVALID: Shared =
    ("400", "Invalid", "The body or a parameter is not as described; `field` says which");
const UNAUTHORIZED: Shared = ("401", "Unauthorized", "There is no token, or not a valid one");
const NOT_FOUND: Shared = ("404", "NotFound", "The path names nothing");
const TIMEOUT: Shared = ("408", "Timeout", "It took longer than 30 seconds");
const TOO_LARGE: Shared = ("413", "TooLarge", "The body is larger than 1 MiB");
const INTERNAL: Shared = ("500", "Internal", "Something went wrong inside; the log knows more");
const UNAVAILABLE: Shared =
    ("503", "Unavailable", "The database is not available, or too much is queued; try again");
const ALL: [Shared; 7] =
    [INVALID, UNAUTHORIZED, NOT_FOUND, TIMEOUT, TOO_LARGE, INTERNAL, UNAVAILABLE];

const REQUEST_ID: &str = "x-request-id";
const AUTHENTICATE: &str = "WWW-Authenticate";
const RETRY_AFTER: &str = "Retry-After";

/// Adds what `complete` refers to.
pub(super) fn define(components: &mut Components) {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).build();
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let of_request = "The identifier of the request: its own, if it sent one of 1 to 64 letters, \
                      digits, '-', '_' and '.'; else a new one";
    for (name, header) in [
        (REQUEST_ID, header(of_request, text())),
        (AUTHENTICATE, header("The scheme: Bearer", text())),
        (RETRY_AFTER, header("How many seconds to wait", number)),
    ] {
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
    for (status, name, description) in ALL {
        let mut response = Response::new(description);
        finish(status, &mut response);
        components.responses.insert(name.to_owned(), RefOr::T(response));
    }
}

fn header(description: &str, schema: Object) -> Header {
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build()
}

/// Adds to an operation what follows from the rest of it.
pub(super) fn complete(operation: &mut Operation) {
    let shared = shared(operation);
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response {
            finish(status, response);
        }
    }
    for (status, name, _) in shared {
        let reference = || RefOr::Ref(Ref::from_response_name(name));
        responses.entry(status.to_owned()).or_insert_with(reference);
    }
}

fn shared(operation: &Operation) -> Vec<Shared> {
    let takes = |place: ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == place,
            RefOr::Ref(_) => false,
        })
    };
    let has_body = operation.request_body.is_some();
    // The probes say themselves what they answer.
    let is_probe = operation.tags.iter().flatten().any(|tag| tag == STATUS_TAG);
    let invalid = has_body || takes(ParameterIn::Query) || takes(ParameterIn::Header);
    [
        (invalid, INVALID),
        (operation.security.is_some(), UNAUTHORIZED),
        (takes(ParameterIn::Path), NOT_FOUND),
        (has_body, TOO_LARGE),
        (!is_probe, TIMEOUT),
        (!is_probe, INTERNAL),
        (!is_probe, UNAVAILABLE),
    ]
    .into_iter()
    .filter_map(|(applies, shared)| applies.then_some(shared))
    .collect()
}

/// Adds the headers that every answer with this status has, and the body of a problem where no other
/// one is described.
fn finish(status: &str, response: &mut Response) {
    const PROBLEM: &str = "application/problem+json";
    if status >= "400" && response.content.is_empty() {
        let content = Content::new(Some(Ref::from_schema_name(ProblemBody::name())));
        response.content.insert(PROBLEM.to_owned(), RefOr::T(content));
    }
    let also = match status {
        "401" => Some(AUTHENTICATE),
        "429" | "503" => Some(RETRY_AFTER),
        _ => None,
    };
    for name in [REQUEST_ID].into_iter().chain(also) {
        let reference = RefOr::Ref(Ref::new(format!("#/components/headers/{name}")));
        response.headers.insert(name.to_owned(), reference);
    }
}
