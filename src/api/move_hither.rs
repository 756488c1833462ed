//! Organizations that another Sovereign has exported: imported, and activated or dropped.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bundle_upload::{BUNDLE, Upload};
use super::caller::Superadmin;
use super::extract::{Body, Segment};
use super::move_away::no_keys;
use super::move_plan::PlanBody;
use super::move_problem::of_upload;
use super::moves::paper;
use super::problem::Problem;
use crate::app::App;
use crate::bundle::{Identity, TrustedKeys};
use crate::usecase::moves::plan::Choices;
use crate::usecase::moves::take_in::{self, Arriving};
use crate::usecase::organizations::usable_id;

/// A bundle, and how it is to be imported.
#[derive(Debug, ToSchema)]
#[schema(as = MoveImport)]
#[expect(dead_code, reason = "for the description: the form is read part by part")]
pub(super) struct ImportForm {
    /// The Sovereign that exported it, such as `a.example`.
    from: String,
    /// Its public keys, as it answers `GET /.well-known/jwks.json`.
    keys: String,
    /// The file.
    #[schema(value_type = String, format = Binary)]
    bundle: Vec<u8>,
    /// The address that it is to have here, if not its own.
    #[schema(nullable = false)]
    slug: Option<String>,
    /// `true`: both Sovereigns charge cards on one account at Stripe.
    #[schema(nullable = false, pattern = "^(true|false)?$")]
    same_stripe_account: Option<String>,
    /// `true`: it comes back from another Sovereign than it left for, and both have said that it went on.
    #[schema(nullable = false, pattern = "^(true|false)?$")]
    from_elsewhere: Option<String>,
    /// `true`: it is looked at, and nothing is changed.
    #[schema(nullable = false, pattern = "^(true|false)?$")]
    dry_run: Option<String>,
    /// What `age-keygen` wrote, for a bundle that is encrypted. It is not kept.
    #[schema(nullable = false)]
    identity: Option<String>,
    /// Of the bundle that was looked at: another one is not imported.
    #[schema(nullable = false)]
    manifest_sha256: Option<String>,
}

/// What became of a bundle.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveImported)]
pub(super) struct ImportedBody {
    plan: PlanBody,
    /// Of the bundle, for `manifest_sha256` of the import; with `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    manifest_sha256: Option<String>,
    /// What is signed for the source; absent with `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    receipt: Option<Map<String, Value>>,
    /// Whether it was imported now, and not before; absent with `dry_run`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_new: Option<bool>,
}

/// Imports an Organization that another Sovereign has exported
///
/// All of the bundle is checked before anything is written, and all of it is written in one transaction; it then is as
/// frozen here as at its source, which confirms the receipt. The same bundle again changes nothing and has the same receipt.
/// It may be as large as `moves.max_bundle_mib` says, and is imported within this request: a proxy that gives up
/// earlier ends neither, and asked again the answer is there. For the role superadmin, who must have signed in within the
/// last ten minutes.
#[utoipa::path(
    post, path = "/billing/admin/moves/import", tag = "Organizations", operation_id = "importOrganization",
    security(("bearer" = [])),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "With `dry_run` the plan, with what is in the way; else the receipt too",
            body = ImportedBody),
        (status = 400, description = "A part is missing or not as described; `field` says which"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 408, description = "It took longer than an hour"),
        (status = 409, description = "Something is in the way: `conflicts` says what, and what to do \
            (`import_conflicts`); or it is another bundle than was looked at (`bundle_differs`)"),
        (status = 413, description = "The bundle is larger than is taken here"),
        (status = 422, description = "The bundle is not believed: `file` says which file in it is wrong \
            (`bundle_refused`)"),
    ),
)]
pub(super) async fn import(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    request: Request,
) -> Result<Json<ImportedBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let most = app.max_bundle_bytes;
    let upload = Upload::read(request, most, |_| true).await;
    let upload = upload.map_err(|error| of_upload(error, most))?;
    let dry_run = truth(&upload, "dry_run")?;
    let arriving = arriving(upload)?;
    if dry_run {
        let looked = take_in::look(app, arriving).await?;
        let (plan, manifest_sha256) = (looked.plan.into(), Some(looked.sha256));
        return Ok(Json(ImportedBody { plan, manifest_sha256, receipt: None, is_new: None }));
    }
    let imported = take_in::take_in(app, caller.actor(), arriving).await?;
    Ok(Json(ImportedBody {
        plan: imported.plan.into(),
        manifest_sha256: None,
        receipt: paper(Some(&imported.receipt)),
        is_new: Some(imported.is_new),
    }))
}

fn arriving(upload: Upload) -> Result<Arriving, Problem> {
    let keys: Option<Value> = upload.find("keys").and_then(|text| serde_json::from_str(text).ok());
    let keys = keys.as_ref().and_then(TrustedKeys::from_jwks).ok_or_else(no_keys)?;
    let missing =
        |part: &str, what: &str| Problem::field(part, format!("{part} is missing: {what}"));
    let from = upload.find("from").ok_or_else(|| {
        missing("from", "the Sovereign that exported the bundle, such as a.example")
    })?;
    let identity = upload.find("identity").map(|text| {
        let detail = "identity must be what `age-keygen` wrote, with a line that begins with AGE-SECRET-KEY-1";
        Identity::parse(text).ok_or_else(|| Problem::field("identity", detail))
    });
    let choices = Choices {
        slug: upload.find("slug").map(str::to_owned),
        same_stripe_account: truth(&upload, "same_stripe_account")?,
        from_elsewhere: truth(&upload, "from_elsewhere")?,
    };
    Ok(Arriving {
        from: from.to_owned(),
        keys,
        identity: identity.transpose()?,
        choices,
        expected: upload.find("manifest_sha256").map(str::to_owned),
        file: upload
            .bundle
            .map(Arc::new)
            .ok_or_else(|| missing(BUNDLE, "the file that was exported"))?,
    })
}

/// A part that is `true` or `false`, which it is where it is absent.
fn truth(upload: &Upload, name: &'static str) -> Result<bool, Problem> {
    match upload.find(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::field(name, format!("{name} must be true or false"))),
    }
}

/// What the source has signed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MoveActivation)]
pub(super) struct ActivateBody {
    /// The release, as the source answered it.
    #[schema(value_type = Object)]
    release: Map<String, Value>,
}

/// An Organization that is here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveActivated)]
pub(super) struct ActivatedBody {
    organization: String,
    move_id: Uuid,
    /// What it is here.
    status: &'static str,
    /// In minor units.
    balance_minor: i64,
    owed_minor: i64,
    /// Whether it was activated now, and not before.
    is_new: bool,
}

/// Activates an Organization that was imported
///
/// Once its source has let go of it, and signed that: from now on it can spend here. Asked again, nothing is changed. For the
/// role superadmin, who must have signed in within the last ten minutes.
#[utoipa::path(
    post, path = "/billing/admin/moves/activate", tag = "Organizations", operation_id = "activateOrganization",
    security(("bearer" = [])),
    request_body = ActivateBody,
    responses(
        (status = 200, description = "It is here", body = ActivatedBody),
        (status = 400, description = "A member is not as described; `field` says which"),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 409, description = "Nothing of it has arrived, or the release is of something else \
            (`not_activated`)"),
        (status = 422, description = "The release is not believed (`paper_refused`)"),
    ),
)]
pub(super) async fn activate(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Body(body): Body<ActivateBody>,
) -> Result<Json<ActivatedBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let release = Value::Object(body.release).to_string();
    let activated = take_in::activate(&app, &caller.actor(), &release).await?;
    Ok(Json(ActivatedBody {
        organization: activated.organization_id,
        move_id: activated.release.move_id,
        status: activated.status.as_str(),
        balance_minor: activated.release.balance_minor,
        owed_minor: activated.release.owed_minor,
        is_new: activated.is_new,
    }))
}

/// What was given up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MoveDropped)]
pub(super) struct DroppedBody {
    organization: String,
    move_id: Uuid,
    /// The Sovereign that keeps it.
    from: String,
    /// Whether a tombstone of an earlier time stays.
    was_here: bool,
    /// Whether it was dropped now, and not before.
    is_new: bool,
}

/// Drops an Organization that was imported and is not activated
///
/// For one whose source has aborted its move. Everything that was imported goes; one that was here before is again what it
/// was since it left. Asked again, nothing is changed. For the role superadmin, who must have signed in within the last ten
/// minutes.
#[utoipa::path(
    post, path = "/billing/admin/organizations/{id}/move/drop", tag = "Organizations",
    operation_id = "dropOrganization",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "It is dropped", body = DroppedBody),
        (status = 401, description = "There is no valid token, or its bearer has not signed in lately \
            (`sign_in_again`)"),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "No such Organization has arrived here"),
        (status = 408, description = "It took longer than an hour"),
        (status = 409, description = "It is activated, and has its only home here (`organization_arrived`)"),
    ),
)]
pub(super) async fn drop_arrival(
    State(app): State<Arc<App>>,
    Superadmin(caller): Superadmin,
    Segment(id): Segment,
) -> Result<Json<DroppedBody>, Problem> {
    caller.signed_in_lately(&app)?;
    let id = usable_id(&id)?.to_owned();
    let dropped = take_in::give_up(app, caller.actor(), id).await?;
    Ok(Json(DroppedBody {
        organization: dropped.organization_id,
        move_id: dropped.move_id,
        from: dropped.from,
        was_here: dropped.was_here,
        is_new: dropped.is_new,
    }))
}
