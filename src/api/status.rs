//! Health, version, and what others check our tokens with.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::openapi::{self, STATUS_TAG};
use super::problem::Problem;
use crate::app::App;
use crate::lifecycle::{COMMIT, VERSION};
use crate::storage::{self, catalog, migrate};

/// A probe wants its answer soon.
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// All is well.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Health)]
pub(super) struct HealthBody {
    /// Always `ok`.
    status: &'static str,
}

const WELL: HealthBody = HealthBody { status: "ok" };

/// Says whether the process runs
#[utoipa::path(
    get, path = "/livez", tag = STATUS_TAG, operation_id = "getLiveness",
    responses((status = 200, description = "It runs", body = HealthBody)),
)]
pub(super) async fn alive() -> Json<HealthBody> {
    Json(WELL)
}

/// Says whether the database answers
///
/// Within two seconds.
#[utoipa::path(
    get, path = "/readyz", tag = STATUS_TAG, operation_id = "getReadiness",
    responses(
        (status = 200, description = "It answers", body = HealthBody),
        (status = 500, description = "It answers what it should not; the log knows more"),
        (status = 503, description = "It does not answer"),
    ),
)]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Result<Json<HealthBody>, Problem> {
    let asked = tokio::time::timeout(READY_TIMEOUT, async {
        let mut tx = app.store.read().await?;
        catalog::revision(&mut tx).await
    });
    match asked.await {
        Ok(answered) => {
            answered?;
            Ok(Json(WELL))
        }
        Err(_) => Err(storage::Error::Unavailable("no answer in time".into()).into()),
    }
}

/// Which program this is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub(super) struct VersionBody {
    version: &'static str,
    /// What it was built from.
    commit: &'static str,
    /// A digest of the database schema it expects.
    schema: String,
    /// A digest of the routes, and of what they take and answer.
    api: &'static str,
}

/// Names the program
///
/// Equal on every Sovereign that runs the same build.
#[utoipa::path(
    get, path = "/version", tag = STATUS_TAG, operation_id = "getVersion",
    responses((status = 200, description = "Version and commit", body = VersionBody)),
)]
pub(super) async fn version() -> Json<VersionBody> {
    Json(VersionBody {
        version: VERSION,
        commit: COMMIT,
        schema: migrate::fingerprint(),
        api: openapi::fingerprint(),
    })
}

/// A set of public keys (RFC 7517).
#[derive(ToSchema)]
#[schema(as = KeySet)]
#[expect(dead_code, reason = "described, never made")]
pub(super) struct KeySetBody {
    keys: Vec<KeyBody>,
}

/// A public key (RFC 8037).
#[derive(ToSchema)]
#[schema(as = Key)]
#[expect(dead_code, reason = "described, never made")]
struct KeyBody {
    kty: String,
    crv: String,
    #[schema(rename = "use")]
    usage: String,
    alg: String,
    kid: String,
    x: String,
}

/// Lists the keys that check tokens
///
/// Of this Sovereign's own issuer, for other services.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = STATUS_TAG, operation_id = "listKeys",
    responses((status = 200, description = "The public keys", body = KeySetBody)),
)]
pub(super) async fn jwks(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.tokens.jwks())
}

/// What other services must know to check tokens of this Sovereign (OpenID Connect Discovery 1.0).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IssuerMetadata)]
pub(super) struct IssuerBody {
    /// What tokens name as `iss`, and as `aud`.
    issuer: String,
    jwks_uri: String,
    /// Access tokens are signed in the same way; ID tokens there are none.
    id_token_signing_alg_values_supported: [&'static str; 1],
    /// None: nobody else's clients sign people in here.
    response_types_supported: [&'static str; 0],
    subject_types_supported: [&'static str; 1],
    claims_supported: [&'static str; 9],
}

/// Describes the issuer of this Sovereign's tokens
///
/// A token is a JWT with the header `typ` `at+jwt` (RFC 9068), good for 15 minutes, for this Sovereign
/// itself. Other services can check it with the keys; docs/SIGN-IN.md says what of it they may rely on.
#[utoipa::path(
    get, path = "/.well-known/openid-configuration", tag = STATUS_TAG, operation_id = "getIssuer",
    responses((status = 200, description = "The issuer", body = IssuerBody)),
)]
pub(super) async fn issuer(State(app): State<Arc<App>>) -> Json<IssuerBody> {
    Json(IssuerBody {
        issuer: app.tokens.issuer().to_owned(),
        // As it is configured: programs keep it, and the issuer has its name for good.
        jwks_uri: format!("{}/.well-known/jwks.json", app.configured_url),
        id_token_signing_alg_values_supported: ["EdDSA"],
        response_types_supported: [],
        subject_types_supported: ["public"],
        claims_supported: ["iss", "aud", "sub", "sid", "iat", "exp", "auth_time", "email", "role"],
    })
}
