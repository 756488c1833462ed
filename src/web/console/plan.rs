//! The plan of an Organization: the others with what they would cost now, add-ons, and its end.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use sovereign_domain::book::{CancelAt, Refusal};

use super::super::fields::Fields;
use super::super::page::Page;
use super::super::{error, notice};
use super::change::limited;
use super::frame::Frame;
use super::money::{a_month, now};
use super::refused;
use super::visit::{Visit, enter, pressed};
use crate::api::caller::{Address, RequestName};
use crate::app::App;
use crate::engine::EngineError;
use crate::usecase::change::{self, ChangeRequest};
use crate::usecase::console::{self, Offer};
use crate::usecase::payments::{PaymentError, subscription};

#[derive(Template)]
#[template(path = "web/console/plan.html")]
struct PlanPage<'a> {
    page: &'a Page,
    frame: Frame<'a>,
    /// Why nothing can be changed, and where to go about it.
    gate: Option<(String, Option<(String, String)>)>,
    plans: Vec<ShownOffer>,
    addons: Vec<ShownOffer>,
    /// Add-ons that come with any plan.
    included: Vec<ShownOffer>,
    /// The day on which the period ends, where it can be cancelled or resumed.
    ends: Option<String>,
    /// Whether it ends on that day.
    is_ending: bool,
    may_spend: bool,
}

struct ShownOffer {
    slug: String,
    name: String,
    about: String,
    month: String,
    held: bool,
    /// What it would cost now, or why it cannot be had.
    now: String,
    can_be_had: bool,
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    page: Page,
    Address(from): Address,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Response {
    let visit = match enter(&app, &page, &headers, &slug).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match plan_page(&app, &page, &visit, from).await {
        Ok(shown) => page.render(StatusCode::OK, &shown),
        Err(response) => response,
    }
}

async fn plan_page<'a>(
    app: &App,
    page: &'a Page,
    visit: &'a Visit,
    from: IpAddr,
) -> Result<PlanPage<'a>, Response> {
    let offers = console::offers(app, &visit.user_id(), &visit.place).await;
    let offers = offers.map_err(|failed| error::unavailable(page, &failed))?;
    if visit.may_spend() {
        limited(app, page, visit, from).await?;
    }
    let mut shown = PlanPage {
        page,
        frame: visit.frame(page, "plan"),
        gate: None,
        plans: Vec::new(),
        addons: Vec::new(),
        included: Vec::new(),
        ends: None,
        is_ending: false,
        may_spend: visit.may_spend(),
    };
    let live = offers.subscription.as_ref().filter(|row| row.status == "active");
    if let Some(end) = live.and_then(|row| row.current_period_end) {
        shown.ends = Some(page.day(end.0));
        shown.is_ending = live.is_some_and(|row| row.cancel_at_period_end);
    }
    for offer in offers.plans {
        let one = priced(app, visit, &mut shown, offer).await?;
        shown.plans.push(one);
    }
    let (included, addons): (Vec<_>, Vec<_>) =
        offers.addons.into_iter().partition(|one| one.included);
    shown.addons = addons.into_iter().map(|one| offered(page, one)).collect();
    shown.included = included.into_iter().map(|one| offered(page, one)).collect();
    if let Some((_, way)) = &mut shown.gate {
        let due = offers.subscription.and_then(|row| row.due_order_id);
        *way = due.map(|order| (format!("/pay/{order}"), page.text("console-pay-now")));
    }
    Ok(shown)
}

fn offered(page: &Page, offer: Offer) -> ShownOffer {
    ShownOffer {
        month: a_month(page, offer.month_minor),
        slug: offer.slug,
        name: offer.name.text(page.language).to_owned(),
        about: offer.about.text(page.language).to_owned(),
        held: offer.held,
        now: String::new(),
        can_be_had: false,
    }
}

/// The plan with what it would cost now, unless something is in the way of any.
async fn priced(
    app: &App,
    visit: &Visit,
    shown: &mut PlanPage<'_>,
    offer: Offer,
) -> Result<ShownOffer, Response> {
    let page = shown.page;
    let is_free = offer.month_minor == 0;
    let mut one = offered(page, offer);
    if is_free {
        one.month = page.text("console-no-base-price");
    }
    if one.held || !shown.may_spend || shown.gate.is_some() {
        return Ok(one);
    }
    let plan = Some(one.slug.clone());
    let request = ChangeRequest { plan, ..ChangeRequest::of(visit.tenant_id().to_owned()) };
    match change::preview(app, request, visit.actor(String::new())).await {
        Ok(preview) => {
            one.now = now(page, &preview);
            one.can_be_had = true;
        }
        Err(error) => {
            let Some((_, why)) = refused::why(page, &error) else {
                return Err(error::unavailable(page, &error));
            };
            match error {
                PaymentError::Engine(EngineError::Refused(
                    Refusal::Policy(_) | Refusal::NoProcessor | Refusal::BelowMinimum,
                )) => one.now = why,
                _ => shown.gate = Some((why, None)),
            }
        }
    }
    Ok(one)
}

pub(super) async fn press(
    State(app): State<Arc<App>>,
    page: Page,
    RequestName(request_id): RequestName,
    Path(slug): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let visit = match pressed(&app, &page, &headers, (&slug, &fields)).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let (actor, tenant_id) = (visit.actor(request_id), visit.tenant_id());
    let (done, name) = if fields.get("act") == "resume" {
        (subscription::resume(&app, tenant_id, actor).await, "console-resumed-notice")
    } else {
        let at = CancelAt::PeriodEnd;
        (subscription::cancel(&app, tenant_id, at, actor).await, "console-cancelled-notice")
    };
    let address = visit.address("plan");
    match done {
        Ok(()) => notice::see_other(&address, name),
        Err(failed) => refused::payment(&page, &failed, &address),
    }
}
