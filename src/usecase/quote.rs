//! What an order would come to. Nothing here changes anything.

use futures_util::future::join_all;
use sovereign_domain::book::{CheckoutQuote, Command, Outcome, Refusal};
use sovereign_domain::catalog::Catalog;
use sovereign_domain::estimate::{self, Estimate, Terms};
use sovereign_domain::event::Actor;
use sovereign_domain::voucher::Issued;

use crate::app::App;
use crate::engine::EngineError;
use crate::usecase::checkout::CheckoutRequest;
use crate::usecase::market::Plan;

/// What a checkout would come to for an Organization: the checkout itself, decided and not made.
///
/// # Errors
/// Where the checkout would be refused; or the engine cannot say.
pub(crate) async fn preview(
    app: &App,
    request: CheckoutRequest,
    actor: Actor,
) -> Result<CheckoutQuote, EngineError> {
    match app.engine.submit(Command::Checkout(request.into_preview(actor))).await? {
        Outcome::Quoted(quote) => Ok(*quote),
        _ => Err(EngineError::Broken),
    }
}

/// What a checkout would come to with each of these plans. They are asked at once, and so decided together.
pub(crate) async fn with_each_plan(
    app: &App,
    request: &CheckoutRequest,
    actor: &Actor,
    plans: &[Plan],
) -> Vec<Result<CheckoutQuote, EngineError>> {
    let with = |plan: &Plan| CheckoutRequest { plan: plan.id.clone(), ..request.clone() };
    join_all(plans.iter().map(|plan| preview(app, with(plan), actor.clone()))).await
}

/// What a month of a plan comes to for somebody who has no Organization yet, with this voucher. The plan is named by
/// identifier or slug. The checkout decides by the same rules again.
///
/// # Errors
/// Where the checkout would refuse it whoever asks.
pub(crate) fn estimate_of(
    app: &App,
    catalog: &Catalog,
    plan: &str,
    voucher: Option<&Issued>,
) -> Result<Estimate, Refusal> {
    let terms = Terms {
        now: app.clock.now(),
        charge_rules: app.engine.charge_rules(),
        tax: app.tax,
        zone: &app.zone,
    };
    let price_minor = estimate::plan_price(catalog, plan, terms.now)?;
    estimate::estimate(price_minor, voucher, &terms)
}
