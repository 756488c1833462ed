//! `/tenant/orgs/{id}/apps`: installing and uninstalling apps, and what that comes to.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::app_answers::{
    AppsBody, BackingServicesBody, InstallPreviewBody, UninstallPreviewBody, answer_outcome,
};
use super::caller::{Address, Caller, Superadmin};
use super::changes::{limit, moment};
use super::checkout::respond;
use super::extract::{Body, Query, Segment, Segments, Whole, idempotency_key};
use super::forwarding::told;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::apps::{self, Accepted, Done, Install, Question};
use crate::usecase::organizations::usable_id;

/// An app to install.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AppInstall)]
pub(super) struct InstallBody {
    /// Its slug or identifier.
    slug: String,
    /// What it needs, by slug: `shared` with the Organization's other apps, or `dedicated` to this one. By default
    /// shared where that is possible.
    dep_choices: Option<BTreeMap<String, String>>,
    /// Where it is to run; by default in prod.
    environment: Option<String>,
    /// `cost.at` of the preview that the customer saw: for an hour it costs what it cost then. By default now.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<String>,
    /// `cost.total_minor` of that preview. Where it comes to something else by now, nothing is installed.
    #[schema(value_type = Option<i64>)]
    total_minor: Option<Whole>,
}

/// Installs an app
///
/// With what it needs. The rest of the month is drawn from credit at once. Where the credit does not cover it, a
/// card is to pay first: the answer is 409 `payment_required` with `session_url`, and the app is installed when
/// that is paid. For owners and admins. A retry with the same Idempotency-Key has the first answer.
#[utoipa::path(
    post, path = "/tenant/orgs/{id}/apps", tag = "Organizations", operation_id = "installApp",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("Idempotency-Key" = Option<String>, Header, nullable = false,
            description = "Names this request among the caller's; its answer is kept for good",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    request_body = InstallBody,
    responses(
        (status = 200, description = "It is paid and on its way, or there already", body = AppsBody, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 400, description = "A member is not as described, the catalog has no such app, or it does not \
            need what `dep_choices` names"),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
        (status = 409, description = "A card is to pay at `session_url` (`payment_required`), the app cannot be \
            installed yet (`app_not_available`), no subscription is billed here (`not_subscribed`), a month of \
            it is not paid (`payment_due`), it comes to something else by now (`change_outdated`), the key \
            came with another body (`idempotency_key_reused`), or a payment is in progress \
            (`payment_in_progress`)"),
        (status = 429, description = "Too many changes from this address or of this user"),
        (status = 503, description = "The credit does not cover it and cards are not taken here \
            (`payment_not_configured`); the payment service refuses (`payment_refused`) or does not answer, \
            and a retry with the same key goes on (`payment_unresolved`)"),
    ),
)]
pub(super) async fn install(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    headers: HeaderMap,
    Segment(id): Segment,
    Body(body): Body<InstallBody>,
) -> Result<Response, Problem> {
    limit(&app, address, &caller).await?;
    let id = usable_id(&id)?;
    let accepted = Accepted {
        at: body.at.as_deref().map(moment).transpose()?,
        total_minor: body.total_minor.map(|total| total.0),
        key: idempotency_key(&headers)?,
    };
    let install = Install {
        slug: body.slug,
        dep_choices: body.dep_choices.unwrap_or_default(),
        environment: body.environment,
        accepted,
    };
    let done = apps::install(&app, caller.actor(), id, install).await;
    match told(&app, (&caller.user_id, id), done).await? {
        Done::AlreadyInstalled => Ok(respond(AppsBody::of(&app, id, None).await?, false)),
        Done::Queued(outcome) => answer_outcome(&app, id, outcome).await,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UninstallQuery {
    /// Whether it goes although other apps need it. What they need of it stays, as a service of theirs.
    #[serde(default)]
    force: bool,
}

/// Uninstalls an app
///
/// With what nothing else needs; its data goes with it. What is not used of the month comes back as credit. For
/// owners and admins.
#[utoipa::path(
    delete, path = "/tenant/orgs/{id}/apps/{slug}", tag = "Organizations", operation_id = "uninstallApp",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("slug" = String, Path, description = "The app's slug or identifier"),
        UninstallQuery,
        ("Idempotency-Key" = Option<String>, Header, nullable = false,
            description = "Names this request among the caller's; its answer is kept for good",
            min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$"),
    ),
    responses(
        (status = 200, description = "It is being removed", body = AppsBody, headers(
            ("Idempotency-Replayed" = String,
                description = "`true` where this is the answer to an earlier, equal request")
        )),
        (status = 403, description = "The caller is no owner or admin of it, or it is suspended \
            (`organization_suspended`)"),
        (status = 404, description = "There is no such Organization, the caller is not in it, or it has no such \
            app"),
        (status = 409, description = "Other apps need it: `dependents` names them (`app_needed`); no \
            subscription is billed here (`not_subscribed`), a month of it is not paid (`payment_due`), the key \
            came with another body (`idempotency_key_reused`), a payment is in progress \
            (`payment_in_progress`), or what was put off is due for a card at `session_url` \
            (`payment_required`)"),
        (status = 429, description = "Too many changes from this address or of this user"),
        (status = 503, description = "A payment that is in the way cannot be ended now, and a retry goes on"),
    ),
)]
pub(super) async fn uninstall(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    headers: HeaderMap,
    Segments(segments): Segments,
    Query(query): Query<UninstallQuery>,
) -> Result<Response, Problem> {
    limit(&app, address, &caller).await?;
    let (id, slug) = id_and_slug(&segments)?;
    let accepted = Accepted { key: idempotency_key(&headers)?, ..Accepted::default() };
    let actor = caller.actor();
    let done = apps::uninstall(&app, actor, id, (slug, query.force), accepted).await;
    let outcome = told(&app, (&caller.user_id, id), done).await?;
    answer_outcome(&app, id, outcome).await
}

/// With what it needs as the catalog has it.
fn question(slug: &str, comes: bool) -> Question<'_> {
    const AS_IT_IS: &BTreeMap<String, String> = &BTreeMap::new();
    Question { slug, comes, dep_choices: AS_IT_IS }
}

fn id_and_slug(segments: &[String]) -> Result<(&str, &str), Problem> {
    match segments {
        [id, slug] => Ok((usable_id(id)?, usable_id(slug)?)),
        _ => Err(Problem::not_found("there is no such route")),
    }
}

/// Previews an install
///
/// What would come with the app, and what it would cost. For members; the cost is for those who may spend.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/apps/{slug}/install-preview", tag = "Organizations",
    operation_id = "previewAppInstall",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("slug" = String, Path, description = "The app's slug or identifier"),
    ),
    responses(
        (status = 200, description = "What it would come to", body = InstallPreviewBody),
        (status = 404, description = "There is no such Organization or app, or the caller is not in it"),
        (status = 429, description = "Too many changes from this address or of this user"),
    ),
)]
pub(super) async fn install_preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    Segments(segments): Segments,
) -> Result<Json<InstallPreviewBody>, Problem> {
    limit(&app, address, &caller).await?;
    let (id, slug) = id_and_slug(&segments)?;
    let preview = apps::preview(&app, caller.actor(), id, question(slug, true)).await?;
    Ok(Json(preview.into()))
}

/// Previews an uninstall
///
/// What would go with the app, and what would come back. For members; the cost is for those who may spend.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/apps/{slug}/uninstall-preview", tag = "Organizations",
    operation_id = "previewAppUninstall",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The Organization's identifier"),
        ("slug" = String, Path, description = "The app's slug or identifier"),
    ),
    responses(
        (status = 200, description = "What it would come to", body = UninstallPreviewBody),
        (status = 404, description = "There is no such Organization or app, or the caller is not in it"),
        (status = 429, description = "Too many changes from this address or of this user"),
    ),
)]
pub(super) async fn uninstall_preview(
    State(app): State<Arc<App>>,
    caller: Caller,
    Address(address): Address,
    Segments(segments): Segments,
) -> Result<Json<UninstallPreviewBody>, Problem> {
    limit(&app, address, &caller).await?;
    let (id, slug) = id_and_slug(&segments)?;
    let preview = apps::preview(&app, caller.actor(), id, question(slug, false)).await?;
    Ok(Json(preview.into()))
}

/// Lists the backing services
///
/// What the Organization's apps need to run. For members.
#[utoipa::path(
    get, path = "/tenant/orgs/{id}/backing-services", tag = "Organizations",
    operation_id = "listBackingServices",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The services", body = BackingServicesBody),
        (status = 404, description = "There is no such Organization, or the caller is not in it"),
    ),
)]
pub(super) async fn backing_services(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment,
) -> Result<Json<BackingServicesBody>, Problem> {
    let services = apps::backing_services(&app, &caller.actor(), usable_id(&id)?).await?;
    Ok(Json(services.into()))
}

/// Lists the backing services of any Organization
///
/// For the role superadmin.
#[utoipa::path(
    get, path = "/tenant/admin/tenants/{id}/backing-services", tag = "Organizations",
    operation_id = "listAnyBackingServices",
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The Organization's identifier")),
    responses(
        (status = 200, description = "The services", body = BackingServicesBody),
        (status = 403, description = "The role is not superadmin"),
        (status = 404, description = "There is no such Organization"),
    ),
)]
pub(super) async fn any_backing_services(
    State(app): State<Arc<App>>,
    _: Superadmin,
    Segment(id): Segment,
) -> Result<Json<BackingServicesBody>, Problem> {
    let services = apps::backing_services_of_any(&app, usable_id(&id)?).await?;
    Ok(Json(services.into()))
}
