//! `/billing/vouchers/*` and its older paths `/billing/admin/promos*`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use sovereign_domain::ids::IdSource;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::{Address, Issuer};
use super::extract::{Body, Query, Segment, Whole};
use super::paging;
use super::problem::Problem;
use super::wire::{DoneBody, PreviewBody, VoucherBody};
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::usecase::previews::code_to_look_at;
use crate::usecase::vouchers::{self, Issue, PAGE_SIZE, Writer, parse_code};

/// A voucher to issue. Absent members, and those that are `null`, have their defaults on a new voucher
/// and are unchanged on one that exists.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VoucherIssue)]
pub(super) struct IssueBody {
    /// 3 to 64 letters A to Z, digits, '-', '_' and '.'. Read without regard to case, spaces around it,
    /// full-width letters and Arabic digits.
    #[schema(pattern = "^ *[A-Za-z0-9._-]{3,64} *$")]
    code: String,
    /// What it is worth, in whole units of the Sovereign's currency.
    #[schema(value_type = i64, minimum = 1, maximum = 1_000_000_000)]
    credit_omr: Whole,
    /// For people. No control characters but line ends and tabs. By default empty.
    #[schema(
        max_length = 500,
        pattern = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
    )]
    description: Option<String>,
    /// Whether it can be redeemed. By default `true`.
    active: Option<bool>,
    /// How often it can be redeemed; 0, the default, = without limit.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    max_redemptions: Option<Whole>,
    /// How many days its credit lasts after it was redeemed; 0, the default, = for good.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 36_500)]
    credit_valid_days: Option<Whole>,
}

/// Issues a voucher
///
/// Edits one that exists, which counts for later redemptions only, and brings a revoked one back with its
/// counter. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/issue", tag = "Vouchers", operation_id = "issueVoucher",
    security(("bearer" = [])),
    request_body = IssueBody,
    responses(
        (status = 200, description = "The voucher as it is stored", body = VoucherBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
    ),
)]
pub(super) async fn issue(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Body(body): Body<IssueBody>,
) -> Result<Json<VoucherBody>, Problem> {
    let issue = Issue {
        code: body.code,
        credit_units: body.credit_omr.0,
        description: body.description,
        active: body.active,
        max_redemptions: body.max_redemptions.map(|cap| cap.0),
        credit_valid_days: body.credit_valid_days.map(|days| days.0),
    };
    let actor = caller.actor();
    let mut ids = AppIds(&app);
    let mut writer = Writer {
        store: &app.store,
        currency: app.facts.currency,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
    };
    let code = parse_code("code", &issue.code)?;
    let issued = vouchers::issue(&mut writer, issue).await;
    // Also where it failed: a commit whose answer was lost may have happened.
    app.previews.forget(&code);
    let voucher = issued?;
    Ok(Json(VoucherBody::new(voucher, app.facts.currency)))
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

/// Lists the live vouchers
///
/// Newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/list", tag = "Vouchers", operation_id = "listVouchers",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of vouchers", body = Vec<VoucherBody>, headers(
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
    let page = vouchers::list(&app.store, query.after.as_deref(), limit).await?;
    let currency = app.facts.currency;
    let vouchers: Vec<VoucherBody> =
        page.rows.into_iter().map(|voucher| VoucherBody::new(voucher, currency)).collect();
    Ok(paging::answer(vouchers, page.next, &uri, limit))
}

/// Revokes a live voucher
///
/// What was redeemed stays, and what an unpaid order has reserved can still be paid. For the roles
/// superadmin and sovereign-admin.
#[utoipa::path(
    delete, path = "/billing/vouchers/revoke/{code}", tag = "Vouchers",
    operation_id = "revokeVoucher",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$")),
    responses(
        (status = 200, description = "It is revoked", body = DoneBody),
        (status = 400, description = "This can be no code"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No live voucher has this code"),
    ),
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(code): Segment,
) -> Result<Json<DoneBody>, Problem> {
    let code = parse_code("code", &code)?;
    let actor = caller.actor();
    let mut ids = AppIds(&app);
    let mut writer = Writer {
        store: &app.store,
        currency: app.facts.currency,
        now: app.clock.now(),
        actor: &actor,
        ids: &mut ids,
    };
    let revoked = vouchers::revoke(&mut writer, &code).await;
    app.previews.forget(&code);
    match revoked? {
        Some(_) => Ok(Json(DoneBody::DONE)),
        None => Err(Problem::not_found("there is no live voucher with this code")),
    }
}

/// A code to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VoucherPreviewRequest)]
pub(super) struct PreviewRequest {
    /// In any case, with spaces around it.
    #[schema(pattern = "^ *[A-Za-z0-9._-]{3,64} *$")]
    code: String,
}

/// Shows what a code is worth
///
/// For anyone, without a token. It consumes nothing and tells no counter and no cap.
#[utoipa::path(
    post, path = "/billing/vouchers/redeem-preview", tag = "Vouchers",
    operation_id = "previewVoucher",
    request_body = PreviewRequest,
    responses(
        (status = 200, description = "It can be redeemed", body = PreviewBody),
        (status = 400, description = "`code` is blank or missing (`invalid_request`)"),
        (status = 404, description = "No live voucher has this code, or this can be none"),
        (status = 410, description = "The voucher is not active, or at its cap", body = PreviewBody),
        (status = 429, description = "Too many previews, or too many wrong codes, from this address"),
    ),
)]
pub(super) async fn redeem_preview(
    State(app): State<Arc<App>>,
    Address(address): Address,
    Body(body): Body<PreviewRequest>,
) -> Result<Response, Problem> {
    let by_address = [(Quota::PreviewByAddress, Key::Address(address))];
    let attempt = app.limits.attempt(address, &by_address).await?;
    let Some(known) = app.previews.find(code_to_look_at(&body.code)?).await? else {
        attempt.wrong().await?;
        return Err(Problem::not_found("this voucher is not valid"));
    };
    let status = if known.voucher.refusal().is_none() { StatusCode::OK } else { StatusCode::GONE };
    let body =
        known.answer.get_or_init(|| PreviewBody::new(&known.voucher, app.facts.currency).json());
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((status, headers, body.clone()).into_response())
}

/// The application's identifiers, for use cases that are given them.
struct AppIds<'a>(&'a App);

impl IdSource for AppIds<'_> {
    fn next_id(&mut self) -> Uuid {
        self.0.new_id()
    }
}
