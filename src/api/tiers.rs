//! `/catalog/tiers`: what a month of an app costs, by its tier.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use sovereign_domain::money::Currency;
use utoipa::ToSchema;

use super::caller::Issuer;
use super::extract::{Body, Segment, Whole};
use super::if_match::{self, Tag};
use super::problem::Problem;
use crate::app::App;
use crate::storage::catalog::{self as rows, TierRow};
use crate::usecase::tiers::{self, TierError};

/// A tier that apps are in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AppTier)]
pub(super) struct TierBody {
    slug: String,
    name: String,
    /// A month of an app in it, in whole units, truncated.
    price_omr: i64,
    /// A month of an app in it, in minor units.
    price_minor: i64,
    /// ISO 4217.
    currency: &'static str,
    sort_order: i32,
}

impl TierBody {
    fn new(row: TierRow, currency: Currency) -> Self {
        Self {
            slug: row.slug,
            name: row.name,
            price_omr: currency.whole_units(row.price_minor),
            price_minor: row.price_minor,
            currency: currency.code(),
            sort_order: row.position,
        }
    }
}

/// Lists the tiers of apps
#[utoipa::path(
    get, path = "/catalog/tiers", tag = "Catalog", operation_id = "listAppTiers",
    responses((status = 200, description = "All, in their order", body = Vec<TierBody>)),
)]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<TierBody>>, Problem> {
    let mut tx = app.store.read().await?;
    let currency = app.facts.currency;
    let tiers = rows::tiers(&mut tx).await?.into_iter();
    Ok(Json(tiers.map(|row| TierBody::new(row, currency)).collect()))
}

/// Reads a tier
///
/// For the roles superadmin and sovereign-admin.
#[utoipa::path(
    get, path = "/catalog/admin/tiers/{slug}", tag = "Catalog", operation_id = "getAppTier",
    security(("bearer" = [])),
    params(("slug" = String, Path, description = "`included`, `basic`, `standard` or `premium`")),
    responses(
        (status = 200, description = "The tier", body = TierBody,
            headers(("ETag" = String, description = "For the `If-Match` of another price"))),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such tier"),
    ),
)]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    _: Issuer,
    Segment(slug): Segment,
) -> Result<(Tag, Json<TierBody>), Problem> {
    Ok(tagged(&app, tiers::read(&app, &slug).await?))
}

fn tagged(app: &App, row: TierRow) -> (Tag, Json<TierBody>) {
    let tag = if_match::tag(&tiers::fingerprint(&row));
    (tag, Json(TierBody::new(row, app.facts.currency)))
}

/// The price of a month in a tier. One of the two is enough; where both are given, they must be the same.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AppTierPrice)]
pub(super) struct PriceBody {
    /// In whole units of the Sovereign's currency.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    price_omr: Option<Whole>,
    /// In minor units.
    #[schema(value_type = Option<i64>, minimum = 0)]
    price_minor: Option<Whole>,
}

/// Sets the price of a tier
///
/// It counts for apps that are installed and months that begin from then on; what is paid stays as it was. For the
/// roles superadmin and sovereign-admin.
#[utoipa::path(
    put, path = "/catalog/admin/tiers/{slug}", tag = "Catalog", operation_id = "priceAppTier",
    security(("bearer" = [])),
    params(
        ("slug" = String, Path, description = "`basic`, `standard` or `premium`"),
        ("If-Match" = Option<String>, Header,
            description = "The ETag of what is priced: if it is another by now, nothing is"),
    ),
    request_body = PriceBody,
    responses(
        (status = 200, description = "The tier", body = TierBody,
            headers(("ETag" = String, description = "For the next price"))),
        (status = 400, description = "The price is missing, below zero or too large, or it is two prices"),
        (status = 403, description = "The role is neither superadmin nor sovereign-admin"),
        (status = 404, description = "There is no such tier"),
        (status = 409, description = "What is included costs nothing (`tier_included`)"),
        (status = 412, description = "Somebody has priced it since (`tier_edited`)"),
    ),
)]
pub(super) async fn set_price(
    State(app): State<Arc<App>>,
    Issuer(caller): Issuer,
    Segment(slug): Segment,
    headers: HeaderMap,
    Body(body): Body<PriceBody>,
) -> Result<(Tag, Json<TierBody>), Problem> {
    let (units, minor) = (body.price_omr.map(|p| p.0), body.price_minor.map(|p| p.0));
    let price_minor = tiers::price(units, minor, app.facts.currency)?;
    let (actor, replaces) = (caller.actor(), if_match::tags(&headers));
    let row = tiers::set_price(&app, &actor, &slug, price_minor, replaces.as_deref()).await?;
    Ok(tagged(&app, row))
}

impl From<TierError> for Problem {
    fn from(error: TierError) -> Self {
        match error {
            TierError::Field(error) => error.into(),
            TierError::Unknown => {
                Self::not_found("there is no such tier; see GET /catalog/tiers").about("slug")
            }
            TierError::Included => Self::new(
                axum::http::StatusCode::CONFLICT,
                "tier_included",
                "what is in this tier is included in every plan and costs nothing; put the app into \
                 another tier",
            ),
            TierError::Changed => if_match::failed("tier_edited", "the price of this tier"),
            TierError::Storage(error) => error.into(),
        }
    }
}
