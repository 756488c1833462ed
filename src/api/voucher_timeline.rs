//! `/billing/vouchers/code/{code}/timeline`: everything that happened to a voucher, on one line of time.

use std::sync::Arc;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::caller::Issuer;
use super::extract::{Query, Segment};
use super::paging;
use super::problem::Problem;
use super::voucher_story::ChangeBody;
use super::vouchers::find;
use crate::app::App;
use crate::storage::voucher_timeline::RedeemedRow;
use crate::usecase::voucher_story::Done;
use crate::usecase::voucher_timeline::{self, Happening, Place};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineQuery {
    /// Where the page begins; from the Link header of the page before.
    #[param(nullable = false)]
    after: Option<String>,
    /// How many there are on a page; by default 50.
    #[param(nullable = false, minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Something that happened to a voucher.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = VoucherHappening)]
pub(super) struct HappeningBody {
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// `issued`, `edited`, `paused`, `resumed`, `revoked`, `brought_back` or `tagged` by somebody; `redeemed` by an
    /// Organization, or `released`: a redemption was given back, because its order was never paid or was refunded with its
    /// voucher.
    kind: &'static str,
    /// Who did it: a user's identifier, `cli`, `system` or `adoption`. Absent of redemptions and releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    actor: Option<String>,
    /// The address of a user who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// What was set to something else; empty of redemptions and releases.
    changes: Vec<ChangeBody>,
    /// The redemption that this is, or that was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    redemption_id: Option<Uuid>,
    /// The Organization that redeemed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tenant_id: Option<String>,
    /// Its name; absent where it is not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    slug: Option<String>,
    /// What it got, or lost again, in minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    credit_minor: Option<i64>,
    /// ISO 4217; of redemptions and releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    currency: Option<&'static str>,
    /// How the redemption stands now: `reserved` for an order that waits for its payment, `redeemed` or `released`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<String>,
    /// The order that it came with; absent where it came alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order_id: Option<Uuid>,
}

impl HappeningBody {
    fn new(one: Happening, currency: &'static str) -> Self {
        let (at, kind) = (one.at(), one.kind());
        let body = match one {
            Happening::Done(done) => Self::of_done(done),
            Happening::Redeemed(row) | Happening::Released(row) => {
                Self::of_redemption(row, currency)
            }
        };
        Self { at: at.to_rfc3339(), kind, ..body }
    }

    fn of_done(done: Done) -> Self {
        Self {
            actor: Some(done.actor),
            email: done.email,
            changes: done.changes.into_iter().map(ChangeBody::from).collect(),
            ..Self::default()
        }
    }

    fn of_redemption(row: RedeemedRow, currency: &'static str) -> Self {
        Self {
            redemption_id: Some(row.id),
            tenant_id: Some(row.tenant_id),
            name: row.name,
            slug: row.slug,
            credit_minor: Some(row.credit_minor),
            currency: Some(currency),
            state: Some(row.state),
            order_id: row.order_id,
            ..Self::default()
        }
    }
}

/// Lists everything that happened to a voucher
///
/// What was done to it and by whom, who redeemed it, and whose redemption was given back: on one line of time, newest first.
/// A release says when it was. A redemption that a late payment brought back is told as redeemed only. Of a voucher that was
/// redeemed or given back more than 5,000 times, redemptions that were taken over from an earlier service are left out. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/billing/vouchers/code/{code}/timeline", tag = "Vouchers",
    operation_id = "listVoucherTimeline",
    security(("bearer" = [])),
    params(("code" = String, Path, description = "The code, spelled as it may be issued",
        pattern = "^ *[A-Za-z0-9._-]{3,64} *$"), TimelineQuery),
    responses(
        (status = 200, description = "A page of what happened", body = Vec<HappeningBody>, headers(
            ("Link" = String, description = "`<…>; rel=\"next\"`: the next page, where there is one")
        )),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "No voucher has had this code"),
    ),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Issuer(_): Issuer,
    Segment(code): Segment,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<TimelineQuery>,
) -> Result<Response, Problem> {
    let place = Place::read(query.after.as_deref())?;
    let limit = paging::limit(query.limit, DEFAULT_LIMIT, MAX_LIMIT)?;
    let voucher = find(&app, &code).await?.voucher;
    let page = voucher_timeline::page(&app, &voucher, place, limit).await?;
    let currency = app.facts.currency.code();
    let rows: Vec<HappeningBody> =
        page.rows.into_iter().map(|one| HappeningBody::new(one, currency)).collect();
    Ok(paging::answer(rows, page.next, &uri, limit))
}
