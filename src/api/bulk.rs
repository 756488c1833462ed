//! `/billing/vouchers/bulk`: many vouchers at once, and how far they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::{Caller, Issuer};
use super::extract::{Body, Query, Segment, Whole};
use super::paging;
use super::problem::Problem;
use crate::app::App;
use crate::usecase::bulk::{self, BulkError, BulkOperation, NewCodes, PAGE_SIZE, Terms};
use crate::usecase::vouchers::{Issue, Writer};

/// Codes to make. Absent members, and those that are `null`, have their defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewCodes)]
pub(super) struct NewBody {
    /// Of the operation, chosen by the client: asked for again under the same, it is not begun twice. By default a new
    /// one.
    id: Option<Uuid>,
    /// How many.
    #[schema(value_type = i64, minimum = 1, maximum = 100_000)]
    count: Whole,
    /// What each begins with: letters A to Z, digits, '-', '_' and '.'. By default empty.
    #[schema(max_length = 52, pattern = "^[A-Za-z0-9._-]*$")]
    prefix: Option<String>,
    /// How many random characters follow. The fewest that nobody can guess are 12 of `clear`, 13 of `letters` and 17
    /// of `digits`, 18 with a check character. By default 16 of `clear`, and the fewest of the others.
    #[schema(value_type = Option<i64>, minimum = 12, maximum = 64)]
    length: Option<Whole>,
    /// What those are: `clear`, the default (letters and digits without those that look alike), `letters` (of those)
    /// or `digits`.
    #[schema(pattern = "^(clear|letters|digits)?$")]
    alphabet: Option<String>,
    /// Whether the last character is that of ISO/IEC 7064, MOD 37,36, over the digits and letters of the whole code. By
    /// default `false`.
    check_character: Option<bool>,
    /// What each is worth, in whole units of the Sovereign's currency.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000)]
    credit_omr: Whole,
    /// For people. No control characters but line ends and tabs. By default empty.
    #[schema(
        max_length = 500,
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    description: Option<String>,
    /// How often each can be redeemed; by default once, 0 = without limit.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    max_redemptions: Option<Whole>,
    /// How many days its credit lasts after it was redeemed; 0, the default, = for good.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 36_500)]
    credit_valid_days: Option<Whole>,
    /// The campaign they are in, by identifier or name; empty, the default, = none.
    #[schema(max_length = 80, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    campaign_id: Option<String>,
}

impl From<NewBody> for NewCodes {
    fn from(body: NewBody) -> Self {
        Self {
            id: body.id,
            count: body.count.0,
            prefix: body.prefix.unwrap_or_default(),
            length: body.length.map(|length| length.0),
            alphabet: body.alphabet,
            check_character: body.check_character.unwrap_or(false),
            worth: Issue {
                code: String::new(),
                credit_units: body.credit_omr.0,
                description: body.description,
                active: None,
                max_redemptions: body.max_redemptions.map(|cap| cap.0),
                credit_valid_days: body.credit_valid_days.map(|days| days.0),
                campaign: body.campaign_id,
            },
        }
    }
}

/// An operation on many vouchers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkOperation)]
pub(super) struct OperationBody {
    id: Uuid,
    /// What it does: `generate` or `import` vouchers, or `edit` those that there are.
    #[schema(pattern = "^(generate|import|edit)$")]
    kind: &'static str,
    /// How it stands: `checked` (somebody has to begin it), `running`, `done`, `cancelled` or `failed`.
    #[schema(pattern = "^(checked|running|done|cancelled|failed)$")]
    state: &'static str,
    /// How many vouchers it is to issue, or to look at.
    total: i64,
    /// How many it has issued, or looked at.
    done: i64,
    /// Of `edit`: what is done to each.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^(pause|resume|extend|revoke|restore|tag|untag)$")]
    action: Option<&'static str>,
    /// Of `tag` and `untag`: the tag that each gets or loses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    edit_tag: Option<String>,
    /// Of `extend`: how many days longer credit lasts; below zero where that is undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    days: Option<i64>,
    /// Of `edit`: how many it has changed; the others were so already, or could not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    changed: Option<i64>,
    /// What all that it issues are worth, each redeemed once, in minor units.
    total_credit_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// Of `generate`: what codes are made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pattern: Option<PatternBody>,
    /// Of one that failed: why. It changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fault: Option<String>,
    /// Who asked for it.
    asked_by: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What codes are made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CodePattern)]
struct PatternBody {
    prefix: String,
    /// How many random characters.
    length: usize,
    #[schema(pattern = "^(clear|letters|digits)$")]
    alphabet: &'static str,
    check_character: bool,
    /// How hard a code is to guess: the logarithm to base 2 of how many there are, rounded down.
    entropy_bits: u32,
}

impl OperationBody {
    pub(super) fn new(operation: BulkOperation, currency: Currency) -> Self {
        let total_credit_minor = operation.total_credit_minor();
        let pattern = match operation.terms {
            Terms::Generate { ref pattern, .. } => Some(PatternBody {
                prefix: pattern.prefix.clone(),
                length: pattern.length,
                alphabet: pattern.alphabet.as_str(),
                check_character: pattern.check_character,
                entropy_bits: pattern.entropy_bits(),
            }),
            Terms::Import { .. } | Terms::Edit { .. } => None,
        };
        let (action, days, edit_tag) = match &operation.terms {
            Terms::Edit { action, days, tag, .. } => (Some(action.as_str()), *days, tag.clone()),
            _ => (None, None, None),
        };
        Self {
            id: operation.id,
            kind: operation.kind().as_str(),
            state: operation.state.as_str(),
            total: operation.total,
            done: operation.done,
            changed: action.map(|_| operation.changed),
            action,
            edit_tag,
            days,
            total_credit_minor,
            currency: currency.code(),
            pattern,
            fault: operation.fault,
            asked_by: operation.actor.user_id.to_string(),
            created_at: operation.created_at,
            updated_at: operation.updated_at,
        }
    }
}

pub(super) fn unknown() -> Problem {
    Problem::not_found("there is no operation with this identifier")
}

/// Makes codes
///
/// Up to 100,000 vouchers with random codes, each worth the same. They are issued within moments, some thousand a
/// second; `GET /billing/vouchers/bulk/{id}` says how far it is, and `GET /billing/vouchers/list?bulk={id}` lists them. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/bulk", tag = "Vouchers", operation_id = "generateVouchers",
    security(("bearer" = [])),
    request_body = NewBody,
    responses(
        (status = 202, description = "The operation", body = OperationBody),
        (status = 400, description = "A member is not as described, or a code could be guessed"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<NewBody>,
) -> Result<(StatusCode, Json<OperationBody>), Problem> {
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let operation = bulk::create(&mut writer, &body.into()).await?;
    Ok((StatusCode::ACCEPTED, Json(OperationBody::new(operation, app.facts.currency))))
}

/// Reads an operation on many vouchers
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/bulk/{id}", tag = "Vouchers", operation_id = "getBulkOperation",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The operation's identifier")),
    responses(
        (status = 200, description = "The operation", body = OperationBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such operation"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(id): Segment,
) -> Result<Json<OperationBody>, Problem> {
    let id = Uuid::parse_str(&id).map_err(|_| unknown())?;
    let operation = bulk::find(&app.store, id).await?.ok_or_else(unknown)?;
    Ok(Json(OperationBody::new(operation, app.facts.currency)))
}

/// Stops an operation on many vouchers
///
/// What it has issued or changed stays. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/bulk/{id}/cancel", tag = "Vouchers", operation_id = "cancelBulkOperation",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The operation's identifier")),
    responses(
        (status = 200, description = "The operation", body = OperationBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such operation"),
        (status = 409, description = "It is at its end (`bulk_not_now`)"),
    ),
)]
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<OperationBody>, Problem> {
    change(&app, &caller, &id, async |writer, id| bulk::cancel(writer, id).await).await
}

/// Lets an operation on many vouchers go on
///
/// Where it was stopped; an import, once it was looked at. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/bulk/{id}/resume", tag = "Vouchers", operation_id = "resumeBulkOperation",
    security(("bearer" = [])),
    params(("id" = Uuid, Path, description = "The operation's identifier")),
    responses(
        (status = 200, description = "The operation", body = OperationBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such operation"),
        (status = 409, description = "It is at its end, or an import whose file is gone (`bulk_not_now`)"),
    ),
)]
pub(super) async fn resume(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(id): Segment,
) -> Result<Json<OperationBody>, Problem> {
    change(&app, &caller, &id, async |writer, id| bulk::resume(writer, id).await).await
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &str,
    change: impl AsyncFnOnce(&mut Writer<'_>, Uuid) -> Result<BulkOperation, BulkError>,
) -> Result<Json<OperationBody>, Problem> {
    let id = Uuid::parse_str(id).map_err(|_| unknown())?;
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(app, &actor, &mut ids);
    let operation = change(&mut writer, id).await?;
    Ok(Json(OperationBody::new(operation, app.facts.currency)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 1000.
    #[param(nullable = false, minimum = 1, maximum = 1_000)]
    limit: Option<i64>,
}

/// Lists operations on many vouchers
///
/// Newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/bulk", tag = "Vouchers", operation_id = "listBulkOperations",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of operations", body = Vec<OperationBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = paging::limit(query.limit, PAGE_SIZE, PAGE_SIZE)?;
    let page = bulk::list(&app.store, query.after.as_deref(), limit).await?;
    let currency = app.facts.currency;
    let rows =
        page.rows.into_iter().map(|operation| OperationBody::new(operation, currency)).collect();
    Ok(paging::answer::<OperationBody>(rows, page.next, &uri, limit))
}
