//! The tiers of apps, and their prices: the franchisee's to set.
//!
//! Source: franchise-model.txt, "What franchisees CAN do": their own billing tiers.

use serde_json::json;
use sovereign_domain::event::Actor;
use sovereign_domain::money::{Currency, MAX_CREDIT_UNITS};

use super::audited;
use super::vouchers::FieldError;
use crate::app::App;
use crate::fingerprint::{fits, of_state};
use crate::storage::audit::{self, Change};
use crate::storage::catalog::{self as rows, TierRow};
use crate::storage::{self, Tx};

/// What services are in, and what a plan covers whatever else costs.
const INCLUDED: &str = "included";

/// Why a tier has no other price.
#[derive(Debug)]
pub(crate) enum TierError {
    Field(FieldError),
    /// There is no such tier.
    Unknown,
    /// This one costs nothing, whoever asks.
    Included,
    /// Somebody has priced it since it was read.
    Changed,
    Storage(storage::Error),
}

impl From<FieldError> for TierError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<storage::Error> for TierError {
    fn from(error: storage::Error) -> Self {
        Self::Storage(error)
    }
}

/// All of them, in their order.
///
/// # Errors
/// Where the database fails.
pub(crate) async fn list(app: &App) -> storage::Result<Vec<TierRow>> {
    let mut tx = app.store.read().await?;
    rows::tiers(&mut tx).await
}

/// One of them.
///
/// # Errors
/// [`TierError`].
pub(crate) async fn read(app: &App, slug: &str) -> Result<TierRow, TierError> {
    let mut tx = app.store.read().await?;
    find(&mut tx, slug).await?.ok_or(TierError::Unknown)
}

/// Tells whether somebody has priced a tier.
pub(crate) fn fingerprint(row: &TierRow) -> String {
    of_state(&json!({ "slug": row.slug, "price_minor": row.price_minor }))
}

/// A month's price, in whole units or in minor ones. Where both are given they must be the same.
///
/// # Errors
/// Which of them is wrong.
pub(crate) fn price(
    units: Option<i64>,
    minor: Option<i64>,
    currency: Currency,
) -> Result<i64, FieldError> {
    let most = currency.units_to_minor(MAX_CREDIT_UNITS).unwrap_or(i64::MAX);
    let from_units = units.map(|units| currency.units_to_minor(units).unwrap_or(-1));
    let price = match (minor, from_units) {
        (Some(minor), Some(_)) if Some(currency.whole_units(minor)) != units => {
            let detail = "price_omr and price_minor are two prices; give one of them";
            return Err(FieldError::new("price_minor", detail));
        }
        (Some(minor), _) => minor,
        (None, Some(units)) => units,
        (None, None) => {
            let detail = "price_minor is missing: what a month costs, in minor units";
            return Err(FieldError::new("price_minor", detail));
        }
    };
    let field = if minor.is_some() { "price_minor" } else { "price_omr" };
    if (0..=most).contains(&price) {
        return Ok(price);
    }
    let most = if minor.is_some() { most } else { MAX_CREDIT_UNITS };
    Err(FieldError::new(field, format!("{field} must be 0 to {most}")))
}

/// Sets what a month in a tier costs. It counts for what is installed, and for months that begin, from then on.
/// `replaces` are the fingerprints of what may be priced; anything, where none are named.
///
/// # Errors
/// [`TierError`].
pub(crate) async fn set_price(
    app: &App,
    actor: &Actor,
    slug: &str,
    price_minor: i64,
    replaces: Option<&[String]>,
) -> Result<TierRow, TierError> {
    let mut tx = app.store.begin().await?;
    // First, so that whoever else prices one waits here.
    rows::begin_change(&mut tx).await?;
    let before = find(&mut tx, slug).await?.ok_or(TierError::Unknown)?;
    if slug == INCLUDED {
        return Err(TierError::Included);
    }
    if !fits(replaces, &fingerprint(&before)) {
        return Err(TierError::Changed);
    }
    rows::price_tier(&mut tx, slug, price_minor).await?;
    let change = Change {
        before: Some(json!({ "price_minor": before.price_minor })),
        after: Some(json!({ "price_minor": price_minor })),
    };
    let entry = audited::entry(app, actor, "tier.price", slug, None);
    audit::record(&mut tx, &[(entry, change)]).await?;
    tx.commit().await?;
    Ok(TierRow { price_minor, ..before })
}

async fn find(tx: &mut Tx, slug: &str) -> storage::Result<Option<TierRow>> {
    Ok(rows::tiers(tx).await?.into_iter().find(|tier| tier.slug == slug))
}
