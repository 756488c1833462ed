//! The description of the JSON routes, in OpenAPI 3.1: put together from what stands beside the
//! handlers, and what all of them share.
//!
//! It is built when it is first asked for. `docs/openapi.json` is a copy of it, checked by a test.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, Info, License, OpenApi, OpenApiBuilder, Server, ServerBuilder, Tag,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::problem::ProblemBody;
use super::shared_answers;
use crate::lifecycle::VERSION;

/// The probes answer without the database, and what every other route can answer they cannot.
pub(super) const STATUS_TAG: &str = "Status";
const BEARER: &str = "bearer";

const DESCRIPTION: &str = "\
Vouchers, credit, checkout and Organizations of one Sovereign. Every path answers at the root and \
under `/api`.

**Money** is a whole number. Members that end in `_minor` or `_baisa` count minor units of the \
Sovereign's currency (OMR 1.000 is 1000); members that end in `_omr`, and `total_mrr` and \
`credit_balance`, count whole units of it, whichever currency it is, truncated toward zero. Where both \
stand, the minor units are exact.

**Times** are RFC 3339 in UTC. **Identifiers** are opaque texts. An Organization is a `tenant` on the \
wire.

**Bodies** are JSON objects of at most 1 MiB, whatever their Content-Type says, where nothing else is described. Unknown members are \
ignored; a whole number may be spelled `100` or `100.0`; no text may hold a NUL character.

**Lists** answer of each row only the members that `fields` names, whether or not they are required. Where there are more rows than are on a \
page, a Link header has the address of the next.

**Errors** are `application/problem+json`; tell them apart by `type`. A request that \
was answered 503 with a Retry-After may be sent again; with the same Idempotency-Key, what was done is \
not done twice.";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut document = frame();
    super::routes().describe(&mut document, shared_answers::complete);
    super::long_routes().describe(&mut document, shared_answers::complete);
    #[expect(clippy::expect_used, reason = "texts, numbers, and maps by text: JSON has them all")]
    let mut text = document.to_pretty_json().expect("a document");
    text.push('\n');
    text
});

/// The whole document, as it is served, printed and checked in.
pub fn document() -> &'static str {
    &DOCUMENT
}

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let document: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(document()).unwrap_or_default();
    crate::fingerprint::of_api(&document)
});

/// A digest of the routes, and of what they take and answer.
pub(super) fn fingerprint() -> &'static str {
    &FINGERPRINT
}

/// This description
///
/// In OpenAPI 3.1. The same for every Sovereign that runs the same build.
#[utoipa::path(
    get, path = "/openapi.json", tag = STATUS_TAG, operation_id = "getOpenApi",
    responses((status = 200, description = "The description", body = serde_json::Map<String, Value>)),
)]
pub(super) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document())
}

fn frame() -> OpenApi {
    let mut components = Components::new();
    let scheme = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "From this Sovereign's own issuer or a configured one. Its role (superadmin, \
             sovereign-admin or member) counts for the Sovereign; roles in an Organization are its own.",
        ))
        .build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    let problem = ProblemBody::name().into_owned();
    components.schemas.insert(problem, ProblemBody::schema());
    shared_answers::define(&mut components);

    let mut info = Info::new("Sovereign", VERSION);
    info.description = Some(DESCRIPTION.to_owned());
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([
            server("/", "The API host"),
            server("/api", "The hosts of the marketplace and the administration"),
        ]))
        .components(Some(components))
        .tags(Some([
            tag("Vouchers", "Codes, and what they are worth"),
            tag("Mailings", "Vouchers that are sent by mail"),
            tag("Campaigns", "Sets of vouchers with a budget and a time"),
            tag("Reports", "What happened on each day"),
            tag("Checkout", "Orders, paid by credit"),
            tag(
                "Billing",
                "Balance, subscription and invoices of an Organization; figures of the Sovereign",
            ),
            tag("Catalog", "What can be ordered; for anyone to read"),
            tag("Organizations", "Organizations and their members"),
            tag("Provisioning", "How what an Organization should have gets there"),
            tag("Policy", "What Organizations may have, and what is approved beyond it"),
            tag("Branding", "How the Sovereign shows itself"),
            tag("Audit", "Who did what, and when"),
            tag("Events", "Where events are sent, signed, and what became of them"),
            tag("Sign-in", "Signing in, tokens, and who somebody is"),
            tag(STATUS_TAG, "Health, version, public keys and this description"),
        ]))
        .build()
}

fn server(url: &str, description: &str) -> Server {
    ServerBuilder::new().url(url).description(Some(description)).build()
}

fn tag(name: &str, description: &str) -> Tag {
    TagBuilder::new().name(name).description(Some(description)).build()
}
