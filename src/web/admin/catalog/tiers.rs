//! The tiers of apps and what a month in each costs, for every administrator to set; and the way to the entries of the
//! catalog, for the superadmin.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use sovereign_domain::money::MAX_CREDIT_UNITS;

use super::super::difference::Difference;
use super::super::frame::{CATALOG, Frame};
use super::super::typed::plain;
use super::super::visit::{Press, Visit, actor};
use super::found::Missed;
use super::{SHELVES, words};
use crate::app::App;
use crate::storage;
use crate::storage::catalog::{ItemRow, TierRow};
use crate::usecase::catalog_admin;
use crate::usecase::tiers::{self, TierError};
use crate::web::page::Page;
use crate::web::problems::Problems;
use crate::web::{error, notice};

/// The tiers whose prices can be set, each with the field for it.
const FIELDS: [(&str, &str); 3] =
    [("basic", "price-basic"), ("standard", "price-standard"), ("premium", "price-premium")];

#[derive(Template)]
#[template(path = "web/admin/catalog.html")]
struct CatalogPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    problems: Problems,
    /// What somebody else has changed meanwhile.
    differences: Vec<Difference>,
    tiers: Vec<Shown>,
    /// The page of each kind, what it is called, and how many entries it has; for the superadmin.
    kinds: Vec<(String, String, String)>,
}

/// A tier, in the reader's language.
struct Shown {
    slug: String,
    label: String,
    /// What is included always costs nothing.
    price: Option<Price>,
}

struct Price {
    field: &'static str,
    typed: String,
    /// The fingerprint of what the form was filled from.
    seen: String,
}

/// What was sent, where it was not set.
#[derive(Clone, Copy)]
struct Sent<'a> {
    tier: &'a str,
    field: &'static str,
    typed: &'a str,
    /// The fingerprint that it was sent with; none where somebody else has priced the tier since.
    seen: Option<&'a str>,
}

pub(super) async fn show(State(app): State<Arc<App>>, Visit { page, .. }: Visit) -> Response {
    shown(&app, &page, None).await
}

async fn shown(app: &App, page: &Page, sent: Option<Sent<'_>>) -> Response {
    let loaded = async { Ok((tiers::list(app).await?, catalog_admin::everything(app).await?)) };
    let (tiers, all) = match loaded.await {
        Ok(loaded) => loaded,
        Err::<_, storage::Error>(failed) => return error::unavailable(page, &failed),
    };
    let (status, problems) = match sent {
        None => (StatusCode::OK, Problems::none()),
        Some(Sent { seen: None, .. }) => (StatusCode::CONFLICT, Problems::none()),
        Some(Sent { field, .. }) => (StatusCode::BAD_REQUEST, Problems::of(field, wrong(page))),
    };
    let shown = CatalogPage {
        page,
        frame: Frame::new(page, CATALOG),
        problems,
        differences: difference(page, &tiers, sent).into_iter().collect(),
        tiers: tiers.iter().map(|row| of_tier(page, row, sent)).collect(),
        kinds: if page.is_superadmin { kinds(page, &all) } else { Vec::new() },
    };
    page.render(status, &shown)
}

/// The price that somebody else has set, beside what was typed.
fn difference(page: &Page, tiers: &[TierRow], sent: Option<Sent<'_>>) -> Option<Difference> {
    let sent = sent.filter(|sent| sent.seen.is_none())?;
    let row = tiers.iter().find(|row| row.slug == sent.tier)?;
    let stored = page.currency.decimal(row.price_minor);
    Some(Difference { label: words::tier(page, &row.slug), stored, typed: sent.typed.to_owned() })
}

fn wrong(page: &Page) -> String {
    let most = page.currency.units_to_minor(MAX_CREDIT_UNITS).unwrap_or(i64::MAX);
    page.text_with_amount("admin-catalog-amount-wrong", most)
}

fn of_tier(page: &Page, row: &TierRow, sent: Option<Sent<'_>>) -> Shown {
    let name = words::tier(page, &row.slug);
    let Some(field) = field(&row.slug) else {
        let label = page.text_with("admin-catalog-tier-free", "tier", &name);
        return Shown { slug: row.slug.clone(), label, price: None };
    };
    let values = [("tier", name.as_str().into()), ("code", page.currency.code().into())];
    let sent = sent.filter(|sent| sent.field == field);
    let typed = sent.map(|sent| sent.typed.to_owned());
    let typed = typed.unwrap_or_else(|| page.currency.decimal(row.price_minor));
    let seen = sent.and_then(|sent| sent.seen).map(str::to_owned);
    let seen = seen.unwrap_or_else(|| tiers::fingerprint(row));
    Shown {
        slug: row.slug.clone(),
        label: page.language.text_with("admin-catalog-tier-price", &values),
        price: Some(Price { field, typed, seen }),
    }
}

fn field(tier: &str) -> Option<&'static str> {
    FIELDS.into_iter().find(|(slug, _)| *slug == tier).map(|(_, field)| field)
}

fn kinds(page: &Page, all: &[ItemRow]) -> Vec<(String, String, String)> {
    let count = |kind: &str| {
        let of_kind = all.iter().filter(|row| row.kind == kind && row.retired_at.is_none());
        i64::try_from(of_kind.count()).unwrap_or(i64::MAX)
    };
    let kinds = SHELVES.iter().map(|shelf| {
        let count = page.count("admin-catalog-count", count(shelf.kind.as_str()));
        (shelf.address(), page.text(shelf.title), count)
    });
    kinds.collect()
}

/// Sets the price of a tier.
pub(super) async fn press(
    State(app): State<Arc<App>>,
    Press { page, session, request_id, fields }: Press,
) -> Response {
    let tier = fields.get("tier");
    let Some(field) = field(tier) else {
        let known = if tier == "included" { TierError::Included } else { TierError::Unknown };
        return not_done(&page, known);
    };
    let typed = fields.get(field);
    let read = page.currency.read_decimal(&plain(typed));
    let price = read.and_then(|minor| tiers::price(None, Some(minor), page.currency).ok());
    let sent = Sent { tier, field, typed, seen: Some(fields.get("seen")) };
    let Some(price_minor) = price else { return shown(&app, &page, Some(sent)).await };
    let (actor, replaces) = (actor(&session, request_id), fields.seen());
    match tiers::set_price(&app, &actor, tier, price_minor, replaces.as_deref()).await {
        Err(TierError::Changed) => match tiers::read(&app, tier).await {
            // It is as the form has it, whoever made it so.
            Ok(row) if row.price_minor == price_minor => {
                notice::see_other(CATALOG, "admin-catalog-priced-notice")
            }
            // Somebody else was faster. Saved again, the form counts.
            _ => shown(&app, &page, Some(Sent { seen: None, ..sent })).await,
        },
        Ok(_) => notice::see_other(CATALOG, "admin-catalog-priced-notice"),
        Err(failed) => not_done(&page, failed),
    }
}

fn not_done(page: &Page, failed: TierError) -> Response {
    match failed {
        TierError::Included => {
            let back = Some((CATALOG, "admin-catalog"));
            error::say(page, StatusCode::CONFLICT, "admin-catalog-included", back)
        }
        TierError::Storage(failed) => Missed::Storage(failed).said(page),
        TierError::Unknown | TierError::Changed | TierError::Field(_) => Missed::Unknown.said(page),
    }
}
