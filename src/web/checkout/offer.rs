//! What there is to say of an order before it is placed: each plan's effect, the chosen one's bill, and the rule
//! that refuses it, if one does.

use std::sync::Arc;

use axum::response::Response;
use sovereign_domain::book::{CheckoutQuote, Refusal};
use sovereign_domain::catalog::SelectionError;
use sovereign_domain::voucher::{Code, VoucherRefusal};

use super::super::error;
use super::super::page::Page;
use super::{Chosen, Visit};
use crate::app::App;
use crate::engine::EngineError;
use crate::limits::{Attempt, TooMany};
use crate::usecase::checkout::CheckoutRequest;
use crate::usecase::market::{self, Market, Plan};
use crate::usecase::quote;

pub(super) struct Offer {
    pub(super) market: Arc<Market>,
    /// What each plan of the market comes to.
    quotes: Vec<Result<CheckoutQuote, Refusal>>,
    /// The chosen one among the plans; none where none has this name.
    pub(super) chosen: Option<usize>,
    /// The code that the quotes are with.
    pub(super) code: Option<Code>,
    /// Why they are not with the one that was brought along.
    pub(super) voucher: Option<VoucherRefusal>,
}

impl Offer {
    /// Each plan, and what it comes to.
    pub(super) fn plans(&self) -> impl Iterator<Item = (&Plan, &Result<CheckoutQuote, Refusal>)> {
        self.market.plans.iter().zip(&self.quotes)
    }

    /// What the chosen plan comes to.
    pub(super) fn quote(&self) -> Result<&CheckoutQuote, Refusal> {
        match self.chosen.and_then(|index| self.quotes.get(index)) {
            Some(quote) => quote.as_ref().map_err(Clone::clone),
            None => Err(Refusal::Selection(SelectionError::UnknownPlan)),
        }
    }

    pub(super) fn plan(&self) -> Option<&Plan> {
        self.chosen.and_then(|index| self.market.plans.get(index))
    }
}

/// Reckons what is chosen for the Organization with this identifier, and beside it each other plan. A voucher that
/// is refused is left out; a page says so.
///
/// # Errors
/// The page that says why not: too many were asked for, or the database fails.
pub(super) async fn reckon(
    app: &App,
    page: &Page,
    visit: &Visit,
    (tenant_id, chosen): (&str, &Chosen),
    code: Option<Code>,
) -> Result<Offer, Response> {
    let too_many = |wait: TooMany| error::too_many_of(page, wait, "checkout-too-many");
    let attempt = if code.is_some() {
        Some(app.limits.attempt(visit.from, &visit.quotas()).await.map_err(too_many)?)
    } else {
        app.limits.check_all(&visit.quotas()).await.map_err(too_many)?;
        None
    };
    let market = market::now(app).await.map_err(|failed| error::unavailable(page, &failed))?;
    let index = chosen_among(&market.plans, &chosen.plan);
    let mut request = CheckoutRequest {
        tenant_id: tenant_id.to_owned(),
        plan: String::new(),
        addons: chosen.addons.clone(),
        apps: chosen.apps.clone(),
        code,
        promo_value_minor: None,
        key: None,
    };
    let mut quotes = ask(app, page, visit, &request, &market.plans).await?;
    let refused = |quotes: &[Result<CheckoutQuote, Refusal>]| {
        quotes.iter().find_map(|quote| match quote {
            Err(Refusal::Voucher(refusal)) => Some(*refusal),
            _ => None,
        })
    };
    let voucher = refused(&quotes);
    if let Some(refusal) = voucher {
        count_wrong(attempt, refusal).await.map_err(too_many)?;
        request.code = None;
        quotes = ask(app, page, visit, &request, &market.plans).await?;
    }
    Ok(Offer { market, quotes, chosen: index, code: request.code, voucher })
}

async fn count_wrong(attempt: Option<Attempt<'_>>, refusal: VoucherRefusal) -> Result<(), TooMany> {
    match attempt {
        Some(attempt) if refusal == VoucherRefusal::Unknown => attempt.wrong().await,
        _ => Ok(()),
    }
}

/// Where nothing is chosen, the plan that most choose.
fn chosen_among(plans: &[Plan], wanted: &str) -> Option<usize> {
    if wanted.is_empty() {
        let popular = plans.iter().position(|plan| plan.popular);
        return popular.or((!plans.is_empty()).then_some(0));
    }
    plans.iter().position(|plan| plan.slug == wanted || plan.id == wanted)
}

async fn ask(
    app: &App,
    page: &Page,
    visit: &Visit,
    request: &CheckoutRequest,
    plans: &[Plan],
) -> Result<Vec<Result<CheckoutQuote, Refusal>>, Response> {
    let mut quotes = Vec::new();
    for answer in quote::with_each_plan(app, request, &visit.actor, plans).await {
        quotes.push(match answer {
            Ok(quote) => Ok(quote),
            Err(EngineError::Refused(refusal)) => Err(refusal),
            Err(failed) => {
                return Err(error::unavailable_of(
                    page,
                    &format!("{failed:?}"),
                    "checkout-unavailable",
                ));
            }
        });
    }
    Ok(quotes)
}
