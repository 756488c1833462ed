//! `/billing/vouchers/*` and its older paths `/billing/admin/promos*`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use sovereign_domain::voucher::{Code, Issued};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Address, Issuer};
use super::extract::{Body, Query, Segment, Whole};
use super::problem::Problem;
use super::wire::{DoneBody, PreviewBody, VoucherBody, WithCreditBody};
use super::{if_match, paging};
use crate::app::App;
use crate::limits::{Key, Quota};
use crate::usecase::list_vouchers::{self, PAGE_SIZE, Wanted};
use crate::usecase::previews::code_to_look_at;
use crate::usecase::reports::{Scope, voucher};
use crate::usecase::tags;
use crate::usecase::vouchers::{self, Expected, Issue, Writer, parse_code};

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
    /// The campaign it is in, by identifier or name; empty, the default, = none.
    #[schema(max_length = 80, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    campaign_id: Option<String>,
}

/// Issues a voucher
///
/// Edits one that exists, which counts for later redemptions only, and brings a revoked one back with its
/// counter. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    post, path = "/billing/vouchers/issue", tag = "Vouchers", operation_id = "issueVoucher",
    security(("bearer" = [])),
    params(
        ("If-Match" = Option<String>, Header,
            description = "The ETag of what is edited: if it is another by now, nothing is"),
        ("If-None-Match" = Option<String>, Header,
            description = "`*`: nothing is done where there is a voucher with this code, or was"),
    ),
    request_body = IssueBody,
    responses(
        (status = 200, description = "The voucher as it is stored", body = WithCreditBody,
            headers(("ETag" = String, description = "For the next edit; redemptions leave it as it is"))),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 412, description = "Somebody has edited it since (`voucher_edited`), or there is one already \
            (`voucher_taken`)"),
    ),
)]
pub(super) async fn issue(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    headers: HeaderMap,
    Body(body): Body<IssueBody>,
) -> Result<Tagged, Problem> {
    let issue = Issue {
        code: body.code,
        credit_units: body.credit_omr.0,
        description: body.description,
        active: body.active,
        max_redemptions: body.max_redemptions.map(|cap| cap.0),
        credit_valid_days: body.credit_valid_days.map(|days| days.0),
        campaign: body.campaign_id,
    };
    let actor = caller.actor();
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
    let code = parse_code("code", &issue.code)?;
    let issued = vouchers::issue(&mut writer, issue, &expected(&headers)).await;
    // Also where it failed: a commit whose answer was lost may have happened.
    app.previews.forget(&code);
    tagged(&app, issued?).await
}

/// A voucher, with the tag of its edits.
type Tagged = ([(HeaderName, String); 1], Json<WithCreditBody>);

async fn tagged(app: &App, issued: Issued) -> Result<Tagged, Problem> {
    let code = issued.voucher.code.clone();
    let totals = voucher::totals(Scope::of(app), std::slice::from_ref(&code)).await?.remove(&code);
    let tags = tags::of_one(&app.store, &code).await?;
    let tag = format!("\"{}\"", vouchers::fingerprint(&issued.voucher));
    let body = VoucherBody::new(issued, app.facts.currency, app.clock.now());
    let body = WithCreditBody::new(body, totals.unwrap_or_default(), &tags);
    Ok(([(header::ETAG, tag)], Json(body)))
}

fn expected(headers: &HeaderMap) -> Expected {
    match if_match::tags(headers) {
        _ if if_match::nothing(headers) => Expected::Nothing,
        Some(tags) => Expected::OneOf(tags),
        None => Expected::Anything,
    }
}

/// Reads a voucher
///
/// Also one that was revoked. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}", tag = "Vouchers", operation_id = "getVoucher",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$")),
    responses(
        (status = 200, description = "The voucher", body = WithCreditBody,
            headers(("ETag" = String, description = "For the next edit; redemptions leave it as it is"))),
        (status = 400, description = "This can be no code"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
) -> Result<Tagged, Problem> {
    tagged(&app, find(&app, &code).await?).await
}

/// The voucher of a path, revoked or not.
pub(super) async fn find(app: &App, code: &str) -> Result<Issued, Problem> {
    let found = list_vouchers::find(&app.store, &parse_code("code", code)?).await?;
    found.ok_or_else(|| Problem::not_found("no voucher has had this code"))
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
    /// What the code has in it; read as a code is, without regard to case.
    #[param(nullable = false, max_length = 64)]
    q: Option<String>,
    /// How they stand; `all` = in whichever way, revoked or not. Without one, or with an empty one, all but the revoked.
    #[param(nullable = false, pattern = "^(live|scheduled|paused|exhausted|ended|revoked|all)?$")]
    status: Option<String>,
    /// A campaign, by identifier or name; empty = whether or not they are in one.
    #[param(nullable = false, max_length = 80)]
    campaign: Option<String>,
    /// The operation that issued them, by identifier; empty = whichever way they were issued.
    #[param(nullable = false, max_length = 36)]
    bulk: Option<String>,
    /// A tag that they have; empty = whichever they have.
    #[param(nullable = false, max_length = 40)]
    tag: Option<String>,
    /// `newest` first, which it is by default; by `code` from A to Z; `credit`: the highest value first; `spent`: the most first;
    /// `last_redeemed` first; or `used`: the most often redeemed first. The last three as far as the ledger is added up, which is
    /// some minutes ago; those of which nothing became come last. The other way round: `oldest`, `code_desc`, and the others
    /// with `_asc`.
    #[param(
        nullable = false,
        pattern = "^(newest|oldest|code|code_desc|credit|credit_asc|spent|spent_asc|last_redeemed|last_redeemed_asc|used|used_asc)?$"
    )]
    sort: Option<String>,
}

/// The query of the next page.
#[derive(Serialize)]
struct NextQuery {
    after: String,
    limit: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bulk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
}

/// Lists vouchers
///
/// Newest first, unless `sort` says otherwise; those that are not revoked, unless `status` asks for others. For the roles superadmin and
/// sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/list", tag = "Vouchers", operation_id = "listVouchers",
    security(("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of vouchers", body = Vec<WithCreditBody>, headers(
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
    let wanted = Wanted {
        after: query.after.as_deref(),
        part: query.q.as_deref(),
        status: query.status.as_deref(),
        campaign: query.campaign.as_deref(),
        bulk: query.bulk.as_deref(),
        tag: query.tag.as_deref(),
        sort: query.sort.as_deref(),
    };
    let now = app.clock.now();
    let page = list_vouchers::list(&app.store, &wanted, limit, now).await?;
    let currency = app.facts.currency;
    let codes: Vec<Code> = page.rows.iter().map(|issued| issued.voucher.code.clone()).collect();
    let mut totals = voucher::totals(Scope::of(&app), &codes).await?;
    let mut tags = tags::of(&app.store, &codes).await?;
    let vouchers = page.rows.into_iter().map(|issued| {
        let totals = totals.remove(&issued.voucher.code).unwrap_or_default();
        let tags = tags.remove(&issued.voucher.code).unwrap_or_default();
        WithCreditBody::new(VoucherBody::new(issued, currency, now), totals, &tags)
    });
    let vouchers: Vec<WithCreditBody> = vouchers.collect();
    let next = page.next.map(|after| NextQuery {
        after,
        limit,
        q: query.q.filter(|part| !part.is_empty()),
        status: query.status.filter(|status| !status.is_empty()),
        campaign: query.campaign.filter(|campaign| !campaign.is_empty()),
        bulk: query.bulk.filter(|bulk| !bulk.is_empty()),
        tag: query.tag.filter(|tag| !tag.is_empty()),
        sort: query.sort.filter(|sort| !sort.is_empty()),
    });
    Ok(paging::linked(vouchers, next, &uri))
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
    let mut ids = app.ids();
    let mut writer = Writer::of(&app, &actor, &mut ids);
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
        (status = 410, description = "The voucher, or the campaign it is in, is not active, at its limit, or out of \
            its time", body = PreviewBody),
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
    let accepting = known.issued.refusal(app.clock.now()).is_none();
    let status = if accepting { StatusCode::OK } else { StatusCode::GONE };
    let voucher = &known.issued.voucher;
    if accepting {
        app.openings.note(voucher);
    }
    let body = known.answers[usize::from(accepting)]
        .get_or_init(|| PreviewBody::new(voucher, accepting, app.facts.currency).json());
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((status, headers, body.clone()).into_response())
}
