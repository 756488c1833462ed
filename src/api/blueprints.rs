//! `/catalog/admin/blueprints`: private Blueprints, the apps of a franchisee's own. Each is signed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sovereign_domain::timestamp::Timestamp;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::extract::{Body, Segment};
use super::if_match::{self, Tag};
use super::problem::Problem;
use super::wire::DoneBody;
use crate::app::App;
use crate::blueprints::Signed;
use crate::storage::Error;
use crate::usecase::blueprints::{self, Blueprint, MAX_ARTIFACT, MAX_PAYLOAD, Submission};

/// The largest signature, in bytes: those of P-256 have at most 72.
const MAX_SIGNATURE: usize = 256;

/// A private Blueprint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Blueprint)]
pub(super) struct BlueprintBody {
    /// That of its app.
    id: String,
    slug: String,
    name: String,
    /// What came of the last verification: `verified`; `untrusted` where its key is not trusted any more;
    /// `damaged` where it is not what was signed.
    state: &'static str,
    /// Whether it is shown and can be ordered.
    listed: bool,
    /// What the key that signed it was called.
    key_id: String,
    /// SHA-256 of that key's `SubjectPublicKeyInfo`, in hexadecimal.
    key_fingerprint: String,
    /// `sha256:` and the digest of the artifact.
    digest: String,
    /// What the signed payload calls it.
    docker_reference: String,
    helm_chart: String,
    helm_repo: String,
    /// Empty for the newest.
    helm_version: String,
    /// How many Organizations have it.
    installs: i64,
    /// Who added it, or its present artifact.
    added_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl TryFrom<Blueprint> for BlueprintBody {
    type Error = Error;

    fn try_from(blueprint: Blueprint) -> Result<Self, Error> {
        let Blueprint { item, row, installs } = blueprint;
        let text = |name: &str| item.doc.0[name].as_str().unwrap_or_default().to_owned();
        let (state, listed) = (row.state()?.as_str(), item.is_listed());
        let [name, helm_chart, helm_repo, helm_version] =
            ["name", "helm_chart", "helm_repo", "helm_version"].map(text);
        Ok(Self {
            id: item.id,
            slug: item.slug,
            name,
            state,
            listed,
            key_id: row.key_id,
            key_fingerprint: row.key_fingerprint,
            digest: row.digest,
            docker_reference: row.reference,
            helm_chart,
            helm_repo,
            helm_version,
            installs,
            added_by: row.added_by,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        })
    }
}

/// A Blueprint as it was signed. Everything is in base64, byte by byte as it was signed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SignedBlueprint)]
pub(super) struct SignedBody {
    /// The app's document, in JSON: the members of `AppWishes`. At most 256 KiB.
    #[schema(format = Byte)]
    artifact: String,
    /// What the signature is over: cosign's simple signing document, with the artifact's digest. At most
    /// 64 KiB.
    #[schema(format = Byte)]
    payload: String,
    /// ECDSA on P-256 over SHA-256 in ASN.1 DER, as cosign makes it, or the 64 bytes of Ed25519.
    #[schema(format = Byte)]
    signature: String,
    /// What the key is called in the configuration; by default, any that is trusted will do.
    #[schema(nullable = true)]
    key_id: Option<String>,
}

impl SignedBody {
    fn read(self) -> Result<Submission, Problem> {
        let signed = Signed {
            artifact: bytes("artifact", &self.artifact, MAX_ARTIFACT)?,
            payload: bytes("payload", &self.payload, MAX_PAYLOAD)?,
            signature: bytes("signature", &self.signature, MAX_SIGNATURE)?,
        };
        Ok(Submission { signed, key_id: self.key_id })
    }
}

fn bytes(field: &str, text: &str, most: usize) -> Result<Vec<u8>, Problem> {
    // `base64` and `openssl` break lines.
    let text: String = text.split_ascii_whitespace().collect();
    let found = STANDARD.decode(text).ok().filter(|bytes| (1..=most).contains(&bytes.len()));
    found.ok_or_else(|| {
        Problem::field(field, format!("{field} must be base64 of 1 to {most} bytes, with padding"))
    })
}

/// Lists the private Blueprints
///
/// Those that are not retired, oldest first, with what came of their verification at the last start. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/catalog/admin/blueprints", tag = "Catalog", operation_id = "listBlueprints",
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The Blueprints", body = Vec<BlueprintBody>),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Issuer,
) -> Result<Json<Vec<BlueprintBody>>, Problem> {
    let found = blueprints::list(&app).await?.into_iter();
    Ok(Json(found.map(BlueprintBody::try_from).collect::<Result<_, _>>()?))
}

/// Adds a private Blueprint
///
/// It must be signed by a key that the configuration trusts. It is listed among the apps at once. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/catalog/admin/blueprints", tag = "Catalog", operation_id = "addBlueprint",
    security(("bearer" = [])),
    request_body = SignedBody,
    responses(
        (status = 201, description = "The Blueprint", body = BlueprintBody),
        (status = 400, description = "A member is wrong, or it is not signed as it must be"),
        (status = 403, description = "The slug is the publisher's, or the role is neither"),
        (status = 409, description = "There is one of this slug, or no key is trusted here"),
    ),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<SignedBody>,
) -> Result<(StatusCode, Json<BlueprintBody>), Problem> {
    let made = blueprints::add(&app, &caller.actor(), &body.read()?).await?;
    Ok((StatusCode::CREATED, Json(made.try_into()?)))
}

/// Changes a private Blueprint
///
/// Another signed artifact of the same slug takes its place. Organizations that have it get what is new with
/// their next change. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/catalog/admin/blueprints/{id}", tag = "Catalog",
    operation_id = "changeBlueprint",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "Its identifier or slug"),
        ("If-Match" = Option<String>, Header,
            description = "The `digest` of what is changed, in double quotes: if it is another by now, nothing is"),
    ),
    request_body = SignedBody,
    responses(
        (status = 200, description = "The Blueprint, as it is now", body = BlueprintBody,
            headers(("ETag" = String, description = "For the next change"))),
        (status = 400, description = "A member is wrong, or it is not signed as it must be"),
        (status = 403, description = "It is the publisher's, or the role is neither"),
        (status = 404, description = "The catalog has no such app"),
        (status = 409, description = "No key is trusted here"),
        (status = 412, description = "Somebody has changed it since (`catalog_entry_edited`)"),
    ),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    headers: HeaderMap,
    Body(body): Body<SignedBody>,
) -> Result<(Tag, Json<BlueprintBody>), Problem> {
    let (submission, replaces) = (body.read()?, if_match::tags(&headers));
    let (actor, replaces) = (caller.actor(), replaces.as_deref());
    let changed = blueprints::change(&app, &actor, &id, &submission, replaces).await?;
    Ok((if_match::tag(&changed.row.digest), Json(changed.try_into()?)))
}

/// Retires a private Blueprint
///
/// It is not shown any more and cannot be ordered. Organizations that have it keep it, and are billed as
/// before. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    delete, path = "/catalog/admin/blueprints/{id}", tag = "Catalog",
    operation_id = "retireBlueprint",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "Its identifier or slug"),
        ("If-Match" = Option<String>, Header,
            description = "The `digest` of what is retired, in double quotes: if it is another by now, nothing is"),
    ),
    responses(
        (status = 200, description = "It is out of the catalog", body = DoneBody),
        (status = 403, description = "It is the publisher's, or the role is neither"),
        (status = 404, description = "The catalog has no such app"),
        (status = 409, description = "Other entries name it"),
        (status = 412, description = "Somebody has changed it since (`catalog_entry_edited`)"),
    ),
)]
pub(super) async fn retire(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
    headers: HeaderMap,
) -> Result<Json<DoneBody>, Problem> {
    let replaces = if_match::tags(&headers);
    blueprints::retire(&app, &caller.actor(), &id, replaces.as_deref()).await?;
    Ok(Json(DoneBody::DONE))
}
