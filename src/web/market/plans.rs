//! The plans, what can be added, and what a voucher does to each price.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::effect::{Kept, kept, tax};
use super::visitor::Visitor;
use super::{canonical, market, words};
use crate::api::caller::Address;
use crate::app::App;
use crate::storage;
use crate::storage::usage::MeterRow;
use crate::usecase::market::{Addon, Plan, Told};
use crate::usecase::usage;
use crate::web::error;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "web/market/plans.html")]
struct PlansPage<'a> {
    page: &'a Page,
    canonical: String,
    /// The voucher that goes along.
    kept: Kept,
    /// Which tax prices contain, or is added to them.
    tax: Option<String>,
    plans: Vec<Shown<'a>>,
    /// What usage is counted by, where a plan is priced by it.
    meters: Vec<MeterRow>,
    no_meter_costs: bool,
    has_usage: bool,
    added: Vec<Extra<'a>>,
    included: Vec<Extra<'a>>,
}

/// A plan in the reader's language.
struct Shown<'a> {
    name: Told<'a>,
    description: Told<'a>,
    price_minor: i64,
    popular: bool,
    usage_priced: bool,
    cpu: String,
    memory: String,
    storage: String,
    features: Vec<Told<'a>>,
    /// What the voucher does.
    effect: Option<String>,
    way: String,
}

/// An add-on.
struct Extra<'a> {
    name: Told<'a>,
    description: Told<'a>,
    price_minor: i64,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    address: Address,
    headers: HeaderMap,
) -> Response {
    let market = match market(&app, &page).await {
        Ok(market) => market,
        Err(response) => return response,
    };
    let has_usage = market.plans.iter().any(|plan| plan.usage_priced);
    let around = async {
        let visitor = Visitor::of(&app, &page, &headers).await?;
        let meters = if has_usage { usage::meters(&app).await? } else { Vec::new() };
        let meters: Vec<_> = meters.into_iter().filter(|meter| meter.active).collect();
        let kept = kept(&app, address, &headers).await?;
        Ok::<_, storage::Error>((visitor, meters, kept))
    };
    let (visitor, meters, kept) = match around.await {
        Ok(found) => found,
        Err(error) => return error::unavailable(&page, &error),
    };
    let extras = |included: bool| {
        let found = market.addons.iter().filter(|addon| addon.included == included);
        found.map(|addon| extra(&page, addon)).collect()
    };
    let plans = PlansPage {
        page: &page,
        canonical: canonical(&page, "/plans"),
        tax: tax(&page, app.tax),
        plans: market
            .plans
            .iter()
            .map(|plan| Shown {
                effect: kept.effect(&app, &page, &market, plan),
                ..shown(&page, plan, &visitor)
            })
            .collect(),
        kept,
        no_meter_costs: meters.iter().all(|meter| meter.price_minor == 0),
        meters,
        has_usage,
        added: extras(false),
        included: extras(true),
    };
    page.render(StatusCode::OK, &plans)
}

fn shown<'a>(page: &Page, plan: &'a Plan, visitor: &Visitor) -> Shown<'a> {
    let size = |text: &str| {
        if plan.usage_priced { page.text("market-as-used") } else { words::size(page, text) }
    };
    Shown {
        name: plan.name.told(page.language),
        description: plan.description.told(page.language),
        price_minor: plan.price_minor,
        popular: plan.popular,
        usage_priced: plan.usage_priced,
        cpu: size(&plan.cpu),
        memory: size(&plan.memory),
        storage: size(&plan.storage),
        features: plan.features.told(page.language),
        effect: None,
        way: visitor.order(&plan.slug, ""),
    }
}

fn extra<'a>(page: &Page, addon: &'a Addon) -> Extra<'a> {
    Extra {
        name: addon.name.told(page.language),
        description: addon.description.told(page.language),
        price_minor: addon.price_minor,
    }
}
