//! `/billing/vouchers/code/{code}/…`: what was done to a voucher, who redeemed it, and who could.

use std::sync::Arc;

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sovereign_domain::timestamp::Timestamp;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Issuer;
use super::extract::{Query, Segment};
use super::paging;
use super::problem::Problem;
use super::vouchers::find;
use crate::app::App;
use crate::storage::voucher_story::RedemptionRow;
use crate::usecase::qualify::{Customer, qualify};
use crate::usecase::read_audit::Place;
use crate::usecase::voucher_story::{self, Changed, Done, Part};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    before: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

impl PageQuery {
    fn read(&self) -> Result<(Option<Place>, i64), Problem> {
        let place = self.before.as_deref().map(Place::parse).transpose()?;
        Ok((place, paging::limit(self.limit, DEFAULT_LIMIT, MAX_LIMIT)?))
    }
}

/// The query of the next page.
#[derive(Serialize)]
struct NextQuery {
    before: String,
    limit: i64,
}

fn answer<T, B: Serialize>(
    part: Part<T>,
    body: impl Fn(T) -> B,
    (uri, limit): (&axum::http::Uri, i64),
) -> Response {
    let next = part.next.map(|place| NextQuery { before: place.to_text(), limit });
    paging::linked(part.rows.into_iter().map(body).collect(), next, uri)
}

/// Something that was set to something else.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherChange)]
pub(super) struct ChangeBody {
    /// `credit_minor`, `description`, `active`, `max_redemptions`, `credit_valid_days` or `campaign`.
    member: &'static str,
    /// Absent where the voucher was issued with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    before: Option<Value>,
    /// A number, a text or `true` or `false`; `null` where credit lasts for good, or it is in no
    /// campaign.
    after: Value,
}

impl From<Changed> for ChangeBody {
    fn from(changed: Changed) -> Self {
        Self { member: changed.member, before: changed.before, after: changed.after }
    }
}

/// Something that was done to a voucher.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherDone)]
pub(super) struct DoneBody {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// A user's identifier, `cli`, `system` or `adoption`.
    actor: String,
    /// The address of a user who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// `issued`, `edited`, `paused`, `resumed`, `revoked`, `brought_back` or `tagged`.
    kind: &'static str,
    changes: Vec<ChangeBody>,
}

impl From<Done> for DoneBody {
    fn from(done: Done) -> Self {
        Self {
            at: done.at,
            actor: done.actor,
            email: done.email,
            kind: done.kind.as_str(),
            changes: done.changes.into_iter().map(ChangeBody::from).collect(),
        }
    }
}

/// Lists what was done to a voucher
///
/// Newest first, each with what it changed and who did it. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/history", tag = "Vouchers",
    operation_id = "listVoucherHistory",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$"), PageQuery),
    responses(
        (status = 200, description = "A page of what was done", body = Vec<DoneBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn history(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = query.read()?;
    let part = voucher_story::done(&app, &find(&app, &code).await?.voucher, page).await?;
    Ok(answer(part, DoneBody::from, (&uri, page.1)))
}

/// A redemption of a voucher.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RedemptionOfVoucher)]
pub(super) struct RedeemedBody {
    id: Uuid,
    /// The Organization that redeemed it.
    tenant_id: String,
    /// Its name; absent where it is not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    slug: Option<String>,
    /// What it got, in minor units.
    credit_minor: i64,
    /// What it has neither spent nor lost of that, in minor units.
    left_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    /// `reserved` for an order that waits for its payment, `redeemed`, or `released` where it was given back: the
    /// order was never paid, or was refunded with its voucher.
    state: String,
    /// The order that it came with; absent where it came alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
    /// What that order comes to in all, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_minor: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl RedeemedBody {
    fn new(row: RedemptionRow, currency: &'static str) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            name: row.name,
            slug: row.slug,
            credit_minor: row.credit_minor,
            left_minor: row.left_minor,
            currency,
            state: row.state,
            order_id: row.order_id,
            order_minor: row.order_minor,
            created_at: row.created_at.0,
        }
    }
}

/// Lists who redeemed a voucher
///
/// Newest first. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/redemptions", tag = "Vouchers",
    operation_id = "listVoucherRedemptions",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$"), PageQuery),
    responses(
        (status = 200, description = "A page of redemptions", body = Vec<RedeemedBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn redemptions(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = query.read()?;
    let part = voucher_story::redemptions(&app, &find(&app, &code).await?.voucher, page).await?;
    let currency = app.facts.currency.code();
    Ok(answer(part, |row| RedeemedBody::new(row, currency), (&uri, page.1)))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CustomerQuery {
    /// An e-mail address, or the address (slug) of an Organization.
    #[param(max_length = 254, pattern = "[A-Za-z0-9]")]
    customer: String,
}

/// Whether a customer could redeem a voucher.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VoucherVerdict)]
pub(super) struct VerdictBody {
    qualifies: bool,
    /// `qualifies`; `new` where nobody with this address has signed in yet; else the first rule that is in the way, by
    /// the `code` that a checkout would answer with, or `organization_unknown`.
    verdict: &'static str,
}

/// Tells whether a customer could redeem a voucher now
///
/// And if not, the first rule that is in the way. It changes nothing. For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/qualifies", tag = "Vouchers",
    operation_id = "qualifiesForVoucher",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$"), CustomerQuery),
    responses(
        (status = 200, description = "Whether, and why not", body = VerdictBody),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn qualifies(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
    Query(query): Query<CustomerQuery>,
) -> Result<Json<VerdictBody>, Problem> {
    let customer = Customer::parse(&query.customer)?;
    let verdict = qualify(&app, &find(&app, &code).await?, &customer).await?;
    Ok(Json(VerdictBody { qualifies: verdict.qualifies(), verdict: verdict.as_str() }))
}
