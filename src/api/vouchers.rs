//! `/billing/vouchers/*` and its older paths `/billing/admin/promos*`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use sovereign_domain::ids::IdSource;
use uuid::Uuid;

use super::caller::{Address, Issuer};
use super::extract::{Body, Query, Segment, Whole};
use super::problem::Problem;
use super::wire::{PreviewBody, VoucherBody};
use crate::app::App;
use crate::usecase::vouchers::{self, Issue, PAGE_SIZE, Writer, parse_code};

#[derive(Debug, Deserialize)]
pub(super) struct IssueBody {
    code: String,
    credit_omr: Whole,
    description: Option<String>,
    active: Option<bool>,
    max_redemptions: Option<Whole>,
    credit_valid_days: Option<Whole>,
}

/// POST /billing/vouchers/issue: issues, edits or resurrects a voucher.
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
    let voucher = vouchers::issue(&mut writer, issue).await?;
    Ok(Json(VoucherBody::new(voucher, app.facts.currency)))
}

#[derive(Debug, Deserialize)]
pub(super) struct ListQuery {
    after: Option<String>,
    limit: Option<i64>,
}

/// GET /billing/vouchers/list: live vouchers, newest first; `Link: …; rel="next"` where there are more.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit.unwrap_or(PAGE_SIZE);
    if !(1..=PAGE_SIZE).contains(&limit) {
        return Err(Problem::field("limit", format!("limit must be 1 to {PAGE_SIZE}")));
    }
    let after = query.after.as_deref();
    let page = vouchers::list(&app.store, after, limit).await?;
    let currency = app.facts.currency;
    let vouchers: Vec<VoucherBody> =
        page.vouchers.into_iter().map(|voucher| VoucherBody::new(voucher, currency)).collect();
    let mut response = Json(vouchers).into_response();
    if let Some(next) = page.next {
        let link = format!("<{}?after={next}&limit={limit}>; rel=\"next\"", uri.path());
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(response)
}

/// DELETE /billing/vouchers/revoke/{code}: soft-deletes a live voucher.
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(code): Segment,
) -> Result<Json<Value>, Problem> {
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
    match vouchers::revoke(&mut writer, &code).await? {
        Some(_) => Ok(Json(json!({ "ok": true }))),
        None => Err(Problem::not_found("there is no live voucher with this code")),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct PreviewRequest {
    code: String,
}

/// POST /billing/vouchers/redeem-preview: what a code is worth, for anyone, consuming nothing.
pub(super) async fn redeem_preview(
    State(app): State<Arc<App>>,
    Address(address): Address,
    Body(body): Body<PreviewRequest>,
) -> Result<Response, Problem> {
    app.limits.preview(address)?;
    let code = parse_code("code", &body.code)?;
    let voucher = vouchers::preview(&app.store, &code).await?;
    let voucher = voucher.ok_or_else(|| Problem::not_found("this voucher is not valid"))?;
    let preview = PreviewBody::new(voucher, app.facts.currency);
    let status = if preview.accepting_redemptions { StatusCode::OK } else { StatusCode::GONE };
    Ok((status, Json(preview)).into_response())
}

/// The application's identifiers, for use cases that are given them.
struct AppIds<'a>(&'a App);

impl IdSource for AppIds<'_> {
    fn next_id(&mut self) -> Uuid {
        self.0.new_id()
    }
}
